"""One control for each kind of field; `edited(value)` is emitted when a person has entered an allowed value."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.spec.kind import Kind
from bnsim.spec.numerals import typed
from bnsim.ui.language import tr
from bnsim.ui.model.fields import Field, read_number
from bnsim.ui.model.said_facts import about_number
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

MAX_SPIN = 2**31 - 1
TEXT_MARGIN = 7
MIN_WIDTH = 80
MIXED = "mixed"
"""Stands in place of a value where the selected layers differ in it."""
FILES = ("path", "labels")
"""Names of the text fields that hold a file."""


class Editor(QWidget):
    """Base of the editors: a widget around one control."""

    edited = Signal(object)
    settled = Signal()
    """The person is done with this control: what follows is another undo step."""

    control: QWidget

    def show_value(self, value: Any) -> None:
        """Show the value without emitting it as an edit."""
        raise NotImplementedError

    def show_mixed(self, first: Any) -> None:
        """Show that several values are edited together that differ; whatever is entered then is emitted.

        `first` is that of the record that is looked at, from which arrows and the wheel go on.
        """
        raise NotImplementedError

    def inherit(self, value: Any, words: str) -> None:
        """Say, in an editor of what may be left out, what holds then: `value`, in `words`."""

    def _adopt(self, control: QWidget, field: Field) -> None:
        self.control = control
        control.setMinimumWidth(MIN_WIDTH)  # else a spin box is as wide as its largest number
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(control, 1)
        control.setAccessibleName(tr(field.title))
        control.setAccessibleDescription(tr(field.description))
        control.setToolTip(tr(field.description))
        control.installEventFilter(self)
        if not isinstance(control, QLineEdit | QCheckBox):
            ignore_wheel(control)
        self.setFocusProxy(control)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self._typing():
            undo, redo = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            if event.matches(undo) or event.matches(redo):
                event.ignore()
                return True  # undo is the document's, except while something is being typed
        return super().eventFilter(watched, event)

    def _typing(self) -> bool:
        line = self.control if isinstance(self.control, QLineEdit) else self.control.findChild(QLineEdit)
        return line is not None and line.isModified()


class SpinBox(NumberBox):
    """A spin box that tells before and after a step of arrows or the wheel."""

    stepping = Signal()
    stepped = Signal()

    def stepBy(self, steps: int) -> None:
        self.stepping.emit()
        super().stepBy(steps)
        self.stepped.emit()


class IntEditor(Editor):
    """A spin box whose value takes effect on Enter, arrows or loss of focus, not at each key."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mixed = self._typed = False
        self._first = 0
        """The value that an arrow goes on from where several differ."""
        self._spin = SpinBox(self)
        self._spin.setRange(int(max(field.low, -MAX_SPIN)), int(min(field.high, MAX_SPIN)))
        self._spin.setKeyboardTracking(False)
        self._spin.setGroupSeparatorShown(False)
        self._spin.setAccelerated(True)
        self._spin.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)  # where the text of other controls begins
        self._adopt(self._spin, field)
        self._spin.setToolTip(about_number(field))
        self._spin.valueChanged.connect(self._value_changed)
        self._spin.stepping.connect(self._step_from_first)
        self._spin.stepped.connect(self._after_step)
        self._spin.lineEdit().textEdited.connect(self._text_edited)
        self._spin.editingFinished.connect(self._finish)

    def _value_changed(self, value: int) -> None:
        self._mixed = False
        self.edited.emit(value)

    def _text_edited(self, text: str) -> None:
        self._typed = bool(text)

    def _finish(self) -> None:
        self._spin.lineEdit().setModified(False)
        if self._mixed and self._typed:
            self._value_changed(self._spin.value())  # the number that the first of them has already
        elif self._mixed:
            self.show_mixed(self._first)
        self._typed = False
        self.settled.emit()

    def _step_from_first(self) -> None:
        if self._mixed and not self._typed:
            self._put(self._first)

    def _after_step(self) -> None:
        if self._mixed:  # there was no room for a step
            self.show_mixed(self._first)

    def _put(self, value: int) -> None:
        blocked = self._spin.blockSignals(True)
        self._spin.setValue(value)
        if self._mixed:
            self._spin.lineEdit().setText(self._spin.textFromValue(value))
        self._spin.blockSignals(blocked)

    def show_value(self, value: Any) -> None:
        self._put(int(value))
        self._mixed = False

    def show_mixed(self, first: Any) -> None:
        self._mixed, self._typed, self._first = True, False, int(first)
        self._put(self._first)  # else what is typed may be what was shown before, and be no change
        self._spin.lineEdit().setPlaceholderText(tr(MIXED))
        self._spin.clear()


class NumberEditor(Editor):
    """A line edit for a float, or for a whole number that is too large for a spin box.

    Wrong text is never taken; it stays, with the reason in words (`reason`, for the form to place), until it is mended,
    given up by Escape, or the value changes otherwise.
    """

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._value: Any = field.default
        self._mixed = False
        self._line = QLineEdit(self)
        self.reason = QLabel(self)
        self.reason.setProperty("role", "problem")
        self.reason.setWordWrap(True)
        self.reason.hide()
        self._adopt(self._line, field)
        self._line.textEdited.connect(lambda _text: self._mark())
        self._line.editingFinished.connect(self._finish)

    def show_value(self, value: Any) -> None:
        if self._mixed or not (self._line.property("invalid") and self._line.isModified() and value == self._value):
            self._mixed = False
            self._put(value)

    def show_mixed(self, first: Any) -> None:
        self._mixed = True
        self._put(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        key = event.key() if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        if key == Qt.Key.Key_Escape and self._line.isModified():
            self._put(self._value)
            return True
        return super().eventFilter(watched, event)

    def _put(self, value: Any) -> None:
        self._value = value
        self._line.setPlaceholderText(tr(MIXED) if self._mixed else "")
        self._line.setText("" if self._mixed else typed(value))
        self._line.setModified(False)
        self._mark()

    def _read(self) -> tuple[Any, str]:
        """(the number, "") or (None, the reason why the text is not allowed)."""
        if self._mixed and not self._line.text():
            return None, ""
        value, why = read_number(self._field, self._line.text())
        # Leaving it out is the check box's.
        return (value, "") if value is not None else (None, why or tr(f"Enter {self._field.range_words()}."))

    def _mark(self) -> None:
        _, why = self._read()
        wrong = bool(why)
        if bool(self._line.property("invalid")) != wrong:
            self._line.setProperty("invalid", wrong)
            self._line.style().unpolish(self._line)
            self._line.style().polish(self._line)
        self.reason.setText(tr(why))
        self.reason.setVisible(wrong)
        self._line.setToolTip(tr(why) or about_number(self._field))
        self._line.setAccessibleDescription(tr(why) or tr(self._field.description))

    def _finish(self) -> None:
        value, why = self._read()
        if not why and value is not None and self._line.isModified():
            self._line.setModified(False)
            self._value = value
            self.edited.emit(value)
        self.settled.emit()


class OptionalEditor(Editor):
    """A number that may be left out: a check box below it says what leaving it out means."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = NumberEditor(field, self)
        self.control = self._number.control
        self._value: Any = field.default
        words = field.none_words
        self.box = QCheckBox(_capital(tr(words)), self)
        self.box.setAccessibleName(f"{tr(field.title)}: {self.box.text()}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._number)
        column.addWidget(self._number.reason)
        column.addWidget(self.box)
        self.setFocusProxy(self.control)
        self._last = 0.0 if field.default is None else field.default
        self._number.edited.connect(self.edited)
        self._number.settled.connect(self.settled)
        self.box.clicked.connect(self._click)

    def show_mixed(self, first: Any) -> None:
        self.box.setTristate(True)
        self.box.setCheckState(Qt.CheckState.PartiallyChecked)
        self.control.setEnabled(True)
        self._number.show_mixed(first)

    def show_value(self, value: Any) -> None:
        self.box.setTristate(False)
        self.box.setChecked(value is None)
        self.control.setEnabled(value is not None)
        self._value = value
        if value is not None:
            self._last = value
        self._number.show_value(self._last)

    def inherit(self, value: Any, words: str) -> None:
        self.box.setText(words)
        self.box.setAccessibleName(words)
        if self._value is None:
            self._last = value
            self._number.show_value(value)

    def _click(self, left_out: bool) -> None:
        self.edited.emit(None if left_out else self._last)
        self.settled.emit()


class TextEditor(Editor):
    """A line of text; `browse`, for a file, puts a button beside it."""

    browse_asked = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._line = QLineEdit(self)
        self._value = ""
        self._adopt(self._line, field)
        self._line.editingFinished.connect(self._finish)
        if field.name in FILES:
            button = QToolButton(self)
            button.setText("…")
            button.setProperty("kind", "button")
            button.setToolTip(tr("Choose a file"))
            button.setAccessibleName(tr("Choose a file"))
            button.clicked.connect(self.browse_asked)
            row = self.layout()
            assert row is not None
            row.addWidget(button)

    def show_mixed(self, first: Any) -> None:
        self.show_value("")
        self._line.setPlaceholderText(tr(MIXED))

    def show_value(self, value: Any) -> None:
        self._value = str(value)
        self._line.setPlaceholderText("")
        self._line.setText(self._value)
        self._line.setCursorPosition(len(self._value))
        self._line.setModified(False)

    def _finish(self) -> None:
        text = self._line.text().strip()
        self._line.setModified(False)
        if (text or self._field.empty) and text != self._value:
            self._value = text
            self.edited.emit(text)
        elif not text:
            self.show_value(self._value)
        self.settled.emit()


class BoolEditor(Editor):
    """A check box for a field that is true or false."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QCheckBox(self)
        self._adopt(self._box, field)
        self._box.clicked.connect(self._click)

    def show_value(self, value: Any) -> None:
        self._box.setTristate(False)
        self._box.setChecked(bool(value))
        self._box.setText("")

    def show_mixed(self, first: Any) -> None:
        self._box.setTristate(True)
        self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        self._box.setText(tr(MIXED))

    def _click(self, checked: bool) -> None:
        self.edited.emit(checked)
        self.settled.emit()


class ChoiceEditor(Editor):
    """A drop-down list of words or of kinds of record; first what leaving it out means, if it can be."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo = QComboBox(self)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.setMinimumContentsLength(8)
        choices = _choices(field)
        self._combo.addItems(list(choices))
        self._values = list(choices.values())
        self._adopt(self._combo, field)
        self._combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._combo.activated.connect(self._choose)

    def show_value(self, value: Any) -> None:
        self._combo.setCurrentIndex(self._values.index(value) if value in self._values else -1)

    def show_mixed(self, first: Any) -> None:
        self._combo.setPlaceholderText(tr(MIXED))
        self._combo.setCurrentIndex(-1)

    def open_list(self) -> None:
        """Show what can be chosen."""
        self._combo.showPopup()

    def _choose(self, index: int) -> None:
        self.edited.emit(self._values[index])
        self.settled.emit()

    def inherit(self, value: Any, words: str) -> None:
        self._combo.setItemText(self._values.index(None), words)


def _choices(field: Field) -> dict[str, Any]:
    """What a drop-down list offers, by its words."""
    none = {_capital(tr(field.none_words)): None} if field.none_words else {}
    if field.kind == "record":
        return none | {tr(each.title) if issubclass(each, Kind) else each.__name__: each for each in field.records}
    if field.kind == "bool":
        return none | {tr("On"): True, tr("Off"): False}
    return none | {tr(choice): choice for choice in field.choices}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def make_editor(field: Field, parent: QWidget | None = None) -> Editor:
    """The editor for a field."""
    if field.kind == "bool" and not field.none_words:
        return BoolEditor(field, parent)
    if field.kind in ("bool", "choice", "record"):
        return ChoiceEditor(field, parent)
    if field.kind == "text":
        return TextEditor(field, parent)
    if field.none_words:
        return OptionalEditor(field, parent)
    if field.kind == "int" and field.high <= MAX_SPIN:
        return IntEditor(field, parent)
    return NumberEditor(field, parent)

"""Fields that open on the canvas: over a card for its main number, over a lane's name. Escape cancels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from bnsim.spec.experiment import MAX_NAME
from bnsim.spec.numerals import typed
from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.model.fields import Field, read_number

SHORT = 8
"""Letters a number's name may have to stand before it in the field."""


class InlineEditor(QLineEdit):
    """A field for one edit; `closed` is emitted once, however the edit ends."""

    closed = Signal()

    def __init__(self, parent: QWidget, text: str, name: str, style: CanvasStyle) -> None:
        super().__init__(text, parent)
        self._style = style
        self._before = text
        self._open = True
        self.setAccessibleName(name)
        self.frame("accent")

    def start(self) -> None:
        """Show the field with its text selected, so that typing replaces it."""
        self.show()
        self.setFocus()
        self.selectAll()

    def cancel(self) -> None:
        """Close the field and keep the old value."""
        self._close()

    def commit(self) -> None:
        """Close the field and apply what is typed."""
        raise NotImplementedError

    def frame(self, color: str) -> None:
        """Draw the outline in a color of the theme."""
        theme = self._style.theme
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.color('card')}; color: {theme.color('text')}; padding: 0 4px; "
            f"border: 1.5px solid {theme.color(color)}; border-radius: 3px; min-height: 0; }}"
            f"QLabel {{ color: {theme.color('text-muted')}; background: transparent; }}"
        )

    def _close(self) -> None:
        if self._open:
            self._open = False
            self.hide()
            self.closed.emit()
            # Later: the key press that closes it is still being delivered to it.
            self.deleteLater()

    def event(self, event: QEvent) -> bool:
        # Keys the window has as shortcuts are for typing while this is open.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            typing = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if typing or event.modifiers() == Qt.KeyboardModifier.KeypadModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab keeps what is typed. Qt also asks this of a field that is being hidden: the canvas takes the focus then,
        and no other card is to be selected.
        """
        if self._open:
            self.commit()
        return True


class ValueEditor(InlineEditor):
    """A field over a card for its main number. A value that is not allowed is marked, and refused in words."""

    committed = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget, field: Field, value: object, title: str, style: CanvasStyle) -> None:
        super().__init__(parent, typed(value), f"{field.title} of {title}", style)
        self.setObjectName("canvas.value")
        self._field = field
        self.setFont(style.small_font)
        self.setToolTip(f"{field.description} {field.range_words().capitalize()}.".strip())
        if field.kind == "float" and len(field.title) <= SHORT:
            mark = QLabel(field.title if len(field.title) < 3 else field.title.lower(), self)
            mark.setFont(style.small_font)
            mark.move(6, 3)
            mark.adjustSize()
            self.setTextMargins(mark.width() + 4, 0, 0, 0)
        self.textEdited.connect(lambda text: self.frame("danger" if read_number(self._field, text)[1] else "accent"))

    def commit(self) -> None:
        """Apply what is typed and close; if it is not allowed, say why and stay open."""
        value, why = read_number(self._field, self.text())
        if why:
            self.frame("danger")
            self.setToolTip(why)
            self.refused.emit(why)
            self.selectAll()
            return
        changed = self.text() != self._before
        self._close()
        if changed:
            self.committed.emit(value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (event.key() == Qt.Key.Key_Up) - (event.key() == Qt.Key.Key_Down)
        if step and self._field.kind == "int":
            value, why = read_number(self._field, self.text())
            if not why and self._field.allows(value + step):
                self.setText(typed(value + step))
                self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._open and event.reason() != Qt.FocusReason.PopupFocusReason:
            if read_number(self._field, self.text())[1]:
                self.cancel()
            else:
                self.commit()


class NameEditor(InlineEditor):
    """A field over a lane's name: Enter or loss of focus applies what is typed."""

    committed = Signal(str)

    def __init__(self, parent: QWidget, name: str, style: CanvasStyle) -> None:
        super().__init__(parent, name, "Lane's name", style)
        self.setObjectName("canvas.laneName")
        self.setMaxLength(MAX_NAME)
        self.setFont(style.lane_font)

    def commit(self) -> None:
        """Close the field and apply the name."""
        if self._open:
            text = self.text()
            self._close()
            if text != self._before:
                self.committed.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.commit()

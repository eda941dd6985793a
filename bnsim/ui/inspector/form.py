"""A form for any record: a row for each field, a form within for a field that is a record itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.kind import Kind
from bnsim.spec.numerals import typed
from bnsim.ui.inspector.editors import Editor, NumberEditor, OptionalEditor, TextEditor, make_editor
from bnsim.ui.language import tr
from bnsim.ui.model.fields import Field, fields, relevant
from bnsim.ui.theme.icons import icon

R = TypeVar("R", bound=Struct)

LABEL_WIDTH = 104
USUAL_TEXT, WIDEST_LABELS = 13, 1.5
"""Pixels of text for which labels have that width, and how many times as wide larger text makes them at the most."""
INDENT = 12
GAP = 8
LEAST_EDITOR, SLACK = 8.0, 1.5
"""Heights of text that a control has beside its label, which else stands above it; so much more to change back."""
UNBOUNDED = 16_777_215
"""Qt's largest size of a widget."""
ROWS = 4
"""Of the grid for each field: label, control, why a number cannot be, the form of a record."""

Complete = Callable[[type[Struct], Struct | None], Struct | None]
"""Makes a record of another kind where defaults are not enough; None if the person cancels."""

ChooseFile = Callable[[str], str | None]
"""Asks for the file of the field of that name; None if the person cancels."""


def with_defaults(kind: type[Struct], _before: Struct | None) -> Struct | None:
    """A record of that kind with all fields at their defaults."""
    return kind()


class RecordForm(QWidget):
    """A form for one record; emits `edited` with the changed record, a key and the field's title.

    The key is the field's dotted name and the number of the burst of edits, such as "init.std.3" (`path_of`, `put`).
    Where several records of one kind are edited together, fields in which they differ say so, and what is entered
    there is emitted even if the first has that value already.
    """

    edited = Signal(object, str, str)
    kept = Signal()
    """What was typed is what the record has already."""

    def __init__(
        self,
        name: str,
        complete: Complete = with_defaults,
        parent: QWidget | None = None,
        *,
        only: tuple[str, ...] | None = None,
        choose_file: ChooseFile = lambda _name: None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._only = only
        self._complete = complete
        self._choose_file = choose_file
        self._record: Struct | None = None
        self._mixed: frozenset[str] = frozenset()
        self._of_kinds: frozenset[str] = frozenset()
        """Those of the mixed fields whose records are of several kinds."""
        self._theme: Theme | None = None
        self._indent = 0
        self._burst = 0
        self._rows: dict[str, tuple[Field, Editor, QToolButton]] = {}
        self._above = False
        """Whether labels stand above their controls, as there is no room beside them."""
        self._label_width = LABEL_WIDTH
        self._labels: dict[str, QLabel] = {}
        self._nested: dict[str, RecordForm] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(GAP)
        self._grid.setColumnStretch(1, 1)

    def show_record(self, record: Struct, others: Sequence[Struct] = ()) -> None:
        """Show a record; controls and focus stay if it is of the same kind. `others` are edited together with it."""
        if type(record) is not type(self._record):
            self._build(type(record))
        self._record = record
        self._mixed = frozenset(
            name for name in self._rows if any(getattr(other, name) != getattr(record, name) for other in others)
        )
        for name, (field, editor, restore) in self._rows.items():
            value = getattr(record, name)
            mixed = name in self._mixed
            if field.kind == "record":
                theirs = [getattr(other, name) for other in others]
                same = [each for each in theirs if type(each) is type(value)]
                alike = len(same) == len(theirs)
                if value is not None:
                    self._nested[name].show_record(value, same)
                self._nested[name].setVisible(value is not None and alike)
                self._of_kinds = self._of_kinds - {name} if alike else self._of_kinds | {name}
                _show(editor, None if value is None else type(value), mixed=not alike)
            else:
                _show(editor, value, mixed=mixed)
            shown = name in self._labels and relevant(record, name)
            restore.setVisible(shown and field.default is not None and (mixed or value != field.default))
            if name in self._labels:
                self._labels[name].setVisible(shown)
                editor.setVisible(shown)

    def show_inherited(self, record: Struct, whose: str) -> None:
        """Say what holds where a field is left out: what `record`, that of `whose`, has in the field of that name."""
        for name, (field, editor, _) in self._rows.items():
            if field.none_words:
                value = getattr(record, name)
                editor.inherit(value, f"{tr(whose)}: {tr(in_a_word(value))}")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for _field, _editor, restore in self._rows.values():
            restore.setIcon(icon("restore", theme, "text-muted"))
        for form in self._nested.values():
            form.set_theme(theme)
        self._fit_labels()

    def _fit_labels(self) -> None:
        """Give all labels one width: the usual one for this size of text, or that of the longest word."""
        scale = 1.0 if self._theme is None else min(self._theme.size("text") / USUAL_TEXT, WIDEST_LABELS)
        width = round(LABEL_WIDTH * scale) - self._indent
        for label in self._labels.values():
            metrics = label.fontMetrics()
            width = max(width, *(metrics.horizontalAdvance(word) + 1 for word in label.text().split()))
        self._label_width = width
        self._stand()
        self._choose_places()

    def _choose_places(self) -> None:
        """Put labels beside their controls, or above them where those would have too little room."""
        text = USUAL_TEXT if self._theme is None else self._theme.size("text")
        wanted = (LEAST_EDITOR + (SLACK if self._above else 0)) * text
        sign = max((restore.sizeHint().width() for _, _, restore in self._rows.values()), default=0)
        above = self.width() - self._label_width - sign - 2 * GAP < wanted
        if above != self._above:
            self._above = above
            for number, name in enumerate(self._rows):
                if name in self._labels:
                    self._place(number, name)
            self._stand()

    def _stand(self) -> None:
        """Give all labels their width: beside their controls one, above them what there is."""
        for label in self._labels.values():
            label.setMinimumWidth(0 if self._above else self._label_width)
            label.setMaximumWidth(UNBOUNDED if self._above else self._label_width)
        self._grid.setColumnMinimumWidth(0, 0 if self._above else self._label_width)

    def _place(self, number: int, name: str) -> None:
        """Put a field's label, control and sign where they stand now."""
        _, editor, restore = self._rows[name]
        label, row = self._labels[name], ROWS * number
        for widget in (label, editor, restore):
            self._grid.removeWidget(widget)
        top = isinstance(editor, OptionalEditor)
        side = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignVCenter
        if self._above:
            label.setContentsMargins(0, 0, 0, 0)
            self._grid.addWidget(label, row, 0, 1, 3)
            self._grid.addWidget(editor, row + 1, 0, 1, 2)
            self._grid.addWidget(restore, row + 1, 2, side)
            return
        label.setContentsMargins(0, 7 if top else 0, 0, 0)
        self._grid.addWidget(label, row, 0, side)
        self._grid.addWidget(editor, row, 1)
        self._grid.addWidget(restore, row, 2, side)

    def minimumSizeHint(self) -> QSize:
        """As narrow as it can be with labels above their controls."""
        hint = super().minimumSizeHint()
        there = [(editor, restore) for name, (_, editor, restore) in self._rows.items() if name in self._labels]
        rows = [editor.minimumSizeHint().width() + GAP + restore.sizeHint().width() for editor, restore in there]
        rows += [form.minimumSizeHint().width() for form in self._nested.values() if not form.isHidden()]
        margins = self._grid.contentsMargins()
        return QSize(min(hint.width(), max(rows, default=0) + margins.left() + margins.right()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._choose_places()

    def _build(self, kind: type[Struct]) -> None:
        while (entry := self._grid.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.hide()
                widget.setParent(None)  # gone from findChild at once, not at the next turn of the event loop
                widget.deleteLater()
        self._rows.clear()
        self._labels.clear()
        self._nested.clear()
        for field in fields(kind):
            if self._only is None or field.name in self._only:
                self._add(field)
        self._fit_labels()

    def _add(self, field: Field) -> None:
        number = len(self._rows)
        name = f"{self.objectName()}.{field.name}"
        editor = make_editor(field, self)
        editor.control.setObjectName(name)
        editor.edited.connect(lambda value, field=field: self._edit(field, value))
        editor.settled.connect(self._settle)
        if isinstance(editor, OptionalEditor):
            editor.box.setObjectName(f"{name}.none")
        if isinstance(editor, TextEditor):
            editor.browse_asked.connect(lambda field=field: self._browse(field))
        label = QLabel(tr(field.title), self)
        label.setProperty("role", "muted")
        label.setToolTip(tr(field.description))
        label.setBuddy(editor.control)
        label.setWordWrap(True)
        restore = QToolButton(self)
        restore.setObjectName(f"{name}.restore")
        restore.setProperty("kind", "flat")
        restore.setAccessibleName(tr(f"{field.title}: back to the default"))
        restore.setToolTip(tr(f"Back to the default: {_shown(field.default)}"))
        restore.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keep = restore.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        restore.setSizePolicy(keep)
        restore.clicked.connect(lambda _checked=False, field=field: self._restore(field))
        self._rows[field.name] = (field, editor, restore)
        if self._theme is not None:
            restore.setIcon(icon("restore", self._theme, "text-muted"))
        single = field.kind == "record" and len(field.records) == 1
        if single:
            # A kind nobody can choose yet: its own fields stand in this form's columns.
            label.hide()
            editor.hide()
        else:
            self._labels[field.name] = label
            self._place(number, field.name)
        if isinstance(editor, NumberEditor):
            self._grid.addWidget(editor.reason, ROWS * number + 2, 0, 1, 3)
        if field.kind == "record":
            self._add_nested(field, name, ROWS * number + 3, indent=not single)

    def _add_nested(self, field: Field, name: str, row: int, *, indent: bool) -> None:
        form = RecordForm(name, self._complete, self, choose_file=self._choose_file)
        form._grid.setContentsMargins(INDENT if indent else 0, 0, 0, 0)
        form._indent = self._indent + (INDENT if indent else 0)
        form.edited.connect(lambda value, inner, title, field=field: self._report(field.name, value, inner, title))
        form.kept.connect(self.kept)
        if self._theme is not None:
            form.set_theme(self._theme)
        self._nested[field.name] = form
        self._grid.addWidget(form, row, 0, 1, 3)

    def _edit(self, field: Field, value: Any) -> None:
        assert self._record is not None
        if field.kind == "record":
            before = getattr(self._record, field.name)
            if value is (None if before is None else type(before)) and field.name not in self._of_kinds:
                return
            if value is not None:
                value = self._complete(value, before)
                if value is None:
                    self.show_record(self._record)
                    return
        self._report(field.name, value, "", field.title)

    def _report(self, name: str, value: Any, inner: str, title: str) -> None:
        if self._record is None or (getattr(self._record, name) == value and name not in self._mixed):
            self.kept.emit()
            return
        key = f"{name}.{inner}" if inner else f"{name}.{self._burst}"
        self.edited.emit(replace(self._record, **{name: value}), key, title)

    def _restore(self, field: Field) -> None:
        self._report(field.name, field.default, "", field.title)
        self._settle()

    def _browse(self, field: Field) -> None:
        chosen = self._choose_file(field.name)
        if chosen is not None:
            self._report(field.name, chosen, "", field.title)

    def _settle(self) -> None:
        self._burst += 1


def path_of(key: str) -> tuple[str, ...]:
    """The names that lead to the edited field, from the key of an edit: ("init", "std") of "init.std.3"."""
    return tuple(key.split(".")[:-1])


def put(record: R, path: tuple[str, ...], source: Struct) -> R:
    """The record with the field at a path as `source` has it; a record of another kind on the way as a whole."""
    name, *rest = path
    mine, theirs = getattr(record, name), getattr(source, name)
    value = put(mine, tuple(rest), theirs) if rest and type(mine) is type(theirs) else theirs
    return replace(record, **{name: value})


def _show(editor: Editor, value: Any, *, mixed: bool) -> None:
    if mixed:
        editor.show_mixed(value)
    else:
        editor.show_value(value)


def in_a_word(value: Any) -> str:
    """A value in the room that an entry of a list has: a record by its kind."""
    if isinstance(value, Kind):
        return value.title
    return _shown(value) if isinstance(value, bool) else typed(value)


def _shown(value: Any) -> str:
    if isinstance(value, Kind):
        return value.about()
    return {True: "on", False: "off"}.get(value, str(value)) if isinstance(value, bool) else str(value)

"""A row of Ctrl+K's list turned into an editor: the inspector's own control, with its reasons below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QLineEdit, QSpinBox, QVBoxLayout, QWidget

from bnsim.ui.commands.search_rows import SettingRow
from bnsim.ui.commands.transport_keys import OWN_KEYS
from bnsim.ui.inspector.editors import ChoiceEditor, NumberEditor, OptionalEditor, TextEditor, make_editor

WIDTH = 280


class RowEditor(QWidget):
    """Edits one setting. `edited` has the value that was entered, `finished` comes when the person is done."""

    edited = Signal(object)
    finished = Signal()
    browse_asked = Signal()
    resized = Signal()
    """It needs another height: a reason came or went."""

    def __init__(self, row: SettingRow, parent: QWidget) -> None:
        super().__init__(parent)
        self.setting = row.setting
        self._editor = make_editor(row.setting.field, self)
        self._editor.control.setObjectName("commands.editor")
        self.setFixedWidth(round(WIDTH * self.fontMetrics().height() / 16))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._editor)
        if isinstance(self._editor, NumberEditor):
            column.addWidget(self._editor.reason)
        value = row.value
        self._editor.show_value(type(value) if row.setting.field.kind == "record" and value is not None else value)
        if row.setting.inherits:
            self._editor.inherit(row.shared, row.inherited)
        self._editor.edited.connect(self.edited)
        self._editor.settled.connect(self._settled)
        if isinstance(self._editor, TextEditor):
            self._editor.browse_asked.connect(self.browse_asked)
        for widget in self.controls:
            widget.setProperty(OWN_KEYS, True)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The widgets that may have the focus."""
        boxes = (self._editor.box,) if isinstance(self._editor, OptionalEditor) else ()
        return (self._editor.control, *boxes)

    @property
    def wanted_height(self) -> int:
        """The height that the control and its reason need."""
        return self.heightForWidth(self.width()) if self.hasHeightForWidth() else self.sizeHint().height()

    def begin(self) -> None:
        """Take the focus, with what is there selected, or a list of choices open."""
        control = next(each for each in self.controls if each.isEnabled())
        control.setFocus()
        if isinstance(control, QLineEdit | QSpinBox):
            control.selectAll()
        if isinstance(self._editor, ChoiceEditor):
            self._editor.open_list()

    def give_up(self) -> None:
        """Enter nothing more."""
        self._editor.blockSignals(True)

    def _settled(self) -> None:
        if not self._editor.control.property("invalid"):
            self.finished.emit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.resized.emit()
        return done

"""The field that opens in a row of the outline, for a layer's main number."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bnsim.spec.numerals import typed
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.fields import Field, main_field, read_number
from bnsim.ui.model.said_facts import about_number
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

Index = QModelIndex | QPersistentModelIndex


class NumberDelegate(QStyledItemDelegate):
    """Edits the main number of a layer in its row; the field stays open while the number is not allowed.

    `set_number(layer id, value)` makes the edit.
    """

    def __init__(self, document: Document, set_number: Callable[[int, object], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._set_number = set_number

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = self._field(self._layer_id(index))
        assert field is not None
        editor: QWidget
        if field.kind == "int":
            editor = NumberBox(parent)
            editor.setRange(int(field.low), int(field.high))
            editor.setFrame(False)
            ignore_wheel(editor)
        else:
            editor = QLineEdit(parent)
            editor.setFrame(False)
            editor.setValidator(_Validator(field, editor))
        editor.setObjectName("outline.units" if field.name == "units" else "outline.number")
        editor.setAccessibleName(tr(field.title))
        editor.setToolTip(about_number(field))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        layer_id = self._layer_id(index)
        field = self._field(layer_id)
        value = getattr(self._document.experiment.layer(layer_id), field.name) if field is not None else None
        if isinstance(editor, NumberBox) and isinstance(value, int):
            editor.setValue(value)
            editor.selectAll()
        elif isinstance(editor, QLineEdit):
            editor.setText(typed(value))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        layer_id = self._layer_id(index)
        if isinstance(editor, NumberBox):
            editor.interpretText()
            self._set_number(layer_id, editor.value())
        elif isinstance(editor, QLineEdit) and editor.hasAcceptableInput():
            field = self._field(layer_id)
            assert field is not None
            self._set_number(layer_id, read_number(field, editor.text())[0])

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        editor.setGeometry(option.rect)

    def _field(self, layer_id: int) -> Field | None:
        return main_field(type(self._document.experiment.layer(layer_id)))

    def _layer_id(self, index: Index) -> int:
        found: int = index.model().index(index.row(), 0, index.parent()).data(Qt.ItemDataRole.UserRole)
        return found


class _Validator(QValidator):
    """Validates the number of a field; other text may be typed and is marked, but not accepted."""

    def __init__(self, field: Field, line: QLineEdit) -> None:
        super().__init__(line)
        self._field, self._line = field, line

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        wrong = bool(read_number(self._field, text)[1])
        if bool(self._line.property("invalid")) != wrong:
            self._line.setProperty("invalid", wrong)
            self._line.style().unpolish(self._line)
            self._line.style().polish(self._line)
        return QValidator.State.Intermediate if wrong else QValidator.State.Acceptable, text, position

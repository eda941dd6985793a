"""A field over one number of a tensor, in which another one is typed."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.session.arrays import GRADIENT, INPUT, VALUE
from bnsim.spec.numerals import typed
from bnsim.ui.language import tr
from bnsim.ui.model.fields import Field, read_number
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.tensor.drawing import Element

WIDTH = 172
HINT = "Enter forks the lane here with this number; Escape leaves it."
_NUMBER = Field("number", "The number", "float")


class CellEditor(QLineEdit):
    """Over the cell at `cell` of its parent; `entered` has the number. It closes when it is left, for `back`.

    A line below says what Enter does, or what is wrong with what is typed.
    """

    entered = Signal(float)

    def __init__(self, value: float, text: str, cell: QRect, theme: Theme, parent: QWidget, back: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.cell")
        self.setAccessibleName(tr("Another number for this cell"))
        self.setFont(font(theme, "text-small"))
        self._value, self._theme, self._back = value, theme, back
        self.hint = QLabel(tr(HINT), parent)
        self.hint.setObjectName("tensor.cellHint")
        self.hint.setFont(font(theme, "text-small"))
        self.hint.setWordWrap(True)
        self._color_hint("text")
        self.setText(text or typed(value))
        if not text:
            self.end(False)
            self.home(True)  # all of it, its beginning in sight
        self.textEdited.connect(self._say)
        self._place(cell, parent)
        self.show()
        self.hint.show()
        self.setFocus()
        if text:
            self._say()

    @Slot()
    def _say(self) -> None:
        why = self._read()[1]
        self.setProperty("invalid", bool(why))
        self.style().unpolish(self)
        self.style().polish(self)
        self.hint.setText(tr(why or HINT))
        self._color_hint("danger" if why else "text")

    def _read(self) -> tuple[float | None, str]:
        value, why = read_number(_NUMBER, self.text())
        return (None, "Type a number, such as 0.5 or −1e-3.") if why or value is None else (float(value), "")

    def _place(self, cell: QRect, parent: QWidget) -> None:
        """Stand over the cell, the hint below it, both inside the parent."""
        room, height = parent.rect(), max(self.sizeHint().height(), cell.height())
        width = min(max(WIDTH, cell.width()), room.width())
        hint = min(max(self.hint.sizeHint().width(), width), room.width())
        tall = self.hint.heightForWidth(hint)
        left = max(0, min(cell.center().x() - width // 2, room.width() - width))
        top = max(0, min(cell.center().y() - height // 2, room.height() - height - tall))
        self.setGeometry(left, top, width, height)
        self.hint.setGeometry(QRect(QPoint(max(0, min(left, room.width() - hint)), top + height), self.hint.size()))
        self.hint.resize(hint, tall)

    def _color_hint(self, name: str) -> None:
        around, ink, line = (color(self._theme, each).name() for each in ("surface", name, "line-strong"))
        self.hint.setStyleSheet(f"background: {around}; color: {ink}; border: 1px solid {line}; padding: 3px 6px;")

    def _end(self) -> None:
        if self.isHidden():  # losing the focus by being hidden
            return
        self.hide()
        self.hint.hide()
        self.hint.deleteLater()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            value, _ = self._read()
            if value is None:
                self._say()
                return
            self._leave()
            if value != self._value:
                self.entered.emit(value)
        elif key == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        self._end()
        self._back.setFocus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._end()


def why_fixed(seen: TensorSeen | None, element: Element, *, several: bool) -> str:
    """Why one cannot type another number for an element; "" where one can. `several`: its cell stands for more."""
    if seen is None or seen.values is None:
        return "There is no number to type over yet."
    name, instead = seen.offer.symbol, "type over a number of W, b, γ or β instead."
    if not seen.key:
        return f"{name} {_fixed(seen)}; {instead}"
    if several:
        return f"A cell of this map stands for several numbers of {name}; type over one in the table."
    row, column = element[0] - seen.corner[0], element[1] - seen.corner[1]
    inside = 0 <= row < seen.values.shape[0] and 0 <= column < seen.values.shape[1]
    return "" if inside else f"This number of {name} is not loaded yet; scroll the table to it."


def _fixed(seen: TensorSeen) -> str:
    """What an array that is no parameter follows from."""
    if seen.tensor.name == VALUE:
        return "is computed from the layer's input"
    if seen.tensor.name in (INPUT, "t"):
        return "is data"
    if seen.tensor.name.startswith("running"):
        return "follows the mini-batches"
    return "is a gradient" if seen.tensor.name == GRADIENT or seen.checkable else "is computed in every iteration"

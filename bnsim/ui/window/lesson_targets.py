"""Where in the window that is at which a step of a lesson points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QWidget

from bnsim.lessons.lesson import Point
from bnsim.lessons.numbers import id_of
from bnsim.spec.errors import InputError
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.model.document import Document
from bnsim.ui.panels.dock import PanelDock

Where = Callable[[], QRect | None]


class Targets:
    """Finds cards, panels, operations and controls of one window."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        canvas: CanvasView,
        panels: Sequence[PanelDock],
        explanation: Callable[[], QWidget | None],
    ) -> None:
        """`explanation` is the view in front at the right, which operations stand in."""
        self._window, self._document, self._canvas = window, document, canvas
        self._panels, self._explanation = panels, explanation

    def where(self, point: Point) -> Where:
        """A function that says where it is now, in the window's pixels; None while it is not seen."""
        return lambda: self._find(point)

    def layer(self, point: Point | None) -> int:
        """The id of the layer whose card is pointed at; 0 for none."""
        if point is None or point.kind != "card":
            return 0
        try:
            return id_of(self._document.experiment, point.name)
        except InputError:
            return 0

    def reveal_operation(self, point: Point) -> bool:
        """Have the view in front show the operation that is pointed at, as a click on its name does; False: not yet."""
        button = self._button(point.name) if point.kind == "operation" else None
        if isinstance(button, QAbstractButton):
            button.click()
        return button is not None or point.kind != "operation"

    def _find(self, point: Point) -> QRect | None:
        match point.kind:
            case "card":
                return self._card(point.name)
            case "figure":
                return self._rect(next((dock for dock in self._panels if dock.name == point.name and dock.seen), None))
            case "control":
                return self._rect(control(self._window, point.name))
            case _:
                return self._operation(point.name)

    def _card(self, name: str) -> QRect | None:
        layer = self.layer(Point("card", name))
        card = self._canvas.cards.card_of(layer) if layer else None
        if card is None or not card.isVisible():
            return None
        port = self._canvas.viewport()
        seen = self._canvas.card_on_viewport(card, card.shape().boundingRect()).intersected(port.rect())
        return None if seen.isEmpty() else QRect(port.mapTo(self._window, seen.topLeft()), seen.size())

    def _operation(self, name: str) -> QRect | None:
        """The row of an operation in the view in front; the whole view where none of that name is seen."""
        button = self._button(name)
        row = None if button is None else button.parentWidget()
        seen = QRect() if row is None else row.visibleRegion().boundingRect()
        if row is None or seen.isEmpty():
            return self._rect(self._explanation())
        return QRect(row.mapTo(self._window, seen.topLeft()), seen.size())

    def _button(self, name: str) -> QWidget | None:
        """What chooses that operation in the view in front, whether it is scrolled out of sight or not."""
        view = self._explanation()
        if view is None:
            return None
        return next((each for each in view.findChildren(QWidget) if _words_of(each) == name and each.isVisible()), None)

    def _rect(self, widget: QWidget | None) -> QRect | None:
        if widget is None or not widget.isVisible() or widget.window() is not self._window:
            return None
        return QRect(widget.mapTo(self._window, QPoint()), widget.size())


def control(window: QWidget, name: str) -> QWidget | None:
    """The control of that object name, or of that name in the bar on top, as in "step"."""
    for each in (name, f"transport.{name}"):
        found = window.findChild(QWidget, each)
        if isinstance(found, QWidget):
            return found
    return None


def _words_of(widget: QWidget) -> str:
    """The name of the operation that a button chooses, without the mark of the one that is executed."""
    text = getattr(widget, "text", None)
    return text().removeprefix("▸ ") if callable(text) and widget.property("kind") == "operation" else ""

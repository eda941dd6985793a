"""What the canvas offers to gestures, keys, drops and editors, as a protocol, so that they need not import the view."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, SignalInstance
from PySide6.QtWidgets import QWidget

from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.canvas.lane_titles import LaneTitles
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.canvas.wires import Wire
from bnsim.ui.canvas.zoom import Zoom
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection


class Canvas(Protocol):
    """The canvas as its input handlers use it. Positions are in viewport pixels, points in the scene."""

    @property
    def document(self) -> Document: ...
    @property
    def selection(self) -> Selection: ...
    @property
    def cards(self) -> CanvasScene: ...
    @property
    def card_style(self) -> CanvasStyle: ...
    @property
    def zoom(self) -> Zoom: ...
    @property
    def titles(self) -> LaneTitles: ...

    # What it cannot do itself and asks for: see the signals of `CanvasView`.

    @property
    def refused(self) -> SignalInstance: ...
    @property
    def action_asked(self) -> SignalInstance: ...
    @property
    def tensor_asked(self) -> SignalInstance: ...
    @property
    def lane_named(self) -> SignalInstance: ...
    @property
    def lane_toggled(self) -> SignalInstance: ...
    @property
    def file_dropped(self) -> SignalInstance: ...
    @property
    def picture_dropped(self) -> SignalInstance: ...
    @property
    def own_file_asked(self) -> SignalInstance: ...

    def escape_leaves(self) -> bool:
        """Whether Escape leaves projector mode at present."""

    def viewport(self) -> QWidget:
        """The viewport, as in QAbstractScrollArea."""

    def setFocus(self) -> None:
        """Take the keyboard focus, as in QWidget."""

    def mapToScene(self, position: QPoint, /) -> QPointF:
        """The point of the scene at a position, as in QGraphicsView."""

    def card_at(self, position: QPoint) -> CardItem | None:
        """The card under a position; None if there is none."""

    def card_on_viewport(self, card: CardItem, rect: QRectF) -> QRect:
        """A rectangle of a card, in viewport pixels."""

    def wire_at(self, position: QPoint) -> Wire | None:
        """The wire under a position; None if there is none."""

    def reveal(self, layer_id: int) -> None:
        """Scroll until that layer's card is in view."""

    def close_editor(self) -> None:
        """Close a field that is open over a card or a lane's name, without a change."""

    def edit_card(self, card: CardItem) -> None:
        """Open a field for its main number over a card."""

    def edit_selected(self) -> None:
        """Open the field over the current card; refused in words if there is none."""

    def rename_lane(self, stack_id: int) -> None:
        """Open a field over the lane's name."""

"""Wires between cards: a click on one shows the tensor that flows through it."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QGraphicsView

from bnsim.session.arrays import GRADIENT, INPUT, VALUE
from bnsim.ui.canvas.items.lane import LaneItem
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.language import tr

REACH = 7
"""Pixels above and below a wire that are taken for it."""


WORDS = {
    VALUE: "Click to see every number of this output",
    INPUT: "Click to see every number of this mini-batch",
    GRADIENT: "Click to see every number of this gradient",
}


class Wire(Struct, frozen=True):
    """The tensor that a wire stands for: a card's output, the mini-batch, or a gradient."""

    layer_id: int
    tensor: str

    def words(self) -> str:
        """What a click on the wire does, in words."""
        return tr(WORDS[self.tensor])


def wire_at(view: QGraphicsView, scene: CanvasScene, position: QPoint) -> Wire | None:
    """The wire at a position of the viewport, where no card is; far out there is none."""
    style, point = scene.card_style, view.mapToScene(position)
    if style.level == Level.FAR or scene.card_at(point) is not None:
        return None
    reach = REACH / view.transform().m22()
    for lane in scene.lanes.values():
        if lane.isVisible() and lane.cards and abs(point.y() - lane.cards[0].y() - style.metrics.wire) <= reach:
            return _wire(lane, point, style.metrics.card_width)
    return None


def _wire(lane: LaneItem, point: QPointF, card_width: float) -> Wire | None:
    for number, (before, after) in enumerate(pairwise(lane.cards)):
        if before.x() + card_width < point.x() < after.x():
            if not before.face.layer_id:
                return Wire(after.face.layer_id, INPUT) if after.face.layer_id else None
            gone_back = lane.wave is not None and lane.wave[0] == "backward" and number >= lane.wave[1]
            return Wire(before.face.layer_id, GRADIENT if gone_back else VALUE)
    return None

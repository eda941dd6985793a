"""Scrolling the canvas so that a card is in view: one that was asked for, or the one the run has come to."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGraphicsView

from bnsim.session.frame import Frame, LaneFrame
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.plan.states import executed_path
from bnsim.ui.canvas.scene import CanvasScene

MIDDLE = 0.5
AHEAD = {"backward": 0.7}
"""The position across the viewport, 0 to 1, to which an executed card is scrolled, with room for the next cards."""
AHEAD_FORWARD = 0.3


class Following:
    """Scrolls one view to a card; does not scroll if the card is wholly in view."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene) -> None:
        self._view = view
        self._scene = scene
        self.centered = False
        """Whether the executed card is always in the middle, as far as the scene reaches."""

    def reveal(self, card: CardItem, across: float = MIDDLE) -> None:
        """Bring the card to `across` the viewport, 0 to 1, if it is not wholly in view."""
        view = self._view
        size = view.viewport().rect()
        rect = view.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()
        if self.centered or rect.left() < 0 or rect.right() > size.width():
            across = MIDDLE if self.centered else across
            bar = view.horizontalScrollBar()
            bar.setValue(round(bar.value() + rect.center().x() - across * size.width()))
        # With the name of its lane, if there is room for both.
        m = self._scene.card_style.metrics
        lane = next((lane for lane in self._scene.layout.lanes if lane.bottom > card.y()), None)
        top = card.y() - m.title - m.tag if lane is None else lane.top
        above = view.mapFromScene(QPointF(card.x(), top)).y()
        vertical = view.verticalScrollBar()
        if rect.bottom() > size.height():
            vertical.setValue(vertical.value() + min(rect.bottom() + 4 - size.height(), above))
        elif rect.top() < 0 or above < 0:
            vertical.setValue(vertical.value() + above)

    def follow(self, before: Frame | None, frame: Frame | None, *, edited: bool) -> None:
        """Scroll to the executed card after a step, or to the start after a reset; not after an edit."""
        if frame is None or before is None or (frame.iteration, frame.tick) == (before.iteration, before.tick):
            return
        if (frame.iteration, frame.tick) != (0, 0):
            self._reveal_executed(before, frame)
        elif not edited:
            bar = self._view.horizontalScrollBar()
            bar.setValue(bar.minimum())

    def _reveal_executed(self, before: Frame, frame: Frame) -> None:
        """Scroll to the executed card, except after whole iterations, which all end at the same update."""
        lane = next((lane for lane in frame.lanes if lane.executed is not None and not lane.waiting), None)
        if lane is None or lane.executed is None:
            return
        if lane.executed.phase == "update" and frame.iteration != before.iteration:
            return
        card = self._executed_card(lane)
        if card is not None:
            self.reveal(card, AHEAD.get(lane.executed.phase, AHEAD_FORWARD))

    def _executed_card(self, lane: LaneFrame) -> CardItem | None:
        item = self._scene.lanes.get(lane.stack_id)
        if item is None or lane.executed is None or not item.isVisible():
            return None
        path = executed_path(lane.executed)
        return next((card for card in item.cards if card.active is not None), None) or next(
            (card for card, there in zip(item.cards, item.paths, strict=True) if there[:1] == path[:1]), None
        )

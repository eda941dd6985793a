"""Shows a frame on the cards of a scene: values, gradients, and which card is executed."""

from __future__ import annotations

from bnsim.session.frame import Cursor, Frame, LaneFrame
from bnsim.spec.tree import copies_on
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.lane import LaneItem
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.plan.rows import Row
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.plan.states import LaneState, norms_of, state_of
from bnsim.ui.canvas.scene import CanvasScene


class LiveCards:
    """Shows one frame after another; `scale` is the common scale of all gradient bars."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._executed: dict[int, Cursor | None] = {}
        self.scale = GradientScale()
        self.follows_run = False
        """True while it switches to the copy of a Repeat that the run has come to."""

    def show(self, frame: Frame | None, *, following: bool = True) -> None:
        """Give every card what the frame says about it; without a frame nothing is computed.

        `following`: a Repeat shows the copy just executed.
        """
        if frame is None or (frame.iteration == 0 and frame.tick == 0):
            self.scale.reset()
        shown: set[CardItem] = set()
        if frame is not None:
            self.scale.include([norm for lane in frame.lanes for norm in norms_of(lane)])
            for lane in frame.lanes:
                if following:
                    self._follow_copies(lane)
                shown |= self._show_lane(lane)
        for card in self._scene.all_cards():
            if card not in shown:
                card.set_live(None, None, None)
        for stack_id, item in self._scene.lanes.items():
            if frame is None or stack_id not in {lane.stack_id for lane in frame.lanes}:
                item.set_wave(None)
        if self._scene.card_style.level == Level.FAR:
            self._scene.update()

    def _follow_copies(self, lane: LaneFrame) -> None:
        """Show the copy of an open Repeat that was just executed."""
        executed = lane.executed
        before, self._executed[lane.stack_id] = self._executed.get(lane.stack_id), executed
        if (
            executed is None
            or executed == before
            or executed.phase == "update"
            or lane.stack_id not in self._scene.lanes
        ):
            return
        stack = self._scene.experiment.stack(lane.stack_id)
        moved = [
            (block.id, copy) for block, copy in copies_on(stack.layers, executed.path) if block.id in self._scene.blocks
        ]
        self.follows_run = True
        if self._scene.blocks.show_copies(dict(moved)):
            self._scene.refresh_lane(stack)
        self.follows_run = False

    def _show_lane(self, lane: LaneFrame) -> set[CardItem]:
        item = self._scene.lanes.get(lane.stack_id)
        if item is None:
            return set()
        state = state_of(lane, item.paths, [card.face for card in item.cards])
        shown = set()
        for index, (card, known) in enumerate(zip(item.cards, state.cards, strict=True)):
            if known is not None:
                active = state.active if index == state.at else None
                card.set_live(known, active, self.scale.fraction(known.gradient_norm))
                shown.add(card)
        shown.update(self._show_frames(lane, item, state))
        item.set_wave(None if lane.executed is None or state.at is None else (lane.executed.phase, state.at))
        return shown

    def _show_frames(self, lane: LaneFrame, item: LaneItem, state: LaneState) -> list[OpenBlock]:
        """Mark open blocks if the executed copy is not the one that is shown."""
        row = next((there.row for there in self._scene.layout.lanes if there.stack_id == lane.stack_id), Row())
        for block, span in zip(item.frames, row.spans, strict=True):
            block.set_live(None, state.inside(span), None)
        return item.frames

"""Shows a frame on the cards of a scene: values, gradients, and which card is executed."""

from __future__ import annotations

from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
from bnsim.spec.tree import Path, copies_on
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import Active, CardItem
from bnsim.ui.canvas.items.lane import LaneItem
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.plan.rows import Row
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.scene import DATA, CanvasScene


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
            self.scale.include(
                [
                    card.gradient_norm
                    for lane in frame.lanes
                    for card in (*lane.cards, *lane.inner.values())
                    if card.gradient_norm is not None
                ]
            )
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
        states: dict[Path, CardFrame] = {(i - 1,): card for i, card in enumerate(lane.cards)}
        states |= lane.inner
        executed = None if lane.executed is None else executed_path(lane.executed)
        at, shown = None, set()
        for index, (card, path) in enumerate(zip(item.cards, item.paths, strict=True)):
            state = states.get(path)
            if state is None or state.layer_id != card.face.layer_id:
                continue
            active = None
            if executed is not None and lane.executed is not None and _executes(card, path, executed):
                active, at = Active(lane.executed.phase, lane.executed.op, lane.waiting), index
            card.set_live(state, active, self.scale.fraction(state.gradient_norm))
            shown.add(card)
        shown.update(self._show_frames(lane, item, hidden=executed if at is None else None))
        item.set_wave(None if lane.executed is None or at is None else (lane.executed.phase, at))
        return shown

    def _show_frames(self, lane: LaneFrame, item: LaneItem, hidden: Path | None) -> list[OpenBlock]:
        """Mark open blocks if the executed copy, at the path `hidden`, is not the one that is shown."""
        row = next((there.row for there in self._scene.layout.lanes if there.stack_id == lane.stack_id), Row())
        for block, span in zip(item.frames, row.spans, strict=True):
            working = hidden is not None and lane.executed is not None and hidden[:1] == span.where[:1]
            active = Active(lane.executed.phase, lane.executed.op, lane.waiting) if working and lane.executed else None
            block.set_live(None, active, None)
        return item.frames


def executed_path(executed: Cursor) -> Path:
    """Path of the card that was executed; loading the mini-batch belongs to the data card."""
    return DATA if executed.op == "batch" else executed.path or (executed.layer,)


def _executes(card: CardItem, path: Path, executed: Path) -> bool:
    """Whether the card is that of the executed layer, or of the closed block around it."""
    return executed == path or (card.face.opens and executed[: len(path)] == path)

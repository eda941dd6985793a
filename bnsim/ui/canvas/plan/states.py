"""What a frame says about the cards of a lane: which of its states is whose, and what was executed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bnsim.session.frame import CardFrame, Cursor, LaneFrame
from bnsim.spec.tree import Path
from bnsim.ui.canvas.plan.cards import DATA
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.canvas.plan.rows import Span


class Active(NamedTuple):
    """What the card's layer does if its lane executed it last; `waiting`: other lanes are catching up."""

    phase: str
    op: str
    waiting: bool


class LaneState(NamedTuple):
    """`cards`: the state of each card, None where the frame has none. `at`: the number of the card executed last.

    `active`: what was executed, whether its card is shown or not.
    """

    cards: list[CardFrame | None]
    at: int | None
    active: Active | None
    executed: Path | None

    def inside(self, span: Span) -> Active | None:
        """What is executed in an open block in a copy that is not shown."""
        hidden = self.executed if self.at is None else None
        return self.active if hidden is not None and hidden[:1] == span.where[:1] else None


def state_of(lane: LaneFrame, paths: Sequence[Path], faces: Sequence[Face]) -> LaneState:
    """What the frame says about the cards with these paths and faces."""
    known: dict[Path, CardFrame] = {(index - 1,): card for index, card in enumerate(lane.cards)}
    known |= lane.inner
    executed = None if lane.executed is None else executed_path(lane.executed)
    active = None if lane.executed is None else Active(lane.executed.phase, lane.executed.op, lane.waiting)
    at: int | None = None
    cards: list[CardFrame | None] = []
    for index, (path, face) in enumerate(zip(paths, faces, strict=True)):
        state = known.get(path)
        if state is not None and state.layer_id != face.layer_id:
            state = None
        cards.append(state)
        if state is not None and executed is not None and _executes(face, path, executed):
            at = index
    return LaneState(cards, at, active, executed)


def norms_of(lane: LaneFrame) -> list[float]:
    """The norms of all gradients that the lane has."""
    every = (*lane.cards, *lane.inner.values())
    return [card.gradient_norm for card in every if card.gradient_norm is not None]


def executed_path(executed: Cursor) -> Path:
    """Path of the card that was executed; loading the mini-batch belongs to the data card."""
    return DATA if executed.op == "batch" else executed.path or (executed.layer,)


def _executes(face: Face, path: Path, executed: Path) -> bool:
    """Whether the card is that of the executed layer, or of the closed block around it."""
    return executed == path or (face.opens and executed[: len(path)] == path)

"""Breakpoints, as records: where a running session stops, and what it says then.

Place breakpoints stop when a lane's cursor comes to a layer or an operation: what it stands before has not been done.
Conditions on values stop right after the operation that wrote the value. `lane` is a stack's id, `layer` a layer's or
a block's, 0 any. How often each was hit is the session's to know (`Session.hits`).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from bnsim.spec.tree import Path

AnyPhase = Literal["", "forward", "loss", "backward", "update"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class BreakpointBase(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of all breakpoints. `records`: names in the history of what it compares, which has to be recorded."""

    records: ClassVar[tuple[str, ...]] = ()

    lane: Annotated[int, Meta(ge=0)] = 0
    layer: Annotated[int, Meta(ge=0)] = 0
    enabled: bool = True


class AtLayer(BreakpointBase, frozen=True):
    """Before the first operation of a layer's pass, or of just one phase of it; without a layer, of each phase."""

    phase: AnyPhase = ""


class AtOp(BreakpointBase, frozen=True):
    """Before an operation, by its title, such as "mean" or "dσ²"."""

    op: str
    phase: AnyPhase = ""


class NonFinite(BreakpointBase, frozen=True):
    """A lane's first NaN or infinity. It always stops a run; this counts it, and is named when it does."""


class GradientNorm(BreakpointBase, frozen=True):
    """Norm over the mini-batch of the loss's gradient with respect to a weight layer's output, below or above."""

    records: ClassVar[tuple[str, ...]] = ("gradient_norm",)
    below: float | None = None
    above: float | None = None


class Saturated(BreakpointBase, frozen=True):
    """Share of a sigmoid's or tanh's outputs where the derivative is below 1 % of its maximum."""

    records: ClassVar[tuple[str, ...]] = ("saturated",)
    above: Share = 0.9


class Dead(BreakpointBase, frozen=True):
    """Share of a ReLU's units that are silent on the whole mini-batch."""

    records: ClassVar[tuple[str, ...]] = ("dead",)
    above: Share = 0.5


class LossBelow(BreakpointBase, frozen=True):
    """The mini-batch's loss; `layer` means nothing here."""

    records: ClassVar[tuple[str, ...]] = ("loss",)
    below: float


Breakpoint = AtLayer | AtOp | NonFinite | GradientNorm | Saturated | Dead | LossBelow


class Stop(Struct, frozen=True):
    """Why a session stands where it stands. Nothing is wrong with it: it may be stepped on.

    `iteration` and `tick` say where; `lane` is the stack's id; `phase`, `path` and `op` name the operation just done,
    or, for a place, the one about to be. `layer_id` is 0 for the loss. `breakpoint` is None for a NaN or an infinity
    nobody asked about. `value` is what was measured, if anything was.
    """

    sentence: str
    iteration: int
    tick: int
    lane: int
    phase: str
    path: Path
    op: str
    layer_id: int = 0
    breakpoint: Breakpoint | None = None
    value: float | None = None

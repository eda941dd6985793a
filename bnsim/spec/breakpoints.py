"""Breakpoints: where a running session stops.

`AtLayer` and `AtOp` stop a lane before it carries out something; the others are conditions on a value and stop right
after the operation that wrote it. `lane` is a stack's id, `layer` a layer's or a block's, 0 any. How often each has
stopped a session is the session's to know (`Session.hits`).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

AnyPhase = Literal["", "forward", "loss", "backward", "update"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
LARGEST = 1e308
Limit = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""Finite: JSON has no infinity and no NaN."""
MAX_BREAKPOINTS = 1000
MAX_OP = 80


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
    """Before an operation. `op` is its key, such as "bn mean" or "bn dσ²", as `Session.operations` tells them.

    Operations that a person calls the same are one here: a Linear's with a bias and without.
    """

    op: Annotated[str, Meta(min_length=1, max_length=MAX_OP)]
    phase: AnyPhase = ""


class NonFinite(BreakpointBase, frozen=True):
    """A lane's first NaN or infinity. It always stops a run; this counts it, and is named when it does."""


class GradientNorm(BreakpointBase, frozen=True):
    """Norm over the mini-batch of the loss's gradient with respect to a weight layer's output, below or above."""

    records: ClassVar[tuple[str, ...]] = ("gradient_norm",)
    below: Limit | None = None
    above: Limit | None = None


class Saturated(BreakpointBase, frozen=True):
    """Share of an activation's outputs on its flat stretches: where the derivative is below 10 % of its maximum."""

    records: ClassVar[tuple[str, ...]] = ("saturated",)
    above: Share = 0.9


class Dead(BreakpointBase, frozen=True):
    """Share of an activation's units whose derivative is 0 on the whole mini-batch, as a silent ReLU's is."""

    records: ClassVar[tuple[str, ...]] = ("dead",)
    above: Share = 0.5


class LossBelow(BreakpointBase, frozen=True):
    """The mini-batch's loss; `layer` means nothing here."""

    records: ClassVar[tuple[str, ...]] = ("loss",)
    below: Limit


Breakpoint = AtLayer | AtOp | NonFinite | GradientNorm | Saturated | Dead | LossBelow

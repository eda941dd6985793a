"""Breakpoints: where a running session stops.

`AtLayer` and `AtOp` stop a lane before it carries out something; the others are conditions on a value and stop right
after the operation that wrote it. `lane` is a stack's id, `layer` a layer's or a block's, 0 any. `Session.hits`
counts how often each has stopped a session.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from bnsim.spec.expressions import MAX_LENGTH
from bnsim.spec.watches import Watch

AnyPhase = Literal["", "forward", "loss", "backward", "update"]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
LARGEST = 1e308
Limit = Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
"""Finite: JSON has no infinity and no NaN."""
When = Literal["<", "<=", ">", ">=", "==", "!=", "crosses", "changes", "not finite"]
COMPARED: tuple[When, ...] = ("<", "<=", ">", ">=", "==", "!=", "crosses")
"""Those that are about a limit."""
MAX_BREAKPOINTS = 1000
MAX_OP = 80


class BreakpointBase(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of all breakpoints. `records`: names of the records in the history that the condition compares."""

    records: ClassVar[tuple[str, ...]] = ()

    lane: Annotated[int, Meta(ge=0)] = 0
    layer: Annotated[int, Meta(ge=0)] = 0
    enabled: bool = True


class AtLayer(BreakpointBase, frozen=True):
    """Stops before the first operation of a layer's pass, in one phase or in each; layer 0: before each phase."""

    phase: AnyPhase = ""


class AtOp(BreakpointBase, frozen=True):
    """Stops before an operation. `op` is its key, such as "bn mean" or "bn dσ²", as `Session.operations` lists them.

    Operations with the same title are one here, such as those of a Linear with and without bias.
    """

    op: Annotated[str, Meta(min_length=1, max_length=MAX_OP)]
    phase: AnyPhase = ""


class NonFinite(BreakpointBase, frozen=True):
    """Counts a lane's first NaN or infinity, which stops a run in any case, and is named as the reason."""


class GradientNorm(BreakpointBase, frozen=True):
    """Stops when the norm of the loss's gradient at a weight layer's output is below or above a limit."""

    records: ClassVar[tuple[str, ...]] = ("gradient_norm",)
    below: Limit | None = None
    above: Limit | None = None


class Saturated(BreakpointBase, frozen=True):
    """Stops when more than that share of an activation's outputs is flat: a derivative below 10 % of its maximum."""

    records: ClassVar[tuple[str, ...]] = ("saturated",)
    above: Share = 0.9


class Dead(BreakpointBase, frozen=True):
    """Stops when more than that share of an activation's units has a derivative of 0 on the whole mini-batch."""

    records: ClassVar[tuple[str, ...]] = ("dead",)
    above: Share = 0.5


class LossBelow(BreakpointBase, frozen=True):
    """Stops when the loss of the mini-batch is below a limit; `layer` has no effect."""

    records: ClassVar[tuple[str, ...]] = ("loss",)
    below: Limit


class OnWatch(BreakpointBase, frozen=True):
    """Stops in an iteration in which a watch begins to compare so to `limit`, crosses it, changes, or is not finite.

    What it was in the iteration before is what it is held against; in the first one only what it is counts, and nothing
    has changed. It stops as the update begins, when all that a watch can read is there. `layer` has no effect.
    """

    expression: Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]
    when: When = "changes"
    limit: Limit = 0.0


Breakpoint = AtLayer | AtOp | NonFinite | GradientNorm | Saturated | Dead | LossBelow | OnWatch


def records_of(breakpoint: Breakpoint) -> tuple[str, ...]:
    """Names of the records in the history that a breakpoint reads."""
    return Watch(breakpoint.expression).records if isinstance(breakpoint, OnWatch) else breakpoint.records

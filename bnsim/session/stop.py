"""The record of why a session stopped."""

from __future__ import annotations

from msgspec import Struct

from bnsim.spec.breakpoints import Breakpoint
from bnsim.spec.tree import Path


class Stop(Struct, frozen=True):
    """Why a session stands where it stands. Nothing is wrong with it: it may be stepped on.

    `iteration` and `tick` say when; `lane` is the stack's id. `phase`, `path` and `op`, a title, name the operation
    just done, or, at a layer or an operation, the one about to be. `layer_id` is 0 for the loss. `breakpoint` is None
    for a NaN or an infinity nobody asked about. `value` is what was measured, if anything was.
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

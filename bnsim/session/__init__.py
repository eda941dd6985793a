"""An experiment in motion: lanes in lockstep, cursor, checkpoints and rewind, breakpoints, history."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bnsim.session.changes import WeightScaling
from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
from bnsim.session.stop import Stop
from bnsim.spec.breakpoints import (
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    OnWatch,
    Saturated,
)

if TYPE_CHECKING:
    from bnsim.session.evaluation import Evaluation
    from bnsim.session.session import Session

__all__ = [
    "AtLayer",
    "AtOp",
    "Breakpoint",
    "CardFrame",
    "Cursor",
    "Dead",
    "Evaluation",
    "Frame",
    "GradientNorm",
    "LaneFrame",
    "LossBelow",
    "NonFinite",
    "OnWatch",
    "Saturated",
    "Session",
    "Stop",
    "WeightScaling",
]


def __getattr__(name: str) -> Any:
    """What brings the engine along is imported when first named: a window opens without it."""
    if name == "Session":
        return import_module("bnsim.session.session").Session
    if name == "Evaluation":
        return import_module("bnsim.session.evaluation").Evaluation
    raise AttributeError(f"module 'bnsim.session' has no attribute {name!r}")

"""An experiment in motion: lanes in lockstep, cursor, checkpoints and rewind, breakpoints, history."""

from bnsim.session.evaluation import Evaluation
from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
from bnsim.session.session import Session
from bnsim.session.stop import Stop
from bnsim.spec.breakpoints import (
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
)

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
    "Saturated",
    "Session",
    "Stop",
]

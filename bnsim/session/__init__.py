"""An experiment in motion: lanes in lockstep, cursor, checkpoints and rewind, breakpoints, history."""

from bnsim.session.breakpoints import (
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
    Stop,
)
from bnsim.session.evaluation import Evaluation
from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
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
    "Saturated",
    "Session",
    "Stop",
]

"""An experiment in motion: lanes in lockstep, cursor, checkpoints and rewind, history."""

from bnsim.session.frame import CardFrame, Cursor, Frame, LaneFrame
from bnsim.session.session import Session

__all__ = ["CardFrame", "Cursor", "Frame", "LaneFrame", "Session"]

"""The canvas of a session as a diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnsim.plot.diagram import Diagram
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.stack import canvas_diagram

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.session import Session


def canvas_of(session: Session) -> Diagram:
    """All lanes of a session as it stands."""
    return canvas_diagram(CanvasShown(session.experiment, frame=session.frame()))

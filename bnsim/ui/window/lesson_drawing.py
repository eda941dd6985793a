"""What a step of a lesson shows besides figures, as a diagram: the equation with its numbers, or the canvas. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnsim.lessons.lesson import Stage
from bnsim.lessons.numbers import id_of
from bnsim.plot.diagram import Diagram
from bnsim.spec.tree import walk
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.stack import canvas_diagram

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.session import Session


def draw_step(session: Session, stage: Stage) -> Diagram:
    """The equation of the layer that the session stands behind, if the stage shows equations; else the canvas."""
    equation = _equation(session, stage)
    return equation or canvas_diagram(CanvasShown(session.experiment, frame=session.frame()))


def _equation(session: Session, stage: Stage) -> Diagram | None:
    from bnsim.lenses.equations import EquationLens
    from bnsim.ui.views.equation.sketch import equation_diagram

    if stage.view != "equation" or stage.place is None or not stage.place.layer:
        return None
    layer = id_of(session.experiment, stage.place.layer)
    stack = next(each for each in session.experiment.stacks if any(leaf.id == layer for leaf in walk(each.layers)))
    explained = EquationLens(stack.id, whole=True).answer(session)
    return None if explained is None else equation_diagram(explained, stack.name)

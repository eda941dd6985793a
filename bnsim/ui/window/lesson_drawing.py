"""What a step of a lesson shows besides figures, as a diagram: the equation with its numbers, or the canvas. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.lessons.lesson import Stage
from bnsim.lessons.numbers import id_of
from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size
from bnsim.spec.naming import operation_name
from bnsim.spec.tree import walk
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.stack import canvas_diagram

MOST_OPERATIONS = 2
"""Of a layer with more of them one is shown alone, as all would not be read from afar: that which is pointed at, or
the last one."""

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.session import Session


def draw_step(session: Session, stage: Stage, size: Size = SLIDE) -> Diagram:
    """The equation of the layer that the session stands behind, if the stage shows equations; else the canvas.

    `size`: the page it is laid out for.
    """
    equation = _equation(session, stage, size)
    return equation or canvas_diagram(CanvasShown(session.experiment, frame=session.frame()), size)


def _equation(session: Session, stage: Stage, size: Size) -> Diagram | None:
    from bnsim.lenses.equations import EquationLens
    from bnsim.ui.views.equation.sketch import equation_diagram

    if stage.view != "equation" or stage.place is None or not stage.place.layer:
        return None
    layer = id_of(session.experiment, stage.place.layer)
    stack = next(each for each in session.experiment.stacks if any(leaf.id == layer for leaf in walk(each.layers)))
    explained = EquationLens(stack.id, whole=True).answer(session)
    if explained is None:
        return None
    point = stage.pointed
    named = point.name if point is not None and point.kind == "operation" else ""
    meant = tuple(each for each in explained.visit if operation_name(each.op) == named)
    if meant or len(explained.visit) > MOST_OPERATIONS:
        explained = replace(explained, visit=meant)
    return equation_diagram(explained, stack.name, size)

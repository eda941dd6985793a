"""Why a gradient is as small or as large as it is: its norm after every layer on its way down from the loss."""

from __future__ import annotations

from msgspec.structs import replace

from bnsim.figures.chosen import in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.lenses.why.staircase import staircase
from bnsim.plot.figure import Figure
from bnsim.session.arrays import GRADIENT, Tensor
from bnsim.spec.tree import is_weight_layer

CAPTION = "Each step is a layer: what it multiplied the norm of the gradient by. Dots are weight layers."


@figure(
    title="Why the gradient is so small",
    shows="norm of the gradient after every layer from the loss down to one weight layer, by kind",
    section="By depth",
    about="weight layer",
)
def why(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The way of the gradient from the loss down to one weight layer as a staircase, lanes over one another.

    Each step is a link of `bn.why`. `layer_id` is the weight layer; for another layer the nearest in its lane is taken,
    for None the first; in other lanes the one after as many weights. `max_points` and `known` have no effect.
    """
    from bnsim.lenses.why.paging import WhyPageLens  # the engine comes with it

    found = in_each_lane(session, layer_id, is_weight_layer)
    if not found:
        return _empty("Add a Linear layer to ask why its gradient is as it is")
    asked = next((each for each in found if each.link.layer.id == layer_id), found[0])
    page = WhyPageLens(Tensor(asked.shown.lane.stack.id, asked.link.path, GRADIENT), remedies=False).answer(session)
    if page is None or page.figure is None:
        return _empty(f"{asked.title}: step on until the backward pass has come by")
    return replace(page.figure, title=why.title, caption=CAPTION)


def _empty(verdict: str) -> Figure:
    return replace(staircase(why.name, why.title, verdict, ()), caption="")

"""Why a gradient is as small or as large as it is: its norm after every layer on its way down from the loss."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import links
from bnsim.lenses.why.staircase import Flight, staircase
from bnsim.plot.figure import Figure
from bnsim.spec.numerals import factor, short
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import is_weight_layer

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.lane import Lane

CAPTION = phrase("Each step is a layer: what it multiplied the norm of the gradient by. Dots are weight layers.")
FAR = 10.0
"""So many times what it is at the loss, or that part of it, is a gradient that the title calls large, or small."""
MOST = 3
"""Kinds that the verdict tells of; where there are as many lanes, one of each."""


@figure(
    title="Why the gradient is as large as it is",
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

    Each step is a link of `bn.why`; a Residual is one, unless the layer is inside it. `layer_id` is the weight layer;
    for another layer the nearest in its lane is taken, for None the first; in other lanes the one after as many
    weights. The title says of the gradient, or of the one lane's, that it is small or large if it is, by ten times what
    it is at the loss. `max_points` and `known` have no effect.
    """
    found = in_each_lane(session, layer_id, is_weight_layer)
    flights = [flight for each in found if (flight := _flight(each)).steps]
    if not found:
        verdict = phrase("Add a Linear layer to ask why its gradient is as it is")
    elif all(each.link.path == links(each.shown.lane.stack.layers)[-1].path for each in found):
        verdict = phrase("No layer stands between {layer} and the loss: add one after it", layer=found[0].title)
    elif not flights:
        verdict = joined(": ", (found[0].title, phrase("step on until the backward pass has come by")))
    else:
        verdict = joined(" · ", (_told(flight, brief=len(flights) >= MOST) for flight in flights))
    made = staircase(why.name, _title(flights), verdict, flights)
    if not flights:
        return made
    return replace(made, caption=joined(" ", (phrase("Down to {layer}.", layer=found[0].title), CAPTION)))


def _flight(found: Found) -> Flight:
    """The links of `bn.why`, without words; no steps while they are not all there."""
    from bnsim.lenses.why.answer import why_gradient  # the engine comes with it
    from bnsim.lenses.why.flights import flight_of
    from bnsim.lenses.why.reading import Reading

    shown = found.shown
    lane = cast("Lane", shown.lane)
    answer = why_gradient(Reading(lane, told=False), found.link.path)
    flight = flight_of(lane, answer, shown.name, shown.role, shown.marker, shown.spelling)
    return replace(flight, steps=()) if answer.norm is None and answer.ended < 0 else flight


def _title(flights: list[Flight]) -> str:
    """What is asked, as it was measured: of all lanes, or of the only one that is far off."""
    sizes = [_far(flight) for flight in flights]
    far = set(sizes) - {0}
    if len(far) != 1:
        return why.title
    small = far == {-1}
    if 0 not in sizes:
        return phrase("Why the gradient is so small" if small else "Why the gradient is so large")
    if len(sizes) - sizes.count(0) > 1:
        return why.title
    lane = next(flight.name for flight, size in zip(flights, sizes, strict=True) if size)
    return phrase(
        "Why the gradient is so small in {lane}" if small else "Why the gradient is so large in {lane}", lane=lane
    )


def _far(flight: Flight) -> int:
    """-1 for a gradient that is small beside what it is at the loss, 1 for a large one, else 0."""
    first, last = flight.steps[0].y[0], flight.steps[-1].y[1]
    return -1 if last * FAR < first else 1 if last > first * FAR else 0


def _told(flight: Flight, *, brief: bool) -> str:
    """A lane in words: from where to where, and what each layer of a kind did on average, the strongest first."""
    logs: dict[str, list[float]] = {}
    for step in flight.steps:
        logs.setdefault(step.kind, []).append(math.log(step.factor) if 0 < step.factor < math.inf else math.nan)
    strongest = sorted((each for each in logs.items() if math.isfinite(sum(each[1]))), key=lambda e: -abs(sum(e[1])))
    kinds = (
        phrase("{kind} {factor} each", kind=kind, factor=factor(math.exp(sum(own) / len(own))))
        for kind, own in strongest[: 1 if brief else MOST]
    )
    first, last = flight.steps[0].y[0], flight.steps[-1].y[1]
    norms = phrase("{first} at the loss, {last} here", first=short(first), last=short(last))
    if brief:
        norms = phrase("{last} here, {first} at the loss", first=short(first), last=short(last))
    return joined(": ", (flight.name, norms, joined(", ", kinds)))

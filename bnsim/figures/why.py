"""Why a gradient is as small or as large as it is: its norm after every layer on its way down from the loss."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import Link, links
from bnsim.lenses.norm import norm
from bnsim.lenses.why.staircase import Flight, Step, places_along, staircase
from bnsim.plot.figure import Figure
from bnsim.spec.layers import Layer, Residual
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import factor, short
from bnsim.spec.tree import Path, is_weight_layer, layer_at

CAPTION = "Each step is a layer: what it multiplied the norm of the gradient by. Dots are weight layers."
MOST = 3
"""Kinds that the verdict tells of."""


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

    Each step is a link of `bn.why`; a Residual is one, unless the layer is inside it. `layer_id` is the weight layer;
    for another layer the nearest in its lane is taken, for None the first; in other lanes the one after as many
    weights. `max_points` and `known` have no effect.
    """
    found = in_each_lane(session, layer_id, is_weight_layer)
    flights = [flight for each in found if (flight := _flight(each)).steps]
    if not found:
        verdict = "Add a Linear layer to ask why its gradient is as it is"
    elif all(len(_way(each)) == 1 for each in found):
        verdict = f"No layer stands between {found[0].title} and the loss: add one after it"
    elif not flights:
        verdict = f"{found[0].title}: step on until the backward pass has come by"
    else:
        verdict = " · ".join(map(_told, flights))
    made = staircase(why.name, why.title, verdict, flights)
    return replace(made, caption=f"Down to {found[0].title}. {CAPTION}") if flights else made


def _flight(found: Found) -> Flight:
    lane, spelled = found.shown.lane, found.shown.spelling
    row = _way(found)
    norms = [None if (g := lane.gradient(link.path)) is None else norm(np.asarray(g)) for link in row]
    known = [size for size in norms if size is not None]
    xs = places_along(lane.stack.layers, [link.path for link in row])
    steps: Sequence[Step] = ()
    if len(known) == len(norms):
        points = list(zip(row, xs, known, strict=True))[::-1]
        steps = [
            Step(
                above[0].layer.id,
                above[0].path,
                layer_name(lane.stack, above[0].path),
                above[0].layer.name,
                above[0].layer.group,
                below[2] / above[2] if above[2] > 0 else math.nan,
                "",
                (above[1], below[1]),
                (above[2], below[2]),
                (spelled.norm("gradient", above[0].path), spelled.norm("gradient", below[0].path)),
            )
            for above, below in pairwise(points)
        ]
    return Flight(found.shown.name, found.shown.role, found.shown.marker, tuple(steps))


def _way(found: Found) -> list[Link]:
    """The layer and those after it that its gradient comes through, in the order of the forward pass."""
    layers, path = found.shown.lane.stack.layers, found.link.path
    everything = links(layers)
    at = next(number for number, link in enumerate(everything) if link.path == path)
    return [link for link in everything[at:] if _is_crossed(layers, link, path)]


def _is_crossed(layers: Sequence[Layer], link: Link, path: Path) -> bool:
    """Whether the way to a path crosses that link: no branch beside it, and no sum that only hands on to its branch."""
    if isinstance(link.layer, Residual) and path[: len(link.path)] == link.path:
        return False
    around = (link.path[:end] for end in range(1, len(link.path)))
    blocks = (each for each in around if isinstance(layer_at(layers, each), Residual))
    return all(path[: len(each)] == each for each in blocks)


def _told(flight: Flight) -> str:
    """A lane in words: from where to where, and what each layer of a kind did on average, the strongest first."""
    logs: dict[str, list[float]] = {}
    for step in flight.steps:
        logs.setdefault(step.kind, []).append(math.log(step.factor) if 0 < step.factor < math.inf else math.nan)
    strongest = sorted((each for each in logs.items() if math.isfinite(sum(each[1]))), key=lambda e: -abs(sum(e[1])))
    kinds = [f"{kind} {factor(math.exp(sum(own) / len(own)))} each" for kind, own in strongest[:MOST]]
    first, last = flight.steps[0].y[0], flight.steps[-1].y[1]
    return f"{flight.name}: {short(first)} at the loss, {short(last)} here: {', '.join(kinds)}"

"""Why a gradient is as small, or as large, as it is: traced from the loss down to the layer, link by link."""

from __future__ import annotations

from bnsim.lenses.why.links import ended_at, links_along
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Why
from bnsim.lenses.why.start import start_of
from bnsim.lenses.why.summary import kinds_of, summary_of, worst_of
from bnsim.lenses.why.way import way_to
from bnsim.session.arrays import GRADIENT, Tensor
from bnsim.session.lane import Lane
from bnsim.spec.errors import InputError
from bnsim.spec.naming import layer_name
from bnsim.spec.tree import Path


def why(lane: Lane, layer: int | Path = 0) -> Why:
    """Why the loss's gradient with respect to a layer's output is as large as it is, at this moment.

    `layer` is an index in the stack, or a path into blocks. The factors of `.links`, from the last layer down to this
    one, multiply to the ratio of the norms of both gradients. InputError if there is no such layer.
    """
    path = (layer,) if isinstance(layer, int) else tuple(layer)
    if path not in lane.program.gradients:
        raise InputError(f"{lane.stack.name} has no layer {layer}; layers are counted from 0.")
    return why_gradient(lane, path)


def why_gradient(lane: Lane, path: Path) -> Why:
    """Why the gradient of the output of the layer at `path` is as large as it is."""
    reading = Reading(lane)
    start = start_of(reading)
    name = layer_name(lane.stack, path)
    links = links_along(reading, way_to(lane.program, lane.stack.layers, path)) if start is not None else ()
    ended = ended_at(links)
    norm = reading.norm(lane.program.gradients[path])
    small = start is None or norm is None or not norm > start.norm
    asked = Why(
        tensor=Tensor(lane.stack.id, path, GRADIENT),
        lane=lane.stack.name,
        title=f"Why is the gradient at {name} so {'small' if small else 'large'}?",
        name=name,
        iteration=lane.iteration,
        start=start,
        links=links,
        norm=norm,
        kinds=kinds_of(links),
        worst=worst_of(links, small=small),
        ended=ended,
    )
    return summary_of(asked)

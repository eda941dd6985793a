"""Why a gradient is as small, or as large, as it is: traced from the loss down to the layer, link by link."""

from __future__ import annotations

import math

from bnsim.lenses.why.links import ended_at, links_along
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Why
from bnsim.lenses.why.remedies import remedies_of
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
    return why_gradient(Reading(lane), path)


def why_gradient(reading: Reading, path: Path, *, remedies: bool = False) -> Why:
    """Why the gradient of the output of the layer at `path` is as large as it is."""
    lane, start, way = reading.lane, start_of(reading), way_to(reading.program, reading.stack.layers, path)
    links = links_along(reading, way) if start is not None else ()
    norm = reading.norm(reading.program.gradients[path])
    ended = ended_at(links)
    size = links[ended].norm_after if ended >= 0 else norm
    small = start is None or size is None or size <= start.norm
    name = layer_name(lane.stack, path)
    found = Why(
        tensor=Tensor(lane.stack.id, path, GRADIENT),
        lane=lane.stack.name,
        title=_title(name, size, small=small),
        name=name,
        iteration=lane.iteration,
        start=start,
        links=links,
        norm=norm,
        kinds=kinds_of(links),
        worst=worst_of(links, small=small),
        remedies=remedies_of(reading, way, norm) if remedies and way and norm is not None else (),
        ended=ended,
    )
    return summary_of(found)


def _title(name: str, norm: float | None, *, small: bool) -> str:
    if norm == 0:
        return f"Why is there no gradient at {name}?"
    if norm is not None and not math.isfinite(norm):
        return f"Why is the gradient at {name} no number?"
    return f"Why is the gradient at {name} so {'small' if small else 'large'}?"

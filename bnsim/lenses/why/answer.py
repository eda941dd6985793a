"""Why a gradient is as small, or as large, as it is: traced from the loss down to the layer, link by link."""

from __future__ import annotations

import math

from msgspec.structs import replace

from bnsim.lenses.why.links import ended_at, followed, links_along
from bnsim.lenses.why.parameter import parameter_gradient
from bnsim.lenses.why.reading import Reading, largest_singular_value
from bnsim.lenses.why.records import Link, Why
from bnsim.lenses.why.remedies import remedies_of
from bnsim.lenses.why.start import start_of
from bnsim.lenses.why.summary import kinds_of, summary_of, then, worst_of
from bnsim.lenses.why.way import way_to
from bnsim.session.arrays import GRADIENT, Tensor
from bnsim.session.lane import Lane
from bnsim.spec.errors import InputError
from bnsim.spec.naming import layer_name
from bnsim.spec.tree import Path


def why(lane: Lane, layer: int | Path = 0, *, spectrum: bool = False) -> Why:
    """Why the loss's gradient with respect to a layer's output is as large as it is, at this moment.

    `layer` is an index in the stack, or a path into blocks. The factors of `.links`, from the last layer down to this
    one, multiply to the ratio of the norms of both gradients. With `spectrum` each weight tells its largest singular
    value. InputError if there is no such layer.
    """
    path = (layer,) if isinstance(layer, int) else tuple(layer)
    if path not in lane.program.gradients:
        raise InputError(f"{lane.stack.name} has no layer {layer}; layers are counted from 0.")
    return why_gradient(Reading(lane, top=largest_singular_value if spectrum else None), path)


def why_gradient(reading: Reading, path: Path, *, remedies: bool = False) -> Why:
    """Why the gradient of the output of the layer at `path` is as large as it is."""
    way = way_to(reading.program, reading.stack.layers, path)
    norm = reading.norm(reading.program.gradients[path])
    name = layer_name(reading.stack, path)
    found = _put_together(reading, Tensor(reading.stack.id, path, GRADIENT), name, links_along(reading, way), norm)
    if remedies and way and norm is not None:
        found = replace(found, remedies=remedies_of(reading, way, norm))
    return found


def why_parameter(reading: Reading, path: Path, name: str) -> Why | None:
    """Why the gradient called `name` ("dweight", "dbias") of the layer at `path` is as large as it is.

    `links` go on from the gradient of the layer's output to that of the parameter, `after` to what the optimizer gets.
    None if the layer has no such parameter.
    """
    asked = parameter_gradient(reading, path, name)
    if asked is None:
        return None
    down = links_along(reading, way_to(reading.program, reading.stack.layers, path))
    arrived = ended_at(down) < 0 and reading.norm(reading.program.gradients[path]) is not None
    links = (*down, *followed(asked.links())) if arrived else down
    found = _put_together(reading, Tensor(reading.stack.id, path, name), asked.name, links, reading.norm(asked.whole))
    after = followed(asked.after())
    return replace(found, after=after, summary=(*found.summary, *then(after)))


def _put_together(reading: Reading, tensor: Tensor, name: str, links: tuple[Link, ...], norm: float | None) -> Why:
    """The answer from its links; without a start, which is the loss's gradient, there are none."""
    start = start_of(reading)
    links = links if start is not None else ()
    ended = ended_at(links)
    size = links[ended].norm_after if ended >= 0 else norm
    small = start is None or size is None or size <= start.norm
    found = Why(
        tensor=tensor,
        lane=reading.stack.name,
        title="",
        name=name,
        iteration=reading.lane.iteration,
        start=start,
        links=links,
        norm=norm,
        kinds=kinds_of(links),
        worst=worst_of(links, small=small),
        ended=ended,
    )
    return summary_of(replace(found, title=_title(found, size, small=small)))


def _title(found: Why, size: float | None, *, small: bool) -> str:
    parameter = found.tensor.name != GRADIENT
    what = found.name if parameter else f"the gradient at {found.name}"
    if size == 0:
        return f"Why is {what} zero?" if parameter else f"Why is there no gradient at {found.name}?"
    if size is None:  # not computed yet
        return f"Why is {what} as large as it is?"
    if not math.isfinite(size):
        return f"Why is {what} no number?"
    return f"Why is {what} so {'small' if small else 'large'}?"

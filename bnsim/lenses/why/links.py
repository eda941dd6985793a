"""The links of a gradient's way: each layer's factor with its parts and its cause."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from bnsim.engine.program import Place
from bnsim.lenses.why.causes import Cause, cause_of, gamma_cause
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Link, Part
from bnsim.lenses.why.way import Crossing
from bnsim.spec.naming import copy_name, operation_name
from bnsim.spec.normalizations import GroupNorm, LayerNorm, RMSNorm
from bnsim.spec.numerals import significant


def links_along(reading: Reading, way: Iterable[Crossing]) -> tuple[Link, ...]:
    """The links of all crossings as far as the gradient is computed, and no further than the first 0 or non-number."""
    links: list[Link] = []
    for crossing in way:
        for link in _links_of(reading, crossing):
            if link is None:
                return tuple(links)
            links.append(link)
            if not link.norm_after or not math.isfinite(link.norm_after):
                return tuple(links)
    return tuple(links)


def _links_of(reading: Reading, crossing: Crossing) -> Iterable[Link | None]:
    """One link, or two where γ is one of its own; None where the gradient has not got to yet."""
    step, g = crossing.step, crossing.g
    if isinstance(crossing.layer, LayerNorm | GroupNorm | RMSNorm) and step is not None and step.places[0] is not g:
        d_x_hat = step.places[0]
        yield _link(reading, crossing, g, d_x_hat, by_gamma=True)
        g = d_x_hat
    yield _link(reading, crossing, g, crossing.d_x)


def _link(reading: Reading, crossing: Crossing, g: Place, d_x: Place, *, by_gamma: bool = False) -> Link | None:
    before, after = reading.norm(g), reading.norm(d_x)
    if before is None or after is None:
        return None
    factor = after / before if before > 0 else math.nan
    if 0 < factor < math.inf:
        with np.errstate(all="ignore"):
            cause = gamma_cause(reading, g, d_x, factor) if by_gamma else cause_of(reading, crossing, g, factor)
    else:
        cause = Cause((), _ended(before, after, reading.lane.machine.memory.dtype))
    position = reading.program.written_by.get(d_x, 0)
    branch = links_along(reading, crossing.branch)
    return Link(
        name=crossing.name + (" γ" if by_gamma else ""),
        kind=crossing.layer.name,
        group=crossing.layer.group,
        layer=crossing.layer.id,
        path=crossing.path,
        position=position,
        operation=operation_name(reading.program.instructions[position].operation.title),
        factor=factor,
        norm_after=after,
        cause=cause.words,
        parts=cause.parts or (Part("factor", factor),),
        copy=copy_name(reading.stack, crossing.path),
        inside=branch,
        spread=cause.spread,
    )


def _ended(before: float, after: float, dtype: np.dtype) -> str:
    if before == 0:
        return "The gradient was 0 before already."
    if after == 0 and before < float(np.finfo(dtype).tiny):
        least = significant(float(np.finfo(dtype).smallest_subnormal), 2)
        return f"Nothing is left of the gradient here: {least} is the smallest number there is in {dtype.name}."
    if after == 0:
        return "Nothing is left of the gradient here: wherever there is some, a slope, a weight or a mask is 0."
    kind = "NaN (not a number)" if math.isnan(after) else "infinite"
    return f"The gradient becomes {kind} here; before it was {significant(before, 3)} in norm."


def ended_at(links: Sequence[Link]) -> int:
    """The number of the link behind which the norm is 0 or no number; −1 if there is none."""
    last = len(links) - 1
    return last if links and (not links[last].norm_after or not math.isfinite(links[last].norm_after)) else -1

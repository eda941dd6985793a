"""The links of a gradient's way: each layer's factor with its parts and its cause."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from msgspec import structs

from bnsim.engine.program import Place
from bnsim.lenses.why.causes import Cause, cause_of, gamma_cause
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Link, Part
from bnsim.lenses.why.way import Crossing
from bnsim.spec.layers import GroupNorm, Layer, LayerNorm, RMSNorm
from bnsim.spec.naming import copy_name, operation_name
from bnsim.spec.numerals import significant
from bnsim.spec.tree import Path


def links_along(reading: Reading, way: Iterable[Crossing]) -> tuple[Link, ...]:
    """The links of all crossings, as far as they can be followed."""
    return followed(link for crossing in way for link in _links_of(reading, crossing))


def followed(links: Iterable[Link | None]) -> tuple[Link, ...]:
    """Links up to the first that is not computed yet, which is None, or with which the product ends."""
    found: list[Link] = []
    for link in links:
        if link is None:
            break
        found.append(link)
        if ended_at(found) >= 0:
            break
    return tuple(found)


def _links_of(reading: Reading, crossing: Crossing) -> Iterable[Link | None]:
    """One link, or two where γ is one of its own; None where the gradient has not got to yet."""
    step, g, layer = crossing.step, crossing.g, crossing.layer
    where = Where(layer, crossing.path, crossing.name, layer.name, layer.group)
    if isinstance(layer, LayerNorm | GroupNorm | RMSNorm) and step is not None and step.places[0] is not g:
        d_x_hat = step.places[0]
        by_gamma = replace(where, name=f"{where.name} γ")
        yield link_between(
            reading, by_gamma, g, d_x_hat, lambda factor: gamma_cause(reading, crossing.g, d_x_hat, factor)
        )
        g = d_x_hat
    found = link_between(reading, where, g, crossing.d_x, lambda factor: cause_of(reading, crossing, g, factor))
    if found is None or not crossing.branch:
        yield found
    else:
        yield structs.replace(found, inside=links_along(reading, crossing.branch))


@dataclass(frozen=True)
class Where:
    """Whose link it is: its layer, where that stands, what the link and its kind are called, and of what norms are."""

    layer: Layer
    path: Path
    name: str
    kind: str
    group: str
    what: Literal["gradient", "output"] = "gradient"


def link_between(
    reading: Reading, where: Where, first: Place, second: Place, cause: Callable[[float], Cause]
) -> Link | None:
    """The link from the norm at one place to that at another; None while one of them is not computed.

    `cause` is asked where the factor is positive and finite.
    """
    before, after = reading.norm(first), reading.norm(second)
    if before is None or after is None:
        return None
    return link_of(reading, where, (before, after), reading.program.written_by.get(second, 0), cause)


def link_of(
    reading: Reading, where: Where, norms: tuple[float, float], position: int, cause: Callable[[float], Cause]
) -> Link:
    """The link from one norm to another, which the instruction at `position` made."""
    before, after = norms
    factor = after / before if before > 0 else math.nan
    if not reading.told:
        found = Cause((), "")
    elif 0 < factor < math.inf:
        with np.errstate(all="ignore"):
            found = cause(factor)
    else:
        found = Cause((), _ended(where.what, before, after, reading.lane.machine.memory.dtype))
    return Link(
        name=where.name,
        kind=where.kind,
        group=where.group,
        layer=where.layer.id,
        path=where.path,
        position=position,
        operation=operation_name(reading.program.instructions[position].operation.title),
        factor=factor,
        norm_after=after,
        cause=found.words,
        parts=found.parts or (Part("factor", factor),),
        copy=copy_name(reading.stack, where.path),
        spread=found.spread,
        largest=found.largest,
    )


def _ended(what: str, before: float, after: float, dtype: np.dtype) -> str:
    if before == 0:
        return f"The {what} was 0 before already."
    if after == 0 and before < float(np.finfo(dtype).tiny):
        least = significant(float(np.finfo(dtype).smallest_subnormal), 2)
        return f"Nothing is left of the {what} here: {least} is the smallest number there is in {dtype.name}."
    if after == 0:
        return f"Nothing is left of the {what} here: wherever there is some, a slope, a weight or a mask is 0."
    was = f"before it was {significant(before, 3)} in norm"
    return f"The {what} becomes {'NaN (not a number)' if math.isnan(after) else 'infinite'} here; {was}."


def ended_at(links: Sequence[Link]) -> int:
    """The number of the link behind which the norm is 0 or no number; −1 if there is none."""
    last = len(links) - 1
    return last if links and (not links[last].norm_after or not math.isfinite(links[last].norm_after)) else -1

"""What would change a gradient: the backward pass again with the same values forward, some layers passed otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bnsim.lenses.why.again import Again, Otherwise, within
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Remedy
from bnsim.lenses.why.way import Crossing
from bnsim.spec.layers import Residual
from bnsim.spec.tries import Try, What

FIXED = "the backward pass again, with the values of the forward pass as they are"
WORTH = 1.1
"""A factor by which something changes the norm at least, up or down, to be told."""

MOST = 6
"""Remedies that are told."""

Candidate = tuple[str, Try, Otherwise]


def remedies_of(reading: Reading, way: Sequence[Crossing], norm: float) -> tuple[Remedy, ...]:
    """What the gradient at the end of `way`, of that norm, would be if some layers let it through otherwise."""
    again = Again(reading, way)
    found = []
    for words, tried, otherwise in _candidates(reading, way):
        would_be = again.norm(otherwise)
        times = would_be / norm if norm > 0 else math.inf if would_be > 0 else 1.0
        if not 1 / WORTH < times < WORTH:
            found.append(Remedy(words, would_be, times, FIXED, tried))
    start = reading.norm(way[0].g)
    small = start is None or not norm > start
    # What turns it to the other side comes first, and of that what does so most.
    return tuple(sorted(found, key=lambda remedy: -remedy.times if small else remedy.times)[:MOST])


def _candidates(reading: Reading, way: Sequence[Crossing]) -> Iterator[Candidate]:
    crossings = within(way)
    for kind in dict.fromkeys(type(crossing.layer) for crossing in crossings):
        same = [crossing for crossing in crossings if type(crossing.layer) is kind]
        if kind is Residual:
            every = _every(same)
            yield f"the skip alone in {every}", _try("skip alone", same), dict.fromkeys(same, "passed")
            yield f"{every} without its skip", _try("no skip", same), dict.fromkeys(same, "branch")
            continue
        if kind.group not in ("activation", "normalization"):
            continue
        yield _passed(same, _every(same))
        one = min(same, key=lambda crossing: _factor(reading, crossing))
        if len(same) > 1 and kind.group == "activation":
            yield _passed([one], f"{one.name} alone")


def _passed(same: Sequence[Crossing], which: str) -> Candidate:
    if same[0].layer.group == "activation":
        return f"slope 1 in {which}", _try("slope 1", same), dict.fromkeys(same, "passed")
    return f"the gradient past {which}", _try("without", same), dict.fromkeys(same, "passed")


def _every(same: Sequence[Crossing]) -> str:
    return same[0].name if len(same) == 1 else f"every {same[0].layer.name}"


def _try(what: What, same: Sequence[Crossing]) -> Try:
    return Try(what, tuple(dict.fromkeys(crossing.layer.id for crossing in same)))


def _factor(reading: Reading, crossing: Crossing) -> float:
    before, after = reading.norm(crossing.g), reading.norm(crossing.d_x)
    return after / before if before and after is not None else math.inf

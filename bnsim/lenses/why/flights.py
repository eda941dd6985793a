"""The links of an answer as the steps of a staircase, which the Why view and the figure share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bnsim.lenses.why.records import Link, Why
from bnsim.lenses.why.staircase import Flight, Step, places_along
from bnsim.lenses.why.way import way_to
from bnsim.plot.marks import Marker, Role
from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.session.lane import Lane
from bnsim.spec.phrases import phrase
from bnsim.spec.spelling import NO_SPELLING, Spelling


def flight_of(lane: Lane, why: Why, name: str, role: Role, marker: Marker, spelled: Spelling = NO_SPELLING) -> Flight:
    """The way of an answer about `lane`, which is called `name` and drawn in the color `role`, with that marker.

    `spelled`: how watches name what the lane has.
    """
    if why.start is None:
        return Flight(name, role, marker, (), stack=lane.stack.id)
    links = (*why.links, *why.after)
    xs = _up(lane, links) if why.tensor.name == VALUE else _along(lane, why, links)
    norms = [why.start.norm, *(link.norm_after for link in links)]
    steps = tuple(map(_step, links, pairwise(xs), pairwise(norms), pairwise(_watches(why, links, spelled))))
    return Flight(name, role, marker, steps, _end(why), lane.stack.id)


def _watches(why: Why, links: Sequence[Link], spelled: Spelling) -> list[str]:
    """The expression of each norm along the way; "" inside a layer, of parameters, and on the way of a value."""
    if why.tensor.name != GRADIENT:
        return [""] * (len(links) + 1)
    paths = [*(link.path for link in links), why.tensor.path]
    before = [None, *paths[:-1]]
    return [spelled.norm(GRADIENT, here) if here != above else "" for above, here in zip(before, paths, strict=True)]


def _step(link: Link, x: tuple[float, float], y: tuple[float, float], watches: tuple[str, str]) -> Step:
    return Step(
        layer=link.layer,
        path=link.path,
        name=link.name,
        kind=link.kind,
        role=link.group,
        factor=link.factor,
        words=link.cause,
        x=x,
        y=y,
        position=link.position,
        operation=link.operation,
        watches=watches,
    )


def _along(lane: Lane, why: Why, links: Sequence[Link]) -> list[float]:
    """Where the ends of the links stand along the axis; several links of one layer share its room.

    What becomes of a parameter's gradient stands to the left of its layer.
    """
    layers = lane.stack.layers
    paths = [*(crossing.path for crossing in way_to(lane.program, layers, why.tensor.path)), why.tensor.path]
    places = dict(zip(paths, reversed(places_along(layers, paths[::-1])), strict=True))
    below = dict(pairwise(paths))
    number_of = Counter(link.path for link in links)
    xs = [places[paths[0]]]
    for link in links:
        begin = places[link.path]
        end = places[below[link.path]] if link.path in below else begin - 1.0
        xs.append(xs[-1] + (end - begin) / number_of[link.path])
    return xs


def _up(lane: Lane, links: Sequence[Link]) -> list[float]:
    """Where the ends of a value's links stand along the axis, from the mini-batch up."""
    paths = list(dict.fromkeys(link.path for link in links))
    places = dict(zip(paths, places_along(lane.stack.layers, paths), strict=True))
    number_of = Counter(link.path for link in links)
    xs = [0.0]
    before, here = 0.0, None
    for link in links:
        if link.path != here:
            before, here = xs[-1], link.path
        xs.append(xs[-1] + (places[link.path] - before) / number_of[link.path])
    return xs


def _end(why: Why) -> str:
    """What ended the way before the layer that is asked about, in words."""
    if why.ended < 0:
        return ""
    link: Link = why.links[why.ended]
    what = "0" if link.norm_after == 0 else "∞" if math.isinf(link.norm_after) else "NaN"
    return phrase("{what} behind {layer}", what=what, layer=link.name)

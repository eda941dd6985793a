"""The lens of the Why view: the answers of all lanes, put together for the page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bnsim.lenses.lens import Lens
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.records import Link, Why
from bnsim.lenses.why.staircase import Flight, Step, places_along, staircase
from bnsim.lenses.why.way import way_to
from bnsim.plot.figure import Figure, Marker
from bnsim.session.arrays import VALUE, Tensor
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.training_words import lane_labels

WORST, WORST_OF_OTHERS = 5, 2
"""Links that the list has of the lane that is asked about, and of each other one."""
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "triangle-down", "star")


class WhyPageLens(Lens, frozen=True):
    """Why an array of a layer is as it is, beside the like one of the other lanes; `remedies` as in `WhyLens`."""

    tensor: Tensor
    remedies: bool = True

    def answer(self, session: Session) -> WhyPage | None:
        """The whole answer of this moment; None if the lane does not run or has no such array."""
        found = WhyLens(self.tensor, self.remedies).answer(session)
        if found is None:
            return None
        labels = lane_labels(session.experiment)
        places = {lane.stack.id: place for place, lane in enumerate(session.lanes)}
        answers = sorted(found.lanes, key=lambda why: why is not found.lanes[found.asked])
        flights = []
        for why in answers:
            place = places[why.tensor.stack]
            flights.append(_flight(session.lanes[place], labels[place], place, why))
        drawn = any(flight.steps for flight in flights)
        return WhyPage(
            tuple(answers),
            tuple(flights),
            tuple(_worst(answers, flights)),
            _drawn(self.tensor.name, answers, flights) if drawn else None,
        )


def _drawn(name: str, answers: Sequence[Why], flights: Sequence[Flight]) -> Figure:
    verdict = _verdict(answers, flights)
    if name == VALUE:
        return staircase("why", answers[0].title, verdict, flights, "root mean square of z", upward=True)
    return staircase("why", answers[0].title, verdict, flights)


def _verdict(answers: Sequence[Why], flights: Sequence[Flight]) -> str:
    return " ".join(f"{flight.name}: {' '.join(why.summary)}" for why, flight in zip(answers, flights, strict=True))


def _worst(answers: Sequence[Why], flights: Sequence[Flight]) -> list[tuple[Flight, Step]]:
    found = []
    for number, (why, flight) in enumerate(zip(answers, flights, strict=True)):
        most = WORST_OF_OTHERS if number else WORST
        found += [(flight, flight.steps[at]) for at in why.worst[:most]]
    return found


def _flight(lane: Lane, label: str, place: int, why: Why) -> Flight:
    role = f"lane{lane.stack.lane_color(place)}"
    marker = MARKERS[place % len(MARKERS)]
    if why.start is None:
        return Flight(label, role, marker, ())
    links = (*why.links, *why.after)
    xs = _up(lane, links) if why.tensor.name == VALUE else _along(lane, why, links)
    norms = [why.start.norm, *(link.norm_after for link in links)]
    steps = tuple(
        Step(link.layer, link.path, link.name, link.kind, link.group, link.factor, link.cause, x, y)
        for link, x, y in zip(links, pairwise(xs), pairwise(norms), strict=True)
    )
    return Flight(label, role, marker, steps, _end(why))


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
    return f"{what} behind {link.name}"

"""The lens of the Why view: the way of the gradient down to a layer in every lane, put together for the page."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np

from bnsim.lenses.equations.chain import ChainLens, Link
from bnsim.lenses.lens import Lens
from bnsim.lenses.why.page import KindTotal, LaneTold, WhyPage
from bnsim.lenses.why.staircase import Flight, Step, places_along, staircase
from bnsim.plot.figure import Marker
from bnsim.session.arrays import lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import factor, short
from bnsim.spec.training_words import lane_labels
from bnsim.spec.tree import Path, layer_at, ordinal_at

WORST = 6
"""Links that the list has."""
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "triangle-down", "star")


class WhyPageLens(Lens, frozen=True):
    """Why the gradient at a layer is so small, or so large, beside the same layer of the other lanes."""

    stack: int
    path: Path

    def answer(self, session: Session) -> WhyPage | None:
        """The whole answer of this moment; None if the lane does not run."""
        asked = lane_of(session, self.stack)
        if asked is None or layer_at(asked.stack.layers, self.path) is None:
            return None
        title = layer_name(asked.stack, self.path)
        question = f"Why is the gradient at {title} so small?"
        flights, told = [], []
        for place, (lane, label) in enumerate(zip(session.lanes, lane_labels(session.experiment), strict=True)):
            links = _links(session, lane, self.path if lane is asked else _like(lane, asked, self.path))
            if not links and lane is asked:
                return WhyPage(question, f"The gradient at {title} is not computed yet: step to it, or an iteration.")
            if links:
                flights.append(_flight(lane, label, place, links))
                told.append(_told(flights[-1], title, links))
        return WhyPage(
            question,
            lanes=tuple(told),
            flights=tuple(flights),
            worst=tuple(sorted(_all(flights), key=_size)[:WORST]),
            figure=staircase("why", question, " ".join(f"{lane.name}: {lane.summary}" for lane in told), flights),
        )


def _links(session: Session, lane: Lane, path: Path | None) -> list[Link]:
    """The links from the loss down to the layer at a path, itself the last; none where the gradient is not there."""
    chain = ChainLens(lane.stack.id).answer(session)
    links = [] if chain is None or path is None else list(chain.links)
    at = next(
        (number for number, link in enumerate(links) if path is not None and path[: len(link.path)] == link.path), None
    )
    return [] if at is None else links[: at + 1]


def _like(lane: Lane, asked: Lane, path: Path) -> Path | None:
    """The path in another lane of the layer that is like the one asked about: after as many weights, of its kind."""
    kind, ordinal = type(layer_at(asked.stack.layers, path)), ordinal_at(asked.stack.layers, path)
    layers = lane.stack.layers
    near = [each for each in lane.program.values if layer_at(layers, each) and ordinal_at(layers, each) == ordinal]
    return next((each for each in near if type(layer_at(layers, each)) is kind), near[0] if near else None)


def _flight(lane: Lane, label: str, place: int, links: Sequence[Link]) -> Flight:
    layers = lane.stack.layers
    xs = places_along(layers, [link.path for link in reversed(links)])[::-1]
    steps = []
    for at, (link, below) in enumerate(itertools.pairwise(links)):
        layer = layer_at(layers, link.path)
        assert layer is not None
        change = math.nan if link.factor is None else link.factor
        steps.append(
            Step(
                layer.id,
                link.path,
                link.title,
                layer.name,
                layer.group,
                change,
                "",
                (xs[at], xs[at + 1]),
                (link.norm, below.norm),
            )
        )
    color = lane.stack.lane_color(place)
    return Flight(label, f"lane{color}", MARKERS[place % len(MARKERS)], tuple(steps))


def _told(flight: Flight, title: str, links: Sequence[Link]) -> LaneTold:
    kinds = tuple(_total([step for step in flight.steps if step.kind == kind]) for kind in _kinds(flight.steps))
    product = links[-1].norm / links[0].norm if links[0].norm > 0 else math.nan
    summary = f"{short(links[-1].norm)} at {title}, from {short(links[0].norm)} at the loss: {factor(product)}."
    return LaneTold(flight.name, flight.role, summary, kinds, product)


def _kinds(steps: Iterable[Step]) -> Iterable[str]:
    return dict.fromkeys(step.kind for step in steps)


def _total(steps: Sequence[Step]) -> KindTotal:
    factors = np.array([step.factor for step in steps])
    return KindTotal(
        steps[0].kind,
        steps[0].role,
        len(steps),
        float(np.prod(factors)),
        float(factors.min()),
        float(factors.max()),
    )


def _all(flights: Iterable[Flight]) -> list[tuple[Flight, Step]]:
    return [(flight, step) for flight in flights for step in flight.steps]


def _size(link: tuple[Flight, Step]) -> float:
    change = link[1].factor
    return -abs(math.log(change)) if 0 < change < math.inf else -math.inf

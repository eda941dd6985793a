"""The lens of the Why view: the answers of all lanes, put together for the page."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.lenses.lens import Lens
from bnsim.lenses.why.flights import flight_of
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.records import Why
from bnsim.lenses.why.staircase import Flight, Step, staircase
from bnsim.plot.figure import Figure, Marker
from bnsim.session.arrays import VALUE, Tensor
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
            lane = session.lanes[place]
            role, marker = f"lane{lane.stack.lane_color(place)}", MARKERS[place % len(MARKERS)]
            flights.append(flight_of(lane, why, labels[place], role, marker))
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

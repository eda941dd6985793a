"""The lens of the Why view: the answers of all lanes, put together for the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from bnsim.engine.operation import Array
from bnsim.lenses.lens import GoOn, Inquiry, Lens
from bnsim.lenses.why.flights import flight_of
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.reading import Top, largest_singular_value
from bnsim.lenses.why.records import Why
from bnsim.lenses.why.staircase import Flight, Step, staircase
from bnsim.lenses.why.value import Measure
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Marker
from bnsim.session.arrays import VALUE, Tensor
from bnsim.session.session import Session
from bnsim.spec.giving_up import NotWantedError
from bnsim.spec.phrases import phrase
from bnsim.spec.spelling import spelling
from bnsim.spec.training_words import lane_labels

WORST, WORST_OF_OTHERS = 5, 2
"""Links that the list has of the lane that is asked about, and of each other one."""
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "triangle-down", "star")


class WhyPageLens(Lens, frozen=True):
    """Why an array of a layer is as it is, beside the like one of the other lanes; fields as in `WhyLens`."""

    tensor: Tensor
    remedies: bool = True
    measure: Measure = "size"

    def answer(self, session: Session) -> WhyPage | None:
        """The whole answer of this moment; None if the lane does not run or has no such array."""
        return self.answered(session, None)

    def answered(self, session: Session, top: Top | None) -> WhyPage | None:
        """The same; `top` gives the largest singular value of a weight, None where they are not to be told."""
        found = WhyLens(self.tensor, self.remedies, self.measure).answered(session, top)
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
            spelled = spelling(session.experiment, lane.stack)
            flights.append(flight_of(lane, why, labels[place], role, marker, spelled))
        drawn = any(flight.steps for flight in flights)
        return WhyPage(
            tuple(answers),
            tuple(flights),
            tuple(_worst(answers, flights)),
            self._drawn(answers, flights) if drawn else None,
        )

    def _drawn(self, answers: Sequence[Why], flights: Sequence[Flight]) -> Figure:
        verdict = _verdict(answers, flights)
        if self.tensor.name == VALUE:
            label = phrase("root mean square of z") if self.measure == "size" else phrase("spread over samples")
            return staircase("why", answers[0].title, verdict, flights, label, upward=True)
        return staircase("why", answers[0].title, verdict, flights)


class WithSpectrum(Inquiry, frozen=True):
    """The page of a gradient with the largest singular value of every weight on the way, which takes long."""

    tensor: Tensor

    def inquire(self, session: Session, go_on: GoOn) -> WhyPage | None:
        """The page of this moment; None if `go_on` says stop, or the lane does not run or has no such array."""
        weights = sum(parameter.is_weight for lane in session.lanes for parameter in lane.program.parameters)
        done = count()

        def top(weight: Array) -> float:
            if not go_on(min(next(done) / max(weights, 1), 1.0)):
                raise NotWantedError
            return largest_singular_value(weight)

        try:
            return WhyPageLens(self.tensor).answered(session, top)
        except NotWantedError:
            return None


def _verdict(answers: Sequence[Why], flights: Sequence[Flight]) -> str:
    return " ".join(f"{flight.name}: {' '.join(why.summary)}" for why, flight in zip(answers, flights, strict=True))


def _worst(answers: Sequence[Why], flights: Sequence[Flight]) -> list[tuple[Flight, Step]]:
    found = []
    for number, (why, flight) in enumerate(zip(answers, flights, strict=True)):
        most = WORST_OF_OTHERS if number else WORST
        found += [(flight, flight.steps[at]) for at in why.worst[:most]]
    return found

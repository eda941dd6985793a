"""What the Why view shows of one question: the answers of all lanes, and their ways as a staircase."""

from __future__ import annotations

from msgspec import Struct

from bnsim.lenses.why.records import Why
from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.figure import Figure


class WhyPage(Struct, frozen=True, eq=False):
    """The answers of the lanes, that of the one which was asked about first, each with its `flights` of steps.

    `worst` are the links that did the most to it, each with its lane. `figure` is the staircase, None without a step.
    """

    answers: tuple[Why, ...]
    flights: tuple[Flight, ...] = ()
    worst: tuple[tuple[Flight, Step], ...] = ()
    figure: Figure | None = None

    @property
    def asked(self) -> Why:
        """The answer of the lane that was asked about."""
        return self.answers[0]

"""The findings of a session at one moment, as a question that the runner answers and as a function."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from bnsim.lenses.findings.finding import Finding
from bnsim.lenses.lens import Lens

if TYPE_CHECKING:  # the engine comes with it, which a question does not need
    from bnsim.session.lane import Lane
    from bnsim.session.session import Session


RECORDS = frozenset({"gradient_norm", "weight_norm", "update_ratio"})
"""What rules read of a lane's history; without them those of them that need it say nothing."""


class FindingsLens(Lens, frozen=True):
    """What the rules find in every lane, but for those named in `without`."""

    relaxed: ClassVar[bool] = True
    without: tuple[str, ...] = ()

    def answer(self, session: Session) -> tuple[Finding, ...]:
        """The findings, lane by lane, in the order of the rules."""
        return findings(session, self.without)


def findings(session: Session, without: Collection[str] = ()) -> tuple[Finding, ...]:
    """What one would point at in every lane at this moment, at most one finding a rule and lane.

    They are made from what is recorded and in memory: nothing is computed by the network, and nothing changes. What
    is not computed yet in the present iteration is not judged; `without` are names of rules not to ask.
    """
    return tuple(found for lane in session.lanes for found in findings_of(session, lane, without))


def findings_of(session: Session, lane: Lane, without: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings of one lane, in the order of the rules."""
    from bnsim.lenses.findings.evidence import Evidence
    from bnsim.lenses.findings.rules import RULES

    evidence = Evidence(session, lane)
    with np.errstate(all="ignore"):  # what explodes overflows where it is squared
        found = [rule.find(evidence) for name, rule in RULES.items() if name not in without]
    return tuple(each for each in found if each is not None)

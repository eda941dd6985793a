"""Claims are measured on a session that records what they name."""

from __future__ import annotations

import bnsim as bn
from bnsim.lessons.claims import Claim, measure


def test_a_record_of_the_fullest_level_is_recorded_when_a_claim_names_it() -> None:
    stack = bn.Stack(name="plain", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,))
    (found,) = measure(experiment, [Claim(expression='saturated("plain")["Sigmoid 1"] + 1', low=1, high=2)])
    assert found.holds

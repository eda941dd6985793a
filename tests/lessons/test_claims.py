"""Claims are measured on a session that records what they name."""

from __future__ import annotations

import bnsim as bn
from bnsim.lessons.claims import Claim, measure
from bnsim.lessons.numbers import FigureNumber


def test_a_record_of_the_fullest_level_is_recorded_when_a_claim_names_it() -> None:
    stack = bn.Stack(name="plain", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,))
    (found,) = measure(experiment, [Claim(expression='saturated("plain")["Sigmoid 1"] + 1', low=1, high=2)])
    assert found.holds


def test_the_column_of_percents_of_a_figure_is_a_share() -> None:
    stack = bn.Stack(name="plain", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,))
    column = FigureNumber(figure="accuracy", column="plain", reduction="last")
    wanted = [
        Claim(number=column, low=0, high=1, percent=True),
        Claim(expression='accuracy("plain")', low=0, percent=True),
    ]
    (found, same) = measure(experiment, wanted)
    assert 0 < found.value == same.value < 1
    assert found.shown == same.shown

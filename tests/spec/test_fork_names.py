"""Names of forks say what they do otherwise, and stay short."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.fork_names import MOST, name_of_fork

LONG = "a lane with a name that tells a long story"


@pytest.mark.parametrize(
    ("source", "words", "name"),
    [
        ("plain", "", "plain fork"),
        ("plain fork", "", "plain fork"),
        ("plain fork 12", "", "plain fork"),
        ("plain", "no BN", "plain, no BN"),
        ("plain, no BN", "rate ×10", "plain, no BN, rate ×10"),
        ("plain, no BN, rate ×10, clip 0.001", "W ×10", "plain, …, W ×10"),
        (LONG, "no BN", "a lane with a name that tell…, no BN"),
        (LONG, "", "a lane with a name that tells… fork"),
        ("plain", "W[0, 1] = 0.1, W[2, 3] = 0.5, +3", "plain, W[0, 1] = 0.1, W[2, 3] = 0.5, +3"),
        (LONG, "W[0, 1] = 0.1, W[2, 3] = 0.5, +3", "a lane…, W[0, 1] = 0.1, W[2, 3] = 0.5, +3"),
    ],
)
def test_names(source: str, words: str, name: str) -> None:
    assert name_of_fork(source, words) == name


def test_forks_of_forks_stay_short_and_apart() -> None:
    stack = bn.Stack(name=LONG, layers=(bn.Linear(2),))
    experiment = bn.Experiment(data=bn.XOR(), stacks=(stack,))
    for number in range(5):
        experiment = fork_stack(experiment, experiment.stacks[number].id, number)
    names = [each.name for each in experiment.stacks[1:]]
    assert len(set(names)) == 5
    assert all(len(name) <= MOST + 2 for name in names)

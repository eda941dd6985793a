"""What a lane's own training does otherwise, in words."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.spec.training_words import differences, lane_labels

SHARED = bn.Training(optimizer=bn.SGD(lr=0.1, momentum=0.9), clip=bn.ClipNorm(limit=2.0))
NET = (bn.Linear(4), bn.ReLU(), bn.Linear(2))


def lanes(*trainings: bn.LaneTraining, name: str = "net") -> bn.Experiment:
    return bn.Experiment(
        training=SHARED, stacks=tuple(bn.Stack(name=name, layers=NET, training=own) for own in trainings)
    )


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (bn.LaneTraining(), ()),
        (bn.LaneTraining(optimizer=SHARED.optimizer, gain=1.0, decay_all=True), ()),
        (bn.LaneTraining(optimizer=bn.SGD(lr=1.0, momentum=0.9)), ("lr 1",)),
        (bn.LaneTraining(optimizer=bn.SGD(lr=0.1, nesterov=True)), ("momentum 0", "Nesterov")),
        (bn.LaneTraining(optimizer=bn.Adam(beta2=0.99)), ("Adam", "lr 0.001", "β₂ 0.99")),
        (bn.LaneTraining(optimizer=bn.AdamW(lr=0.1)), ("AdamW", "lr 0.1")),
        (bn.LaneTraining(schedule=bn.StepDecay(every=50)), ("lr ×0.1 every 50 updates",)),
        (bn.LaneTraining(schedule=bn.Cosine(period=1000)), ("cosine over 1,000 updates",)),
        (bn.LaneTraining(schedule=bn.WarmUp(updates=9)), ("warm-up over 9 updates from ×0.01",)),
        (bn.LaneTraining(clip=bn.NoClip()), ("not clipped",)),
        (bn.LaneTraining(clip=bn.ClipNorm(limit=0.5)), ("norm clipped at 0.5",)),
        (bn.LaneTraining(clip=bn.ClipValue(limit=0.5)), ("clipped at ±0.5",)),
        (bn.LaneTraining(decay_all=False, gain=0.01), ("only weights decay", "gain 0.01")),
    ],
)
def test_only_what_differs_is_said(own: bn.LaneTraining, said: tuple[str, ...]) -> None:
    experiment = lanes(own)
    assert differences(experiment, experiment.stacks[0]) == said


def test_copies_are_called_by_what_differs() -> None:
    fast = bn.LaneTraining(optimizer=bn.SGD(lr=1.0, momentum=0.9))
    experiment = lanes(bn.LaneTraining(), fast, bn.LaneTraining(gain=2.0), bn.LaneTraining())
    assert lane_labels(experiment) == ["net", "net, lr 1", "net, gain 2", "net 4"]


def test_what_is_long_or_the_same_twice_leaves_names_as_they_are() -> None:
    long = bn.LaneTraining(optimizer=bn.Adam(), schedule=bn.WarmUp(), clip=bn.NoClip())
    twice = bn.LaneTraining(gain=2.0)
    experiment = lanes(bn.LaneTraining(), twice, twice, long)
    assert lane_labels(experiment) == ["net", "net 2", "net 3", "net 4"]


def test_names_that_were_given_are_kept() -> None:
    fast = bn.Stack(name="fast", layers=NET, training=bn.LaneTraining(gain=2.0))
    assert lane_labels(bn.Experiment(stacks=(bn.Stack(name="net", layers=NET), fast))) == ["net", "fast"]

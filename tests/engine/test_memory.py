"""What the check of an experiment says a lane will hold is what its program then holds, and a little more."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.lowering import lower
from bnsim.spec.datasets import DataShape
from bnsim.spec.problems import bytes_held

STACKS = {
    "plain": (bn.Linear(64), bn.Sigmoid()) * 10,
    "batchnorm": (bn.Linear(64), bn.BatchNorm(), bn.ReLU()) * 10,
    "wide": (bn.Linear(1000), bn.Tanh(), bn.Linear(1000), bn.LayerNorm(), bn.GroupNorm(10)),
    "groups": (bn.Linear(64), bn.GroupNorm(64), bn.ReLU()) * 5,
    "residual": (bn.Linear(64), bn.Residual(layers=(bn.Linear(64), bn.Tanh()))) * 3,
    "repeat": (bn.Linear(64), bn.Repeat(layers=(bn.Linear(64), bn.Dropout(0.1)), times=5)),
}
TRAININGS = {
    "sgd": {},
    "accumulate": {"accumulate": 3},
    "adam": {"optimizer": bn.Adam()},
    "adagrad": {"optimizer": bn.Adagrad(lr_decay=0.1, weight_decay=0.1)},
    "rmsprop, centered": {"optimizer": bn.RMSprop(momentum=0.9, centered=True)},
    "momentum": {"optimizer": bn.SGD(lr=0.1, momentum=0.9, weight_decay=0.1), "precision": "float32"},
}


@pytest.mark.parametrize("batch", [32, 512])
@pytest.mark.parametrize("trained", TRAININGS)
@pytest.mark.parametrize("name", STACKS)
def test_what_a_lane_will_hold(name: str, trained: str, batch: int) -> None:
    training = bn.Training(batch_size=batch, **TRAININGS[trained])
    layers = (*STACKS[name], bn.Linear(10))
    stack = bn.Experiment(stacks=(bn.Stack(layers=layers),)).stacks[0]
    program = lower(stack, training, DataShape(2000, 64, 10, True))
    holds = program.memory_size * np.dtype(training.precision).itemsize
    assert 1.0 <= bytes_held(layers, 64, training) / holds < 1.25

"""Every option but the defaults, on networks of all sorts, inside an iteration: nothing fails or warns."""

from __future__ import annotations

import warnings

import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.figures.options import Choice, Expression, Option

HOT = bn.Linear(8, init=bn.Normal(std=1e6))
NORMAL = (bn.Linear(8), bn.BatchNorm(), bn.ReLU())
BLOCKS = (
    bn.Linear(6),
    bn.Residual((bn.Linear(6), bn.BatchNorm(), bn.ReLU())),
    bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.Sigmoid()), times=2, tied=True),
    bn.Linear(2),
)
NETWORKS: dict[str, tuple[tuple[bn.Layer, ...], ...]] = {
    "not a number beside BatchNorm": ((*(HOT, bn.ReLU()) * 7, bn.Linear(2)), (*NORMAL, bn.Linear(2))),
    "blocks, twice": (BLOCKS, BLOCKS),
    "dropout": ((*NORMAL, bn.Dropout(), bn.Linear(2)), (bn.Linear(8), bn.ReLU(), bn.Linear(2))),
    "zero": ((bn.Linear(4, init=bn.Constant(0.0)), bn.ReLU(), bn.Linear(2)),),
    "one layer": ((bn.Linear(2),),),
}


def values(option: Option) -> list[str | int]:
    if isinstance(option, Choice):
        return [name for name, _ in option.choices[1:]]
    return ["norm(value[0])", "mean(gradient[-1])"] if isinstance(option, Expression) else [1]


CHOSEN = [
    (kind.name, {option.name: value})
    for kind in FIGURES.values()
    for option in kind.options
    for value in values(option)
]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_option_makes_a_figure(name: str) -> None:
    stacks = tuple(bn.Stack(name="net", layers=layers) for layers in NETWORKS[name])
    training = bn.Training(batch_size=16, precision="float32", accumulate=2)
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks)
    session = bn.Session(experiment, recording="all", wait=False)
    while session.iteration < 2:
        session.run(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            session.step("layer")
        for kind, chosen in CHOSEN:
            figure = FIGURES[kind](session, None, **chosen)
            assert figure.verdict
            assert "nan" not in figure.verdict
    session.close()


def test_what_is_not_a_number_all_along_is_said_of_percentiles() -> None:
    stack = bn.Stack(name="net", layers=NETWORKS["not a number beside BatchNorm"][0])
    training = bn.Training(batch_size=16, precision="float32")
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,))
    session = bn.Session(experiment, recording="all", wait=False)
    while session.iteration < 2:
        session.run(1)
    for unit in (0, 2):
        verdict = FIGURES["unit_percentiles"](session, None, unit=unit).verdict
        assert verdict.endswith("is given what is not a number")
    session.close()

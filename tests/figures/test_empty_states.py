"""A figure that has nothing to draw says in one sentence what to do; which those are, for experiments of all sorts."""

from __future__ import annotations

import re
import warnings

import pytest

import bnsim as bn
from bnsim.figures import FIGURES, Figure
from bnsim.spec.layers import Layer

MENDS = re.compile(r"\b([Ss]tep|[Pp]lay|[Aa]dd|[Cc]hoose|[Tt]urn)\b")
"""What a person can do about it."""


def one(*layers: Layer, name: str = "plain", loss: bn.CrossEntropy | bn.MSE | None = None) -> bn.Stack:
    return bn.Stack(name=name, layers=layers, loss=loss or bn.CrossEntropy())


SPIRALS = bn.TwoSpirals(samples=48)
NO_BATCHNORM = {"batch_noise", "batch_statistics", "effective_learning_rate", "gamma_beta", "xray"}
NO_GAP = {"train_eval_gap_by_depth"}
NO_ACTIVATION = {
    "activation_response",
    "activations_by_depth",
    "saturation_by_depth",
    "saturation_map",
    "unit_percentiles",
}

EXPERIMENTS = {
    "two lanes": (
        SPIRALS,
        (
            one(bn.Linear(6), bn.Tanh(), bn.Linear(2)),
            one(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(2), name="with BatchNorm"),
        ),
        set(),
    ),
    "one lane": (SPIRALS, (one(bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2)),), set()),
    "no BatchNorm": (SPIRALS, (one(bn.Linear(6), bn.ReLU(), bn.Linear(2)),), NO_BATCHNORM | NO_GAP),
    "a Linear alone": (
        SPIRALS,
        (one(bn.Linear(2)),),
        NO_BATCHNORM | NO_GAP | NO_ACTIVATION | {"gradient_factors", "why"},
    ),
    "BatchNorm without γ, β and running statistics": (
        SPIRALS,
        (
            one(
                bn.Linear(6),
                bn.BatchNorm(affine=False, track_running_stats=False),
                bn.Tanh(),
                bn.Linear(2),
            ),
        ),
        {"gamma_beta", *NO_GAP},
    ),
    "digits": (bn.Digits(), (one(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(10)),), {"decision_regions"}),
    "regression": (
        bn.Curve(samples=48),
        (one(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(1), loss=bn.MSE()),),
        {"accuracy", "decision_regions"},
    ),
}
"""Data, stacks, and the kinds that have nothing to draw however long it runs."""

BEFORE_THE_FIRST = {
    "activation_response",
    "decision_regions",
    "effective_learning_rate",
    "gamma_beta",
    "moments_by_depth",
}
"""What may be drawn before anything was computed: of parameters and functions alone."""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_has_nothing_to_draw_says_what_to_do(name: str) -> None:
    data, stacks, never = EXPERIMENTS[name]
    session = bn.Session(bn.Experiment(data=data, training=bn.Training(batch_size=12), stacks=stacks), recording="all")
    at_first = {kind: make(session) for kind, make in FIGURES.items()}
    assert {kind for kind, figure in at_first.items() if figure.has_data} <= BEFORE_THE_FIRST
    session.run(3)
    later = {kind: make(session) for kind, make in FIGURES.items()}
    assert {kind for kind, figure in later.items() if not figure.has_data} == never
    for figure in (*at_first.values(), *later.values()):
        if not figure.has_data:
            assert_says_what_to_do(figure)


def assert_says_what_to_do(figure: Figure) -> None:
    assert MENDS.search(figure.verdict), (figure.name, figure.verdict)
    assert "\n" not in figure.verdict
    assert not figure.verdict.endswith(".")
    assert len(figure.verdict) <= 110


def test_inside_a_pass_of_a_deep_stack_nothing_is_made_of_no_numbers() -> None:
    deep = tuple(layer for _ in range(20) for layer in (bn.Linear(4), bn.Tanh()))
    session = bn.Session(
        bn.Experiment(data=SPIRALS, training=bn.Training(batch_size=12), stacks=(one(*deep, bn.Linear(2)),)),
        recording="all",
    )
    for _ in range(12):
        session.step("layer")
        for kind, make in FIGURES.items():
            if make.costly:
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert "nan" not in make(session).verdict, kind

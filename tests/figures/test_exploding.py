"""What explodes beyond the square root of the largest number, and beyond the largest, is drawn or named."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES, FigureKind
from bnsim.lenses.norm import norm


@pytest.fixture(scope="module", params=[20, 48], ids=["1e120", "inf"])
def session(request: pytest.FixtureRequest) -> Iterator[bn.Session]:
    init = bn.Normal(std=1e6)
    block = (bn.Linear(4, init=init), bn.LeakyReLU())
    layers = (*block * request.param, bn.Linear(4, init=init), bn.BatchNorm(), bn.ReLU(), bn.Linear(1))
    experiment = bn.Experiment(
        data=bn.Curve(),
        training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=1e-3)),
        stacks=(bn.Stack(name="exploding", layers=layers, loss=bn.MSE()),),
    )
    made = bn.Session(experiment, recording="all")
    made.step("iteration")
    yield made
    made.close()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", FIGURES.values(), ids=lambda kind: kind.name)
def test_every_figure_is_made_without_a_warning(kind: FigureKind, session: bn.Session) -> None:
    try:
        verdict = kind(session).verdict
    except bn.InputError as error:
        verdict = str(error)
    assert verdict
    assert "nan" not in verdict


@pytest.mark.filterwarnings("error")
def test_cards_and_factors_are_made_without_a_warning(session: bn.Session) -> None:
    session.frame()
    for gradient in (session.lanes[0].gradient(k) for k in range(len(session.lanes[0].stack.layers))):
        assert gradient is None or norm(gradient) >= 0 or np.isnan(gradient).any()

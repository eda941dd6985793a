from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import bnsim as bn
from bnsim import figures
from bnsim.figures import Figure, Known
from bnsim.figures.measured import quartiles


@pytest.fixture
def session() -> Iterator[bn.Session]:
    lane = bn.Stack(name="BN", layers=(bn.Linear(5, bias=False), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2)))
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1)),
            stacks=(lane,),
        ),
        recording="all",
    )
    yield made
    made.close()


def same(first: Figure, second: Figure) -> None:
    assert first.verdict == second.verdict
    one, other = first.data(), second.data()
    assert list(one) == list(other)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.parametrize("name", list(figures.FIGURES))
def test_what_was_read_before_changes_nothing(session: bn.Session, name: str) -> None:
    make, known = figures.FIGURES[name], Known()
    for iterations in (0, 1, 3, 20, 40):
        session.run(iterations=iterations)
        same(make(session, max_points=16, known=known), make(session, max_points=16))
    session.step("layer")
    session.step("layer")
    same(make(session, max_points=16, known=known), make(session, max_points=16))
    session.seek(iteration=10)
    same(make(session, max_points=16, known=known), make(session, max_points=16))


@pytest.mark.parametrize("features", [1, 2, 3, 4, 5, 16, 33])
def test_quartiles_are_numpys(features: int) -> None:
    values = np.random.default_rng(features).normal(size=(20, features))
    np.testing.assert_allclose(quartiles(values), np.percentile(values, (25, 50, 75), axis=1), rtol=1e-14)


def test_a_nan_makes_all_quartiles_nan_and_infinities_stay() -> None:
    values = np.array([[1.0, np.nan, 2.0], [np.inf, np.inf, np.inf], [-np.inf, 0.0, 1.0]])
    low, median, high = quartiles(values)
    assert np.isnan([low[0], median[0], high[0]]).all()
    assert low[1] == median[1] == high[1] == np.inf
    assert (median[2], high[2]) == (0.0, 0.5)

"""Figures of a real session, at every place it can stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bnsim.figures import FIGURES, FigureKind, batch_statistics, gamma_beta, gradient_by_depth
from bnsim.session import Session
from bnsim.spec import edits
from bnsim.spec.datasets import TwoSpirals
from bnsim.spec.defaults import default_experiment
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Linear, Sigmoid
from bnsim.spec.training import SGD, Training


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(
        Experiment(
            data=TwoSpirals(samples=64),
            training=Training(batch_size=16, optimizer=SGD(lr=0.1), seed=3),
            stacks=(
                Stack(name="plain", layers=(Linear(6), Sigmoid(), Linear(4), Sigmoid(), Linear(2))),
                Stack(
                    name="with BN",
                    layers=(Linear(6), BatchNorm(), Sigmoid(), Linear(4), BatchNorm(), Sigmoid(), Linear(2)),
                ),
            ),
        ),
        recording="all",
    )


def test_every_place_of_an_iteration_has_its_figures(session: Session) -> None:
    session.reset()
    makers: list[FigureKind] = list(FIGURES.values())
    while session.iteration < 2:
        for maker in makers:
            figure = maker(session)
            assert figure.verdict
            assert all(not array.flags.writeable for array in figure.data().values())
        session.step("op")


def test_numbers_are_the_sessions_own(session: Session) -> None:
    session.reset()
    session.run(iterations=5)
    lane = session.lane("with BN")
    gradients = gradient_by_depth(session).data()["with BN"]
    expected = [np.linalg.norm(lane.gradient(layer)) for layer in (0, 3, 6)]  # type: ignore[arg-type]
    np.testing.assert_allclose(gradients, expected, rtol=1e-12)
    second = lane.stack.layers[4].id
    statistics = batch_statistics(session, second).data()
    np.testing.assert_array_equal(statistics["mean.batch.x"], np.arange(5))
    value = lane.value(3)
    assert value is not None
    assert statistics["mean.batch"][-1] == pytest.approx(np.median(value.mean(axis=0)), rel=1e-9)
    assert statistics["variance.batch"][-1] == pytest.approx(np.median(value.var(axis=0)), rel=1e-9)
    moved = gamma_beta(session, second).data()["gamma_minus_1.0"]
    np.testing.assert_array_equal(moved, lane.history["gamma"][:, 1, 0] - 1)


def test_saving_names_the_format_by_the_suffix(session: Session, tmp_path: Path) -> None:
    session.reset()
    session.run(iterations=2)
    for suffix in ("png", "svg", "pdf", "csv"):
        gradient_by_depth(session).save(tmp_path / f"gradient.{suffix}", theme="dark")
        assert (tmp_path / f"gradient.{suffix}").stat().st_size > 100


def test_a_lane_has_the_color_its_stack_has() -> None:
    experiment = default_experiment()
    first, second = experiment.stacks
    session = Session(edits.recolor_stack(experiment, second.id, 4))
    session.step("iteration")
    roles = {series.name: series.role for series in gradient_by_depth(session).series}
    session.close()
    assert roles == {first.name: "lane0", second.name: "lane3"}


def test_gamma_and_beta_made_by_hand_are_told_where_the_forward_pass_uses_them(session: Session) -> None:
    session.reset()
    session.run(iterations=3)
    lane = session.lane("with BN")
    gamma, beta = np.full(6, 3.0), np.full(6, -2.0)
    lane.load_state_dict(lane.state_dict() | {"1.weight": gamma, "1.bias": beta})
    while lane.cursor.phase != "update":
        session.step("op")
        figure = gamma_beta(session, lane.stack.layers[1].id)
        assert figure.verdict == "BatchNorm 1: γ up to 2.0 from 1, β up to 2.0 from 0"
        np.testing.assert_array_equal(figure.data()["gamma_minus_1.0.x"], [0, 1, 2, 3])
        assert figure.data()["gamma_minus_1.median"][-1] == 2.0
    session.reset()


def test_of_one_feature_gamma_and_beta_are_told_themselves() -> None:
    stack = Stack(name="one", layers=(Linear(1), BatchNorm(), Linear(2)))
    with_one = Session(Experiment(data=TwoSpirals(samples=64), stacks=(stack,)))
    lane = with_one.lane("one")
    lane.load_state_dict(lane.state_dict() | {"1.weight": np.full(1, 2.0), "1.bias": np.full(1, -0.5)})
    with_one.step("op")
    while with_one.lanes[0].cursor.phase != "update":
        with_one.step("op")
    assert gamma_beta(with_one).verdict == "BatchNorm 1: γ is 2.0, β is −0.50"
    with_one.close()

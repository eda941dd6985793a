"""Loss and accuracy in eval mode, on request and every so many updates; the lane is left alone."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import bnsim as bn
from bnsim.engine.blas import one_thread
from bnsim.session import Session
from bnsim.session import evaluation as evaluation_module
from bnsim.spec import budget
from tests.session.test_rewind import everything

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=300),
    training=bn.Training(batch_size=16, evaluate_every=5),
    stacks=(
        bn.Stack(name="bn", layers=(bn.Linear(7), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
        bn.Stack(name="mse", layers=(bn.Linear(7), bn.Sigmoid(), bn.Linear(2)), loss=bn.MSE(reduction="sum")),
    ),
)


def by_hand(session: Session) -> list[tuple[float, float]]:
    """Both lanes on the training data, in eval mode, in plain NumPy."""
    data = bn.data.load(EXPERIMENT.data)
    p, q = (lane.state_dict() for lane in session.lanes)
    z = data.x @ p["0.weight"].T + p["0.bias"]
    z = (z - p["1.running_mean"]) / np.sqrt(p["1.running_var"] + 1e-5) * p["1.weight"] + p["1.bias"]
    z = np.tanh(z) @ p["3.weight"].T + p["3.bias"]
    loss = np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), data.y])
    out = [(loss, np.mean(z.argmax(axis=1) == data.y))]
    z = 1 / (1 + np.exp(-(data.x @ q["0.weight"].T + q["0.bias"]))) @ q["2.weight"].T + q["2.bias"]
    return [*out, (np.sum((z - np.eye(2)[data.y]) ** 2), np.mean(z.argmax(axis=1) == data.y))]


@pytest.mark.parametrize("chunk", [256, 64, 300])
def test_all_rows_in_eval_mode(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_module, "CHUNK", chunk)
    session = Session(EXPERIMENT)
    session.run(37)
    session.step("op")
    before = everything(session)
    for lane, (loss, accuracy) in zip(session.lanes, by_hand(session), strict=True):
        measured = lane.evaluate("train")
        assert measured.loss == pytest.approx(loss, rel=1e-12)
        assert measured.accuracy == pytest.approx(accuracy)
    assert everything(session) == before
    with pytest.raises(bn.InputError, match="part"):
        session.lanes[0].evaluate("validation")


def test_tests_are_kept_with_their_iterations_and_follow_a_rewind() -> None:
    session, stepped = Session(EXPERIMENT), Session(EXPERIMENT)
    session.run(23)
    for _ in range(23):
        stepped.step("iteration")
    for lane, other in zip(session.lanes, stepped.lanes, strict=True):
        np.testing.assert_array_equal(lane.tests.kept, [5, 10, 15, 20])
        for name in ("test_loss", "test_accuracy"):
            np.testing.assert_array_equal(lane.tests[name], other.tests[name])
    whole = session.lanes[0].tests["test_loss"]
    session.seek(12)
    np.testing.assert_array_equal(session.lanes[0].tests.kept, [5, 10])
    session.run(11)
    np.testing.assert_array_equal(session.lanes[0].tests["test_loss"], whole)
    session.seek(10)
    assert session.lanes[0].evaluate().loss == whole[1]


def test_limiting_blas_from_many_threads_leaves_it_as_it_was() -> None:
    def threads() -> list[int]:
        return [library["num_threads"] for library in ThreadpoolController().info() if library["user_api"] == "blas"]

    def work() -> None:
        for _ in range(50):
            with one_thread(), one_thread():
                inside.append(max(threads()))

    before, inside = threads(), []
    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(inside) == {1}
    assert threads() == before


@pytest.mark.parametrize("rows", [257, 300])
def test_without_running_statistics_all_rows_are_normalized_as_one_batch(rows: int) -> None:
    layers = (bn.Linear(5), bn.BatchNorm(track_running_stats=False), bn.Linear(2))
    training = bn.Training(batch_size=rows, shuffle=False, optimizer=bn.SGD(lr=0.0))
    session = Session(
        bn.Experiment(data=bn.TwoSpirals(samples=rows), training=training, stacks=(bn.Stack(layers=layers),))
    )
    measured = session.lanes[0].evaluate("train")
    session.step("iteration")
    assert measured.loss == pytest.approx(session.lanes[0].loss, rel=1e-14)


def test_all_rows_at_once_are_refused_where_they_take_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "EVALUATION", budget.Share("all rows at once", 1000))
    layers = (bn.BatchNorm(track_running_stats=False), bn.Linear(2))
    data, training = bn.TwoSpirals(samples=300), bn.Training(batch_size=8)
    session = Session(bn.Experiment(data=data, training=training, stacks=(bn.Stack(layers=layers),)))
    with pytest.raises(bn.InputError, match="all rows at once would take"):
        session.lanes[0].evaluate("train")

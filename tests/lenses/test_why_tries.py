"""What a Why measures of other stacks is what a fork has that tries it, in its first iteration."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.lenses.why.lens import WhyLens, counterpart
from bnsim.lenses.why.what_if import WhatIf
from bnsim.session.arrays import Tensor
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.tries import Try, can_fork, fork_changes, fork_name

AT = 3
DEEP = (bn.Linear(6), bn.Sigmoid()) * 4
STACKS = {
    "plain": (*DEEP, bn.Linear(2)),
    "with BN": (*(bn.Linear(6, bias=False), bn.BatchNorm(), bn.Tanh()) * 3, bn.Linear(2)),
    "in a block": (bn.Linear(6), bn.Residual(layers=(bn.Linear(6), bn.Sigmoid())), bn.Sigmoid(), bn.Linear(2)),
    "in blocks": (
        bn.Linear(6),
        bn.Repeat((bn.Residual(layers=(bn.Linear(6), bn.Tanh())), bn.Linear(6), bn.Sigmoid()), times=3),
        bn.Residual((bn.Linear(6), bn.Residual((bn.Sigmoid(), bn.Linear(6))))),
        bn.Linear(2),
    ),
    "normed in blocks": (
        bn.Linear(6),
        bn.Repeat((bn.Linear(6, bias=False), bn.BatchNorm(), bn.Sigmoid()), times=2),
        bn.Residual((bn.BatchNorm(), bn.Tanh(), bn.Linear(6))),
        bn.Linear(2),
    ),
}


def experiment(name: str) -> bn.Experiment:
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16, precision="float64"),
        stacks=(bn.Stack(name=name, layers=STACKS[name]),),
    )


@pytest.mark.parametrize("name", STACKS)
def test_a_fork_has_the_gradient_that_was_measured(name: str) -> None:
    session = bn.Session(experiment(name))
    session.run(AT)
    session.step("iteration")
    lane = session.lanes[0]
    (found,) = WhatIf(Tensor(lane.stack.id, (0,), "gradient")).inquire(session, lambda share: True)  # type: ignore[misc]
    tried = 0
    for remedy in found.remedies:
        changes = fork_changes(remedy.tried, session.experiment, lane.stack, AT)
        assert remedy.exists
        assert can_fork(remedy.tried, lane.stack, AT)
        assert changes
        forked = fork_stack(session.experiment, lane.stack.id, AT, fork_name(remedy.tried), changes)
        beside = bn.Session(forked)
        beside.run(AT)
        beside.step("iteration")
        path = counterpart(beside.lanes[1], lane, (0,))
        assert path is not None
        norm = float(np.linalg.norm(beside.lanes[1].gradient(path)))  # type: ignore[arg-type]
        assert norm == pytest.approx(remedy.norm, rel=1e-9), remedy.words
        tried += 1
    assert tried >= 3


def test_what_is_no_network_has_no_fork() -> None:
    session = bn.Session(experiment("plain"))
    session.step("iteration")
    lane = session.lanes[0]
    found = WhyLens(Tensor(lane.stack.id, (0,), "gradient")).answer(session)
    assert found is not None
    assert {remedy.tried.what for remedy in found.lanes[0].remedies} == {"slope 1"}
    assert not any(remedy.exists for remedy in found.lanes[0].remedies)
    for remedy in found.lanes[0].remedies:
        assert not fork_changes(remedy.tried, session.experiment, lane.stack, 0)
        assert not can_fork(remedy.tried, lane.stack, 0)


def test_of_no_layers_all_that_fit_are_meant() -> None:
    plain, normed = experiment("plain"), experiment("with BN")
    stack = plain.stacks[0]
    assert len(fork_changes(Try("batchnorm"), plain, stack, 0)) == 4
    assert len(fork_changes(Try("relu"), plain, stack, 0)) == 4
    assert not fork_changes(Try("without"), plain, stack, 0)
    assert not fork_changes(Try("batchnorm"), normed, normed.stacks[0], 0)
    (slower,) = fork_changes(Try("rate", amount=0.1), plain, stack, 0)
    assert slower.training.optimizer.lr == pytest.approx(0.1 * plain.training.optimizer.lr)  # type: ignore[union-attr]

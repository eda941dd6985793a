"""A probe runs the network beside the session and changes nothing of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.spec import budget
from bnsim.spec.giving_up import NotWantedError, giving_up

LAYERS = (bn.Linear(6), bn.BatchNorm(), bn.Dropout(p=0.3), bn.Tanh(), bn.Linear(5), bn.BatchNorm(), bn.Linear(2))


def session_of(*layers: bn.Layer, **options: Any) -> bn.Session:
    training = bn.Training(batch_size=16, optimizer=bn.Adam(lr=0.01), **options)
    stack = bn.Stack(name="net", layers=layers or LAYERS)
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,))
    session = bn.Session(experiment, recording="all")
    session._readiness.wait_for_fast()  # runs with and without fused operations leave other scratch behind
    return session


def bits(session: bn.Session) -> list[bytes]:
    """Everything that a session has in memory, its history and its checkpoints."""
    lane = session.lanes[0]
    kept = [lane.machine.memory.tobytes(), lane.machine.record.tobytes(), repr(session.moment).encode()]
    kept += [value.tobytes() for name in sorted(lane.history) for value in [np.asarray(lane.history[name])]]
    return [*kept, repr(session.recorded).encode(), repr(session._replay.checkpoints.nearest(10**6)[0]).encode()]


@pytest.mark.parametrize("options", [{}, {"accumulate": 2, "precision": "float32"}])
def test_costly_figures_leave_the_session_as_it_is_to_the_bit(options: dict[str, Any]) -> None:
    session, untouched = session_of(**options), session_of(**options)
    for each in (session, untouched):
        each.run(7)
        each.step("layer")
        while each.lanes[0].inputs() is None:  # that of the last mini-batch, where several make an update
            each.step("layer")
        each.step("layer")
    before = bits(session)
    for kind in FIGURES.values():
        if kind.costly:
            assert kind(session).has_data
            assert bits(session) == before, kind.name
    for each in (session, untouched):
        each.run(5)
    assert bits(session) == bits(untouched)
    session.close()
    untouched.close()


def test_at_the_lanes_parameters_it_computes_what_the_lane_does() -> None:
    session = session_of()
    session.run(3)
    lane = session.lanes[0]
    session.step("op")
    while any(gradient is None for gradient in lane.gradients().values()):
        session.step("op")
    probe = session.probe(lane)
    assert probe is not None
    loss, gradient = probe.gradient(probe.theta)
    assert loss == lane.loss == probe.loss(probe.theta)  # the masks of Dropout are the same, too
    found = lane.gradients()
    np.testing.assert_array_equal(gradient, np.concatenate([np.ravel(found[name]) for name in probe.shapes]))
    session.close()


def test_it_can_be_given_up_and_asks_for_memory_first(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of()
    session.run(1)
    probe = session.probe(session.lanes[0])
    assert probe is not None
    with giving_up(lambda: False), pytest.raises(NotWantedError):
        probe.loss(probe.theta)
    with giving_up(lambda: False), pytest.raises(NotWantedError):
        session.in_both_modes(session.lanes[0])
    asked: list[tuple[int, budget.Share]] = []
    monkeypatch.setattr(budget, "request", lambda *each: asked.append(each))
    session.probe(session.lanes[0])
    assert asked == [(session.lanes[0].machine.memory.nbytes, budget.AGAIN)]
    session.close()


def test_before_a_mini_batch_there_is_none() -> None:
    session = session_of()
    assert session.probe(session.lanes[0]) is None
    session.close()

"""The search for NaN and infinity: none that is not there, and none missed, however fast runs have used the memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.session import Session
from tests.golden import cases
from tests.golden.random_stacks import random_stacks

DEEP = (bn.Linear(12), bn.BatchNorm(), bn.ReLU(), bn.Linear(12), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))


def session_of(*layers: object, recording: str = "all", loss: object = None, **training: object) -> Session:
    stack = bn.Stack(name="a", layers=layers, loss=loss or bn.CrossEntropy())
    options = {"batch_size": 8, "precision": "float32", **training}
    session = Session(
        bn.Experiment(data=bn.TwoMoons(samples=96), training=bn.Training(**options), stacks=(stack,)),
        recording=recording,
    )
    session._readiness.wait_for_fast()
    return session


def moved_about(session: Session) -> None:
    """Fast runs, steps and a way back, with what one kind of number left behind read as another."""
    machine = session.lanes[0].machine
    machine.memory[machine.program.state_size :] = np.nan
    session.run(4)
    session.step("op")
    session.run(3)
    session.step("layer")
    session.step_back("iteration")
    session.run(3)


@pytest.mark.parametrize("recording", ["none", "norms", "all"])
@pytest.mark.parametrize("accumulate", [1, 4])
def test_no_stop_where_all_numbers_are_finite(accumulate: int, recording: str) -> None:
    session = session_of(*DEEP, recording=recording, accumulate=accumulate)
    moved_about(session)
    assert session.stopped is None
    assert session.lanes[0].machine.is_finite


def no_false_stop(stack: bn.Stack, accumulate: int, recording: str, precision: str) -> None:
    training = bn.Training(batch_size=8, accumulate=accumulate, precision=precision, optimizer=bn.SGD(lr=1e-3))
    data = bn.GaussianNoise(samples=96, features=cases.FEATURES, classes=cases.CLASSES)
    session = Session(bn.Experiment(data=data, training=training, stacks=(stack,)), recording=recording)
    session._readiness.wait_for_fast()
    moved_about(session)
    stopped, machine = session.stopped, session.lanes[0].machine
    assert (stopped is None) == machine.is_finite, stopped


CHOICES = (st.integers(1, 4), st.sampled_from(["none", "norms", "all"]), st.sampled_from(["float32", "float64"]))


@settings(max_examples=5, deadline=None)
@given(random_stacks(deepest=5), *CHOICES)
def test_random_stacks_are_never_stopped_for_nothing(stack: bn.Stack, k: int, recording: str, precision: str) -> None:
    no_false_stop(stack, k, recording, precision)


@pytest.mark.fuzz
@settings(max_examples=1000, deadline=None)
@given(random_stacks(deepest=20), *CHOICES)
def test_many_random_stacks_are_never_stopped_for_nothing(
    stack: bn.Stack, k: int, recording: str, precision: str
) -> None:
    no_false_stop(stack, k, recording, precision)


def overflowing() -> tuple[Session, dict[str, np.ndarray]]:
    """Squared errors are infinite in float32, the weights hardly move: every iteration begins with finite numbers."""
    session = session_of(bn.Linear(2, bias=False), loss=bn.MSE(), optimizer=bn.SGD(lr=1e-30))
    return session, {"0.weight": np.full((2, 2), 1e25)}


def test_a_lane_is_looked_at_again_once_its_numbers_are_finite_again() -> None:
    session, huge = overflowing()
    lane = session.lanes[0]
    good = lane.state_dict()
    at = []
    for _ in range(2):
        session.run(3)
        assert session.stopped is None
        lane.load_state_dict(huge)
        session.run(10)
        assert session.stopped is not None
        assert session.stopped.op == "mse"
        at.append(session.moment)
        session.run(5)
        assert session.stopped is None, "the same infinity, iteration after iteration, is no news"
        lane.load_state_dict(good)
    session.run(3)
    assert [moment.iteration for moment in at] == [3, 11]
    for moment in reversed(at):
        assert session.run_to_breakpoint(reverse=True)
        assert session.moment == moment


def test_steps_stop_again_too() -> None:
    session, huge = overflowing()
    lane = session.lanes[0]
    good = lane.state_dict()
    for _ in range(2):
        session.step("iteration")
        assert session.stopped is None
        lane.load_state_dict(huge)
        session.step("iteration")
        assert session.stopped is not None
        session.step("iteration")
        lane.load_state_dict(good)
        session.step("iteration")

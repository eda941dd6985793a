"""A breakpoint on a watch stops in the iterations in which stepping one by one finds that it begins to hold."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.operation import Array
from bnsim.session import OnWatch
from bnsim.session.watch_conditions import begins
from tests.session.test_watches import EXPERIMENT

RECORDED, SAMPLED = 'loss("plain") - loss("with BN")', 'max(x̂("with BN")[1][:, 4])'
ITERATIONS = 40


@pytest.fixture(scope="module")
def past() -> dict[str, Array]:
    session = bn.Session(EXPERIMENT)
    for expression in (RECORDED, SAMPLED, 'max(abs(gamma("with BN")[1]))'):
        session.watch(expression)
    session.run(ITERATIONS)
    return {expression: session.history[expression] for expression in (RECORDED, SAMPLED)}


def found(values: Array, when: str, limit: float) -> list[int]:
    """The iterations at which values begin to be so, one by one."""
    so = {
        "<": lambda k: values[k] < limit,
        ">=": lambda k: values[k] >= limit,
        "crosses": lambda k: k > 0 and (values[k] < limit) != (values[k - 1] < limit),
        "changes": lambda k: k > 0 and values[k] != values[k - 1],
    }[when]
    edge = when in ("<", ">=")
    return [k for k in range(len(values)) if so(k) and not (edge and k and so(k - 1))]


@pytest.mark.parametrize("expression", [RECORDED, SAMPLED])
@pytest.mark.parametrize("when", ["<", ">=", "crosses", "changes"])
def test_it_stops_forward_and_in_reverse_where_stepping_finds_it(
    expression: str, when: str, past: dict[str, Array]
) -> None:
    limit = float(np.median(past[expression]))
    wanted = found(past[expression], when, limit)[:8]
    assert len(wanted) > 2
    session = bn.Session(EXPERIMENT)
    stop = OnWatch(expression=expression, when=when, limit=limit)
    session.breakpoints = (stop,)
    watch = session.watch(expression)
    for iteration in wanted:
        assert session.run_to_breakpoint()
        assert session.moment.iteration == iteration
        assert {session.lane("with BN").cursor.phase, session.lane("plain").cursor.phase} <= {"backward", "update"}
        assert watch.value == pytest.approx(past[expression][iteration], rel=1e-10)
        assert session.stopped is not None
        assert session.stopped.breakpoint is stop
    for iteration in reversed(wanted[:-1]):
        assert session.run_to_breakpoint(reverse=True)
        assert session.moment.iteration == iteration
    assert session.hits(stop) == 2 * len(wanted) - 1
    straight = bn.Session(EXPERIMENT)
    straight.go_to(session.moment)
    for mine, other in zip(session.lanes, straight.lanes, strict=True):
        assert mine.loss == other.loss
        np.testing.assert_array_equal(mine.machine.state, other.machine.state)


def test_stepping_stops_there_too(past: dict[str, Array]) -> None:
    limit = float(np.median(past[SAMPLED]))
    wanted = found(past[SAMPLED], "crosses", limit)[0]
    session = bn.Session(EXPERIMENT)
    session.breakpoints = (OnWatch(expression=SAMPLED, when="crosses", limit=limit),)
    session.seek(wanted)
    session.step("iteration", stop_at_breakpoints=True)
    assert session.stopped is not None
    assert session.moment.iteration == wanted
    assert "crossed" in session.stopped.sentence


def test_what_the_update_overwrites_is_that_of_the_iteration() -> None:
    expression = 'max(abs(gamma("with BN")[1] - 1))'
    session = bn.Session(EXPERIMENT)
    session.breakpoints = (OnWatch(expression=expression, when=">", limit=0.0),)
    session.step("iteration", stop_at_breakpoints=True)
    assert session.stopped is None
    session.step("iteration", stop_at_breakpoints=True)
    assert session.stopped is not None
    assert session.moment.iteration == 1


def test_each_lane_that_has_it_stops_by_itself() -> None:
    session = bn.Session(EXPERIMENT)
    lane = session.lane("plain").stack.id
    session.breakpoints = (OnWatch(expression="norm(W[0])", when=">", limit=0.0, lane=lane),)
    assert session.run_to_breakpoint()
    assert session.stopped is not None
    assert session.stopped.lane == lane
    assert not session.run_to_breakpoint(limit=20)


def test_one_on_what_is_not_there_is_refused() -> None:
    session = bn.Session(EXPERIMENT)
    with pytest.raises(bn.InputError, match="no layer 9"):
        session.breakpoints = (OnWatch(expression="norm(W[9])"),)
    session.breakpoints = (OnWatch(expression="norm(W[9])", enabled=False),)


def test_a_number_that_is_not_finite_begins_so_once() -> None:
    values = np.array([np.nan, 1.0, np.inf, np.nan, 2.0, -np.inf])
    assert begins(values, "not finite", 0.0).tolist() == [True, False, True, False, False, True]
    assert begins(values, "changes", 0.0).tolist() == [False, True, True, True, True, True]
    assert begins(np.array([np.nan, np.nan]), "changes", 0.0).tolist() == [False, False]

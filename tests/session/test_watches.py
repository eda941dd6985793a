"""A watch has the numbers that NumPy makes of the arrays, at present and before, and changes none of the run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.operation import Array
from bnsim.session.lane import Lane
from bnsim.session.watching import RECENT

PLAIN = bn.Stack(name="plain", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2)))
WITH_BN = bn.Stack(name="with BN", layers=(bn.Linear(8, bias=False), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2)))
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=128, noise=0.05),
    training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.5, momentum=0.9)),
    stacks=(PLAIN, WITH_BN),
)
EXPRESSIONS = (
    "norm(dW[0]) / norm(W[0])",
    'mean(x̂["BatchNorm 1"][:, 4])',
    "gamma[1][7] + beta[1][0]",
    'loss("plain") - loss("with BN")',
    "std(W[-1]) * 2",
    "log10(abs(dW[0][1, 0]))",
    "max(running_var[1]) - min(σ²[1])",
)


@pytest.fixture
def session() -> bn.Session:
    return bn.Session(EXPERIMENT)


def of(values: Array | None) -> Array:
    assert values is not None
    return values


NOW: dict[str, Callable[[Lane], float]] = {
    "norm(W[0])": lambda lane: float(np.linalg.norm(lane.state_dict()["0.weight"])),
    "mean(dW[0])": lambda lane: float(of(lane.gradients()["0.weight"]).mean()),
    "var(value[0][:, 3])": lambda lane: float(of(lane.value(0))[:, 3].var()),
    "rms(gradient[0])": lambda lane: float(np.sqrt((of(lane.gradient(0)) ** 2).mean())),
    "sum(abs(x[0:2]))": lambda lane: float(np.abs(of(lane.inputs())[:2]).sum()),
    "loss ** 2": lambda lane: float(lane.loss or 0) ** 2,
    "mean(value[0] - value[0][0])": lambda lane: float((of(lane.value(0)) - of(lane.value(0))[0]).mean()),
}


def test_present_values_are_those_of_the_arrays(session: bn.Session) -> None:
    watches = {expression: session.watch(expression) for expression in NOW}
    session.run(3)
    for expression, expected in NOW.items():
        values = watches[expression].value
        assert isinstance(values, dict)
        for lane in session.lanes:
            assert values[lane.stack.name] == pytest.approx(expected(lane), rel=1e-12)


def test_what_is_not_computed_yet_has_no_value(session: bn.Session) -> None:
    gradient, weight = session.watch("norm(dW[0])"), session.watch("norm(W[0])")
    assert gradient.value == {"plain": None, "with BN": None}
    assert None not in weight.value.values()
    session.step("iteration")
    assert None not in gradient.value.values()


def test_lanes_without_what_is_named_are_left_out(session: bn.Session) -> None:
    assert list(session.watch("norm(gamma[1])").value) == ["with BN"]
    with pytest.raises(bn.InputError, match="no layer 9"):
        session.watch("norm(W[9])")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("W[0]", r"8 × 2 numbers and a watch is one"),
        ("W[0][0, 2]", "no element 2 on axis 1; they are 0 to 1"),
        ("norm(W[0][3:3])", "axis 0 of W has nothing there"),
        ("norm(W[0] + W[2])", r"Column 11: shapes \(8, 2\) and \(2, 8\) do not fit"),
        ("W[0][0, 0, 0]", "has 2 axes, not 3"),
        ("loss[0]", "loss is one number"),
        ('loss("plane")', r'no lane “plane”; write loss\("plain"\)'),
        ("dead[1]", "dead of layer 1 is not recorded"),
        ("1 + 2", "names nothing of a run"),
    ],
)
def test_what_cannot_be_watched_says_why(session: bn.Session, expression: str, said: str) -> None:
    with pytest.raises(bn.InputError, match=said):
        session.watch(expression)
    assert session.watches.seen(expression).problem


def series(session: bn.Session, expression: str) -> dict[str, Array]:
    found = session.history[expression]
    return found if isinstance(found, dict) else {"": found}


@pytest.fixture(scope="module")
def one_by_one() -> dict[str, list[dict[str, float]]]:
    """Each expression's values as every update begins, in a session that is stepped there."""
    session = bn.Session(EXPERIMENT)
    watches = {expression: session.watch(expression) for expression in EXPRESSIONS}
    found: dict[str, list[dict[str, float]]] = {expression: [] for expression in EXPRESSIONS}
    for _ in range(12):
        while any(lane.cursor.phase != "update" for lane in session.lanes):
            session.step("op")
        now = {expression: watch.value for expression, watch in watches.items()}
        session.step("iteration")
        # Running statistics are written as the update begins, and are those that the forward pass left.
        now[EXPRESSIONS[-1]] = watches[EXPRESSIONS[-1]].value
        for expression, value in now.items():
            found[expression].append(value if isinstance(value, dict) else {"": value})
    return found


@pytest.mark.parametrize("recording", ["none", "norms", "all"])
def test_the_past_is_that_of_a_session_stepped_one_by_one(
    recording: str, one_by_one: dict[str, list[dict[str, float]]]
) -> None:
    session = bn.Session(EXPERIMENT, recording=recording)
    watches = [session.watch(expression) for expression in EXPRESSIONS]
    session.run(12)
    for watch in watches:
        for lane, values in series(session, watch.expression).items():
            expected = [each[lane] for each in one_by_one[watch.expression]]
            np.testing.assert_allclose(values, expected, rtol=1e-10, atol=1e-15)
    hows = {watch.expression: watch.how for watch in watches}
    assert hows[EXPRESSIONS[3]] == "recorded"
    assert hows[EXPRESSIONS[0]] == ("compiled" if recording == "none" else "recorded")
    assert hows[EXPRESSIONS[1]] == "compiled"


def test_watching_changes_no_number_of_the_run() -> None:
    watched, alone = bn.Session(EXPERIMENT), bn.Session(EXPERIMENT)
    for expression in EXPRESSIONS:
        watched.watch(expression)
    for step in ("iteration", "op", "layer"):
        for session in (watched, alone):
            session.run(5)
            session.step(step)
        for expression in EXPRESSIONS:
            series(watched, expression)
            watched.watches.seen(expression)
        while watched.watches.fill(0.01):
            pass
        assert watched.moment == alone.moment
        for mine, other in zip(watched.lanes, alone.lanes, strict=True):
            numbers = other.program.is_number
            mine_there, other_there = (lane.machine.memory[: len(numbers)][numbers] for lane in (mine, other))
            np.testing.assert_array_equal(mine_there, other_there)
            np.testing.assert_array_equal(mine.history["loss"], other.history["loss"])


def test_going_back_shows_what_was_before_and_a_change_makes_another_past(session: bn.Session) -> None:
    sampled = "mean(x̂[1][:, 4])"
    session.watch(sampled)
    session.run(20)
    whole = series(session, sampled)["with BN"]
    session.seek(8)
    np.testing.assert_array_equal(series(session, sampled)["with BN"], whole[:8])
    session.scale_weights(3.0)
    session.run(12)
    other = series(session, sampled)["with BN"]
    np.testing.assert_array_equal(other[:8], whole[:8])
    anew = bn.Session(EXPERIMENT)
    anew.watch(sampled)
    anew.run(8)
    anew.scale_weights(3.0)
    anew.run(12)
    np.testing.assert_array_equal(series(anew, sampled)["with BN"], other)
    assert not np.array_equal(other[8:], whole[8:])
    state = session.lane("with BN").state_dict()
    session.lane("with BN").load_state_dict({key: value * 0 for key, value in state.items()})
    session.run(2)
    assert series(session, "mean(x̂[1][:, 4])")["with BN"][20] == 0.0


def test_the_recent_past_is_filled_in_by_parts(session: bn.Session) -> None:
    recorded, sampled = "norm(dW[0])", 'std(log(abs(value("plain")[0])))'
    for expression in (recorded, sampled):
        session.watch(expression)
    session.run(RECENT + 30)
    session.step()
    assert len(session.watches.seen(recorded).series[0].past) == RECENT
    assert len(session.watches.seen(sampled).series[0].past) == 0
    assert session.watches.lacks
    while session.watches.fill(0.001):
        pass
    seen = session.watches.seen(sampled).series[0]
    assert (seen.lane, seen.stack, seen.how) == ("", 0, "sampled")
    assert seen.iterations.tolist() == list(range(30, RECENT + 30))
    assert not seen.past.flags.writeable
    np.testing.assert_array_equal(seen.past, series(session, sampled)[""][30:])


def test_history_knows_only_watches_that_were_asked_for(session: bn.Session) -> None:
    session.run(1)
    with pytest.raises(KeyError):
        session.history["norm(W[0])"]
    session.watch(" norm(W[0]) ")
    assert session.history["norm(W[0])"]["plain"].shape == (1,)

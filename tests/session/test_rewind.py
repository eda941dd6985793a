"""Where one stands decides every number, to the bit, however one got there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.session import Session

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=90),
    training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3)),
    stacks=(
        bn.Stack(name="plain", layers=(bn.Linear(7), bn.Sigmoid(), bn.Linear(5), bn.ReLU(), bn.Linear(2))),
        bn.Stack(name="bn", layers=(bn.Linear(7, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(2)), loss=bn.MSE()),
    ),
)


def everything(session: Session) -> list[object]:
    """All that can be read of a session, as bytes."""
    out: list[object] = [session.iteration, session.at_start]
    for lane in session.lanes:
        arrays = [*lane.state_dict().values(), *lane.gradients().values(), lane.inputs()]
        for layer in range(len(lane.stack.layers)):
            arrays += [lane.value(layer), lane.gradient(layer)]
        arrays += [lane.history[name] for name in lane.history]
        arrays += [lane.current(name) for name in lane.history]
        out += [None if array is None else array.tobytes() for array in arrays]
        out += [lane.cursor, lane.executed, lane.loss]
    return out


@pytest.mark.parametrize("size", ["op", "layer", "iteration"])
def test_steps_back_undo_steps(size: str) -> None:
    session = Session(EXPERIMENT, recording="all")
    session.run(2)
    seen = [everything(session)]
    for _ in range(150):
        session.step(size)
        seen.append(everything(session))
    for wanted in reversed(seen[:-1]):
        assert session.step_back(size)
        assert everything(session) == wanted


def test_running_equals_stepping() -> None:
    run, by_iteration, by_op = (Session(EXPERIMENT, recording="all") for _ in range(3))
    run.run(50)
    while by_iteration.iteration < 50:
        by_iteration.step("iteration")
    while by_op.iteration < 50:
        by_op.step("op")
    assert everything(run) == everything(by_iteration) == everything(by_op)


def test_replay_equals_the_run() -> None:
    session = Session(EXPERIMENT, recording="all")
    session.run(120)
    wanted = everything(session)
    session.seek(17)
    session.seek(120)
    assert everything(session) == wanted
    session.reset()
    session.run(120)
    assert everything(session) == wanted


@pytest.mark.parametrize("optimizer", [bn.Adagrad(lr=0.1, lr_decay=0.01), bn.RMSprop(centered=True)])
def test_replay_equals_the_run_whatever_the_optimizer_keeps(optimizer: object) -> None:
    layers = (bn.Linear(6), bn.GroupNorm(3), bn.Erf(), bn.Noise(scale=1.5), bn.Linear(2))
    training = bn.Training(batch_size=16, optimizer=optimizer)  # type: ignore[arg-type]
    experiment = bn.Experiment(data=EXPERIMENT.data, training=training, stacks=(bn.Stack(layers=layers),))
    session = Session(experiment, recording="all")
    session.run(60)
    wanted = everything(session)
    for _ in range(3):
        session.step_back("op")
    session.seek(11)
    session.seek(60)
    assert everything(session) == wanted


def test_equal_lanes_stay_equal() -> None:
    stack = EXPERIMENT.stacks[1]
    twins = (bn.Stack(name="one", layers=stack.layers), bn.Stack(name="two", layers=stack.layers))
    session = Session(bn.Experiment(data=EXPERIMENT.data, training=EXPERIMENT.training, stacks=twins), recording="all")
    session.run(1000)
    one, two = (lane.state_dict() for lane in session.lanes)
    assert all(one[key].tobytes() == two[key].tobytes() for key in one)
    assert session.lanes[0].loss == session.lanes[1].loss


def test_at_the_start_nothing_is_computed_and_nothing_is_behind() -> None:
    session = Session(EXPERIMENT, recording="all")
    assert session.at_start
    assert not session.step_back("op")
    lane = session.lanes[0]
    assert lane.loss is None
    assert lane.value(0) is None
    assert all(gradient is None for gradient in lane.gradients().values())


def test_loaded_states_are_loaded_again_by_a_replay() -> None:
    session = Session(EXPERIMENT, recording="all")
    session.run(10)
    lane = session.lane("plain")
    state = lane.state_dict()
    lane.load_state_dict({key: np.zeros_like(value) for key, value in state.items()})
    assert not lane.state_dict()["0.weight"].any()
    session.run(25)
    wanted = everything(session)
    session.seek(3)
    assert lane.state_dict()["0.weight"].any()
    session.seek(35)
    assert everything(session) == wanted


@pytest.mark.parametrize("change", ["missing", "shape", "unknown", "text"])
def test_states_that_do_not_fit_change_nothing(change: str) -> None:
    lane = Session(EXPERIMENT, recording="all").lanes[0]
    before = lane.state_dict()
    bad: dict[str, object] = dict(before)
    if change == "missing":
        del bad["4.bias"]
    elif change == "shape":
        bad["4.bias"] = np.zeros(3)
    elif change == "unknown":
        bad["9.weight"] = np.zeros(3)
    else:
        bad["4.bias"] = np.array(["a", "b"])
    with pytest.raises(bn.InputError, match=r"4\.bias|9\.weight"):
        lane.load_state_dict(bad)
    assert all(np.array_equal(before[key], value) for key, value in lane.state_dict().items())


def test_a_state_cannot_be_loaded_in_the_middle_of_an_iteration() -> None:
    session = Session(EXPERIMENT, recording="all")
    session.step()
    with pytest.raises(bn.InputError, match="middle"):
        session.lanes[0].load_state_dict(session.lanes[0].state_dict())


def test_twins_hand_over_to_kernels_without_a_trace() -> None:
    early, late = Session(EXPERIMENT, wait=False, recording="all"), Session(EXPERIMENT, recording="all")
    early._readiness.wait()
    early.run(9)
    early.step("op")
    early.poll()
    late.run(9)
    late.step("op")
    assert early.kernels_ready
    assert everything(early) == everything(late)


moves = st.one_of(
    st.tuples(st.sampled_from(["step", "step_back"]), st.sampled_from(["op", "layer", "iteration", "epoch"])),
    st.tuples(st.just("run"), st.integers(0, 9)),
    st.tuples(st.just("run_back"), st.integers(0, 9)),
    st.tuples(st.just("seek"), st.integers(0, 40)),
    st.tuples(st.just("reset"), st.none()),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(moves, max_size=25))
def test_any_way_leads_to_the_same_place(way: list) -> None:
    wanderer = Session(EXPERIMENT, recording="all")
    for name, argument in way:
        if name == "reset":
            wanderer.reset()
        else:
            getattr(wanderer, name)(argument)
    straight = Session(EXPERIMENT, recording="all")
    straight.run(wanderer.iteration)
    while straight.lanes[0].cursor != wanderer.lanes[0].cursor or straight.lanes[1].cursor != wanderer.lanes[1].cursor:
        straight.step("op")
    while straight.moment.tick != wanderer.moment.tick and not wanderer.at_start:
        straight.step("op")
    assert everything(straight) == everything(wanderer)

"""Runs stop exactly where a breakpoint holds, forward and in reverse; a NaN stops them in any case."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.spec.breakpoints import (
    AtLayer,
    AtOp,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
)

PLAIN = (
    bn.Linear(7, init=bn.Normal(std=3.0)),
    bn.Sigmoid(),
    bn.Linear(24, init=bn.Normal(std=2.0)),
    bn.ReLU(),
    bn.Linear(2),
)
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=90),
    training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3)),
    stacks=(
        bn.Stack(name="plain", layers=PLAIN),
        bn.Stack(name="bn", layers=(bn.Linear(7, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(2)), loss=bn.MSE()),
    ),
)
EXPLODING = bn.Experiment(
    data=bn.TwoSpirals(samples=90),
    training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=30.0)),
    stacks=(
        bn.Stack(name="mild", layers=(bn.Linear(8), bn.Sigmoid(), bn.Linear(2))),
        bn.Stack(
            name="wild",
            layers=(bn.Linear(8, init=bn.Normal(std=4.0)), bn.ReLU(), bn.Linear(8), bn.ReLU(), bn.Linear(2)),
            loss=bn.MSE(),
        ),
    ),
)


def where(session: Session) -> tuple[int, int]:
    return session.moment


def state(session: Session) -> list[bytes]:
    return [array.tobytes() for lane in session.lanes for array in lane.state_dict().values()]


def stepped(session: Session, holds, limit: int = 4000) -> list[tuple[int, int]]:
    """Every place, found by stepping op by op, where `holds(session)` is so."""
    found = []
    for _ in range(limit):
        session.step("op")
        if holds(session):
            found.append(where(session))
    return found


def visited(session: Session, count: int) -> list[tuple[int, int]]:
    found = []
    for _ in range(count):
        assert session.run_to_breakpoint()
        found.append(where(session))
        assert session.stopped is not None
        assert (session.stopped.iteration, session.stopped.tick) == where(session)
    return found


def condition_holds(record: str, test):
    """Whether an operation has just written a recorded value for which the test holds."""

    def holds(session: Session) -> bool:
        tick = session.moment.tick
        for lane in session.lanes:
            for kept in lane.program.records:
                for place in kept.places if kept.name == record else ():
                    now, before = (session._together.lockstep.positions[t][lane.index] for t in (tick, tick - 1))
                    written = lane.program.written_by[place]
                    if before <= written < now and test(float(lane.program.view(lane.machine.memory, place))):
                        return True
        return False

    return holds


@pytest.mark.parametrize(
    ("breakpoint", "record", "test"),
    [
        (GradientNorm(below=0.05), "gradient_norm", lambda value: value < 0.05),
        (GradientNorm(above=0.1), "gradient_norm", lambda value: value > 0.1),
        (LossBelow(below=0.66), "loss", lambda value: value < 0.66),
        (Saturated(above=0.0), "saturated", lambda value: value > 0.0),
        (Dead(above=0.1), "dead", lambda value: value > 0.1),
    ],
    ids=["below", "above", "loss", "saturated", "dead"],
)
def test_conditions_stop_where_stepping_finds_them(breakpoint, record, test) -> None:
    wanted = stepped(Session(EXPERIMENT, recording="all"), condition_holds(record, test), 3000)[:12]
    assert wanted
    session = Session(EXPERIMENT, recording="all")
    session.breakpoints = (breakpoint,)
    assert visited(session, len(wanted)) == wanted
    assert session.hits(breakpoint) == len(wanted)
    for place in reversed(wanted[:-1]):
        assert session.run_to_breakpoint(reverse=True)
        assert where(session) == place
    straight = Session(EXPERIMENT, recording="all")
    straight.seek(wanted[0][0])
    while where(straight) != wanted[0]:
        straight.step("op")
    assert state(straight) == state(session)
    assert straight.lanes[0].cursor == session.lanes[0].cursor


def test_a_place_stops_before_it_is_done_in_every_iteration() -> None:
    session = Session(EXPERIMENT, recording="all")
    norm = session.lanes[1].stack.layers[1]
    session.breakpoints = (AtLayer(layer=norm.id, phase="backward"),)
    for iteration in range(3):
        assert session.run_to_breakpoint()
        cursor = session.lane("bn").cursor
        assert (cursor.iteration, cursor.phase, cursor.layer, cursor.op) == (iteration, "backward", 1, "dβ")
    session.run(10)
    assert session.lane("bn").cursor.iteration == 3
    assert session.run_to_breakpoint(reverse=True)
    assert session.lane("bn").cursor.iteration == 2
    assert "at BatchNorm" in session.stopped.sentence
    session.breakpoints = (AtOp(op="bn dγ"),)
    assert session.run_to_breakpoint()
    assert session.lane("bn").cursor.op == "dγ"


def test_disabled_ones_and_other_lanes_are_passed_by() -> None:
    session = Session(EXPERIMENT, recording="all")
    plain, normalized = session.lanes
    session.breakpoints = (
        LossBelow(below=1e9, enabled=False),
        LossBelow(below=1e9, lane=normalized.stack.id),
    )
    session.run(5)
    assert session.iteration == 0
    assert session.stopped.lane == normalized.stack.id
    session.breakpoints = (GradientNorm(above=0.0, layer=plain.stack.layers[2].id),)
    session.run(5)
    assert session.stopped.layer_id == plain.stack.layers[2].id
    assert session.stopped.sentence.startswith("plain: gradient norm 0.")
    assert "at Linear 2 rose above 0 (iteration 0, backward, dx)" in session.stopped.sentence


def test_nothing_found_moves_nothing_in_reverse_and_all_of_it_forward() -> None:
    session = Session(EXPERIMENT, history_bytes=1, recording="all")
    session.breakpoints = (LossBelow(below=-1.0),)
    session.run(400)
    before, rows = state(session), session.history["loss"]["plain"]
    assert len(rows) < 400
    assert not session.run_to_breakpoint(reverse=True)
    assert (state(session), session.iteration, session.stopped) == (before, 400, None)
    session.run_to_breakpoint(limit=7)
    assert session.iteration == 407


def test_reverse_finds_what_the_history_no_longer_has() -> None:
    session = Session(EXPERIMENT, history_bytes=1, recording="all")
    dense = Session(EXPERIMENT, recording="all")
    for each in (session, dense):
        each.run(600)
    loss = dense.history["loss"]["plain"]
    wanted = int(np.argmin(loss[:200]))
    session.breakpoints = (LossBelow(below=float(loss[wanted]) * 1.0000001, lane=session.lanes[0].stack.id),)
    later = np.flatnonzero(loss < session.breakpoints[0].below)
    assert session.run_to_breakpoint(reverse=True)
    assert session.stopped.iteration == later[-1]


def test_unrecorded_values_cannot_be_asked_for() -> None:
    session = Session(EXPERIMENT, recording="norms")
    session.breakpoints = (GradientNorm(below=1.0),)
    with pytest.raises(bn.InputError, match="recording"):
        session.breakpoints = (Saturated(),)
    with pytest.raises(bn.InputError, match="below"):
        session.breakpoints = (GradientNorm(),)


def first_non_finite() -> tuple[tuple[int, int], str, str]:
    session = Session(EXPLODING, recording="all")
    while True:
        session.step("op")
        lane = session.lane("wild")
        for position in range(session._together.lockstep.positions[session.moment.tick - 1][1], lane.position):
            instruction = lane.program.instructions[position]
            for name, place in zip(instruction.operation.operands(), instruction.places, strict=True):
                written = lane.program.view(lane.machine.memory, place)
                if not instruction.hidden and name in instruction.operation.writes and not np.isfinite(written).all():
                    return where(session), instruction.phase, instruction.operation.title


@pytest.mark.parametrize("move", ["run", "op", "layer", "iteration", "seek", "twins"])
def test_the_first_nan_stops_everything_at_the_op_that_wrote_it(move: str) -> None:
    wanted, phase, op = first_non_finite()
    session = Session(EXPLODING, wait=move != "twins", recording="none" if move == "run" else "all")
    for _ in range(5000):
        if session.stopped:
            break
        if move in ("run", "twins"):
            session.run(10_000)
        elif move == "seek":
            session.seek(5000)
        else:
            session.step(move)
    assert where(session) == wanted
    stopped = session.stopped
    assert (stopped.phase, stopped.op, stopped.lane) == (phase, op, session.lane("wild").stack.id)
    assert stopped.sentence.startswith("wild: first ")
    assert f"(iteration {wanted[0]}, {phase}, {op})" in stopped.sentence


def test_a_nan_may_be_passed_and_stops_again_when_one_comes_by_again() -> None:
    wanted, _, _ = first_non_finite()
    session = Session(EXPLODING, recording="all")
    session.breakpoints = (NonFinite(),)
    session.run(10_000)
    assert where(session) == wanted
    assert session.hits(NonFinite()) == 1
    session.step("op")
    session.run(50)
    assert session.stopped is None
    assert session.iteration >= wanted[0] + 50
    assert session.run_to_breakpoint(reverse=True)
    assert where(session) == wanted
    assert "first" in session.stopped.sentence
    session.seek(0)
    session.run(10_000)
    assert where(session) == wanted


def test_running_back_stops_at_the_first_nan_without_any_breakpoint() -> None:
    wanted, _, _ = first_non_finite()
    session = Session(EXPLODING)
    session.run(wanted[0] + 3)
    session.run(wanted[0] + 3)
    assert session.iteration > wanted[0] + 1
    session.run_back(session.iteration)
    assert where(session) == wanted
    assert session.stopped is not None


def test_saturation_that_overflows_inside_is_no_nan() -> None:
    stack = bn.Stack(name="huge", layers=(bn.Linear(8, init=bn.Normal(std=1e4)), bn.Sigmoid(), bn.Linear(2)))
    training = bn.Training(batch_size=16, precision="float32")
    session = Session(
        bn.Experiment(data=bn.TwoSpirals(samples=90), training=training, stacks=(stack,)), recording="all"
    )
    session.run(100)
    assert session.stopped is None
    assert session.iteration == 100


def test_a_loaded_nan_is_caught_too() -> None:
    session = Session(EXPERIMENT, recording="all")
    session.run(5)
    lane = session.lane("bn")
    state = lane.state_dict()
    state["0.weight"][0, 0] = np.nan
    lane.load_state_dict(state)
    session.run(20)
    assert (session.stopped.iteration, session.stopped.op, session.stopped.phase) == (5, "linear", "forward")


def test_an_operation_is_named_by_its_key() -> None:
    session = Session(EXPERIMENT)
    linear = session.experiment.stacks[0].layers[0].id
    assert ("forward", "linear", "linear") in session.operations()[linear]
    with pytest.raises(bn.InputError, match="use its key, 'linear dW'"):
        session.breakpoints = (AtOp(op="dW"),)
    with pytest.raises(bn.InputError, match="no operation with the key 'gone'"):
        session.breakpoints = (AtOp(op="gone"),)
    session.breakpoints = (AtOp(op="gone", enabled=False),)
    assert not session.run_to_breakpoint(limit=2)


@pytest.mark.parametrize("bias", [True, False])
def test_a_breakpoint_at_an_operation_survives_a_bias(bias: bool) -> None:
    stack = bn.Stack(layers=(bn.Linear(4, bias=bias), bn.Linear(2, bias=bias)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=(stack,))
    session = Session(experiment)
    session.breakpoints = (AtOp(op="linear", layer=experiment.stacks[0].layers[1].id),)
    assert session.run_to_breakpoint()
    assert (session.lanes[0].cursor.op, session.lanes[0].cursor.layer) == ("linear", 1)

"""Stepping by a phase, and to the moments that are worth a look."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session.session import Session
from bnsim.spec.breakpoints import AtLayer

HEAD = (bn.Linear(6), bn.Sigmoid())
EXPERIMENT = bn.Experiment(
    training=bn.Training(batch_size=8),
    stacks=(
        bn.Stack(name="plain", layers=(*HEAD, bn.Linear(5), bn.Tanh(), bn.Linear(10))),
        bn.Stack(name="with BN", layers=(*HEAD, bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Linear(10))),
    ),
)


def place(session: Session) -> tuple[int, int]:
    return tuple(session.moment)


def phases(session: Session) -> list[str]:
    return [lane.executed.phase for lane in session.lanes if lane.executed is not None]


def everything(session: Session) -> list[bytes]:
    return [lane.machine.memory.tobytes() for lane in session.lanes]


def test_a_step_by_a_phase_ends_where_the_next_phase_begins() -> None:
    session = Session(EXPERIMENT)
    seen = []
    for _ in range(8):
        session.step("phase")
        assert len(set(phases(session))) == 1
        seen.append(phases(session)[0])
    assert seen == ["forward", "loss", "backward", "update"] * 2
    assert session.iteration == 2


@pytest.mark.parametrize("accumulate", [1, 3])
def test_steps_of_every_size_come_by_the_ends_of_phases(accumulate: int) -> None:
    training = bn.Training(batch_size=8, accumulate=accumulate)
    experiment = bn.Experiment(training=training, stacks=EXPERIMENT.stacks)
    by_phase, by_op = Session(experiment), Session(experiment)
    ends = {}
    while by_phase.iteration < 2:
        by_phase.step("phase")
        ends[place(by_phase)] = everything(by_phase)
    assert len(ends) == 2 * (3 * accumulate + 1)
    while by_op.iteration < 2:
        by_op.step("op")
        if place(by_op) in ends:
            assert everything(by_op) == ends.pop(place(by_op))
    assert not ends


def test_a_step_back_by_a_phase_goes_to_its_start_from_everywhere() -> None:
    session = Session(EXPERIMENT)
    starts = [place(session)]
    state = session.lanes[0].state_dict()
    for _ in range(6):
        session.step("phase")
        starts.append(place(session))
    session.step("op")
    for start in reversed(starts):
        assert session.step_back("phase")
        assert place(session) == start
    assert not session.step_back("phase")
    for key, array in session.lanes[0].state_dict().items():
        np.testing.assert_array_equal(array, state[key])


def test_landmarks_are_phases_the_first_difference_and_layers_asked_for() -> None:
    session = Session(EXPERIMENT)
    last = EXPERIMENT.stacks[0].layers[4].id
    stops = []
    for _ in range(8):
        session.step_to_landmark([last])
        at = session.lanes[1].executed
        stops.append((at.phase, at.layer, at.op))
    assert [phase for phase, *_ in stops] == [*["forward"] * 2, "loss", *["backward"] * 3, "update", "forward"]
    assert stops[0][1] == 3, "the BatchNorm is the first layer that only one lane has"
    assert stops[1][1] == 5
    assert [layer for phase, layer, _ in stops if phase == "backward"] == [5, 3, 0]


def test_landmarks_are_come_by_on_the_way_back_too() -> None:
    session = Session(EXPERIMENT)
    forward = [place(session)]
    for _ in range(9):
        session.step_to_landmark()
        forward.append(place(session))
    for before in reversed(forward[:-1]):
        assert session.step_to_landmark(back=True)
        assert place(session) == before
    assert not session.step_to_landmark(back=True)


def test_a_breakpoint_on_the_way_to_a_landmark_stops_it() -> None:
    session = Session(EXPERIMENT)
    first = EXPERIMENT.stacks[0].layers[1]
    session.breakpoints = (AtLayer(layer=first.id),)
    session.step_to_landmark()
    assert session.stopped is not None
    assert session.lanes[0].cursor.layer == 1


def test_lanes_that_are_alike_have_phases_as_landmarks() -> None:
    stack = EXPERIMENT.stacks[0]
    session = Session(bn.Experiment(training=EXPERIMENT.training, stacks=(stack,)))
    for phase in ("forward", "loss", "backward", "update"):
        session.step_to_landmark()
        assert phases(session) == [phase]

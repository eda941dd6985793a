"""Going far: by epochs, to a layer, to breakpoints on the way, and back to what was recorded before."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.spec.breakpoints import AtLayer, GradientNorm, LossBelow
from tests.session.test_rewind import EXPERIMENT, everything

EPOCH = 5
"""Mini-batches of 16 there are in 90 rows."""


def test_an_epoch_is_as_many_updates_as_there_are_whole_mini_batches() -> None:
    session = Session(EXPERIMENT)
    assert [session.step("epoch") and session.iteration for _ in range(3)] == [EPOCH, 2 * EPOCH, 3 * EPOCH]
    session.step("layer")
    session.step("epoch")
    assert session.iteration == 4 * EPOCH
    straight = Session(EXPERIMENT)
    straight.run(4 * EPOCH)
    assert everything(session) == everything(straight)


def test_steps_back_by_an_epoch_end_where_one_began() -> None:
    session = Session(EXPERIMENT)
    session.run(2 * EPOCH + 2)
    session.step("op")
    assert [session.step_back("epoch") and session.iteration for _ in range(3)] == [2 * EPOCH, EPOCH, 0]
    assert session.at_start
    assert not session.step_back("epoch")
    session.step("op")
    session.step_back("epoch")
    assert session.at_start


def test_epochs_of_updates_that_take_several_mini_batches() -> None:
    training = bn.Training(batch_size=16, accumulate=2)
    session = Session(bn.Experiment(data=EXPERIMENT.data, training=training, stacks=EXPERIMENT.stacks[:1]))
    ends = [session.step("epoch") and session.iteration for _ in range(4)]
    assert ends == [3, 5, 8, 10]  # 5, 10, 15, 20 mini-batches are over
    assert [session.step_back("epoch") and session.iteration for _ in range(4)] == [8, 5, 3, 0]


def test_run_to_a_layer_stops_where_the_cursor_comes_to_it() -> None:
    session = Session(EXPERIMENT)
    norm = EXPERIMENT.stacks[1].layers[1]
    phases = []
    for _ in range(4):
        assert session.run_to_layer(norm.id)
        cursor = session.lane("bn").cursor
        assert cursor.layer == 1
        phases.append((cursor.iteration, cursor.phase))
    assert phases == [(0, "forward"), (0, "backward"), (0, "update"), (1, "forward")]
    for expected in reversed(phases[:-1]):
        assert session.run_to_layer(norm.id, reverse=True)
        assert (session.lane("bn").cursor.iteration, session.lane("bn").cursor.phase) == expected
    assert not session.run_to_layer(norm.id, reverse=True)
    with pytest.raises(bn.InputError, match="select another"):
        session.run_to_layer(10_000)


def test_steps_stop_at_breakpoints_in_both_directions_if_asked_to() -> None:
    session = Session(EXPERIMENT)
    norm = EXPERIMENT.stacks[1].layers[1]
    session.breakpoints = (AtLayer(layer=norm.id, phase="forward"),)
    session.step("iteration")
    assert session.stopped is None
    assert session.iteration == 1
    session.step("iteration", stop_at_breakpoints=True)
    assert session.stopped is not None
    stopped = session.moment
    assert session.lane("bn").cursor.layer == 1
    session.step("iteration", stop_at_breakpoints=True)
    assert (session.iteration, session.stopped) == (2, None)
    session.step("op")
    session.step_back("iteration", stop_at_breakpoints=True)
    assert (session.iteration, session.stopped) == (2, None)
    session.step_back("iteration", stop_at_breakpoints=True)
    assert session.stopped is not None
    assert session.moment == stopped
    assert session.hits(session.breakpoints[0]) == 2


def test_running_back_stops_at_a_condition_and_at_the_start() -> None:
    session = Session(EXPERIMENT)
    session.run(40)
    losses = session.lane("plain").history["loss"]
    limit = float(np.sort(losses)[3])
    session.breakpoints = (LossBelow(below=limit, lane=EXPERIMENT.stacks[0].id),)
    places = []
    while not session.at_start:
        session.run_back(25)
        if session.stopped is not None:
            places.append(session.moment[0])
    assert places == [int(k) for k in reversed(np.flatnonzero(losses < limit))]
    session.run_back(1)
    assert session.at_start


def test_what_was_recorded_stays_on_the_time_line_until_a_reset() -> None:
    session = Session(EXPERIMENT)
    session.breakpoints = (GradientNorm(below=1e9),)
    session.run(1)
    assert session.stopped is not None
    session.breakpoints = ()
    session.run(80)
    before = session.track()
    assert before.recorded == session.iteration
    assert before.marks[0].iteration == 0
    wanted = everything(session)
    session.seek(13)
    assert len(session.lane("plain").history["loss"]) == 13
    assert session.track().recorded == before.recorded
    for lane, old in zip(session.track().lanes, before.lanes, strict=True):
        np.testing.assert_array_equal(lane.losses, old.losses)
    session.run(before.recorded - 13)
    assert everything(session) == wanted
    session.reset()
    assert session.track().recorded == 0
    assert session.track().marks == ()


def test_seeking_over_what_is_recorded_needs_no_run_through_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(EXPERIMENT)
    session.run(900)
    wanted = everything(session)
    session.seek(3)
    carried_out = 0
    for lane in session.lanes:
        run = lane.machine.run

        def counted(iteration: int, count: int, run=run) -> object:
            nonlocal carried_out
            carried_out += count
            return run(iteration, count)

        monkeypatch.setattr(lane.machine, "run", counted)
    session.seek(900)
    assert carried_out <= 2 * session._replay.checkpoints.spacing
    assert everything(session) == wanted


def test_a_loaded_state_drops_the_future_it_changes() -> None:
    session = Session(EXPERIMENT)
    session.run(60)
    session.seek(20)
    lane = session.lane("plain")
    lane.load_state_dict({key: np.zeros_like(value) for key, value in lane.state_dict().items()})
    assert session.track().recorded == 20
    session.seek(50)
    straight = Session(EXPERIMENT)
    straight.run(20)
    other = straight.lane("plain")
    other.load_state_dict({key: np.zeros_like(value) for key, value in other.state_dict().items()})
    straight.run(30)
    assert everything(session) == everything(straight)


@pytest.mark.parametrize("way", [(700, 1300), (100, 90, 1700), (1999, 5, 2000)])
def test_thinned_rows_are_whole_again_where_one_goes_by(way: tuple[int, ...]) -> None:
    session = Session(EXPERIMENT, history_bytes=60_000)
    full = Session(EXPERIMENT)
    session.run(2000)
    full.run(2000)
    for there in way:
        session.seek(there)
        session.step("iteration")
        history = session.lane("bn").history
        kept = history.kept
        assert (kept[0], kept[-1], history.iterations) == (0, there, there + 1)
        assert np.all(np.diff(kept) > 0)
        for name in ("loss", "gamma"):
            wanted = full.lane("bn").history[name]
            if there < 2000:
                np.testing.assert_array_equal(history[name], wanted[kept])
                last = np.array([len(kept) - 1, 0])
                np.testing.assert_array_equal(history.rows(name, last), wanted[kept[last]])


def test_going_to_a_place_of_another_session_of_the_same_stacks() -> None:
    session = Session(EXPERIMENT)
    session.run(7)
    session.step("layer")
    session.step("op")
    other = Session(EXPERIMENT, recording="all")
    other.go_to(session.moment)
    assert other.moment == session.moment
    assert all(
        one.state_dict()[key].tobytes() == array.tobytes()
        for one, two in zip(session.lanes, other.lanes, strict=True)
        for key, array in two.state_dict().items()
    )


@pytest.mark.parametrize("at_a_time", [1, 3, 7])
@pytest.mark.parametrize("asked", [1, 2, 5])
def test_a_run_that_is_given_up_ends_as_one_of_that_length_would(at_a_time: int, asked: int) -> None:
    session = Session(EXPERIMENT)
    session._readiness.wait_for_fast()
    questions = iter([*[False] * asked, *[True] * 1000])
    session.run(1000, lambda: next(questions), at_a_time)
    assert 0 < session.iteration <= asked * at_a_time + 1
    straight = Session(EXPERIMENT)
    while straight.iteration < session.iteration:
        straight.step("iteration")
    assert everything(session) == everything(straight)
    for lane, other in zip(session.lanes, straight.lanes, strict=True):
        numbers = np.flatnonzero(lane.program.is_number)
        np.testing.assert_array_equal(lane.machine.memory[numbers], other.machine.memory[numbers])
    session.step_back("op")
    straight.step_back("op")
    assert everything(session) == everything(straight)


def test_a_long_run_asks_as_often_as_it_is_told_to() -> None:
    session = Session(EXPERIMENT)
    at: list[int] = []

    def note() -> bool:
        at.append(session.iteration)
        return False

    session.run(40, note, at_a_time=4)
    assert session.iteration == 40
    assert max(np.diff([*at, 40])) <= 5


def test_a_value_breakpoint_stops_a_run_in_pieces_where_it_stops_a_whole_one() -> None:
    limit = GradientNorm(below=1e9)
    stops = []
    for at_a_time in (None, 1, 6):
        session = Session(EXPERIMENT)
        session._readiness.wait_for_fast()
        session.run(9)
        session.breakpoints = (limit,)
        session.run(50, at_a_time=at_a_time)
        assert session.stopped is not None
        stops.append((session.moment, session.stopped.sentence))
    assert len({*stops}) == 1


def test_going_to_an_operation_stands_behind_it_in_that_lane() -> None:
    stacks = tuple(
        bn.Stack(name=name, layers=(bn.Linear(4), *between, bn.Sigmoid(), bn.Linear(2)))
        for name, between in (("plain", ()), ("with BN", (bn.BatchNorm(),)))
    )
    training = bn.Training(batch_size=16, precision="float64")
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks))
    session.run(3)
    lane = session.lanes[1]
    position = lane.program.written_by[lane.program.gradients[0,]]
    session.go_to_operation(lane.stack.id, 1, position)
    assert session.moment.iteration == 1
    assert lane.executed is not None
    assert (lane.executed.phase, lane.executed.layer) == ("backward", 1)
    assert lane.gradient(0) is not None
    assert all(step.hidden for step in lane.program.instructions[position + 1 : lane.position])
    here = session.moment
    session.go_to_operation(lane.stack.id, 99, position)
    session.go_to_operation(12345, 0, position)
    assert session.moment == here

"""A fork, and the undo of one, go on where the run stands: lanes keep what they have."""

from __future__ import annotations

import pytest

import bnsim as bn
from bnsim.runner.orders import Pace, Play, Seek, SetExperiment, SetFigures
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.usual_forks import with_batchnorm
from tests.runner.conftest import Window


def session_of(window: Window) -> Session:
    window.settle()
    assert window.runner.session is not None
    return window.runner.session


def test_what_is_recorded_for_no_panel_any_more_does_not_end_the_run(running: Window, small: bn.Experiment) -> None:
    running.do(Seek(12))
    running.runner.give(SetFigures(("unit_percentiles",)))
    running.settle()
    running.runner.give(SetFigures(("loss",)))
    before = session_of(running)
    machines = [lane.machine for lane in before.lanes]
    forked = fork_stack(small, small.stacks[0].id, 12)
    update = running.do(SetExperiment(forked, restart=False))
    after = session_of(running)
    assert (update.frame.iteration, after.recording, len(after.lanes)) == (12, "all", len(small.stacks) + 1)
    assert [after.lane(stack.name).machine for stack in small.stacks] == machines
    undone = running.do(SetExperiment(small, restart=False))
    assert undone.frame.iteration == 12
    assert [lane.machine for lane in session_of(running).lanes] == machines


def test_a_fork_is_undone_while_it_runs(running: Window, small: bn.Experiment) -> None:
    running.do(Seek(5))
    running.do(SetExperiment(fork_stack(small, small.stacks[0].id, 5), restart=False))
    running.do(Play(Pace("iteration", float("inf"))))
    running.wait(lambda: running.updates[-1].frame.iteration > 20)
    update = running.do(SetExperiment(small, restart=False))
    assert update.frame.iteration > 20
    assert [lane.name for lane in update.frame.lanes] == [stack.name for stack in small.stacks]


def test_where_the_run_cannot_go_on_there_it_starts_anew_without_an_error(
    running: Window, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.do(Seek(5))
    stack = small.stacks[0]
    forked = fork_stack(small, stack.id, 5, "fork", with_batchnorm(small, stack))

    def refuse(self: Session, before: Session) -> None:
        raise InputError("There is no memory for that; make it smaller.")

    with monkeypatch.context() as patched:
        patched.setattr(Session, "branch_off", refuse)
        update = running.do(SetExperiment(forked, restart=False))
    assert update.frame is not None
    assert not any(notice.kind == "problem" for notice in running.notices)
    assert len(session_of(running).lanes) == len(small.stacks) + 1

"""A fork on the time line is a branch: its line begins on that of its source, and a mark says where it was forked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import bnsim as bn
from bnsim.spec.branches import branches
from bnsim.ui.timeline.branching import begun, branched
from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_a_fork_begins_on_the_line_of_its_source_and_has_a_mark(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.settle()
    window.run_commands.seek(6)
    window.settle()
    window.actions_by_name["lane.forkScaled"].trigger()
    window.run_commands.seek(10)
    window.settle()
    track, strip = window.update_shown.track, window.timeline
    experiment = window.document.experiment
    source, fork = experiment.stacks[0], experiment.stacks[1]
    lanes = {lane.stack_id: lane for lane in branched(track, branches(experiment)).lanes}
    line, there = lanes[fork.id], lanes[source.id]
    assert list(line.iterations) == [5, 6, 7, 8, 9]
    assert line.losses[0] == there.losses[5]
    assert line.losses[1] != there.losses[6]
    assert list(there.iterations) == list(range(10))
    mark = strip.forks[0]
    assert mark.iteration == 6
    assert f"{fork.name}: forked from {source.name} at iteration 6: weights ×10" in strip.words_at(
        strip.scale_of(track).x(6)
    )
    plain = strip.grab().toImage()
    window.document.undo_stack.undo()
    window.settle()
    assert strip.forks == ()
    assert strip.grab().toImage() != plain


def test_before_the_recorded_run_is_at_the_fork_there_is_no_mark(open_window: Opener, small: bn.Experiment) -> None:
    session = bn.Session(small)
    session.run(6)
    session.fork(small.stacks[0].name)
    window = open_window(session.experiment)
    window.settle()
    window.run_commands.seek(3)
    window.settle()
    track, experiment = window.update_shown.track, window.document.experiment
    assert begun(track, branches(experiment)) == {}
    assert window.timeline.forks == ()
    fork = branched(track, branches(experiment)).lanes[1]
    assert fork.losses == pytest.approx(track.lanes[0].losses[-1:])
    assert np.isfinite(fork.losses).all()

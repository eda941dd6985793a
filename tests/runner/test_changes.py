"""Weights are scaled while the runner's session rests, plays, records more; what ends a run says what goes with it."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.runner.orders import (
    Pause,
    Play,
    Reset,
    ScaleWeights,
    Seek,
    SetBreakpoints,
    SetExperiment,
    SetFigures,
    Step,
    UndoChange,
)
from bnsim.runner.playback import FULL_SPEED
from bnsim.spec import edits
from bnsim.spec.breakpoints import Saturated
from tests.runner.conftest import Window


def ids(experiment: bn.Experiment) -> tuple[int, ...]:
    return tuple(layer.id for layer in experiment.stacks[0].layers if isinstance(layer, bn.Linear))


def losses(session: bn.Session) -> list[np.ndarray]:
    return [lane.history["loss"].copy() for lane in session.lanes]


def like(window: Window) -> bn.Session:
    """A session made anew with the same changes, as far along."""
    there = window.runner.session
    other = bn.Session(there.experiment)
    other.changes = there.changes
    other.seek(there.iteration)
    return other


def test_a_slider_moved_at_full_speed_makes_one_change_of_many_parts(running: Window, small: bn.Experiment) -> None:
    running.do(Play(FULL_SPEED))
    for number, factor in enumerate((2.0, 3.0, 5.0, 10.0)):
        update = running.do(ScaleWeights(ids(small), factor, gesture=1))
        assert update.playing
        at = update.frame.iteration
        running.wait(lambda at=at: running.updates[-1].frame.iteration > at)
        assert len(running.updates[-1].changes[0].factors) == number + 1
    update = running.do(Pause())
    assert update.changes[0].total == pytest.approx(10)
    assert [mark.short for mark in update.track.changes] == ["×10"]
    assert "by and by" in update.track.changes[0].sentence
    session = running.runner.session
    assert all(map(np.array_equal, losses(session), losses(like(running))))


def test_at_rest_the_last_place_of_the_slider_counts(running: Window, small: bn.Experiment) -> None:
    running.do(Seek(8))
    for factor in (2.0, 7.0, 10.0):
        update = running.do(ScaleWeights(ids(small), factor, gesture=1))
    assert [change.factors for change in update.changes] == [((8, 10.0),)]
    assert not running.do(ScaleWeights(ids(small), 1.0, gesture=1)).changes
    running.do(ScaleWeights(ids(small), 4.0, gesture=1))
    update = running.do(ScaleWeights(ids(small), 0.5, gesture=2))
    assert [change.total for change in update.changes] == [4.0, 0.5]
    running.do(Step("iteration"))
    update = running.do(UndoChange())
    assert [change.total for change in update.changes] == [4.0]
    assert update.frame.iteration == 8
    assert "Undone: weights of “plain” ×0.5 from iteration 8 on; the run is back at iteration 8." in [
        notice.text for notice in running.notices
    ]


def test_undone_while_it_plays_it_plays_on_without_it(running: Window, small: bn.Experiment) -> None:
    running.do(Seek(20))
    running.do(ScaleWeights(ids(small), 100.0, gesture=1))
    running.do(Play(FULL_SPEED))
    running.wait(lambda: running.updates[-1].frame.iteration > 30)
    assert running.do(UndoChange()).playing
    running.wait(lambda: running.updates[-1].frame.iteration > 50)
    running.do(Pause())
    other = bn.Session(small)
    other.seek(running.runner.session.iteration)
    assert all(map(np.array_equal, losses(running.runner.session), losses(other)))


@pytest.mark.parametrize("order", [SetFigures(("unit_percentiles",)), SetBreakpoints((Saturated(above=2.0),))])
def test_a_session_that_records_more_has_the_changes_too(running: Window, small: bn.Experiment, order: object) -> None:
    running.do(Seek(5))
    running.do(ScaleWeights(ids(small), 10.0, gesture=1))
    running.do(Seek(30))
    before = losses(running.runner.session)
    running.do(order)
    # A session that replaces another one computes by NumPy until its kernels are there: the last bits are others.
    running.wait(lambda: running.updates[-1].frame.kernels_ready)
    running.settle()
    session = running.runner.session
    assert session.kernels_ready
    assert session.recording == "all"
    assert session.changes[0].factors == ((5, 10.0),)
    assert all(map(np.array_equal, losses(session), before))


def test_what_ends_the_run_says_what_goes_with_it(running: Window, small: bn.Experiment) -> None:
    layers = ids(small)
    running.do(ScaleWeights(layers, 10.0, gesture=1))
    renamed = edits.rename_stack(small, small.stacks[0].id, "other")
    assert running.do(SetExperiment(renamed, restart=False)).changes
    edited = replace(renamed, training=replace(renamed.training, batch_size=8))
    assert not running.do(SetExperiment(edited, restart=False)).changes
    assert "The edit starts the run anew; gone with the old one: weights of “other” ×10" in running.notices[-1].text
    running.do(ScaleWeights(layers, 10.0, gesture=2))
    running.do(ScaleWeights(layers, 10.0, gesture=3))
    assert not running.do(Reset()).changes
    assert running.notices[-1].text.startswith("The reset starts the run anew")
    assert running.notices[-1].text.endswith("and 1 change before.")
    running.do(UndoChange())
    assert running.notices[-1].text == "No weights were multiplied in this run."

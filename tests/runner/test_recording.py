"""What the open panels and the breakpoints need is recorded, and nobody has to know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import bnsim as bn
from bnsim.runner.playback import FULL_SPEED, Playback
from bnsim.spec.breakpoints import AtLayer, Dead, GradientNorm, Saturated

DETAILS = ("histogram",)


@pytest.fixture
def playback(small: bn.Experiment) -> Iterator[Playback]:
    made = Playback(lambda *_: None, interrupted=lambda: False)
    made.start(small)
    yield made
    made.close()


def replay(playback: Playback) -> None:
    while playback.activity:
        playback.advance()


def test_norms_are_recorded_whatever_is_open(playback: Playback) -> None:
    assert not playback.show_records(())
    assert not playback.set_breakpoints((GradientNorm(below=1e-6),))
    assert playback.session.recording == "norms"


def test_a_panel_that_needs_more_gets_a_session_at_the_same_place(playback: Playback) -> None:
    playback.session.run(3)
    playback.step("layer", back=False)
    before, moment = playback.session.frame(), playback.session.moment
    assert playback.show_records(DETAILS)
    replay(playback)
    assert playback.session.recording == "all"
    assert playback.session.moment == moment
    assert len(playback.session.lanes[0].history["histogram"]) == 3
    assert [lane.loss for lane in playback.session.frame().lanes] == [lane.loss for lane in before.lanes]
    assert not playback.is_playing()


def test_the_union_is_recorded_and_stays_so(playback: Playback) -> None:
    playback.set_breakpoints((Dead(above=0.5),))
    session = playback.session
    assert session.recording == "all"
    assert not playback.show_records(DETAILS)
    assert not playback.set_breakpoints(())
    assert not playback.show_records(())
    assert playback.session is session


def test_another_session_records_what_is_needed_by_then(playback: Playback, small: bn.Experiment) -> None:
    playback.show_records(DETAILS)
    playback.start(small)
    assert playback.session.recording == "all"
    playback.show_records(())
    playback.start(small)
    assert playback.session.recording == "norms"


def test_a_breakpoint_that_is_turned_off_needs_nothing(playback: Playback) -> None:
    assert not playback.set_breakpoints((Saturated(enabled=False),))
    assert playback.session.recording == "norms"


@pytest.mark.parametrize("iterations", [0, 3])
def test_it_plays_on_if_it_played(playback: Playback, iterations: int) -> None:
    playback.session.run(iterations)
    playback.play(FULL_SPEED, reverse=False)
    assert playback.show_records(DETAILS)
    replay(playback)
    assert playback.session.iteration == iterations
    assert playback.pace == FULL_SPEED
    playback.advance()
    assert playback.session.iteration > iterations


def test_a_pause_while_it_is_brought_there_is_one(playback: Playback) -> None:
    playback.session.run(3)
    playback.play(FULL_SPEED, reverse=False)
    playback.show_records(DETAILS)
    playback.rest()
    assert not playback.is_playing()
    playback.session.seek(3)
    playback.advance()
    assert playback.session.iteration == 3


def test_a_breakpoint_set_on_the_way_does_not_keep_it_from_getting_there(playback: Playback) -> None:
    playback.session.run(3)
    playback.show_records(DETAILS)
    breakpoints = (AtLayer(layer=playback.session.experiment.stacks[0].layers[0].id),)
    playback.set_breakpoints(breakpoints)
    replay(playback)
    assert playback.session.iteration == 3
    assert playback.session.breakpoints == breakpoints


def test_distributions_are_kept_of_every_fourth_iteration_and_counts_of_each(playback: Playback) -> None:
    playback.show_records(DETAILS)
    playback.session.run(9)
    history = playback.session.lanes[0].history
    measured = np.isfinite(history["histogram"]).all(axis=(1, 2))
    assert np.flatnonzero(measured).tolist() == [0, 4, 8]
    assert np.isfinite(history["saturated"]).all()
    playback.session.step("iteration")
    assert np.isfinite(playback.session.lanes[0].current("histogram")).all()

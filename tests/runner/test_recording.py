"""What the open panels and the breakpoints need is recorded, and nobody has to know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import bnsim as bn
from bnsim.runner.driver import Driver
from bnsim.runner.player import FULL_SPEED
from bnsim.session.breakpoints import AtLayer, Dead, GradientNorm, Saturated

DETAILS = ("histogram",)


@pytest.fixture
def driver(small: bn.Experiment) -> Iterator[Driver]:
    made = Driver(lambda *_: None, lambda: None, interrupted=lambda: False, changed_mind=lambda: False)
    made.start(small)
    yield made
    made.drop()


def replay(driver: Driver) -> None:
    while driver.player.errand:
        driver.advance()


def test_norms_are_recorded_whatever_is_open(driver: Driver) -> None:
    assert not driver.show_records(())
    assert not driver.set_breakpoints((GradientNorm(below=1e-6),))
    assert driver.session.recording == "norms"


def test_a_panel_that_needs_more_gets_a_session_at_the_same_place(driver: Driver) -> None:
    driver.session.run(3)
    driver.step("layer", back=False)
    before, moment = driver.session.frame(), driver.session.moment
    assert driver.show_records(DETAILS)
    replay(driver)
    assert driver.session.recording == "all"
    assert driver.session.moment == moment
    assert len(driver.session.lanes[0].history["histogram"]) == 3
    assert [lane.loss for lane in driver.session.frame().lanes] == [lane.loss for lane in before.lanes]
    assert not driver.player.is_playing()


def test_the_union_is_recorded_and_stays_so(driver: Driver) -> None:
    driver.set_breakpoints((Dead(above=0.5),))
    session = driver.session
    assert session.recording == "all"
    assert not driver.show_records(DETAILS)
    assert not driver.set_breakpoints(())
    assert not driver.show_records(())
    assert driver.session is session


def test_another_session_records_what_is_needed_by_then(driver: Driver, small: bn.Experiment) -> None:
    driver.show_records(DETAILS)
    driver.start(small)
    assert driver.session.recording == "all"
    driver.show_records(())
    driver.start(small)
    assert driver.session.recording == "norms"


def test_a_breakpoint_that_is_turned_off_needs_nothing(driver: Driver) -> None:
    assert not driver.set_breakpoints((Saturated(enabled=False),))
    assert driver.session.recording == "norms"


@pytest.mark.parametrize("iterations", [0, 3])
def test_it_plays_on_if_it_played(driver: Driver, iterations: int) -> None:
    driver.session.run(iterations)
    driver.play(FULL_SPEED, reverse=False)
    assert driver.show_records(DETAILS)
    replay(driver)
    assert driver.session.iteration == iterations
    assert driver.player.pace == FULL_SPEED
    driver.advance()
    assert driver.session.iteration > iterations


def test_a_pause_while_it_is_brought_there_is_one(driver: Driver) -> None:
    driver.session.run(3)
    driver.play(FULL_SPEED, reverse=False)
    driver.show_records(DETAILS)
    driver.rest()
    assert not driver.player.is_playing()
    driver.session.seek(3)
    driver.advance()
    assert driver.session.iteration == 3


def test_a_breakpoint_set_on_the_way_does_not_keep_it_from_getting_there(driver: Driver) -> None:
    driver.session.run(3)
    driver.show_records(DETAILS)
    breakpoints = (AtLayer(layer=driver.session.experiment.stacks[0].layers[0].id),)
    driver.set_breakpoints(breakpoints)
    replay(driver)
    assert driver.session.iteration == 3
    assert driver.session.breakpoints == breakpoints

"""A figure that needs more recorded gets its past filled in by replay, beside the run, which stays where it is."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import bnsim as bn
from bnsim.runner import publishing
from bnsim.runner.making import DETAILS_EVERY
from bnsim.runner.orders import FillIn, Pause, Play, Seek, SetExperiment, SetFigures, Step
from bnsim.runner.playback import FULL_SPEED
from bnsim.session import Session
from tests.runner.conftest import Window


def test_a_run_on_compiled_kernels_goes_on_while_its_past_is_filled_in(running: Window) -> None:
    runner = running.runner
    running.do(Seek(60))
    running.settle()
    moment = runner.session.moment
    running.runner.give(SetFigures(("unit_percentiles",)))
    running.settle()
    assert runner.session.recording == "all"
    assert runner.session.moment == moment
    assert runner.session.unfilled == 0
    figure, filling = running.figures[-1].by_name["unit_percentiles"], running.figures[-1].filling
    assert filling is None
    assert figure.has_data
    assert figure.series[0].x.min() < DETAILS_EVERY
    assert running.updates[-1].track.recorded == 60
    told = [figures.filling for figures in running.figures if figures.filling is not None]
    assert all(each.under_way for each in told)
    assert not running.updates[-1].playing


def test_filling_in_that_is_given_up_keeps_what_is_there_and_can_be_taken_up(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = running.runner
    running.do(Seek(80))
    fill, begun = Session.fill, threading.Event()

    def a_little(session: Session, _seconds: float) -> None:
        if not any("unit_percentiles" in made.by_name for made in running.figures):
            return
        while not bn.figures.unit_percentiles(session).has_data:  # and then it takes for ever
            fill(session, 0.0001)
        begun.set()

    monkeypatch.setattr(Session, "fill", a_little)
    monkeypatch.setattr(publishing, "FILLED_SECONDS", 1000.0)  # it is shown once it is given up
    runner.give(SetFigures(("unit_percentiles",)))
    running.wait_for(begun)
    running.do(FillIn(False))
    running.settle()
    filling = running.figures[-1].filling
    assert not filling.under_way
    assert 0 < filling.since <= 80
    assert filling.since == runner.session.unfilled
    figure = running.figures[-1].by_name["unit_percentiles"]
    assert figure.series[0].x.min() >= min(filling.since, 79) - 16
    running.do(Step("iteration"))  # nothing of it goes on by itself
    running.settle()
    assert runner.session.unfilled == filling.since
    monkeypatch.setattr(Session, "fill", fill)
    running.do(FillIn(True))
    running.settle()
    assert running.figures[-1].filling is None
    assert running.figures[-1].by_name["unit_percentiles"].series[0].x.min() < DETAILS_EVERY


def test_another_experiment_meanwhile_leaves_nothing_behind(running: Window, small: bn.Experiment) -> None:
    running.do(Seek(40))
    running.runner.give(SetFigures(("unit_percentiles",)))
    running.do(SetExperiment(small))
    running.settle()
    assert running.runner.session.recording == "all"
    assert running.runner.session.iteration == 0
    assert running.runner.session.unfilled == 0


def test_it_plays_on_meanwhile(running: Window) -> None:
    running.do(Seek(40))
    running.do(Play(FULL_SPEED))
    running.runner.give(SetFigures(("unit_percentiles",)))
    running.wait(lambda: running.figures and "unit_percentiles" in running.figures[-1].by_name)
    running.wait(lambda: running.figures[-1].filling is None)
    assert running.updates[-1].playing
    running.do(Pause())
    running.settle()
    assert running.runner.session.iteration > 40
    assert np.isfinite(running.runner.session.lanes[0].history["saturated"]).all()


def test_a_panel_closed_before_anything_is_ready_leaves_the_session_as_it_is(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "can_take_over", False)  # kernels take long to compile
    running.do(Seek(20))
    session = running.runner.session
    running.do(SetFigures(("unit_percentiles",)))
    running.do(Step("iteration"))
    running.wait(lambda: running.figures[-1].filling is not None)
    assert running.figures[-1].filling.under_way
    assert "unit_percentiles" not in running.figures[-1].by_name
    running.do(SetFigures(()))
    running.settle()
    assert running.runner.session is session
    assert session.iteration == 21
    assert running.figures[-1].filling is None

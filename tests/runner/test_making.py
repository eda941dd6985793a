"""Making a session: progress comes out, a newer edit or closing gives it up, and no memory for it is a problem."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.data import draws
from bnsim.runner import runner as runner_module
from bnsim.runner.orders import Reset, SetExperiment
from bnsim.session import building
from bnsim.spec import budget

from .conftest import PATIENCE, Window


@pytest.fixture
def deep(small: bn.Experiment) -> bn.Experiment:
    """One lane of 201 layers."""
    layers = (*((bn.Linear(4), bn.Sigmoid()) * 100), bn.Linear(2))
    return replace(small, stacks=(bn.Stack(name="deep", layers=layers),))


class Halfway:
    """Holds the making of the first session when some of it is done, until a test has said what comes next."""

    def __init__(self, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.end = threading.Event(), threading.Event()
        self.answers: list[bool] = []
        playback = window.runner._playback
        go_on = playback._go_on

        def hold(share: float) -> bool:
            self.begun.set()
            assert self.end.wait(PATIENCE)
            self.answers.append(go_on(share))
            return self.answers[-1]

        monkeypatch.setattr(playback, "_go_on", hold)


def test_progress_is_told(window: Window, deep: bn.Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(building, "OFTEN", 10)
    told: list[float] = []
    publish = window.runner._exchange.publish

    def see(update: Any, *figures: Any) -> None:
        told.extend([update.prepared] if update.preparing else [])
        publish(update, *figures)

    monkeypatch.setattr(window.runner._exchange, "publish", see)
    update = window.do(SetExperiment(deep))
    assert update.frame is not None
    assert not update.preparing
    assert told == sorted(told)
    assert len({*told}) > 5


def test_a_newer_edit_gives_up_the_session_that_is_being_made(
    window: Window, deep: bn.Experiment, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(window, monkeypatch)
    window.runner.give(SetExperiment(deep))
    assert halfway.begun.wait(PATIENCE)
    number = window.runner.give(SetExperiment(small))
    halfway.end.set()
    window.wait(lambda: window.updates and window.updates[-1].last_order >= number)
    assert halfway.answers == [False]
    assert window.updates[-1].experiment is small
    assert window.updates[-1].frame is not None
    assert not [notice for notice in window.notices if notice.kind == "problem"]


def test_closing_gives_up_the_session_that_is_being_made(
    window: Window, deep: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(window, monkeypatch)
    window.runner.give(SetExperiment(deep))
    assert halfway.begun.wait(PATIENCE)
    window.runner._exchange.close()
    halfway.end.set()
    window.runner.close()
    assert not window.runner._thread.is_alive()
    assert halfway.answers == [False]
    assert window.runner.session is None


def test_no_memory_for_a_session_is_a_problem_and_reset_tries_again(
    window: Window, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = budget.TOGETHER
    monkeypatch.setattr(budget, "TOGETHER", budget.Share("what is open", 5000, mend="close a window"))
    update = window.do(SetExperiment(small))
    assert update.frame is None
    assert update.left_out == ("plain", "with BN")
    (problem,) = update.problems
    assert re.match(r"There is not enough memory: \w+ \w+ would take [\d.]+ KiB", problem.message)
    assert "KiB" in problem.message
    assert window.do(Reset()).problems == update.problems
    monkeypatch.setattr(budget, "TOGETHER", whole)
    update = window.do(Reset())
    assert update.frame is not None
    assert update.problems == update.left_out == ()


def test_a_session_gives_its_memory_back_when_another_replaces_it(window: Window, small: bn.Experiment) -> None:
    window.do(SetExperiment(small))
    before = window.runner.session
    assert before is not None
    window.do(SetExperiment(small, restart=True))
    assert window.runner.session is not before
    assert before.lanes[0].machine.memory.size == 0


def test_a_newer_edit_gives_up_data_that_is_being_made(
    window: Window, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, end = threading.Event(), threading.Event()
    check = draws.check

    def hold() -> None:
        begun.set()
        assert end.wait(PATIENCE)
        check()

    monkeypatch.setattr(draws, "check", hold)
    window.runner.give(SetExperiment(replace(small, data=bn.GaussianNoise(samples=77, features=2, classes=2))))
    assert begun.wait(PATIENCE)
    other = replace(small, data=bn.Digits(), stacks=(bn.Stack(layers=(bn.Linear(10),)),))
    number = window.runner.give(SetExperiment(other))
    end.set()
    window.wait(lambda: window.updates and window.updates[-1].last_order >= number)
    assert window.updates[-1].experiment is other
    assert window.updates[-1].frame is not None
    assert not window.notices

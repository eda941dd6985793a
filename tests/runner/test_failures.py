"""Whatever fails in a thread is said, and the thread lives on."""

from __future__ import annotations

from typing import Any

import pytest

import bnsim as bn
from bnsim.engine import kernel_cache
from bnsim.engine.kernels import compile as kernels
from bnsim.runner.orders import Pace, Play, Seek, SetExperiment, Step
from bnsim.runner.playback import Playback
from bnsim.runner.publishing import Publishing
from bnsim.runner.runner import Runner

from .conftest import Window

PARTS = [
    (Playback, "report_kernels"),
    (Playback, "until_due"),
    (Playback, "advance"),
    (Playback, "step"),
    (Playback, "is_playing"),
    (Publishing, "publish"),
    (Runner, "_patience"),
    (Publishing, "_figures"),
]


@pytest.mark.parametrize(("owner", "name"), PARTS, ids=lambda each: getattr(each, "__name__", each))
def test_whatever_fails_in_the_runner_is_said_and_the_next_order_is_carried_out(
    running: Window, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = getattr(owner, name)
    failing = [True]

    def fail_once(*arguments: Any, **options: Any) -> Any:
        if failing and failing.pop():
            raise ZeroDivisionError("of this test")
        return whole(*arguments, **options)

    monkeypatch.setattr(owner, name, fail_once)
    running.runner.give(Step("op"))
    running.runner.give(Play(Pace("op", 50.0)))
    running.wait(lambda: running.notices)
    assert not failing
    assert "ZeroDivisionError: of this test" in running.notices[0].text
    assert running.notices[0].kind == "problem"
    assert running.do(Seek(3)).frame.iteration == 3  # type: ignore[union-attr]
    running.settle()
    assert len(running.notices) == 1
    assert "the runner failed" in caplog.text


def test_resting_that_fails_after_a_failure_ends_nothing(running: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(Playback, "rest", fail)
        patch.setattr(Playback, "step", fail)
        running.runner.give(Step("op"))
        running.wait(lambda: running.notices)
        running.settle()
    assert running.do(Seek(3)).frame.iteration == 3  # type: ignore[union-attr]


@pytest.fixture
def nothing_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise RuntimeError("no compiler\x1b[0m")

    monkeypatch.setattr(kernels, "compile_operations", fail)


@pytest.mark.usefixtures("nothing_compiled")
def test_kernels_that_cannot_be_compiled_are_said_and_it_no_longer_says_that_it_compiles(
    window: Window, small: bn.Experiment
) -> None:
    window.do(SetExperiment(small))
    window.wait(lambda: window.notices)
    window.wait(lambda: not window.updates[-1].frame.compiling)  # type: ignore[union-attr]
    frame = window.do(Seek(2)).frame
    assert frame is not None
    assert (frame.iteration, frame.kernels_ready, frame.compiling) == (2, False, False)
    window.settle()
    assert not window.runner.busy_in_background
    (notice,) = window.notices
    assert notice.kind == "problem"
    said = "Kernels cannot be compiled (RuntimeError: no compiler\\x1b[0m); it goes on without them, more slowly."
    assert notice.text == said


def test_what_is_wrong_with_the_cache_is_said_once(
    window: Window, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_cache, "_remarks", ["Compiled kernels cannot be kept."])
    for _ in range(2):
        window.do(SetExperiment(small))
        window.wait(lambda: window.updates[-1].frame.kernels_ready)  # type: ignore[union-attr]
        window.wait(lambda: window.notices)  # told next to the moment, not with it
    window.settle()
    assert [notice.text for notice in window.notices] == ["Compiled kernels cannot be kept."]

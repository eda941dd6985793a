"""Orders in, updates out, without Qt."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import bnsim as bn
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.runner import publishing
from bnsim.runner import runner as runner_module
from bnsim.runner.exchange import Exchange
from bnsim.runner.orders import (
    Ask,
    Order,
    Pause,
    Play,
    Reset,
    RunToBreakpoint,
    Seek,
    SetBreakpoints,
    SetExperiment,
    SetFigures,
    Step,
)
from bnsim.runner.playback import FULL_SPEED, Playback
from bnsim.runner.runner import Runner
from bnsim.runner.seeking import Seeking
from bnsim.runner.updates import Figures, Found, Update
from bnsim.session import Session
from bnsim.spec.breakpoints import LossBelow
from bnsim.spec.errors import InputError

from .conftest import PATIENCE, Window

GATES: dict[str, tuple[threading.Event, threading.Event]] = {}


class Waits(Inquiry, frozen=True):
    """Holds the runner's thread until a test lets it go on."""

    name: str

    def inquire(self, session: Session, go_on: GoOn) -> Any:
        begun, end = GATES[self.name]
        begun.set()
        assert end.wait(PATIENCE)
        return "done"


class UntilGivenUp(Inquiry, frozen=True):
    """Goes on for ever."""

    def inquire(self, session: Session, go_on: GoOn) -> Any:
        while go_on(0.5):
            pass
        return None


class Fails(Inquiry, frozen=True):
    """Raises."""

    refused: bool = False

    def inquire(self, session: Session, go_on: GoOn) -> Any:
        raise InputError("That cannot be asked.") if self.refused else RuntimeError("broken")


@pytest.fixture
def held(running: Window) -> Any:
    """The window's runner, busy with an inquiry; called, it goes on."""
    begun, end = GATES["held"] = threading.Event(), threading.Event()
    running.runner.give(Ask(Waits("held")))
    assert begun.wait(PATIENCE)
    yield end.set
    end.set()


def moment(update: Update) -> tuple[int, int]:
    assert update.frame is not None
    return update.frame.iteration, update.frame.tick


# Orders and moments


def test_an_order_leads_to_a_moment(running: Window) -> None:
    before = moment(running.updates[-1])
    after = running.do(Step("op"))
    assert moment(after) == (before[0], before[1] + 1)
    assert moment(running.do(Step("op", back=True))) == before
    assert moment(running.do(Seek(3)))[0] == 3
    assert moment(running.do(Seek(1)))[0] == 1
    assert moment(running.do(Seek(None)))[0] == 3


def test_a_moment_is_told_once_and_its_figures_when_it_is_painted(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PAINT_SECONDS", 1000.0)
    running.do(SetFigures(("gradient_by_depth",)))
    running.settle()
    running.paints = False
    running.figures.clear()
    shown = len(running.updates)
    update = running.do(Step("layer"))
    assert running.runner.busy
    assert not running.figures
    running.runner.painted()
    running.wait(lambda: running.figures)
    assert len(running.updates) == shown + 1
    assert list(running.figures[0].by_name) == ["gradient_by_depth"]
    assert running.figures[0].experiment is update.experiment


def test_figures_come_although_the_window_does_not_paint(running: Window) -> None:
    running.do(SetFigures(("gradient_by_depth",)))
    running.paints = False
    running.figures.clear()
    running.do(Step("layer"))
    running.wait(lambda: running.figures)


def test_steps_ordered_while_it_was_busy_are_all_done_and_shown_as_one_moment(
    running: Window, held: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "PUBLISH_SECONDS", 1000.0)  # where steps take long some are shown on the way
    shown, before = len(running.updates), moment(running.updates[-1])
    numbers = [running.runner.give(Step("op")) for _ in range(5)]
    held()
    running.wait(lambda: running.updates[-1].last_order == numbers[-1])
    assert moment(running.updates[-1]) == (before[0], before[1] + 5)
    assert len(running.updates) == shown + 1


def test_orders_for_another_experiment_are_dropped(running: Window, held: Any, small: bn.Experiment) -> None:
    running.runner.give(Step("iteration"))
    number = running.runner.give(SetExperiment(small))
    held()
    running.wait(lambda: running.updates[-1].last_order == number)
    assert moment(running.updates[-1]) == (0, 0)
    assert all(update.frame is None or moment(update) == (0, 0) for update in running.updates)


# Seeks


def test_of_several_seeks_the_newest_is_carried_out(running: Window, held: Any) -> None:
    for iteration in (40, 7, 30):
        running.runner.give(Seek(iteration))
    number = running.runner.give(Seek(5))
    held()
    running.wait(lambda: running.updates[-1].last_order == number)
    assert max(moment(update)[0] for update in running.updates if update.frame) == 5


def test_a_seek_past_what_is_recorded_is_a_run_that_is_seen(running: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Seeking._replay

    def replay_slowly(seeking: Seeking, session: Session, start: int, stop: int) -> None:
        replay(seeking, session, start, stop)
        seeking._replay_seconds = 1000.0
        running.take()

    monkeypatch.setattr(Seeking, "_replay", replay_slowly)
    running.runner._playback._seeking._replay_seconds = 1000.0
    assert moment(running.do(Seek(6)))[0] == 6
    assert {moment(update)[0] for update in running.updates if update.frame} >= {2, 4, 6}


def test_a_seek_under_way_makes_way_for_a_newer_one(running: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    running.runner._playback._seeking._replay_seconds = 1e-9  # in one go: each part of a way leaves a keyframe
    running.do(Seek(200))
    running.runner._playback._seeking._replay_seconds = 1000.0  # as if every iteration took long: one at a time
    begun, replay = threading.Event(), Seeking._replay
    replayed = []

    def replay_slowly(seeking: Seeking, session: Session, start: int, stop: int) -> None:
        replay(seeking, session, start, stop)
        seeking._replay_seconds = 1000.0
        replayed.append(stop)
        begun.set()
        if len(replayed) == 1:
            assert newer.wait(PATIENCE)

    newer = threading.Event()
    monkeypatch.setattr(Seeking, "_replay", replay_slowly)
    session = running.runner.session
    assert session is not None
    far = next(wish for wish in range(199, 0, -1) if wish - session.keyframe(wish) > 3)
    shown = len(running.updates)
    running.runner.give(Seek(far))
    assert begun.wait(PATIENCE)
    running.take()
    near = running.updates[-1]
    assert len(running.updates) == shown + 1, "a moment nearby is shown first"
    number = running.runner.give(Seek(0))
    assert near.last_order < number - 1, "it is not the one that was wanted"
    newer.set()
    running.wait(lambda: running.updates[-1].last_order == number)
    assert moment(running.updates[-1]) == (0, 0)
    assert far not in replayed


@pytest.mark.parametrize("end", [Pause(), Reset()])
@pytest.mark.parametrize("known", [0, 200], ids=["past what is recorded", "within it"])
def test_a_long_seek_says_so_and_is_ended_by_a_pause_where_it_is(
    running: Window, monkeypatch: pytest.MonkeyPatch, end: Order, known: int
) -> None:
    running.do(Seek(known))
    session = running.runner.session
    assert session is not None
    far = next(wish for wish in range(199, 0, -1) if wish - session.keyframe(wish) > 4)
    seeking, replay = running.runner._playback._seeking, Seeking._replay
    seeking._replay_seconds = 1000.0  # as if every iteration took long: one at a time
    begun, go_on = threading.Event(), threading.Event()
    replayed = []

    def replay_slowly(seeking: Seeking, session: Session, start: int, stop: int) -> None:
        replay(seeking, session, start, stop)
        seeking._replay_seconds = 1000.0
        replayed.append(stop)
        if len(replayed) == 2:
            begun.set()
            assert go_on.wait(PATIENCE)

    monkeypatch.setattr(Seeking, "_replay", replay_slowly)
    running.runner.give(Seek(far))
    assert begun.wait(PATIENCE)
    running.take()
    assert running.updates[-1].activity == "getting there"
    assert running.updates[-1].playing
    number = running.runner.give(end)
    go_on.set()
    running.wait(lambda: running.updates[-1].last_order == number)
    assert len(replayed) == 2
    assert moment(running.updates[-1])[0] == (replayed[-1] if isinstance(end, Pause) else 0)
    assert not running.updates[-1].activity
    assert not running.updates[-1].playing
    running.settle()


# Playing


def test_playing_goes_on_until_it_is_told_to_stop(running: Window) -> None:
    running.runner.give(Play(FULL_SPEED))
    running.wait(lambda: running.updates[-1].playing and moment(running.updates[-1])[0] > 20)
    assert running.updates[-1].fast
    assert running.figures[-1].fast
    paused = running.do(Pause())
    assert not paused.playing
    running.settle()


def test_while_it_plays_a_moment_waits_for_the_one_before_to_be_taken(
    running: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.runner.give(Play(FULL_SPEED))
    running.wait(lambda: running.updates[-1].playing)
    published: list[Update] = []
    gone_on = threading.Semaphore(0)
    publish, go_on = Exchange.publish, Runner._go_on

    def watched_publish(exchange: Exchange, update: Update, figures: Figures | None = None) -> None:
        published.append(update)
        publish(exchange, update, figures)

    def watched_go_on(runner: Runner) -> None:
        go_on(runner)
        gone_on.release()

    monkeypatch.setattr(Exchange, "publish", watched_publish)
    monkeypatch.setattr(Runner, "_go_on", watched_go_on)
    for _ in range(50):
        assert gone_on.acquire(timeout=PATIENCE)
    assert len(published) <= 1
    running.wait(lambda: len(published) > 2)


# Inquiries


def test_an_inquiry_is_given_up_for_another_order(running: Window) -> None:
    running.runner.give(Ask(UntilGivenUp()))
    running.wait(lambda: running.found)
    running.do(Step("op"))
    assert running.found[-1].ended
    assert running.found[-1].answer is None


def test_an_inquiry_about_an_experiment_that_has_been_replaced_ends_without_an_answer(
    running: Window, held: Any, small: bn.Experiment
) -> None:
    running.runner.give(Ask(Waits("never begun")))
    running.runner.give(SetExperiment(small))
    held()
    running.wait(lambda: sum(found.ended for found in running.found) == 2)
    assert all(found.answer is None for found in running.found)


# Failures


def test_an_exception_becomes_a_notice_and_the_thread_lives_on(
    running: Window, caplog: pytest.LogCaptureFixture
) -> None:
    running.do(Ask(Fails()))
    assert running.notices[-1].kind == "problem"
    assert "RuntimeError: broken" in running.notices[-1].text
    assert "the runner failed" in caplog.text
    assert running.found[-1].ended
    before = moment(running.updates[-1])
    assert moment(running.do(Step("op"))) != before


def test_what_a_person_can_mend_is_said_as_it_is(running: Window, caplog: pytest.LogCaptureFixture) -> None:
    running.do(Ask(Fails(refused=True)))
    assert running.notices[-1].text == "That cannot be asked."
    assert not caplog.records


def test_a_failure_while_it_plays_stops_it(
    running: Window, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "run", fail)
    running.runner.give(Play(FULL_SPEED))
    running.wait(lambda: running.notices)
    running.wait(lambda: not running.updates[-1].playing)
    assert "the runner failed" in caplog.text


# Closing


def closes(window: Window) -> bool:
    """Its work is given up: the thread has ended, and was not left behind."""
    window.runner.close()
    return not window.runner._thread.is_alive()


def test_closing_while_it_plays(running: Window) -> None:
    running.runner.give(Play(FULL_SPEED))
    running.wait(lambda: running.updates[-1].playing)
    assert closes(running)


def test_closing_gives_up_an_inquiry(running: Window) -> None:
    running.runner.give(Ask(UntilGivenUp()))
    running.wait(lambda: running.found)
    assert closes(running)


@pytest.mark.parametrize("name", ["step", "run_to_breakpoint"])
def test_closing_gives_up_a_long_run(running: Window, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    begun = threading.Event()

    def for_ever(session: Session, *arguments: Any, cancelled: Any = None, **_: Any) -> bool:
        begun.set()
        while not (cancelled or arguments[-1])():
            pass
        return False

    monkeypatch.setattr(Session, name, for_ever)
    running.do(SetBreakpoints((LossBelow(below=0.0),)))
    running.runner.give(Step("epoch") if name == "step" else RunToBreakpoint(reverse=True))
    assert begun.wait(PATIENCE)
    assert closes(running)


def test_closing_gives_up_a_seek(running: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def endless(playback: Playback, iteration: int) -> Any:
        while True:
            begun.set()
            yield False

    monkeypatch.setattr(Playback, "seek", endless)
    running.runner.give(Seek(3))
    assert begun.wait(PATIENCE)
    assert closes(running)


def test_closing_does_not_wait_for_a_file_that_is_being_read(
    running: Window, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "CLOSE_SECONDS", 0.0)
    begun, end = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        begun.set()
        assert end.wait(PATIENCE)
        raise InputError("It was read too late.")

    monkeypatch.setattr(running.runner._data, "read", slow)
    running.runner.give(SetExperiment(small))
    assert begun.wait(PATIENCE)
    running.runner.close()
    assert running.runner._thread.is_alive()
    end.set()
    running.runner._thread.join()


# The exchange by itself


def test_the_window_is_called_once_until_it_takes() -> None:
    calls: list[None] = []
    exchange = Exchange(lambda: calls.append(None))
    exchange.notify("one")
    exchange.notify("two")
    exchange.publish(Update())
    assert len(calls) == 1
    assert [notice.text for notice in exchange.take().notices] == ["one", "two"]
    exchange.notify("three")
    assert len(calls) == 2


def test_figures_that_were_not_taken_stay_for_a_newer_moment_of_the_experiment(small: bn.Experiment) -> None:
    exchange = Exchange(lambda: None)
    figures = Figures(small)
    exchange.publish(Update(small))
    exchange.publish_figures(figures)
    exchange.publish(newer := Update(small, last_order=1))
    output = exchange.take()
    assert output.update is newer
    assert output.figures is figures
    exchange.publish_figures(figures)
    exchange.publish(Update(bn.Experiment()))
    assert exchange.take().figures is None


def test_a_moment_is_shown_when_what_was_taken_is_painted() -> None:
    exchange = Exchange(lambda: None)
    exchange.publish(Update())
    exchange.painted()  # of what was there before
    assert (exchange.taken, exchange.shown) == (False, False)
    exchange.take()
    assert (exchange.taken, exchange.shown) == (True, False)
    exchange.publish(Update())
    exchange.painted()
    assert not exchange.shown
    exchange.take()
    exchange.painted()
    assert exchange.shown


def test_nobody_is_told_after_closing() -> None:
    calls: list[None] = []
    exchange = Exchange(lambda: calls.append(None))
    exchange.close()
    exchange.report(Found(UntilGivenUp(), 1.0))
    assert not calls
    assert exchange.next_order(None) is None

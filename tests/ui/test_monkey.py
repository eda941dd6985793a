"""Whatever is done, in whatever order, to whatever experiment: nothing fails, and what is shown is what was computed.

An exception in a slot, a warning of Qt's and an unhandled one in a thread fail a test by themselves. A run that fails
prints its acts. Written to a file, they are replayed, and made fewer as long as they fail still, by

    BNSIM_ACTS=acts.json pytest tests/ui/test_monkey.py -s -m fuzz -k replayed
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QInputDialog

from bnsim.plot.writers import FORMATS, render
from bnsim.ui.window import dialogs
from tests.plot.samples import lines
from tests.ui.choices import Choices
from tests.ui.monkey.acts import Act, from_text, script, shrunk, written
from tests.ui.monkey.hands import Hands, close_opened, delete_now, open_windows
from tests.ui.monkey.own_files import make_files
from tests.ui.monkey.views import arrays, check, same

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


STATM = Path("/proc/self/statm")
MOST_GROWTH = 30
"""MiB."""


class Watch:
    """Looks for what went wrong so far: exceptions in slots, Qt's warnings, errors in the log."""

    def __init__(self, raised: Sequence[object], caplog: pytest.LogCaptureFixture, qtlog: object) -> None:
        self._raised, self._caplog, self._qtlog = raised, caplog, qtlog

    def check(self) -> None:
        assert not self._raised, self._raised
        assert not [record for record in self._caplog.records if record.levelno > logging.WARNING]
        said = [record.message for record in self._qtlog.records]  # type: ignore[attr-defined]
        assert not [words for words in said if "This plugin does not support" not in words]


WatchIt = Callable[[], AbstractContextManager[Watch]]


def use(hands: Hands, acts: Sequence[Act], watch: Watch) -> None:
    """Carry out the acts; at each "look" the window shows its session, and nothing shown before has changed."""
    shown: list[tuple[np.ndarray, np.ndarray]] = []
    number = 0
    try:
        for number, act in enumerate(acts):
            hands.do(act)
            watch.check()
            if act.kind == "look":
                assert all(same(*pair) for pair in shown), "what was shown before has changed"
                check(hands.window, number)
                shown = [(array, array.copy()) for array in arrays(hands.window.update_shown)]
    except BaseException as error:
        error.add_note(f"Done last: {'; '.join(hands.done[-15:])}")
        error.add_note(f"Acts: {written(acts[: number + 1])}")
        raise


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Hands]]:
    """Questions are answered at once, by the hands that are put in; should anything else wait for a person, a timer
    closes it.
    """
    hands: list[Hands] = []

    def ask(name: str, answer: Callable[..., object]) -> None:
        monkeypatch.setattr(dialogs, name, lambda *asked: answer(hands[-1], *asked))

    ask("ask_open", lambda one, _: one.a_file(".bnsim"))
    ask("ask_data_file", lambda one, _: one.a_file())
    ask("ask_save", lambda one, *_: one.a_place("bnsim"))
    ask("ask_export", lambda one, _parent, _name, suffix: one.a_place(suffix))
    ask("ask_unsaved", lambda one, *_: one.random.choice(("save", "discard", "discard", "cancel")))
    ask("ask_changed", lambda one, *_: one.random.choice(("overwrite", "elsewhere", "cancel")))
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (3, True))
    monkeypatch.setattr(QDrag, "exec", lambda *_: Qt.DropAction.IgnoreAction)
    timer = QTimer(interval=200)
    timer.timeout.connect(close_opened)
    timer.start()
    yield hands
    timer.stop()
    QApplication.clipboard().clear()


class Monkey:
    """Opens windows and lets hands do things in them; questions come to the hands of the window opened last."""

    def __init__(self, open_window: Opener, hands: list[Hands], folder: Path, watch: WatchIt) -> None:
        self._open_window, self._folder, self._watch = open_window, folder, watch
        self.hands = hands

    def begin(self, number: int, acts: Sequence[Act]) -> None:
        """Do the acts in a new window with an experiment by that number, and files of its own."""
        folder = self._folder / f"monkey {len(self.hands)}"
        folder.mkdir()
        files = make_files(folder)
        window = self._open_window(Choices(number).experiment())
        self.hands.append(Hands(window, files, self._open_window))
        self.go_on(acts)

    def go_on(self, acts: Sequence[Act]) -> None:
        """Do more in the same window."""
        with self._watch() as watch:
            use(self.hands[-1], acts, watch)

    def end(self) -> None:
        """Close all windows; none is left, nor what they opened."""
        for window in open_windows():
            window.close()
        delete_now()
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]


@pytest.fixture
def monkey(
    open_window: Opener,
    answered: list[Hands],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    qtbot: QtBot,
    qtlog: object,
) -> Iterator[Monkey]:
    @contextmanager
    def watch() -> Iterator[Watch]:
        with qtbot.captureExceptions() as raised:
            yield Watch(raised, caplog, qtlog)

    made = Monkey(open_window, answered, tmp_path, watch)
    yield made
    made.end()


@pytest.mark.parametrize("seed", range(3))
def test_a_few_things_at_random(monkey: Monkey, seed: int) -> None:
    monkey.begin(seed, script(seed, 45))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 180))
def test_many_things_at_random(monkey: Monkey, seed: int) -> None:
    monkey.begin(seed, script(seed, 250))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(200, 220))
def test_many_things_at_random_in_german(german: None, monkey: Monkey, seed: int) -> None:
    monkey.begin(seed, script(seed, 250))


@pytest.mark.fuzz
@pytest.mark.skipif(not STATM.exists(), reason="only Linux says how much memory is in use")
def test_memory_does_not_grow(monkey: Monkey) -> None:
    """In the last half of many acts in one window; in the first half, caches fill."""
    first = Choices(5).experiment()
    for suffix in FORMATS:  # matplotlib takes 90 MiB when the first figure is exported, once
        render(lines(), suffix)
    monkey.begin(5, script(5, 100))
    used = []
    for part in range(8):
        monkey.go_on(script(1000 + part, 400))
        monkey.hands[-1].alone()
        monkey.hands[-1].window.document.replace(first, None)
        monkey.hands[-1].rest()
        gc.collect()
        used.append(int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20)
    print("MiB in use:", used)
    assert used[-1] - used[3] < MOST_GROWTH, used


@pytest.mark.fuzz
@pytest.mark.skipif("BNSIM_ACTS" not in os.environ, reason="no acts to replay")
def test_acts_are_replayed_and_made_fewer(monkey: Monkey) -> None:
    """The file has a number of an experiment, a space and the acts."""
    number, _, text = Path(os.environ["BNSIM_ACTS"]).read_text(encoding="utf-8").partition(" ")

    def fails(acts: list[Act]) -> bool:
        try:
            monkey.begin(int(number), acts)
        except Exception:
            return True
        finally:
            monkey.end()
        return False

    acts = from_text(text)
    assert fails(acts), "they do not fail any more"
    few = shrunk(acts, fails)
    print(f"{number} {written(few)}")
    monkey.begin(int(number), few)


def test_failing_acts_are_made_fewer() -> None:
    acts = script(7, 60)
    wanted = {acts[11], acts[12], acts[47]}

    def fails(some: list[Act]) -> bool:
        return wanted <= set(some)

    assert set(shrunk(acts, fails)) == wanted
    assert len(shrunk(acts, fails, tries=3)) < len(acts)
    assert from_text(written(acts)) == acts
    assert script(7, 60) == acts
    assert all(hasattr(Hands, act.kind) for act in script(8, 3000))

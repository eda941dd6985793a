"""Whatever is done, in whatever order, to whatever experiment: nothing fails, and what is shown is what was computed.

An exception in a slot, a warning of Qt's and an unhandled one in a thread fail a test by themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QInputDialog,
    QMenu,
    QMenuBar,
    QPushButton,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

import bnsim as bn
from bnsim.runner.orders import Pause
from bnsim.runner.snapshots import Snapshots
from bnsim.spec import edits
from bnsim.spec.layers import Repeat, Residual
from bnsim.spec.tree import walk
from bnsim.ui.commands.table import TABLE
from bnsim.ui.window import dialogs
from tests.ui.choices import Choices
from tests.ui.reading import settle

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
LEFT_OUT = ("file.newWindow", "file.close", "file.quit", "file.new")
"""They make or end windows, or bring the default experiment, whose depth makes everything slow."""
NAMES = [spec.name for spec in TABLE if spec.name not in LEFT_OUT] + ["edit.undo", "edit.redo"]
MOVES = [name for name in NAMES if name.startswith("run.")]
COMMANDS = [name for name in NAMES if name not in MOVES]
MANY = 80
"""Layers; more are left alone, as all selected and duplicated again and again would soon take all the time."""
KEYS = ("Left", "Right", "Up", "Down", "Return", "Escape", "Tab", "Delete", "Home", "End", "F2", "5", "A")


class Monkey:
    """Uses a window at random. `done` is what it did, so that a failure can be told."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window = window
        self.choices = Choices(seed)
        self.random = self.choices.random
        self.done: list[str] = []
        self.acts: dict[Callable[[], None], float] = {
            self.move: 12,
            self.command: 10,
            self.turn: 4,
            self.select: 5,
            self.insert: 2,
            self.press: 5,
            self.click: 6,
            self.drag: 2,
            self.from_menu: 3,
            self.from_context_menu: 2,
            self.type: 3,
            self.choose: 3,
            self.seek: 2,
            self.train: 0.5,
            self.replace: 0.3,
        }

    def act(self) -> None:
        """One thing, and what opened by it is closed."""
        self.random.choices(list(self.acts), list(self.acts.values()))[0]()
        if len(self.layers()) > MANY:
            self.replace()
        for _ in range(self.random.randint(0, 8)):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        close_opened()
        if self.random.random() < 0.4:
            self.rest()

    def rest(self) -> None:
        """All that was asked is done or given up, and shown."""
        self.window.runner.give(Pause())
        settle(self.window)
        # Once compiled kernels are there, nothing moves by itself any more.
        while self.window.runner.busy_in_background:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
            settle(self.window)

    def say(self, words: str) -> None:
        self.done.append(words)

    def layers(self) -> list[int]:
        return [layer.id for stack in self.window.document.experiment.stacks for layer in walk(stack.layers)]

    def trigger(self, names: Sequence[str]) -> None:
        name = self.random.choice(names)
        self.say(name)
        self.window.actions_by_name[name].trigger()

    def move(self) -> None:
        self.trigger(MOVES)

    def command(self) -> None:
        self.trigger(COMMANDS)

    def turn(self) -> None:
        """Another tab in front."""
        docks = self.window.docks
        tabs = (docks.right if self.random.random() < 0.8 else docks.left).tabs
        tabs.setCurrentIndex(self.random.randrange(tabs.count()))
        self.say(f"tab {tabs.tabText(tabs.currentIndex())}")

    def select(self) -> None:
        layers = self.layers()
        some = self.random.sample(layers, min(len(layers), self.random.choice([0, 1, 1, 1, 1, 2])))
        self.say(f"select {some}")
        self.window.selection.set(some)

    def insert(self) -> None:
        experiment = self.window.document.experiment
        holders: list[bn.Stack | Repeat | Residual] = list(experiment.stacks)
        for stack in experiment.stacks:
            holders += [layer for layer in walk(stack.layers) if isinstance(layer, Repeat | Residual)]
        if holders:
            holder, new = self.random.choice(holders), self.choices.layer(1)
            at = self.random.randint(0, len(holder.layers))
            self.say(f"insert {type(new).__name__} at {at} into {holder.id}")
            self.window.document.push(edits.insert_layer(experiment, holder.id, at, new), "insert")

    def train(self) -> None:
        other = self.choices.experiment()
        self.say("other training and data")
        self.window.document.push(replace(other, stacks=self.window.document.experiment.stacks), "train otherwise")

    def replace(self) -> None:
        self.say("another document")
        self.window.document.replace(self.choices.experiment(), None)

    def seek(self) -> None:
        iteration = self.random.randrange(40)
        self.say(f"seek {iteration}")
        self.window.run_commands.seek(iteration)

    def part(self) -> QWidget:
        """Of the window, as far as it is seen."""
        window, docks = self.window, self.window.docks
        parts = [docks.right.tabs.currentWidget(), docks.left.tabs.currentWidget(), window.canvas.viewport()]
        parts += [*parts[:1] * 4, window.timeline, window.transport, *(dock.panel for dock in window.panel_docks)]
        return self.random.choice([part for part in parts if part is not None and part.isVisible()])

    def press(self) -> None:
        buttons = self.part().findChildren(QAbstractButton)
        if buttons := [each for each in buttons if each.isVisible() and each.isEnabled() and not opens_menu(each)]:
            button = self.random.choice(buttons)
            self.say(f"press {button.objectName() or button.text()}")
            button.click()

    def choose(self) -> None:
        if boxes := [box for box in self.part().findChildren(QComboBox) if box.isVisible() and box.count()]:
            box = self.random.choice(boxes)
            at = self.random.randrange(box.count())
            self.say(f"choose {at} in {box.objectName()}")
            box.setCurrentIndex(at)
            box.activated.emit(at)

    def somewhere(self) -> tuple[QWidget, QPoint, QPoint]:
        """A widget that is seen, and two places in it."""
        part = self.part()
        at = QPoint(self.random.randrange(max(1, part.width())), self.random.randrange(max(1, part.height())))
        target = part.childAt(at) or part
        away = QPoint(self.random.randrange(max(1, target.width())), self.random.randrange(max(1, target.height())))
        return target, target.mapFrom(part, at), away

    def click(self) -> None:
        """On whatever is drawn there, once or twice."""
        target, at, _ = self.somewhere()
        if opens_menu(target):
            return
        self.say(f"click {name_of(target)} at {at.x(), at.y()}")
        QTest.mouseMove(target, at)
        click = QTest.mouseClick if self.random.random() < 0.8 else QTest.mouseDClick
        modifier = self.random.choice([Qt.KeyboardModifier.NoModifier] * 3 + [Qt.KeyboardModifier.ShiftModifier])
        click(target, Qt.MouseButton.LeftButton, modifier, at)

    def drag(self) -> None:
        target, at, away = self.somewhere()
        if opens_menu(target):
            return
        self.say(f"drag {name_of(target)} from {at.x(), at.y()} to {away.x(), away.y()}")
        QTest.mousePress(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        for share in (0.3, 0.6, 1.0):
            if not isValid(target):
                return
            QTest.mouseMove(target, at + (away - at) * share)
        QTest.mouseRelease(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, away)

    def from_menu(self) -> None:
        self.take(self.window.menuBar())

    def from_context_menu(self) -> None:
        target, at, _ = self.somewhere()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, target.mapToGlobal(at))
        QApplication.sendEvent(target, event)
        if isinstance(menu := QApplication.activePopupWidget(), QMenu):
            self.say(f"context menu of {name_of(target)} at {at.x(), at.y()}")
            self.take(menu)

    def take(self, menu: QMenu | QMenuBar) -> None:
        """One of its entries, or one of a menu in it."""
        entries = [each for each in menu.actions() if each.isEnabled() and each.objectName() not in LEFT_OUT]
        if entries:
            entry = self.random.choice(entries)
            if isinstance(inner := entry.menu(), QMenu):
                inner.aboutToShow.emit()
                self.take(inner)
            else:
                self.say(f"entry {entry.text()}")
                entry.trigger()

    def type(self) -> None:
        key = Qt.Key[f"Key_{self.random.choice(KEYS)}"]
        target = QApplication.focusWidget() or self.window
        self.say(f"{key.name} in {name_of(target)}")
        QTest.keyClick(target, key)


def name_of(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def opens_menu(widget: QWidget) -> bool:
    """Such a button does not come back before something is chosen from its menu."""
    return isinstance(widget, QToolButton | QPushButton) and widget.menu() is not None


def close_opened() -> None:
    """Menus, lists and dialogs."""
    while opened := QApplication.activePopupWidget() or QApplication.activeModalWidget():
        if not opened.close():
            return


@pytest.fixture(autouse=True)
def nothing_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Questions are answered at once; should anything else wait for a person, a timer closes it."""
    for name in ("ask_open", "ask_save", "ask_data_file", "ask_export"):
        monkeypatch.setattr(dialogs, name, lambda *_: None)
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda *_: "discard")
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (3, True))
    monkeypatch.setattr(QDrag, "exec", lambda *_: Qt.DropAction.IgnoreAction)
    timer = QTimer(interval=200)
    timer.timeout.connect(close_opened)
    timer.start()
    yield
    timer.stop()
    QApplication.clipboard().clear()


def same(one: object, other: object) -> bool:
    """To the bit, NaN being NaN."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if type(one) is not type(other):
        return False
    if isinstance(one, Struct):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def arrays(record: object) -> Iterator[np.ndarray]:
    """All that are somewhere in it."""
    if isinstance(record, np.ndarray):
        yield record
    elif isinstance(record, Struct):
        for name in record.__struct_fields__:
            yield from arrays(getattr(record, name))
    elif isinstance(record, tuple | list | Mapping):
        for part in record.values() if isinstance(record, Mapping) else record:
            yield from arrays(part)


def check(window: MainWindow) -> None:
    """At rest, the window shows the moment it is at of its document, as a session finds it that went there directly."""
    update = window.update_shown
    assert update.experiment is window.document.experiment
    session = window.runner.session
    assert (update.frame is None) == (session is None)
    if update.frame is None or session is None:
        return
    assert (update.frame.iteration, update.frame.tick) == (session.iteration, session.moment.tick)
    snapshots, figures = Snapshots(print), window.figures_shown
    assert figures.experiment is update.experiment
    snapshots.layer_id, snapshots.wanted = window.selection.current or None, tuple(figures.by_name)
    assert same(dict(figures.by_name), dict(snapshots.figures(session, fast=False))), "figures"
    assert same(update.track, session.track()), "time line"
    direct = session
    if not session._replay.loaded:  # γ and β made the identity by hand are of this run only
        direct = bn.Session(session.experiment, recording=session.recording)
        direct.go_to(session.moment)
    shown, wanted = update.frame, direct.frame()
    assert same(replace(shown, stopped="", lanes=()), replace(wanted, stopped="", lanes=()))
    for lane, other in zip(shown.lanes, wanted.lanes, strict=True):
        assert same(replace(lane, losses=other.losses), other), f"cards of {lane.name}"
    for lens, answer in update.answers.items():
        assert same(answer, lens.answer(direct)), lens


def use(window: MainWindow, caplog: pytest.LogCaptureFixture, seed: int, actions: int) -> None:
    monkey = Monkey(window, seed)
    shown: list[tuple[np.ndarray, np.ndarray]] = []
    try:
        for number in range(actions):
            monkey.act()
            if number % 5 == 4 or number == actions - 1:
                monkey.rest()
                assert not [record for record in caplog.records if record.levelno > logging.WARNING]
                assert all(same(*pair) for pair in shown), "what was shown before has changed"
                check(window)
                shown = [(array, array.copy()) for array in arrays(window.update_shown)]
    finally:
        print(f"seed {seed}, at action {len(monkey.done)}: …", "; ".join(monkey.done[-15:]))


@pytest.mark.parametrize("seed", range(3))
def test_a_few_things_at_random(open_window: Opener, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    use(open_window(Choices(seed).experiment()), caplog, seed, 40)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_things_at_random(open_window: Opener, caplog: pytest.LogCaptureFixture, seed: int) -> None:
    use(open_window(Choices(seed).experiment()), caplog, seed, 120)

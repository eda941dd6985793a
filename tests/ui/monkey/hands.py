"""Carries out acts in a window, as a person with a mouse, a keyboard and files does."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QInputMethodEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QMenu,
    QMenuBar,
    QMessageBox,
    QPushButton,
    QTabBar,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

import bnsim as bn
from bnsim.runner.orders import Pause
from bnsim.spec import edits
from bnsim.spec.breakpoints import AtLayer, AtOp, Breakpoint, Dead, GradientNorm, LossBelow, NonFinite, Saturated
from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.defaults import blank_experiment
from bnsim.spec.files import load_document
from bnsim.spec.layers import PALETTE, Repeat, Residual
from bnsim.spec.losses import LOSSES
from bnsim.spec.tree import walk
from bnsim.ui.commands.table import TABLE
from bnsim.ui.model.payloads import cards_mime, data_mime, layer_mime, loss_mime
from bnsim.ui.views.tensor.drawing import TensorDrawing
from tests.ui.choices import Choices
from tests.ui.monkey.acts import Act
from tests.ui.reading import settle

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

LEFT_OUT = (
    "file.newWindow",
    "file.close",
    "file.quit",
    "file.new",
    "file.newFromData",
    "help.lessonFolder",
    "lesson.answers",
    "lesson.deck",
)
"""They make or end windows, or another document, or wait for a person: acts of their own."""
MOST_WINDOWS = 3
NAMES = [spec.name for spec in TABLE if spec.name not in LEFT_OUT] + ["edit.undo", "edit.redo"]
MOVES = [name for name in NAMES if name.startswith("run.")]
COMMANDS = [name for name in NAMES if name not in MOVES]
LANES = [name for name in NAMES if name.startswith("lane.")]
MANY = 80
"""Layers; more are left alone, as all selected and duplicated again and again would soon take all the time."""
KEYS = ("Left", "Right", "Up", "Down", "Return", "Escape", "Tab", "Delete", "Home", "End", "F2", "5", "A")
WORDS = ("3", "0", "-1", "17", "1e-3", "nan", "1e999", "", "a name", "é漢\u202e", "<b>x</b>", "99999999999", "0,5")
SIZES = ((1280, 720), (1680, 1020), (900, 600), (640, 480), (2200, 1300), (1100, 1400))
NO_KEYS, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT = Qt.MouseButton.LeftButton
DRAG_ACTIONS = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
PICTURES = ("equation", "tensor", "xray", "inspector")


class Hands:
    """Uses a window, and those it opens. `done` is what was done, in words, so that a failure can be told.

    `files` are a person's own; `start` opens a window as starting the app does.
    """

    def __init__(self, window: MainWindow, files: Sequence[Path], start: Callable[[bn.Experiment], MainWindow]) -> None:
        self.window = window
        self._start = start
        self.files = list(files)
        self.saves = self.files[0].parent if self.files else Path()
        self.done: list[str] = []
        self.random = random.Random(0)
        self.choices = Choices(0)

    def do(self, act: Act) -> None:
        """One thing; events come in, and what was opened by it is answered or closed."""
        self.choices = Choices(act.seed)
        self.random = self.choices.random
        getattr(self, act.kind)()
        if len(self.layers()) > MANY:
            self.replace()
        for _ in range(self.random.randint(0, 6)):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        self.answer()
        close_opened()
        delete_now()
        if self.random.random() < 0.3:
            self.rest()

    def rest(self) -> None:
        """All that was asked is done or given up, and shown."""
        self.window.runner.give(Pause())
        settle(self.window)
        # Once compiled kernels are there, nothing moves by itself any more.
        while self.window.runner.busy_in_background:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 100)
            settle(self.window)
        if self.answer():  # to a question that came meanwhile
            self.rest()

    def say(self, words: str) -> None:
        self.done.append(words)

    def layers(self) -> list[int]:
        return [layer.id for stack in self.window.document.experiment.stacks for layer in walk(stack.layers)]

    # What dialogs ask for

    def a_file(self, suffix: str = "") -> Path | None:
        """One of the files that are there, or nothing."""
        there = [path for path in self.files if path.suffix == suffix or (not suffix and kind_of(path.name))]
        return self.random.choice([None, *there])

    def a_place(self, suffix: str) -> Path | None:
        """Somewhere to write: a new name, or one that is there."""
        names = (f"new.{suffix}", f"other.{suffix}", "no such folder/it", f"here.{suffix}")
        return self.random.choice([None, *(self.saves / name for name in names)])

    def answer(self) -> bool:
        """Presses a button of the dialog in front, if there is one."""
        box = QApplication.activeModalWidget()
        if not isinstance(box, QDialog) or self.random.random() < 0.3:
            return False
        buttons = [each for each in box.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
        if isinstance(box, QMessageBox):
            buttons = box.buttons()
        if not buttons:
            return False
        button = self.random.choice(buttons)
        self.say(f"answer {button.text()}")
        button.click()
        return True

    # Commands and menus

    def nothing(self) -> None:
        self.say("select nothing")
        self.window.selection.set([])

    def look(self) -> None:
        """A document that is said to be saved is what its file holds; panels are arranged as they are."""
        self.rest()
        for window in self.windows():
            document = window.document
            saved = document.path is not None and not document.modified and not document.changed_on_disk
            if saved and document.path is not None and document.path.exists():
                held = load_document(document.path)
                assert held.experiment == document.experiment, document.path
                assert held.breakpoints == document.breakpoints, document.path

    def trigger(self, names: Sequence[str]) -> None:
        name = self.random.choice(names)
        self.say(name)
        self.window.actions_by_name[name].trigger()

    def move(self) -> None:
        self.trigger(MOVES)

    def command(self) -> None:
        self.trigger(COMMANDS)

    def lane(self) -> None:
        self.trigger(LANES)

    def play(self) -> None:
        self.trigger(["run.play", "run.playBack"])

    def projector(self) -> None:
        self.trigger(["view.projector"])

    def theme(self) -> None:
        choice = self.random.choice(("light", "dark", "system"))
        self.say(f"theme {choice}")
        self.window.looks.choose_theme(choice)

    def undo_some(self) -> None:
        names = ["edit.undo"] * self.random.randint(1, 4) + ["edit.redo"] * self.random.randint(0, 4)
        for name in names:
            self.say(name)
            self.window.actions_by_name[name].trigger()

    def save(self) -> None:
        self.trigger(["file.save", "file.saveAs", "file.revert", "file.open"])

    def save_as(self) -> None:
        self.trigger(["file.saveAs"])

    def open_file(self) -> None:
        self.trigger(["file.open"])

    def new(self) -> None:
        """A new document, unless the person would lose another; of that a small one is made, which is quick."""
        document, asked = self.window.document, self.window.document.modified
        self.trigger(["file.new"])
        if not document.undo_stack.count() and document.path is None and not document.modified:
            assert document.experiment == blank_experiment()
            self.window.start.leave()
            self.replace()
        else:
            assert asked, "a document without changes is given up unasked"

    # Windows

    def windows(self) -> list[MainWindow]:
        """All that are open, this one first."""
        return sorted(open_windows(), key=lambda each: each is not self.window)

    def new_window(self) -> None:
        """Another one, in which what follows is done."""
        before = self.windows()
        if len(before) >= MOST_WINDOWS:
            self.other_window()
            return
        self.trigger(["file.newWindow"])
        (made,) = (each for each in self.windows() if each not in before)
        self.window = made
        self.replace()

    def other_window(self) -> None:
        """What follows is done in another one, if there is one."""
        self.window = self.random.choice(self.windows())
        self.say(f"window {self.window.windowTitle()}")
        self.window.activateWindow()

    def close(self) -> None:
        self.end_with("file.close", [self.window])

    def quit(self) -> None:
        self.end_with("file.quit", self.windows())

    def end_with(self, name: str, meant: Sequence[MainWindow]) -> None:
        """Windows are closed but those whose changes the person keeps; where none is left, the app is started again."""
        clean = [each for each in meant if not each.document.modified]
        self.trigger([name])
        delete_now()
        kept = [each for each in meant if isValid(each) and each.isVisible()]
        if name == "file.close":
            assert not set(clean) & set(kept), "it has no changes to be asked about"
        left = [each for each in self.windows() if each is not self.window] if self.window not in kept else kept
        self.window = self.random.choice(left) if left else self._start(self.choices.experiment())

    def alone(self) -> None:
        """All windows but this one are closed."""
        for each in self.windows()[1:]:
            each.close()
        delete_now()

    def recent(self) -> None:
        self.say("open a recent file")
        if path := self.a_file(".bnsim"):
            self.window.files.open_path(path)

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

    # The document

    def select(self) -> None:
        layers = self.layers()
        some = self.random.sample(layers, min(len(layers), self.random.choice([0, 1, 1, 1, 1, 2, 5])))
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

    def set_mode(self) -> None:
        """BatchNorm in training or evaluation, precision, contents of the cards."""
        experiment = self.window.document.experiment
        norms = [
            layer for stack in experiment.stacks for layer in walk(stack.layers) if isinstance(layer, bn.BatchNorm)
        ]
        if norms and self.random.random() < 0.6:
            norm, mode = self.random.choice(norms), self.random.choice(("train", "eval"))
            self.say(f"BatchNorm {norm.id}: {mode}")
            self.window.document.push(edits.change_layer(experiment, norm.id, mode=mode), "mode")
        elif self.random.random() < 0.5:
            self.trigger(["view.values", "view.gradients", "view.structure"])
        else:
            precision = self.random.choice(("float32", "float64"))
            self.say(precision)
            self.window.document.push(edits.change_training(experiment, precision=precision), "precision")

    def train(self) -> None:
        other = self.choices.experiment()
        self.say("other training and data")
        self.window.document.push(replace(other, stacks=self.window.document.experiment.stacks), "train otherwise")

    def replace(self) -> None:
        self.say("another document")
        self.window.document.replace(self.choices.experiment(), None)

    def break_at(self) -> None:
        layer = self.random.choice([0, *self.layers()])
        stops: list[Breakpoint] = [
            AtLayer(layer=layer, phase=self.random.choice(("", "forward", "backward", "update"))),
            AtOp(op=self.random.choice(("linear dW", "bn mean", "bn dx", "softmax"))),
            NonFinite(),
            GradientNorm(layer=layer, below=self.random.choice((1e-3, 0.1))),
            GradientNorm(above=self.random.choice((0.1, 10.0))),
            Saturated(above=0.3),
            Dead(above=0.1),
            LossBelow(below=self.random.choice((0.5, 1.0))),
        ]
        stop = self.random.choice(stops)
        self.say(f"breakpoint {stop}")
        self.window.breakpoints.add(stop)
        items = self.window.breakpoints.items
        if items and self.random.random() < 0.4:
            self.window.breakpoints.enable(self.random.choice(items), self.random.random() < 0.5)
        if len(items) > 3:
            self.window.breakpoints.clear()

    def seek(self) -> None:
        iteration = self.random.randrange(40)
        self.say(f"seek {iteration}")
        self.window.run_commands.seek(iteration)

    # The window

    def turn(self) -> None:
        """Another tab in front."""
        docks = self.window.docks
        tabs = (docks.right if self.random.random() < 0.8 else docks.left).tabs
        tabs.setCurrentIndex(self.random.randrange(tabs.count()))
        self.say(f"tab {tabs.tabText(tabs.currentIndex())}")

    def look_at(self) -> None:
        """A view in front, and another of its pages."""
        self.window.shelf.bring_up(self.random.choice(PICTURES))
        bars = [bar for bar in self.window.docks.right.tabs.currentWidget().findChildren(QTabBar) if bar.isVisible()]
        if bars:
            bar = self.random.choice(bars)
            bar.setCurrentIndex(self.random.choice([at for at in range(bar.count()) if bar.isTabVisible(at)] or [0]))
        self.say(f"look at {self.window.docks.right.front}")

    def dock(self) -> None:
        """A panel or a side of the window is hidden, shown, floated, docked or closed."""
        dock = self.random.choice(self.window.docks.all)
        how = self.random.choice(("show or hide", "float", "close"))
        self.say(f"{how} {dock.objectName()}")
        if how == "float":
            dock.setFloating(not dock.isFloating())
        elif how == "close":
            dock.close()
        else:
            dock.toggleViewAction().trigger()
        if self.random.random() < 0.1:
            self.window.room.reset()

    def resize(self) -> None:
        size = self.random.choice(SIZES)
        self.say(f"size {size}")
        self.window.resize(*size)

    # Hands on what is seen

    def part(self) -> QWidget:
        """Of the window, as far as it is seen."""
        window, docks = self.window, self.window.docks
        parts = [docks.right.tabs.currentWidget(), docks.left.tabs.currentWidget(), window.canvas.viewport()]
        parts += [
            *parts[:1] * 4,
            window.timeline,
            window.transport,
            *(dock.panel for dock in window.panel_docks if dock.made),
        ]
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
        at = self.point_in(part.rect())
        target = part.childAt(at) or part
        return target, target.mapFrom(part, at), self.point_in(target.rect())

    def point_in(self, rect: QRect) -> QPoint:
        return QPoint(self.random.randrange(max(1, rect.width())), self.random.randrange(max(1, rect.height())))

    def click(self) -> None:
        """On whatever is drawn there, once or twice."""
        target, at, _ = self.somewhere()
        if opens_menu(target):
            return
        self.say(f"click {name_of(target)} at {at.x(), at.y()}")
        QTest.mouseMove(target, at)
        twice, keys = self.random.random() < 0.2, self.random.choice([NO_KEYS] * 3 + [SHIFT, CTRL])
        QTest.mouseClick(target, LEFT, keys, at)
        if twice and isValid(target):
            QTest.mouseDClick(target, LEFT, keys, at)
            if isValid(target):
                QTest.mouseRelease(target, LEFT, keys, at)

    def drag(self) -> None:
        target, at, away = self.somewhere()
        if not opens_menu(target):
            self.say(f"drag {name_of(target)} from {at.x(), at.y()} to {away.x(), away.y()}")
            self.pull(target, [at, at + (away - at) * 0.3, at + (away - at) * 0.6, away])

    def pull(self, target: QWidget, way: Sequence[QPoint]) -> None:
        """With the button down, along `way`; events may come in between."""
        QTest.mousePress(target, LEFT, NO_KEYS, way[0])
        for place in way[1:]:
            if self.random.random() < 0.5:
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            if not isValid(target):
                return
            QTest.mouseMove(target, place)
        QTest.mouseRelease(target, LEFT, NO_KEYS, way[-1])

    def scrub(self) -> None:
        strip = self.window.timeline
        if strip.isVisible() and strip.isEnabled():
            self.say("scrub the time line")
            self.pull(strip, [self.point_in(strip.rect()) for _ in range(self.random.randint(2, 6))])

    def scale(self) -> None:
        """Weights are multiplied, or that is undone."""
        scaler = self.window.scaler
        if scaler.isHidden() or self.random.random() < 0.2:
            self.trigger(["run.scaleWeights", "lane.scaleWeights"])
        elif self.random.random() < 0.3:
            self.trigger(["run.undoScaling"])
        else:
            places = [self.random.randint(-200, 200) for _ in range(self.random.randint(1, 3))]
            self.say(f"scale weights {places}")
            for place in places:
                scaler.slider.setValue(place)

    def mark(self) -> None:
        """An element of the tensor is chosen, by the mouse or by keys."""
        drawings = [each for each in self.window.findChildren(TensorDrawing) if each.isVisible()]
        if drawings:
            drawing = self.random.choice(drawings)
            at = self.point_in(drawing.rect())
            self.say(f"mark {name_of(drawing)} at {at.x(), at.y()}")
            QTest.mouseMove(drawing, at)
            QTest.mouseClick(drawing, LEFT, NO_KEYS, at)
            for _ in range(self.random.randint(0, 3)):
                QTest.keyClick(drawing, Qt.Key[f"Key_{self.random.choice(KEYS[:6])}"])

    def wheel(self) -> None:
        target, at, _ = self.somewhere()
        turn = self.random.choice((-480, -120, -15, 15, 120, 480))
        keys = self.random.choice((NO_KEYS, NO_KEYS, CTRL, SHIFT))
        self.say(f"wheel by {turn} with {keys.name} on {name_of(target)}")
        phase = Qt.ScrollPhase.NoScrollPhase
        there = QPointF(target.mapToGlobal(at))
        event = QWheelEvent(
            QPointF(at), there, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, keys, phase, False
        )  # fmt: skip
        QApplication.sendEvent(target, event)

    def drop(self) -> None:
        """On the canvas: files, or what comes from the palette or from another place of the canvas."""
        mime, viewport = self.something(), self.window.canvas.viewport()
        if mime is None or not viewport.isVisible():
            return
        at, keys = self.point_in(viewport.rect()), self.random.choice((NO_KEYS, CTRL))
        self.say(f"drop {mime.formats()} {[url.fileName() for url in mime.urls()]} at {at.x(), at.y()}")
        QApplication.sendEvent(viewport, QDragEnterEvent(at, DRAG_ACTIONS, mime, LEFT, keys))
        QApplication.sendEvent(viewport, QDragMoveEvent(self.point_in(viewport.rect()), DRAG_ACTIONS, mime, LEFT, keys))
        QApplication.sendEvent(viewport, QDragMoveEvent(at, DRAG_ACTIONS, mime, LEFT, keys))
        if self.random.random() < 0.2:
            QApplication.sendEvent(viewport, QDragLeaveEvent())
        else:
            QApplication.sendEvent(viewport, QDropEvent(QPointF(at), DRAG_ACTIONS, mime, LEFT, keys))
        QApplication.processEvents()  # what a dropped file asks for comes then

    def something(self) -> QMimeData | None:
        """To be dropped."""
        match self.random.randrange(6):
            case 0:
                return layer_mime(self.random.choice(PALETTE).__name__)
            case 1:
                return data_mime(self.random.choice(DATA_SETS).__name__)
            case 2:
                return loss_mime(self.random.choice(LOSSES).__name__)
            case 3:
                layers = self.layers()
                return cards_mime(self.window.document, self.random.sample(layers, min(2, len(layers))))
        path = self.random.choice(self.files)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        return mime

    def type(self) -> None:
        key = Qt.Key[f"Key_{self.random.choice(KEYS)}"]
        target = QApplication.focusWidget() or self.window
        self.say(f"{key.name} in {name_of(target)}")
        QTest.keyClick(target, key)

    def write(self) -> None:
        """Words into a field."""
        fields = self.part().findChildren(QLineEdit)
        if fields := [each for each in fields if each.isVisible() and each.isEnabled()]:
            field, words = self.random.choice(fields), self.random.choice(WORDS)
            self.say(f"write {words!r} in {name_of(field)}")
            field.setFocus()
            field.selectAll()
            typed = QInputMethodEvent()
            typed.setCommitString(words)
            QApplication.sendEvent(field, typed)
            if isValid(field):
                QTest.keyClick(field, self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape)))


def open_windows() -> list[MainWindow]:
    from bnsim.ui.window.main_window import MainWindow

    return [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each.isVisible()]


def name_of(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def opens_menu(widget: QWidget) -> bool:
    """Such a button does not come back before something is chosen from its menu."""
    return isinstance(widget, QToolButton | QPushButton) and widget.menu() is not None


def delete_now() -> None:
    """What was given up to be deleted goes, as it does where an application's own loop runs."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def close_opened() -> None:
    """Menus, lists and dialogs."""
    while opened := QApplication.activePopupWidget() or QApplication.activeModalWidget():
        if not opened.close():
            return

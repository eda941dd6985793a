"""What a screen reader finds in a window: a name for whatever takes the keyboard, and the cards of the canvas."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QComboBox, QLabel, QListView, QWidget
from shiboken6 import isValid

import bnsim as bn
from bnsim.spec.breakpoints import AtOp
from bnsim.ui.canvas.spoken import in_order, said
from bnsim.ui.widgets import spoken
from tests.ui.everything import bring_up_all, of_the_app

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
NAME = QAccessible.Text.Name


@pytest.fixture
def listening() -> Iterator[None]:
    """A screen reader listens, as far as Qt knows."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch, listening: None) -> list[str]:
    """The announcements, in their order, and the names of what got the focus."""
    words: list[str] = []

    class Listener:
        def __getattr__(self, name: str) -> object:
            return getattr(QAccessible, name)

        @staticmethod
        def updateAccessibility(event: object) -> None:
            words.append(event.message())  # type: ignore[attr-defined]

    monkeypatch.setattr(spoken, "QAccessible", Listener())
    return words


def unnamed() -> Iterator[str]:
    """Widgets that take the focus, and of which a screen reader could say no more than their kind."""
    for top in filter(QWidget.isVisible, QApplication.topLevelWidgets()):
        for widget in (top, *top.findChildren(QWidget)):
            handed_on = widget.focusProxy() is not None  # such as the line of a spin box
            empty = isinstance(widget, QLabel) and not widget.text()
            within = isinstance(widget, QListView) and isinstance(widget.window().parent(), QComboBox)  # which is named
            if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or handed_on or empty or within or not of_the_app(widget):
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            # On Linux the name of a drop-down list is what it shows; what it is for stands on its label.
            named = not isinstance(widget, QComboBox) or interface.relations(QAccessible.RelationFlag.Label)
            if not interface.text(NAME) or not named:
                around = widget.parentWidget()
                yield f"{type(widget).__name__} {widget.objectName()!r} in {around and around.objectName()!r}"


def test_whatever_takes_the_focus_has_a_name(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, listening: None
) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    found = {f"{what}: {widget}" for what in bring_up_all(window, tmp_path) for widget in unnamed()}
    assert sorted(found) == []


def test_a_window_is_read_in_the_order_in_which_it_is_seen(
    open_window: Opener, small: bn.Experiment, request: pytest.FixtureRequest
) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    request.getfixturevalue("listening")  # Qt learns of a screen reader once there is a window
    window.go_to_area(1)
    read = QAccessible.queryAccessibleInterface(window)

    def names() -> list[str]:
        parts = (read.child(at) for at in range(read.childCount()))
        named = (part.text(NAME) or first_seen(part).text(NAME) for part in parts if part.childCount())
        return [name.replace("&", "") for name in named]

    def first_seen(part: QAccessibleInterface) -> QAccessibleInterface:
        inner = (part.child(at) for at in range(part.childCount()))
        return next(each for each in inner if not each.state().invisible)

    canvas = QAccessible.queryAccessibleInterface(window.canvas)
    assert canvas.role() == QAccessible.Role.List
    docks = ["Gradient by depth", "Mini-batch mean and variance", "Gamma and beta"]
    assert names()[:8] == ["File", "Transport", "Building blocks", "Canvas", "Explanation", *docks]
    assert names()[-1] == "Status bar"
    assert all(read.indexOfChild(read.child(at)) == at for at in range(read.childCount()))
    window.start.show_start()
    assert names() == ["File", "Start page", "Status bar"]  # and nothing of what the page lies over
    window.start.leave()
    assert names()[3] == "Canvas"
    window.go_to_area(1)
    # A screen reader may ask for a scroll bar that it has counted and that is hidden since.
    areas = map(QAccessible.queryAccessibleInterface, window.findChildren(QAbstractScrollArea))
    plain = [area for area in areas if area.role() in (QAccessible.Role.Client, QAccessible.Role.Chart)]
    assert len(plain) > 5
    assert [area.child(999) for area in plain] == [None] * len(plain)


def test_the_canvas_is_a_list_of_its_cards(open_window: Opener, small: bn.Experiment, listening: None) -> None:
    window = open_window(small)
    window.go_to_area(1)
    canvas = QAccessible.queryAccessibleInterface(window.canvas)
    cards = list(in_order(window.canvas.cards))
    names = [canvas.child(at).text(NAME) for at in range(canvas.childCount())]
    assert names == [*map(said, cards), "What the marks mean"]
    first_lane = [name.split(",")[0] for name in names[:5]]
    assert first_lane == ["TwoSpirals", "Linear 1", "Sigmoid", "Linear 2", "CrossEntropy"]
    assert names[1] == "Linear 1, in plain, 2 → 4, not computed yet"
    window.step("layer")
    window.step("layer")
    window.settle()
    spoken_now = canvas.child(1).text(NAME)
    assert spoken_now.startswith("Linear 1, in plain, 2 → 4, ")
    assert "output from" in spoken_now
    first = canvas.child(1)
    assert canvas.indexOfChild(first) == 1
    assert canvas.childAt(*first.rect().center().toTuple()).text(NAME) == spoken_now
    assert first.role() == QAccessible.Role.ListItem
    window.selection.set([small.stacks[0].layers[0].id])
    assert first.state().selected
    assert canvas.focusChild().text(NAME) == spoken_now
    read = [canvas.child(at) for at in range(canvas.childCount())]
    window.document.push(bn.Experiment(data=small.data, stacks=small.stacks[:1]), "one lane")
    window.settle()
    assert len(list(in_order(window.canvas.cards))) == len(small.stacks[0].layers) + 2
    assert [each.state().invalid for each in read[5:-1]] == [True] * (len(read) - 6)  # `cards` holds the cards
    assert {each.parent() for each in read[5:-1]} == {None}
    del cards, first
    gc.collect()
    assert [isValid(each) for each in read] == [at < 5 or each is read[-1] for at, each in enumerate(read)]


def test_steps_messages_and_areas_are_announced(open_window: Opener, small: bn.Experiment, heard: list[str]) -> None:
    window = open_window(small)
    window.step("layer")
    window.settle()
    window.step("layer")
    window.settle()
    assert heard[0] == "iteration 0, forward, layer 1 of 2, Linear linear. next: BatchNorm 1 mean"
    window.messages.refuse("this cannot be done")
    assert heard[-1] == "this cannot be done"
    window.go_to_area(1)
    assert heard[-1] == "Time line"
    window.selection.set([small.stacks[0].layers[1].id])
    window.actions_by_name.run("edit.delete")
    assert heard[-1] == "remove Sigmoid"
    window.document.undo_stack.undo()
    assert heard[-1] == "Undo: remove Sigmoid"
    window.document.undo_stack.redo()
    assert heard[-1] == "remove Sigmoid"
    heard.clear()
    window.breakpoints.add(AtOp(op="linear"))
    window.run_commands.run_to_breakpoint()
    window.settle()
    assert window.update_shown.frame.stopped
    assert [said.count("at ") for said in heard if "stopped" in said.lower()] == [1]
    window.palette_box.open_for(window.menuBar())
    window.palette_box.line.setText("reset")
    assert heard[-1].startswith("Reset")  # the row that Enter would choose, though the line has the focus

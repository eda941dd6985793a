"""Typing into a cell of a parameter forks the lane with that number; of other arrays one is told why that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import bnsim as bn
from bnsim.session.arrays import Tensor
from bnsim.ui.views.tensor.cell_editor import HINT
from bnsim.ui.views.tensor.page import KINDS
from tests.ui.reading import compiled, settled_tensor

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    layers = (bn.Linear(12), bn.BatchNorm(), bn.Repeat((bn.Linear(12), bn.ReLU()), times=2), bn.Linear(10))
    experiment = bn.Experiment(
        data=bn.Digits(), training=bn.Training(batch_size=16), stacks=(bn.Stack(name="one", layers=layers),)
    )
    opened = open_window(experiment)
    opened.shelf.bring_up("tensor")
    # Else the run may change from NumPy to kernels in between, whose last bits are others.
    qtbot.waitUntil(lambda: opened.update_shown.frame is not None and opened.update_shown.frame.kernels_ready)
    for _ in range(3):
        opened.step("iteration")
    settled_tensor(opened)
    return opened


def show(window: MainWindow, path: tuple[int, ...], name: str, kind: str) -> TensorView:
    window.show_tensor(Tensor(window.document.experiment.stacks[0].id, path, name))
    view = settled_tensor(window)
    view.page.kinds.setCurrentIndex(KINDS.index(kind))
    return view


def double_click(view: TensorView, element: tuple[int, int]) -> None:
    if view.page.shown is view.page.table_page:
        table = view.page.table
        at = table.cell_rect(element).center()
        QTest.mouseClick(table.viewport(), LEFT, pos=at)
        QTest.mouseDClick(table.viewport(), LEFT, pos=at)
    else:
        drawing = view.page.shown
        at = drawing.element_rect(element).center().toPoint()
        QTest.mouseClick(drawing, LEFT, pos=at)
        QTest.mouseDClick(drawing, LEFT, pos=at)


@pytest.mark.parametrize(
    ("path", "name", "key", "element", "kind"),
    [
        ((3,), "weight", "3.weight", (2, 5), "table"),
        ((3,), "weight", "3.weight", (2, 5), "map"),
        ((3,), "bias", "3.bias", (0, 4), "map"),
        ((1,), "weight", "1.weight", (0, 7), "table"),
        ((1,), "bias", "1.bias", (0, 7), "map"),
        ((2, 1, 0), "weight", "2.1.0.weight", (3, 1), "table"),
    ],
)
def test_a_number_that_is_typed_is_the_forks_and_undo_takes_it_back(
    window: MainWindow, path: tuple[int, ...], name: str, key: str, element: tuple[int, int], kind: str
) -> None:
    view = show(window, path, name, kind)
    before = window.document.experiment
    expected = compiled(window).lanes[0].state_dict()
    double_click(view, element)
    editor = view.typing.editor
    assert editor.hint.text() == HINT
    QTest.keyClicks(editor, "0.625")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    view = settled_tensor(window)
    place = element if expected[key].ndim == 2 else element[1:]
    expected[key][place] = 0.625
    session = compiled(window)
    assert session.iteration == 3
    for number, values in session.lanes[1].state_dict().items():
        assert np.array_equal(values, expected[number]), number
    fork = window.document.experiment.stacks[1]
    assert fork.name.endswith(f"[{', '.join(map(str, place))}] = 0.625")
    assert view.tensor == Tensor(fork.id, path, name)
    assert view._seen.values[element] == 0.625
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_a_digit_opens_the_field_and_what_is_no_number_is_told_there(window: MainWindow) -> None:
    view = show(window, (3,), "weight", "map")
    drawing = view.page.map
    QTest.mouseClick(drawing, LEFT, pos=drawing.element_rect((1, 1)).center().toPoint())
    QTest.keyClicks(drawing, "-")
    editor = view.typing.editor
    assert editor.text() == "-"
    assert editor.hint.text().startswith("Type a number")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert not editor.isHidden()
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert editor.isHidden()
    assert len(window.document.experiment.stacks) == 1


def test_entering_the_number_that_is_there_forks_nothing(window: MainWindow) -> None:
    view = show(window, (3,), "bias", "table")
    view.page.table.setCurrentIndex(view.page.table.numbers.index(2, 0))
    QTest.keyClick(view.page.table, Qt.Key.Key_F2)
    QTest.keyClick(view.typing.editor, Qt.Key.Key_Return)
    assert len(window.document.experiment.stacks) == 1


@pytest.mark.parametrize(
    ("path", "name", "words"),
    [
        ((0,), "value", "computed from the layer's input"),
        ((0,), "x", "is data"),
        ((0,), "dweight", "is a gradient"),
        ((1,), "running_mean", "follows the mini-batches"),
        ((1,), "μ", "computed in every iteration"),
    ],
)
def test_what_is_no_parameter_cannot_be_typed_over(
    window: MainWindow, path: tuple[int, ...], name: str, words: str
) -> None:
    view = show(window, path, name, "table")
    double_click(view, (0, 0))
    assert view.typing.editor is None
    assert words in window.messages.message.text()


def test_the_menu_of_a_cell_offers_it(window: MainWindow) -> None:
    view = show(window, (3,), "weight", "map")
    drawing = view.page.map
    QTest.mouseClick(drawing, LEFT, pos=drawing.element_rect((1, 1)).center().toPoint())
    menu = view.menu.on_a_cell("x", lambda: view._type((1, 1)))
    entry = next(each for each in menu.actions() if each.objectName() == "tensor.type")
    entry.trigger()
    assert not view.typing.editor.isHidden()


def choose(view: TensorView, element: tuple[int, int]) -> object:
    """Point at an element; the entry of its menu that gives its sample other mates, None if there is none."""
    drawing = view.page.map
    QTest.mouseClick(drawing, LEFT, pos=drawing.element_rect(element).center().toPoint())
    there = [each for each in view._cell_menu().actions() if each.objectName() == "tensor.mates"]
    return there[0] if there else None


def test_the_sample_of_a_row_gets_other_mates_in_the_iteration_that_is_seen(window: MainWindow) -> None:
    before = window.document.experiment
    view = show(window, (1,), "value", "map")
    row = compiled(window).lanes[0].inputs()[5]
    entry = choose(view, (5, 2))
    assert entry.text() == "Fork with other batch-mates around sample 5"
    entry.trigger()
    view = settled_tensor(window)
    fork = window.document.experiment.stacks[1]
    assert (fork.name, fork.fork.iteration) == ("one, other mates of 5", 2)
    assert fork.fork.changes == (bn.OtherBatchMates((5,)),)
    assert view.tensor == Tensor(fork.id, (1,), "value")
    window.step("op")
    window.settle()
    source, own = (lane.inputs() for lane in compiled(window).lanes)
    assert np.array_equal(source[5], row)
    assert np.array_equal(own[5], row)
    assert not np.array_equal(own[6], source[6])
    window.document.undo_stack.undo()
    assert window.document.experiment == before


def test_what_has_no_samples_has_no_mates_and_a_whole_batch_says_so(window: MainWindow) -> None:
    assert choose(show(window, (0,), "weight", "map"), (2, 1)) is None
    assert choose(show(window, (1,), "running_mean", "map"), (0, 1)) is None
    small = bn.Experiment(
        data=bn.Blobs(samples=12), training=bn.Training(batch_size=12), stacks=window.document.experiment.stacks
    )
    window.document.push(small, "other data")
    window.settle()
    window.step("iteration")
    entry = choose(show(window, (1,), "value", "map"), (2, 1))
    assert entry.text().endswith("(the mini-batch is all of the data)")
    assert not entry.isEnabled()

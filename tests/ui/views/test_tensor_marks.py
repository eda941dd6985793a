"""What is chosen, pointed at or selected in a tensor is gone when a tensor without it is shown, in every drawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF

import bnsim as bn
from bnsim.session.arrays import Tensor
from bnsim.spec import edits
from bnsim.ui.views.tensor.page import KINDS
from tests.ui.reading import settled_tensor

if TYPE_CHECKING:
    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    layers = (bn.Linear(40), bn.BatchNorm(), bn.ReLU(), bn.Linear(10))
    experiment = bn.Experiment(
        data=bn.Digits(), training=bn.Training(batch_size=16), stacks=(bn.Stack(name="one", layers=layers),)
    )
    opened = open_window(experiment)
    opened.shelf.bring_up("tensor")
    opened.step("iteration")
    settled_tensor(opened)
    return opened


TENSORS = [
    ((0,), "x"),
    ((0,), "weight"),
    ((0,), "bias"),
    ((1,), "value"),
    ((1,), "μ"),
    ((3,), "weight"),
    ((3,), "bias"),
]


def show(window: MainWindow, path: tuple[int, ...], name: str) -> TensorView:
    window.show_tensor(Tensor(window.document.experiment.stacks[0].id, path, name))
    return settled_tensor(window)


def last_element(view: TensorView) -> tuple[int, int]:
    assert view._seen is not None
    return view._seen.rows - 1, view._seen.columns - 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_stays_in_its_tensor(window: MainWindow, kind: str) -> None:
    view = show(window, *TENSORS[-1])
    for path, name in TENSORS:
        view.page.kinds.setCurrentIndex(KINDS.index(kind))
        view._element(last_element(view))
        assert view.page.readout.words
        view = show(window, path, name)
        view.grab()
        assert all(drawing.mark is None for drawing in view.page.tensor_drawings)
        assert view.page.readout.words == ""


@pytest.mark.parametrize("follow", [False, True])
def test_a_mark_goes_when_another_tensor_comes_by_selecting_or_running(window: MainWindow, follow: bool) -> None:
    layers = window.document.experiment.stacks[0].layers
    view = settled_tensor(window)
    before = None
    for number in range(12):
        if follow:
            window.selection.set([])
            window.step("op")
        else:
            window.selection.set([layers[number % len(layers)].id])
        settled_tensor(window)
        view.grab()
        if view._seen is not None and view._seen.values is not None:
            same = before is not None and before.tensor == view._seen.tensor
            assert bool(view.page.readout.words) == same
            before = view._seen
            view._element(last_element(view))
            assert view.page.readout.words


def test_a_mark_goes_when_an_edit_makes_its_tensor_smaller(window: MainWindow) -> None:
    view = show(window, (0,), "value")
    view._element((15, 39))
    layer = window.document.experiment.stacks[0].layers[0]
    window.document.push(edits.change_layer(window.document.experiment, layer.id, units=4), "units")
    window.step("iteration")
    view = settled_tensor(window)
    assert view._seen is not None
    assert view._seen.offer.shape == (16, 4)
    assert all(drawing.mark is None for drawing in view.page.tensor_drawings)
    view.grab()


def test_what_is_pointed_at_is_told_as_it_is_now(window: MainWindow) -> None:
    view = show(window, (0,), "value")
    view.page.kinds.setCurrentIndex(KINDS.index("map"))
    view.page.map._point((3, 5))
    before = view.page.readout.words
    window.step("iteration")
    view = settled_tensor(window)
    assert view._seen is not None
    assert view._seen.values is not None
    assert view.page.readout.words != before
    assert float(view.page.readout.words.split(": ")[1].replace("−", "-")) == view._seen.values[3, 5]


def test_a_bin_stays_pointed_at_in_a_tensor_with_fewer_columns_than_bins(window: MainWindow) -> None:
    view = show(window, (3,), "value")
    view.page.kinds.setCurrentIndex(KINDS.index("histogram"))
    bins = view.page.bins
    bins.resize(300, 200)
    element = bins.element_at(QPointF(bins.area().right() - 1, bins.area().center().y()))
    assert element is not None
    assert element[1] > 10
    bins._point(element)
    window.step("iteration")
    settled_tensor(window)
    assert bins.element == element
    assert view.page.readout.words == bins.bin_words(element)

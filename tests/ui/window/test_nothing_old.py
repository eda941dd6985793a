"""What is shown is of the present document and run, or is marked as of the one before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel

import bnsim as bn
from bnsim.spec import edits
from bnsim.ui.views.equation.view import EquationView
from bnsim.ui.views.tensor.view import TensorView

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def settle(window: MainWindow) -> None:
    for _ in range(4):
        window.settle()
        QApplication.processEvents()


def words(window: MainWindow) -> str:
    labels = [label for label in window.findChildren(QLabel) if label.isVisible()]
    return "\n".join(getattr(label, "words", "") or label.text() for label in labels)


@pytest.fixture
def other() -> bn.Experiment:
    """Another document, whose ids mean other layers."""
    stack = bn.Stack(layers=(bn.ReLU(), bn.RMSNorm(), bn.Linear(3), bn.ReLU(), bn.Linear(2)))
    return bn.Experiment(data=bn.XOR(), training=bn.Training(batch_size=8), stacks=(stack,))


def test_the_heading_of_the_chain_rule_is_no_layers(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    assert isinstance(view, EquationView)
    window.step("iteration")
    settle(window)
    equation = view.page.title.text()
    view.show_chain()
    settle(window)
    assert view.page.title.text() == "Chain rule"
    assert small.stacks[0].name in view.page.subtitle.text()
    view.show_chain(False)
    settle(window)
    assert view.page.title.text() == equation


@pytest.mark.parametrize("view_name", ["equation", "chain", "tensor", "xray"])
def test_another_document_keeps_nothing_of_the_one_before(
    open_window: Opener, small: bn.Experiment, other: bn.Experiment, view_name: str
) -> None:
    window = open_window(small)
    norm = window.document.experiment.stacks[1].layers[1]
    window.selection.set([norm.id], norm.id)
    name = "equation" if view_name == "chain" else view_name
    window.shelf.bring_up(name)
    view = window.shelf.view(name)
    if isinstance(view, EquationView):
        view.show_chain(view_name == "chain")
    window.step("iteration")
    settle(window)
    if isinstance(view, TensorView):
        view.page.pin.click()
        settle(window)
        assert view.pins
    window.document.replace(other, None)
    QApplication.processEvents()  # before anything of the new document has come
    for _ in range(2):
        assert "BatchNorm" not in words(window).replace("a BatchNorm", "")
        assert "Sigmoid" not in words(window)
        assert not window.selection.layer_ids
        if isinstance(view, TensorView):
            assert not view.pins
        settle(window)


def test_figures_are_marked_beside_a_problem_and_while_another_run_is_made(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    for _ in range(3):
        window.step("iteration")
    settle(window)
    panels = [dock.panel for dock in window.panel_docks if dock.isVisible()]
    assert panels
    before = {panel.name: panel.plot.grab().toImage() for panel in panels}
    broken = small
    for stack in small.stacks:
        for layer in stack.layers:
            broken = edits.remove_layers(broken, [layer.id])
    window.document.push(broken, "remove")
    settle(window)
    assert window.update_shown.frame is None
    for panel in panels:
        assert panel.outdated
        assert panel.verdict.words.startswith("Of the run before: ")
        assert panel.plot.grab().toImage() != before[panel.name]
    assert words(window).count("run before") >= len(panels)
    window.document.undo_stack.undo()
    settle(window)
    for panel in panels:
        assert not panel.outdated
        assert "before" not in panel.verdict.words
    assert "run before" not in words(window)


def test_a_deleted_batchnorm_is_named_nowhere(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    norm = small.stacks[1].layers[1]
    window.selection.set([norm.id], norm.id)
    for name in ("equation", "tensor", "xray"):
        window.shelf.bring_up(name)
        window.step("iteration")
        settle(window)
    window.document.push(edits.remove_layers(small, [norm.id]), "delete")
    settle(window)
    for name in ("xray", "tensor", "equation"):
        window.shelf.bring_up(name)
        settle(window)
        assert "BatchNorm" not in words(window).replace("a BatchNorm", "")


def test_a_document_opened_clears_the_figures(open_window: Opener, small: bn.Experiment, other: bn.Experiment) -> None:
    window = open_window(small)
    window.step("iteration")
    settle(window)
    panel = next(dock.panel for dock in window.panel_docks if dock.isVisible())
    panel.freeze_action.setChecked(True)
    window.document.replace(other, None)
    assert panel.figure is None
    assert panel.verdict.words == ""
    assert not panel.frozen
    image = panel.plot.grab().toImage()
    assert not image.isNull()
    settle(window)
    assert panel.figure is not None
    assert np.isfinite(panel.plot.plotItem.vb.viewRange()).all()

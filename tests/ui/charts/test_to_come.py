"""An empty panel says what it will show, with a sketch of it, until there is data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLabel, QWidget

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.runner.updates import Measurement
from bnsim.spec.defaults import blank_experiment
from bnsim.ui.charts.to_come import MARGINS, PAINTERS, ToCome, shape_of, shortened
from tests.ui.reading import settled

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_every_kind_has_a_shape_and_every_shape_a_kind() -> None:
    assert {shape_of(kind) for kind in FIGURES.values()} == set(PAINTERS)
    assert shape_of(FIGURES["gradient_by_depth"]) == "layers"
    assert shape_of(FIGURES["loss"]) == "curves"


def test_it_goes_when_there_is_data_and_comes_back_with_another_document(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    panel = next(dock.panel for dock in window.panel_docks if dock.name == "gradient_by_depth")
    assert not panel.to_come.isHidden()
    window.step("iteration")
    window.settle()
    assert panel.figure is not None
    assert panel.figure.has_data
    assert panel.to_come.isHidden()
    window.document.replace(blank_experiment(), None)
    window.settle()
    assert not panel.to_come.isHidden()
    assert panel.to_come.geometry().top() > panel.verdict.geometry().top()
    assert panel.to_come.geometry().bottom() == panel.rect().bottom()


def test_what_it_says_stands_below_the_controls_of_a_figure_that_takes_long(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    dock = next(dock for dock in window.panel_docks if dock.name == "train_eval_gap_by_depth")
    dock.show()
    settled(window)
    panel = dock.panel
    panel.show_measurement(Measurement())
    settled(window)
    assert not panel.to_come.isHidden()
    assert panel.measuring is not None
    assert not panel.measuring.isHidden()
    assert panel.to_come.geometry().top() > panel.measuring.geometry().bottom()


def test_what_it_says_stands_between_the_axes_however_large_the_type(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.step("iteration")
    window.settle()
    window.document.replace(blank_experiment(), None)
    window.looks.choose_text_size(200)
    settled(window)
    panel = next(dock.panel for dock in window.panel_docks if dock.name == "gradient_by_depth")
    plot, said = panel.plot, panel.to_come
    between = plot.data_area.translated(plot.viewport().mapTo(panel, plot.viewport().rect().topLeft()))
    drawn = said.area().translated(said.pos())
    assert between.left() <= drawn.left()
    assert drawn.right() <= between.right()
    assert between.left() > MARGINS[0]


def test_it_has_all_of_a_panel_in_which_nothing_stands_above_it(qapp: QApplication) -> None:
    panel = QWidget()
    verdict = QLabel(panel)
    verdict.hide()
    sketch = ToCome("loss", verdict, panel)
    sketch.settle(None, has_data=False)
    panel.resize(300, 200)
    panel.show()
    assert sketch.geometry() == panel.rect()
    panel.close()


def test_what_it_says_ends_with_a_clause_that_has_room() -> None:
    said = "Shows: the norm of the gradient, by layer, over the batch."
    ends = [shortened(said, lambda text, most=most: len(text) <= most) for most in (100, 50, 35, 20)]
    assert ends == [
        said,
        "Shows: the norm of the gradient, by layer.",
        "Shows: the norm of the gradient.",
        "Shows: the norm of…",
    ]

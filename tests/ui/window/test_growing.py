"""A window that grows: the panels below grow with it; titles on the canvas have room or are left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.window.layout import panel_share
from bnsim.ui.window.panel_height import MOST

if TYPE_CHECKING:
    from bnsim.ui.panels.dock import PanelDock
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def resize(window: MainWindow, width: int, height: int) -> None:
    window.resize(width, height)
    for _ in range(6):
        QApplication.processEvents()


def below(window: MainWindow) -> list[PanelDock]:
    area = Qt.DockWidgetArea.BottomDockWidgetArea
    return [dock for dock in window.panel_docks if dock.seen and window.dockWidgetArea(dock) == area]


def test_panels_that_nobody_moved_have_their_share_at_every_height(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    for width, height in ((1280, 760), (1680, 1020), (1280, 760), (1400, 900)):
        resize(window, width, height)
        share = panel_share(window.height(), projected=False)
        assert below(window)[0].height() == pytest.approx(share * window.height(), abs=3)


def test_a_height_set_by_hand_grows_with_the_window(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    resize(window, 1280, 760)
    first = below(window)[0]
    window.resizeDocks([first], [180], Qt.Orientation.Vertical)
    resize(window, 1280, 760)
    share = first.height() / window.height()
    assert share < panel_share(760, projected=False)
    resize(window, 1680, 1020)
    assert first.height() / window.height() == pytest.approx(share, abs=0.01)
    window.resizeDocks([first], [700], Qt.Orientation.Vertical)
    resize(window, 1680, 1100)
    assert first.height() <= MOST * window.height() + 1


def test_panels_moved_to_a_side_grow_too(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    resize(window, 1280, 760)
    moved, *others = below(window)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, moved)
    resize(window, 1280, 760)
    before = moved.height(), others[0].height()
    resize(window, 1680, 1020)
    assert moved.height() > 1.2 * before[0]
    assert others[0].height() > 1.2 * before[1]


def overlap(one: QRectF, other: QRectF) -> bool:
    return one.adjusted(-1, 0, 1, 0).intersects(other)


@pytest.mark.parametrize(
    "name", ["a", "sigmoid with BatchNorm", "BatchNorm after every Linear, as in Ioffe and Szegedy"]
)
@pytest.mark.parametrize("projected", [False, True])
def test_titles_on_the_canvas_never_overlap(open_window: Opener, name: str, projected: bool) -> None:
    layers = (bn.Linear(8), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
    one = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(bn.Stack(name=name, layers=layers),))
    window = open_window(one)
    window.step("iteration")
    window.settle()
    if projected:
        window.projector.enter()
        window.showNormal()
    legends = []
    for width in (800, 1000, 1280, 1680):
        resize(window, width, 760)
        titles, canvas = window.canvas.titles, window.canvas.viewport()
        named, told = titles.title_rects(0)
        legend = titles.legend_rect()
        legends.append(legend)
        assert not overlap(named, told)
        for each in (named, told, *([legend] if legend is not None else [])):
            assert each.right() <= canvas.width()
        if legend is not None:
            assert not overlap(legend, told)
            assert not overlap(legend, named)
    assert legends[-1] is not None or len(name) > 40  # with room it is said

"""What is said where there is little room: names of axes, verdicts, the place of the run, the palette."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication
from PySide6.QtWidgets import QApplication, QToolButton

import bnsim as bn
from bnsim.plot.theme import load_theme, projected_theme
from bnsim.ui.charts import labels
from bnsim.ui.charts.axes import fitting
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.model.lane_choice import shown_lane
from bnsim.ui.palette.entries import entries
from bnsim.ui.theme.style import color, font
from bnsim.ui.transport.status import STYLES, status_html
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.window.docks import BOTTOM, RIGHT, WIDE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
LABELS = (
    "weight layer, counted from the input",
    "μ and σ²: median, middle half shaded",
    "γ and β of each feature, median bold",
)


@pytest.mark.parametrize("label", LABELS)
def test_the_name_of_an_axis_fits_or_is_shorter(qtbot: QtBot, label: str) -> None:
    metrics = QFontMetricsF(font(load_theme("light"), "axis"))
    whole = metrics.horizontalAdvance(label)
    assert fitting(label, whole, metrics) == label
    short = fitting(label, whole / 2, metrics)
    assert metrics.horizontalAdvance(short) <= whole / 2
    assert label.startswith(short)
    assert fitting(label, 1, metrics) in ("weight layer", "μ and σ²", "γ and β")


@pytest.mark.parametrize("projected", [False, True])
def test_axes_of_panels_fit_their_plots(open_window: Opener, projected: bool) -> None:
    window = open_window()
    window.resize(1100, 700)
    if projected:
        theme = projected_theme("light")
        for dock in window.panel_docks:
            dock.set_theme(theme)
    QApplication.processEvents()
    window.settle()
    for dock in window.panel_docks:
        plot = dock.panel.plot
        area = plot.plotItem.vb.rect()
        left, bottom = (plot.plotItem.getAxis(side).label.boundingRect().width() for side in ("left", "bottom"))
        assert left <= area.height() + 12
        assert bottom <= area.width() + 12


def test_a_verdict_has_two_lines_where_it_is_narrow_whatever_it_says(qtbot: QtBot) -> None:
    label = ElidedLabel(wordy=True)
    qtbot.addWidget(label)
    label.resize(900, 40)
    label.show()
    one = label.sizeHint().height()
    label.resize(240, 40)
    two = label.sizeHint().height()
    assert two > 1.5 * one
    label.set_words("steady")
    assert label.sizeHint().height() == two
    assert label._shown(240) == "steady"
    label.set_words("plain ×0.23 a layer: vanishing · with BN ×1.1: steady")
    assert label._shown(240) == "plain ×0.23 a layer: vanishing\nwith BN ×1.1: steady"


def test_a_verdict_has_its_lines_at_once_when_a_panel_becomes_narrow(qtbot: QtBot) -> None:
    """A layout that is asked for again later may be left out in the middle of larger changes."""
    panel = FigurePanel("some", "Some")
    qtbot.addWidget(panel)
    panel.resize(900, 300)
    panel.show()
    qtbot.waitExposed(panel)
    line = panel.verdict.fontMetrics().lineSpacing()
    assert panel.verdict.contentsRect().height() < 1.5 * line
    panel.resize(240, 300)
    assert panel.verdict.contentsRect().height() >= 2 * line
    panel.resize(900, 300)
    assert panel.verdict.contentsRect().height() < 1.5 * line


FOUR = "plain ×0.234 a layer: vanishing · with BatchNorm and more ×1.03 · LayerNorm instead ×0.985 · residual ×1.21"


@pytest.mark.parametrize("width", [370, 440, 560, 720])
def test_of_four_lanes_every_factor_is_told(qtbot: QtBot, width: int) -> None:
    label = ElidedLabel(wordy=True)
    qtbot.addWidget(label)
    label.setFont(font(load_theme("light"), "panel-verdict"))
    room = width - 28
    label.set_words(FOUR)
    shown = label._shown(room)
    assert all(factor in shown for factor in ("×0.234 a layer: vanishing", "×1.03", "×0.985", "×1.21"))
    assert all(label.fontMetrics().horizontalAdvance(line) <= room for line in shown.split("\n"))
    assert len(shown.split("\n")) <= 2
    assert label.words == FOUR


@pytest.mark.parametrize(
    "words",
    [
        "SGD Linear ×1.27, Tanh ×0.963 · momentum Linear ×1.26, Tanh ×0.969 · Adam Linear ×1.39, Tanh ×0.949",
        "a ×0.14 a layer, theory ×0.141: vanishing · b ×1.10, theory ×1.02 · c ×0.39, theory ×0.4: vanishing",
        "none: 2e−8 in layer 1, 2e−8 at the start; 0.12 in layer 9 · BN: 0.16 in layer 1, 0.12 at the start",
        "none 2.1e−9 (layer 1) to 0.03 (layer 9) · BN 0.0047 (layer 8) to 0.026 (layer 9) · LN 2 to 3",
        "BN, BatchNorm 1: over batches of 64 the mean spreads by 13 σ, the variance by 14.4 % of a Gaussian's",
        "He, residual cut off at the top · none of them does anything · 3 lanes that differ in nothing at all",
    ],
)
@pytest.mark.parametrize("room", [200, 300, 420])
def test_what_a_verdict_has_no_room_for_is_left_out_by_whole_words(qtbot: QtBot, words: str, room: int) -> None:
    label = ElidedLabel(wordy=True)
    qtbot.addWidget(label)
    label.setFont(font(load_theme("light"), "panel-verdict"))
    label.set_words(words)
    lines = label._shown(room).split("\n")
    assert len(lines) <= 2
    assert all(label.fontMetrics().horizontalAdvance(line) <= room for line in lines)
    assert not any(line.startswith(("·", "%")) for line in lines)
    told = [word.strip(",;:") for line in lines for word in line.split() if word != "…"]
    assert set(told) <= {word.strip(",;:") for word in words.split()}
    assert told[0] == words.split()[0].strip(",:")
    assert len(told) > 3


def test_a_shorter_verdict_has_every_lane_and_the_word_it_comes_to(qtbot: QtBot) -> None:
    label = ElidedLabel(wordy=True)
    qtbot.addWidget(label)
    lanes = (
        "plain ×0.14 a layer, theory ×0.141: vanishing",
        "BN ×1.10, theory ×1.02",
        "LN ×0.39, theory ×0.4: vanishing",
    )
    label.set_words(" · ".join(lanes))
    brief = "plain ×0.14 a layer: vanishing\nBN ×1.10 · LN ×0.39: vanishing · …"
    room = max(map(label.fontMetrics().horizontalAdvance, brief.split("\n")))
    assert label._shown(room) == brief


def test_the_name_of_a_rule_stays_off_the_names_of_lines() -> None:
    width, height = 200.0, 150.0
    x = np.linspace(0, width, 50)
    rising = np.column_stack((x, height - 0.6 * x - 10))
    rule = np.array([[0.0, 70.0], [width, 70.0]])
    sizes = [(60.0, 16.0), (110.0, 14.0)]
    placed = labels.place([rising, rule], sizes, width, height, [None, None])
    assert placed[0] is not None
    assert placed[1] is not None
    first, second = placed
    apart = (
        first.x + 60 <= second.x or second.x + 110 <= first.x or first.y + 16 <= second.y or second.y + 14 <= first.y
    )
    assert apart


def test_the_place_of_the_run_is_said_in_any_room(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    for _ in range(6):
        window.step("op")
    window.settle()
    status = window.transport.status
    for width in (1800, 1500, 1300, 1100):
        window.resize(width, 700)
        QApplication.processEvents()
        window.settle()
        assert status.sizeHint().width() <= status.width() or window.width() > width
    frame, theme = window.update_shown.frame, load_theme("light")
    assert frame is not None
    lane = shown_lane(frame)
    stack = small.stack(lane.stack_id)
    words = [re.sub("<[^>]*>|&nbsp;", "", status_html(frame, lane, stack, theme, style)) for style in STYLES]
    assert [len(said) for said in words] == sorted((len(said) for said in words), reverse=True)
    assert lane.executed is not None
    assert all(lane.executed.op in said for said in words)


def test_the_lane_of_a_layer_inside_a_block_is_told(open_window: Opener) -> None:
    block = bn.Repeat((bn.Linear(4), bn.Sigmoid()), times=2)
    one = bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        stacks=tuple(bn.Stack(name=name, layers=(bn.Linear(4), block, bn.Linear(2))) for name in ("a", "b")),
    )
    window = open_window(one)
    window.step("layer")
    window.settle()
    frame, experiment = window.update_shown.frame, window.document.experiment
    assert frame is not None
    for stack in experiment.stacks:
        (inner, _) = stack.layers[1].layers  # type: ignore[union-attr]
        assert shown_lane(frame, inner.id).stack_id == stack.id


def test_what_the_palette_says_of_a_block_is_short() -> None:
    for entry in entries():
        assert len(entry.hint) <= 25, entry.name


def test_a_floating_panel_is_a_window_with_room(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    dock = window.panel_docks[1]
    button = dock.findChild(QToolButton, f"{dock.panel.objectName()}.float")
    docked = QRect(dock.mapToGlobal(QPoint(0, 0)), dock.size())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    assert dock.isVisible()
    flags = dock.windowFlags()
    assert flags & Qt.WindowType.WindowTitleHint
    assert not flags & Qt.WindowType.FramelessWindowHint
    assert dock.windowTitle() == dock.panel.title
    assert dock.width() >= min(560, dock.screen().availableSize().width() - 64)
    assert dock.geometry().topLeft() != docked.topLeft()
    assert dock.screen().availableGeometry().contains(dock.geometry())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    assert dock.isVisible()


def test_a_panel_dragged_out_has_a_line_around_it(
    open_window: Opener, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    dock = window.panel_docks[1]
    # As while the mouse drags it by its title: it has no frame of the desktop's then, and keeps none.
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    dock.setFloating(True)
    QApplication.processEvents()
    assert dock.windowFlags() & Qt.WindowType.FramelessWindowHint
    picture = dock.grab().toImage()
    line = color(window.canvas.card_style.theme, "line-strong").name()
    corners = [(0, 0), (picture.width() - 1, 0), (0, picture.height() - 1), (picture.width() - 1, picture.height() - 1)]
    assert [picture.pixelColor(*corner).name() for corner in corners] == [line] * 4
    dock.setFloating(False)
    QApplication.processEvents()
    assert dock.grab().toImage().pixelColor(0, 0).name() != line


def test_what_explains_has_the_whole_height_of_a_wide_window(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    corner = Qt.Corner.BottomRightCorner
    for width, owner in ((WIDE + 60, RIGHT), (1200, BOTTOM), (WIDE, RIGHT)):
        window.resize(width, 800)
        QApplication.processEvents()
        assert window.width() == width
        assert window.corner(corner) == owner


def test_a_name_is_never_cut_off_by_the_edge() -> None:
    """However many lines run below one that is at the top."""
    x = np.arange(0, 450.0, 5)
    lines = [np.column_stack((x, 10 + 4 * k + 0 * x)) for k in range(12)]
    placed = labels.place(lines, [(150, 18)] * len(lines), 450, 205, [None] * len(lines))
    assert all(spot is not None and 0 <= spot.y <= 205 - 18 for spot in placed)

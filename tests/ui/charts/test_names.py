"""At every painted frame a name stands beside its own line, or is not drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

import bnsim as bn
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.theme import load_theme, projected_theme
from bnsim.ui.charts import names as naming
from bnsim.ui.charts.plot import FigurePlot

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

FAR = 48.0
"""Pixels: a text of the largest size, two heights off its line."""


def shown_names(plot: FigurePlot) -> dict[str, QRectF]:
    """Where each text was painted, in pixels of the plot's area."""
    area = plot.plotItem.vb
    origin = area.mapRectToScene(area.rect()).topLeft()
    if not plot._smooth:
        return {words.text: QRectF(words.x, words.y, words.width, words.height) for words in plot._names.words}
    return {
        text: item.mapRectToScene(item.boundingRect()).translated(-origin)
        for (_, text), item in plot._names._items._items.items()
    }


def gap(line: np.ndarray, box: QRectF) -> float:
    """Pixels between a text and a line, straight from point to point."""
    line = line[np.isfinite(line).all(axis=1)]
    if not len(line):
        return np.inf
    share = np.linspace(0, 1, 33)[:, None, None]
    dense = (line[:-1] * (1 - share) + line[1:] * share).reshape(-1, 2) if len(line) > 1 else line
    across = np.maximum(np.maximum(box.left() - dense[:, 0], dense[:, 0] - box.right()), 0)
    down = np.maximum(np.maximum(box.top() - dense[:, 1], dense[:, 1] - box.bottom()), 0)
    return float(np.hypot(across, down).min())


def assert_names_are_at_their_lines(plot: FigurePlot) -> int:
    figure = plot._figure
    if figure is None:
        return 0
    lines = {series.label: plot._names.pixels_of(series) for series in figure.series if series.label}
    names = shown_names(plot)
    for rule in figure.rules:
        if rule.label in names:  # a dotted line that nothing names is not taken for one of those that have names
            lines[rule.label] = plot._names.pixels_of(rule)
    for text, box in names.items():
        own = gap(lines[text], box)
        assert own <= FAR, f"{text} is {own:.0f} pixels off"
        others = {other: gap(line, box) for other, line in lines.items() if other != text}
        nearest = min(others, key=others.__getitem__, default="")
        assert not nearest or own <= others[nearest] + 2, f"{text} stands at {nearest}"
    return len(names)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Looks at every painted frame of every plot; how many names each had."""
    counts: list[int] = []
    problems: list[str] = []
    paint = FigurePlot.paintEvent

    def paint_and_look(plot: FigurePlot, event: QPaintEvent) -> None:
        paint(plot, event)
        try:
            counts.append(assert_names_are_at_their_lines(plot))
        except AssertionError as problem:
            problems.append(str(problem))

    monkeypatch.setattr(FigurePlot, "paintEvent", paint_and_look)
    yield counts
    assert not problems, f"{len(problems)} of {len(counts) + len(problems)} frames, such as: {problems[0]}"


def gradients(at: int) -> Figure:
    """Two lanes whose norms wander over many decades, and the axis with them."""
    x = np.arange(1.0, 21.0)
    plain = 10.0 ** (-(0.4 + 0.5 * np.sin(at / 7)) * (20 - x))
    other = 10.0 ** (-(0.1 + 0.6 * np.cos(at / 5)) * (20 - x))
    low = np.floor(np.log10(min(plain.min(), other.min()))) - 1
    limits = (10.0**low, 10.0 ** max(low + 4, 1 + np.ceil(np.log10(max(plain.max(), other.max())))))
    marks: list[Any] = [
        Series("plain", x, plain, "lane0", label="plain", marker="circle"),
        Series("bn", x, other, "lane1", label="with BatchNorm", marker="square"),
    ]
    marks += [
        Rule(y, f"{name} runs out") for name, y in (("float16", 6e-5), ("float32", 1e-38)) if limits[0] < y < limits[1]
    ]
    return Figure("g", "G", "", Axis("layer", limits=(1, 20)), Axis("norm", scale="log", limits=limits), tuple(marks))


def statistics(at: int) -> Figure:
    """Mean and variance that change sides, by iteration."""
    x = np.arange(float(at + 2))
    mean, variance = np.sin(x / 6), 1.5 * np.cos(x / 9) * (1 + x / 80)
    marks = (
        Series("mean", x, mean, "mean", label="mean μ"),
        Series("mean.running", x, mean / 2, "mean", line="dashed"),
        Series("variance", x, variance, "variance", label="variance σ²"),
        Series("variance.running", x, variance / 2, "variance", line="dashed"),
    )
    return Figure("s", "S", "", Axis("iteration", limits=(0, at + 1), integer=True), Axis("y"), marks)


@pytest.mark.parametrize("figure", [gradients, statistics])
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("size", [(180, 170), (405, 210), (640, 380)])
def test_names_go_along_with_their_lines(
    qtbot: QtBot,
    painted: list[int],
    figure: Callable[[int], Figure],
    fast: bool,
    projected: bool,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LABEL_MS", "FAST_LABEL_MS", "LOST_LABEL_MS"):  # places are searched for where it is said below
        monkeypatch.setattr(naming, name, 10**6)
    window = QWidget()
    qtbot.addWidget(window)
    plot = FigurePlot(window)
    plot.resize(*size)
    plot.set_theme(projected_theme() if projected else load_theme())
    window.show()
    qtbot.waitExposed(window)
    for at in range(60):
        plot.draw(figure(at), fast=fast)
        if at % 10 == 0:
            plot.place_now()  # as now and then, when it is time
        plot.grab()
    plot.plotItem.vb.scaleBy((0.5, 0.7))  # as by the wheel
    plot.grab()
    plot.resize(size[0] + 90, size[1] + 60)
    QApplication.processEvents()
    plot.grab()
    assert len(painted) >= 60
    if size[0] > 200:  # there is no room for large names in the least of panels
        assert np.mean(painted) >= 0.7


@pytest.mark.parametrize("projected", [False, True])
def test_names_while_it_plays(
    open_window: Callable[..., MainWindow], painted: list[int], qtbot: QtBot, projected: bool
) -> None:
    layers = tuple(layer for _ in range(8) for layer in (bn.Linear(8), bn.Sigmoid()))
    normed = tuple(layer for _ in range(8) for layer in (bn.Linear(8), bn.BatchNorm(), bn.Sigmoid()))
    stacks = tuple(
        bn.Stack(name=name, layers=(*each, bn.Linear(2))) for name, each in (("plain", layers), ("bn", normed))
    )
    window = open_window(
        bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=stacks)
    )
    window.resize(1280, 720)
    if projected:
        window.toggle_projector()
    for size in ("op", "layer", "iteration"):
        for _ in range(6):
            window.step(size)
            window.settle()
            QApplication.processEvents()
    window.actions_by_name["run.play"].trigger()
    before = len(painted)
    qtbot.waitUntil(lambda: len(painted) > before + 80)
    window.actions_by_name["run.play"].trigger()
    window.settle()
    QApplication.processEvents()
    assert max(painted) >= 2
    if projected:
        window.toggle_projector()


@pytest.mark.parametrize("fast", [False, True])
def test_a_name_too_long_for_the_plot_ends_in_dots(qtbot: QtBot, fast: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plot = FigurePlot(window)
    plot.resize(400, 300)
    plot.set_theme(load_theme())
    window.show()
    x = np.arange(20.0)
    name = "BatchNorm after every Linear, as in Ioffe and Szegedy (2015), and more"
    marks = (Series(name, x, x, "lane0", label=name), Series("short", x, 20 - x, "lane1", label="short"))
    plot.draw(Figure("f", "F", "", Axis("x"), Axis("y"), marks), fast=fast)
    plot.place_now()
    names = shown_names(plot)
    (cut,) = (text for text in names if text != "short")
    assert cut.endswith("…")
    assert name.startswith(cut[:-1])
    area = plot.plotItem.vb.rect()
    for box in names.values():
        assert box.left() >= -1
        assert box.right() <= area.width() + 1

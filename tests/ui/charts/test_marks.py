"""A kind of mark is a function for pyqtgraph's items and one for the quick painter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import numpy as np
import pyqtgraph as pg
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, ColorScale, Image, Mark, Series
from bnsim.plot.theme import load_theme
from bnsim.ui.charts import items, quick
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.charts.plot import FigurePlot
from bnsim.ui.theme.style import font
from tests.plot.samples import SAMPLES, kinds_of_marks, without_points

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Dot(Mark, frozen=True):
    """A kind that only this test knows."""

    x: float
    y: float

    def xs(self) -> tuple[Array, ...]:
        return (np.array([self.x - 1, self.x + 1]),)

    def ys(self) -> tuple[Array, ...]:
        return (np.array([self.y - 1, self.y + 1]),)

    @property
    def has_data(self) -> bool:
        return True


@pytest.fixture
def plot(qtbot: QtBot) -> Iterator[FigurePlot]:
    window = QWidget()
    made = FigurePlot(window)
    made.resize(520, 360)
    made.set_theme(load_theme())
    window.show()
    qtbot.waitExposed(window)
    yield made
    window.close()


def ink(plot: FigurePlot) -> np.ndarray:
    """Where the picture is not the background; (rows, columns)."""
    image = plot.grab().toImage().convertToFormat(plot.grab().toImage().Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, :3].astype(int)
    return np.asarray(np.abs(pixels - pixels[0, 0]).max(axis=2) > 40)


@pytest.mark.parametrize("passes", [items.PASSES, quick.PASSES], ids=["items", "quick"])
def test_every_kind_is_drawn(passes: Any) -> None:
    kinds = set(kinds_of_marks())
    assert {kind for kind, _ in passes} == kinds


def test_a_line_that_moves_to_another_range_is_still_drawn(plot: FigurePlot) -> None:
    x = np.arange(9.0)
    for low in (0.0, 70.0):
        line = Series("net", x, low + x / 9, "lane1")
        plot.draw(Figure("f", "t", "v", Axis("x", limits=(0, 8)), Axis("y", limits=(low, low + 1)), (line,)))
        at = plot.data_area.toRect().adjusted(20, 20, -20, -20)
        inside = ink(plot)[at.top() : at.bottom(), at.left() : at.right()]
        assert inside.any(axis=0).mean() > 0.7, "it goes through most of the middle"


@pytest.mark.parametrize("fast", [False, True])
def test_another_kind_takes_one_function(plot: FigurePlot, monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    def dots(kept: items.Items, figure: Figure, theme: Any, depth: int) -> None:
        for dot in figure.of_kind(Dot):
            kept.item(("dot", dot.x, dot.y), pg.ScatterPlotItem, depth).setData([dot.x], [dot.y], brush="k", size=20)

    def painted(painter: Any, figure: Figure, theme: Any, view: quick.View) -> None:
        painter.setBrush(pg.mkBrush("k"))
        for dot in figure.of_kind(Dot):
            at = QPointF(float(view.across(np.array([dot.x]))[0]), float(view.down(np.array([dot.y]))[0]))
            painter.drawEllipse(QRectF(at.x() - 10, at.y() - 10, 20, 20))

    monkeypatch.setattr(items, "PASSES", (*items.PASSES, (Dot, dots)))
    monkeypatch.setattr(quick, "PASSES", (*quick.PASSES, (Dot, painted)))
    empty = Figure("dots", "Dots", "", Axis("x", limits=(-1, 1)), Axis("y", limits=(-1, 1)))
    plot.draw(empty, fast=fast)
    before = ink(plot).sum()
    plot.draw(Figure("dots", "Dots", "", empty.x, empty.y, (Dot(0.0, 0.0),)), fast=fast)
    assert 200 < ink(plot).sum() - before < 500
    plot.draw(empty, fast=fast)
    assert ink(plot).sum() == before


def test_items_are_kept_and_those_of_the_past_go(plot: FigurePlot) -> None:
    x = np.arange(5.0)
    first = Figure("f", "F", "", Axis("x"), Axis("y"), (Series("a", x, x, "mean"), Series("b", x, -x, "gamma")))
    plot.draw(first)
    curves = {item for item in plot.plotItem.items if isinstance(item, pg.PlotCurveItem)}
    plot.draw(Figure("f", "F", "", first.x, first.y, (Series("a", x, 2 * x, "mean"),)))
    after = {item for item in plot.plotItem.items if isinstance(item, pg.PlotCurveItem)}
    assert len(curves) == 2
    assert len(after) == 1
    assert after < curves


def test_a_closed_plot_places_no_names(plot: FigurePlot) -> None:
    x = np.arange(5.0)
    figure = Figure("f", "F", "", Axis("x"), Axis("y"), (Series("a", x, x, "mean", label="a"),))
    plot.draw(figure)
    plot.draw(figure)
    assert plot._names._timer.isActive()
    plot.close()
    assert not plot._names._timer.isActive()


@pytest.mark.parametrize("name", ["bars", "ridge", "picture", "signed", "regions"])
def test_at_rest_and_in_a_run_it_looks_the_same(plot: FigurePlot, name: str) -> None:
    figure = SAMPLES[name]()
    plot.draw(figure)
    plot.place_now()
    at_rest = ink(plot)
    plot.draw(figure, fast=True)
    plot.place_now()
    assert at_rest.mean() > 0.04
    assert (ink(plot) != at_rest).mean() < 0.03


@pytest.mark.parametrize("nan", [False, True], ids=["no points", "no numbers"])
@pytest.mark.parametrize("which", [slice(None), slice(1), slice(-1, None)], ids=["all", "first", "last"])
@pytest.mark.parametrize("name", SAMPLES)
def test_lines_without_points_are_drawn_as_nothing(plot: FigurePlot, name: str, which: slice, nan: bool) -> None:
    whole = SAMPLES[name]()
    for figure in (without_points(whole, which, nan=nan), whole):
        for fast in (False, True):
            plot.draw(figure, fast=fast)
            plot.place_now()
            plot.grab()


def test_cells_stand_where_the_axes_say(plot: FigurePlot) -> None:
    values = np.zeros((2, 2))
    values[1, 0] = np.inf  # the upper left one
    image = Image("i", values, np.arange(2.0), np.arange(2.0), (0, 2), (0, 2), ColorScale("v", (0.0, 1.0)))
    axis = Axis("x", limits=(0.0, 4.0)), Axis("y", limits=(0.0, 4.0))
    for fast in (False, True):
        plot.draw(Figure("f", "F", "", *axis, (image,)), fast=fast)
        picture = plot.grab().toImage()
        view = plot.plotItem.vb
        found = []
        for x, y in ((0.5, 1.5), (0.5, 0.5), (1.5, 1.5), (2.5, 1.5)):
            at = plot.mapFromScene(view.mapViewToScene(QPointF(x, y)))
            found.append(picture.pixelColor(at * picture.devicePixelRatio()).name())
        theme = load_theme()
        low = theme.color("sequential0")
        assert found == [theme.color("image-wrong"), low, low, theme.color("plot-background")]


def test_the_key_has_room_beside_the_plot_and_gives_it_back(plot: FigurePlot) -> None:
    plot.draw(SAMPLES["bars"]())
    wide = plot.plotItem.getContentsMargins()[2]
    plot.draw(SAMPLES["picture"]())
    assert plot.plotItem.getContentsMargins()[2] > wide + 20
    plot.draw(SAMPLES["bars"]())
    assert plot.plotItem.getContentsMargins()[2] == wide


def test_ticks_may_have_words(plot: FigurePlot) -> None:
    plot.draw(SAMPLES["ridge"]())
    axis = plot.getAxis("left")
    ((_, places),) = axis.tickValues(0.6, 9.6, 300.0)
    assert axis.tickStrings(places, 1.0, 1.0) == [f"layer {k}" for k in range(1, 9)]
    ((_, fewer),) = axis.tickValues(0.6, 9.6, 60.0)
    assert fewer.tolist() == [1.0, 4.0, 7.0]


def test_ticks_with_words_stand_where_their_numbers_are_on_a_logarithmic_axis(plot: FigurePlot) -> None:
    y = Axis("spread", scale="log", limits=(0.05, 2.0), ticks=((0.1, "a tenth"), (1.0, "one")))
    plot.draw(Figure("f", "F", "", Axis("x"), y, (Series("s", np.arange(2.0), np.ones(2), "lane0"),)))
    axis = plot.getAxis("left")
    low, high = np.log10([0.05, 2.0])
    ((_, places),) = axis.tickValues(low, high, 400.0)
    np.testing.assert_allclose(places, [-1.0, 0.0])
    assert axis.tickStrings(places, 1.0, 1.0) == ["a tenth", "one"]


@pytest.mark.parametrize("dots", [1.0, 1.5, 2.0])
def test_marks_and_words_are_as_large_on_a_screen_of_many_dots(plot: FigurePlot, dots: float) -> None:
    seen: list[tuple[float, quick.View]] = []

    def look(painter: QPainter, _figure: Figure, _theme: Any, view: quick.View) -> None:
        seen.append((painter.deviceTransform().m11(), view))

    kept = items.Items(plot.plotItem)
    figure = SAMPLES["regions"]()
    plot.draw(figure)
    kept.begin()
    kept.item("look", lambda: items.Painted(look), 1).show_marks(figure, load_theme())
    target = QPixmap(plot.viewport().size() * dots)
    target.setDevicePixelRatio(dots)
    with QPainter(target) as painter:
        plot.render(painter, QRectF(plot.viewport().rect()), plot.viewport().rect())
    ratio, view = seen[-1]
    assert ratio == pytest.approx(dots)
    expected = plot.viewportTransform().mapRect(plot.plotItem.vb.mapRectToScene(plot.plotItem.vb.rect()))
    assert view.area.width() == pytest.approx(expected.width(), abs=0.5)
    assert view.area.left() == pytest.approx(expected.left(), abs=0.5)
    kept.clear()


def test_the_key_of_colors_is_in_a_copied_picture(qtbot: QtBot) -> None:
    panel = FigurePanel("picture", "Picture")
    qtbot.addWidget(panel)
    panel.set_theme(load_theme())
    panel.resize(500, 320)
    panel.show()
    panel.show_figure(SAMPLES["picture"]())
    picture = panel.picture().toImage()
    right = panel.plot.plotItem.vb.mapRectToScene(panel.plot.plotItem.vb.rect()).right()
    colors = {
        picture.pixelColor(x, y).name()
        for x in range(round(2 * right) + 8, picture.width(), 2)
        for y in range(picture.height() // 3, picture.height(), 8)
    }
    assert len(colors) > 10


def test_a_long_verdict_is_in_a_copied_picture_in_full(qtbot: QtBot) -> None:
    heights = []
    for verdict in ("short", "what is so now, told at length " * 12):
        panel = FigurePanel("lines", "Lines")
        qtbot.addWidget(panel)
        panel.set_theme(load_theme())
        panel.resize(420, 320)
        panel.show()
        panel.show_figure(replace(SAMPLES["lines"](), verdict=verdict))
        heights.append(panel.picture().height() - 2 * panel.plot.height())
    line = 2 * QFontMetrics(font(load_theme(), "panel-verdict")).height()
    assert heights[1] - heights[0] >= 3 * line


def test_a_zero_at_the_end_of_an_axis_is_written_whole(qtbot: QtBot) -> None:
    x = np.arange(1.0, 72.0)
    line = Series("a", x, np.where((x < 4) | (x > 70), 0.0, 0.5**x), "lane1")
    axis = Axis("layer", limits=(1.0, 71.0))
    figure = Figure("f", "F", "", axis, Axis("norm", scale="log", limits=(1e-20, 1.0)), marks=(line,))
    area = QRectF(60.0, 10.0, 800.0, 100.0)
    painter = Mock()
    quick.zeros(painter, figure, load_theme("light"), quick.View(area, (1.0, 71.0), (-20.0, 0.0)))
    at = [call.args[0].x() for call in painter.drawText.call_args_list]
    assert len(at) == 4
    assert min(at) >= area.left()
    assert max(at) + 5 <= area.right()

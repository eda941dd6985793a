"""A kind of mark is a record and a function for each way of drawing."""

from __future__ import annotations

from typing import Any

import matplotlib.axes
import numpy as np
import pytest

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Mark, Rule, Series
from bnsim.plot.style import Style
from bnsim.plot.writers import marks, render
from bnsim.plot.writers.axes import ticks
from bnsim.plot.writers.drawing import draw
from tests.plot.samples import SAMPLES, X, kinds_of_marks, lines


class Bar(Mark, frozen=True):
    """A kind that only this test knows."""

    x: float
    height: float

    def xs(self) -> tuple[Array, ...]:
        return (np.array([self.x - 0.5, self.x + 0.5]),)

    def ys(self) -> tuple[Array, ...]:
        return (np.array([0.0, self.height]),)

    @property
    def has_data(self) -> bool:
        return True

    def columns(self) -> dict[str, Array]:
        return {"bar": np.array([self.height])}


def test_every_kind_is_drawn() -> None:
    assert set(marks.DRAW) == set(kinds_of_marks())


def test_another_kind_takes_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def bar(page: Any, axes: Any, mark: Bar) -> None:
        axes.bar(mark.x, mark.height)

    monkeypatch.setitem(marks.DRAW, Bar, bar)  # type: ignore[arg-type]
    figure = Figure("bars", "Bars", "two", Axis("x"), Axis("y"), (Bar(0.0, 3.0), Bar(1.0, 8.0)))
    axes: matplotlib.axes.Axes = draw(figure, Style(), 72.0).axes[0]
    assert [patch.get_height() for patch in axes.patches] == [3.0, 8.0]
    assert axes.get_xlim() == (-0.5, 1.5)
    low, high = axes.get_ylim()
    assert low < 0
    assert high > 8
    assert render(figure, "csv", style=Style(head=False)).decode().splitlines()[0] == "bar"


def test_a_rule_is_on_the_page_wherever_it_is() -> None:
    line = Series("line", X, X, "mean")
    axes = draw(Figure("f", "F", "", Axis("x"), Axis("y"), (line, Rule(90.0, "far"))), Style(), 72.0).axes
    low, high = axes[0].get_ylim()
    assert low < 1
    assert high > 90


def test_rules_stand_over_bands_and_behind_lines() -> None:
    axes = draw(lines(), Style(), 72.0).axes[0]
    depths = {line.get_zorder() for line in axes.lines}
    assert min(depths) == 2.5
    assert sorted(depths) == [2.5, 3.0, 4.0]


def test_cells_are_drawn_without_smoothing_where_they_belong() -> None:
    figure = SAMPLES["picture"]()
    axes = draw(figure, Style(), 72.0).axes[0]
    assert [image.get_extent() for image in axes.images] == [[0.5, 21.5, 0.0, 6.0], [0.5, 21.5, 8.0, 14.0]]
    assert {image.get_interpolation() for image in axes.images} == {"none"}
    assert axes.images[0].get_array().shape == (6, 21, 4)
    assert axes.get_xlim() == (0.5, 21.5)
    assert axes.get_ylim() == (0.0, 15.6)


def test_ticks_of_an_axis_may_have_words_and_some_are_left_out() -> None:
    axis = Axis("layer", ticks=tuple((float(k), f"layer {k}") for k in range(1, 31)))
    places, words = ticks(axis, 0.5, 20.5, 7)
    assert places == [1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0]
    assert words[1] == "layer 4"


@pytest.mark.parametrize("name", ["ridge", "bars", "regions"])
def test_each_row_bar_and_class_is_drawn(name: str) -> None:
    axes = draw(SAMPLES[name](), Style(), 72.0).axes[0]
    drawn = {"ridge": 16, "bars": 2, "regions": 6}  # outlines, and a set of points for each class of each map
    assert len(axes.lines) == drawn[name]

"""A kind of mark is a record and a function for each way of drawing."""

from __future__ import annotations

from typing import Any

import matplotlib.axes
import numpy as np
import pytest

from bnsim.plot.figure import Array, Axis, Figure, Mark, Rule, Series
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import marks, render
from bnsim.plot.writers.drawing import draw
from tests.plot.samples import X, lines


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
    assert set(marks.DRAW) == {kind for kind in Mark.__subclasses__() if kind.__module__.startswith("bnsim.")}


def test_another_kind_takes_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def bar(page: Any, axes: Any, mark: Bar) -> None:
        axes.bar(mark.x, mark.height)

    monkeypatch.setitem(marks.DRAW, Bar, bar)  # type: ignore[arg-type]
    figure = Figure("bars", "Bars", "two", Axis("x"), Axis("y"), (Bar(0.0, 3.0), Bar(1.0, 8.0)))
    axes: matplotlib.axes.Axes = draw(figure, load_theme(), (7.5, 4.6), 72.0).axes[0]
    assert [patch.get_height() for patch in axes.patches] == [3.0, 8.0]
    assert axes.get_xlim() == (-0.5, 1.5)
    low, high = axes.get_ylim()
    assert low < 0
    assert high > 8
    assert render(figure, "csv").decode().splitlines()[0] == "bar"


def test_a_rule_is_on_the_page_wherever_it_is() -> None:
    line = Series("line", X, X, "mean")
    axes = draw(
        Figure("f", "F", "", Axis("x"), Axis("y"), (line, Rule(90.0, "far"))), load_theme(), (7.5, 4.6), 72.0
    ).axes
    low, high = axes[0].get_ylim()
    assert low < 1
    assert high > 90


def test_rules_stand_over_bands_and_behind_lines() -> None:
    axes = draw(lines(), load_theme(), (7.5, 4.6), 72.0).axes[0]
    depths = {line.get_zorder() for line in axes.lines}
    assert min(depths) == 2.5
    assert sorted(depths) == [2.5, 3.0, 4.0]

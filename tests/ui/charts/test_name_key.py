"""A name without a place beside its line stands in a key, with a sample of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QWidget

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.theme import load_theme
from bnsim.ui.charts import name_key
from bnsim.ui.charts.plot import FigurePlot

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def crowded(shift: float = 0.0) -> Figure:
    """Five lines so near to one another that not all names have a place, and one by itself."""
    x = np.linspace(0, 10, 40)
    near = [Series(f"s{k}", x, np.sin(x) + 0.02 * k, f"lane{k}", label=f"lane {k}", marker="circle") for k in range(5)]
    apart = Series("apart", x, np.full(40, 9.0 + shift), "lane5", label="apart")
    return Figure("c", "C", "", Axis("x", limits=(0, 10)), Axis("y", limits=(-2, 12)), (*near, apart))


@pytest.fixture
def plot(qtbot: QtBot) -> FigurePlot:
    window = QWidget()
    qtbot.addWidget(window)
    plot = FigurePlot(window)
    plot.resize(440, 240)
    plot.set_theme(load_theme())
    window.show()
    qtbot.waitExposed(window)
    plot.window_of_test = window  # type: ignore[attr-defined]
    return plot


def written(plot: FigurePlot) -> list[str]:
    """All names that can be read: beside their lines and in the key."""
    beside = (
        [text for _, text in plot._names._items._items] if plot._smooth else [words.text for words in plot._names.words]
    )
    return sorted([*beside, *(entry.text for entry in plot._names.key.entries)] if plot._names.key else beside)


@pytest.mark.parametrize("fast", [False, True])
def test_every_name_can_be_read_once(plot: FigurePlot, fast: bool) -> None:
    plot.draw(crowded(), fast=fast)
    plot.place_now()
    assert written(plot) == ["apart", *(f"lane {k}" for k in range(5))]
    assert plot._names.key is not None
    assert "apart" not in [entry.text for entry in plot._names.key.entries]
    bare = plot.grab().toImage()
    plot._names.key = None
    assert plot.grab().toImage() != bare


def test_names_stay_in_the_key_while_figures_come_fast(plot: FigurePlot) -> None:
    plot.draw(crowded(), fast=True)
    plot.place_now()
    keyed = plot._names._keyed
    assert keyed
    for step in range(5):
        plot.draw(crowded(0.3 * step), fast=True)
        plot.place_now()
        assert keyed <= plot._names._keyed
        assert len(written(plot)) == len(set(written(plot)))


def test_the_key_goes_with_its_figure(plot: FigurePlot) -> None:
    plot.draw(crowded())
    plot.place_now()
    assert plot._names.key is not None
    x = np.arange(5.0)
    plot.draw(Figure("a", "A", "", Axis("x"), Axis("y"), (Series("one", x, x, "lane0", label="one"),)))
    plot.place_now()
    assert plot._names.key is None
    assert written(plot) == ["one"]
    plot.clear_figure()
    assert plot._names.key is None


def test_a_line_out_of_view_is_not_in_the_key(plot: FigurePlot) -> None:
    plot.draw(crowded())
    plot.plotItem.vb.setRange(yRange=(8, 10), padding=0)
    plot.place_now()
    assert written(plot) == ["apart"]


def test_the_box_lies_where_it_covers_least() -> None:
    theme = load_theme()
    x = np.arange(3.0)
    named = [(name, Series(name, x, x, "lane0")) for name in ("one", "two")]
    made = name_key.arranged(named, theme, 400, 200)
    assert made
    line = np.array([[0.0, 10.0], [400.0, 10.0]])
    name = QRectF(300, 150, 100, 50)
    found = name_key.placed(made, [line], [name], 400, 200)
    box = QRectF(found.x, found.y, found.width, found.height)
    assert not box.intersects(name)
    assert box.top() > 10


def test_more_names_than_there_is_room_for_are_cut_off() -> None:
    x = np.arange(3.0)
    named = [(f"a lane with a long name {k}", Series(f"{k}", x, x, "lane0")) for k in range(30)]
    made = name_key.arranged(named, load_theme(), 200, 100)
    assert made
    for key in made:
        assert key.height <= 100 * name_key.MOST_HEIGHT
        assert key.width <= 200
    assert not name_key.arranged(named, load_theme(), 40, 100)


def test_no_name_is_shortened_for_the_sake_of_the_shape() -> None:
    x = np.arange(3.0)
    (key,) = {
        tuple(entry.text for entry in key.entries)
        for key in name_key.arranged([("with BatchNorm", Series("a", x, x, "lane0"))], load_theme(), 200, 200)
    }
    assert key == ("with BatchNorm",)


def test_names_that_cover_lines_as_one_row_are_in_two() -> None:
    theme = load_theme()
    x = np.arange(3.0)
    named = [(name, Series(name, x, x, "lane0")) for name in ("with BatchNorm", "with LayerNorm")]
    made = name_key.arranged(named, theme, 400, 200)
    across = np.linspace(0, 400, 101)
    line = np.column_stack((across, 2 * np.abs(across - 200)))  # 200 pixels are free at its left, as at its right
    assert made[0].width > 200
    found = name_key.placed(made, [line], [], 400, 200)
    assert len({entry.y for entry in found.entries}) == 2
    assert (
        not ((line > (found.x, found.y)) & (line < (found.x + found.width, found.y + found.height))).all(axis=1).any()
    )


def test_lines_of_one_name_have_one_entry_with_a_sample_of_each() -> None:
    x = np.arange(3.0)
    before = [Series(f"before {k}", x, x, f"lane{k}", label="run before") for k in range(2)]
    made = name_key.arranged([(each.label, each) for each in before], load_theme(), 400, 200)
    assert [(entry.text, entry.marks) for entry in made[0].entries] == [("run before", tuple(before))]


@pytest.mark.parametrize("size", [(320, 140), (340, 120)])
def test_no_name_is_below_the_key_where_it_has_no_free_place(plot: FigurePlot, size: tuple[int, int]) -> None:
    x = np.arange(21.0)
    falling = Series("plain", x, -12 + 0.6 * x, "lane0", label="plain", marker="circle")
    steady = Series("bn", x, -0.03 * x, "lane1", label="with BatchNorm", marker="square")
    before = [
        Series("plain before", x[:-1], -11.7 + 0.6 * x[1:], "lane0", label="run before", line="dashed", ghost=True),
        Series("bn before", x[:-1], 0.1 - 0.03 * x[:-1], "lane1", label="run before", line="dashed", ghost=True),
    ]
    rule = Rule(-4.0, "float16 runs out")
    axes = Axis("x", limits=(0, 21)), Axis("y", limits=(-13, 1))
    figure = Figure("d", "D", "", *axes, (falling, steady, *before, rule))
    plot.resize(*size)
    plot.draw(figure)
    plot.place_now()
    assert [name for name in written(plot) if name != "run before"] == ["plain", "with BatchNorm"]
    key = plot._names.key
    assert key is not None
    assert key.covers < 5  # at most its corner, on the tightest of these
    box = QRectF(key.x, key.y, key.width, key.height)
    corner = plot.plotItem.vb.mapToScene(plot.plotItem.vb.rect().topLeft())
    for _, item in plot._names._items._items.items():
        assert not item.mapRectToScene(item.boundingRect()).translated(-corner).intersects(box)

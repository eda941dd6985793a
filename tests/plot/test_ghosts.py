"""What a figure showed earlier lies behind what it shows now: on the page, in its numbers, on axes that hold both."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Bars, Figure, Ridge, Series
from bnsim.plot.ghosts import Ghost, can_be_ghost, with_ghost
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import render
from bnsim.plot.writers.drawing import draw
from tests.plot.samples import SAMPLES, X, bands, bars, bundle, lines

EARLIER = Figure(
    "lines",
    "Lines",
    "before",
    Axis("weight layer", limits=(1.0, 30.0)),
    Axis("‖∂L/∂z‖", scale="log", limits=(1e-20, 1e-3)),
    (
        Series("plain", X + 9, 0.5**X, "lane0", label="plain", marker="circle"),
        Series("test", X, 0.25**X, "lane0", line="dashed"),
        Series("raw", X, X, "lane0", weight="thin"),
    ),
)
NOW = replace(lines(), y=replace(lines().y, limits=(1e-9, 1.0)))
BOTH = with_ghost(NOW, Ghost(EARLIER, "iteration 120"))


def test_the_earlier_lines_are_in_the_numbers_beside_the_present_ones() -> None:
    data, now = BOTH.data(), NOW.data()
    assert {name: data[name] for name in now} == now
    assert set(data) - set(now) == {
        "plain, iteration 120.x",
        "plain, iteration 120",
        "test, iteration 120.x",
        "test, iteration 120",
    }
    np.testing.assert_array_equal(data["plain, iteration 120"], 0.5**X)
    np.testing.assert_array_equal(data["plain, iteration 120.x"], X + 9)
    header = render(BOTH, "csv").decode().splitlines()[0]
    assert '"plain, iteration 120"' in header


def test_they_are_named_by_when_they_are_of_and_lie_behind() -> None:
    first, second, *own = BOTH.series
    assert (first.label, first.line, first.ghost) == ("iteration 120", "dashed", True)
    assert (second.label, second.line, second.ghost) == ("", "dotted", True)
    assert not any(series.ghost for series in own)
    assert BOTH.caption.endswith("Dashed and pale: iteration 120.")
    assert BOTH.verdict == NOW.verdict
    alphas = [line.get_alpha() for line in draw(BOTH, load_theme(), (7.5, 4.6), 72.0).axes[0].lines]
    assert alphas.count(load_theme().size("ghost-alpha")) == 2


def test_axes_hold_both() -> None:
    assert BOTH.x.limits == (1.0, 30.0)
    assert BOTH.y.limits == (1e-20, 1.0)
    free = with_ghost(replace(NOW, y=Axis("y", scale="log")), Ghost(EARLIER, "then"))
    assert free.y.limits is None
    below = replace(EARLIER, y=Axis("y", limits=(-1.0, 2.0)))
    assert with_ghost(NOW, Ghost(below, "then")).y.limits == (1e-9, 2.0)


def test_where_nothing_is_measured_yet_the_earlier_one_is_seen() -> None:
    empty = Figure("lines", "Lines", "step or play", Axis(""), Axis(""))
    shown = with_ghost(empty, Ghost(EARLIER, "then"))
    assert shown.has_data
    assert shown.verdict == "step or play"
    assert (shown.x, shown.y) == (EARLIER.x, EARLIER.y)


def test_of_many_named_lines_one_says_when() -> None:
    many = replace(EARLIER, marks=tuple(Series(f"s{k}", X, X + k, "lane0", label=f"s{k}") for k in range(4)))
    ghosts = [series for series in with_ghost(many, Ghost(many, "then")).series if series.ghost]
    assert [series.label for series in ghosts] == ["then", "", "", ""]


def test_histograms_become_outlines() -> None:
    shown = with_ghost(bars(), Ghost(bars(), "then"))
    ghosts = [bar for bar in shown.of_kind(Bars) if bar.ghost]
    assert [bar.name for bar in ghosts] == ["before, then", "after, then"]
    np.testing.assert_array_equal(shown.data()["after, then"], bars().of_kind(Bars)[1].heights)


@pytest.mark.parametrize("name", [name for name in SAMPLES if can_be_ghost(SAMPLES[name]())])
def test_ghosts_of_every_kind_are_drawn(name: str) -> None:
    figure = SAMPLES[name]()
    shown = with_ghost(figure, Ghost(figure, "iteration 3"))
    assert any(getattr(mark, "ghost", False) for mark in shown.marks)
    assert len(set(shown.data())) > len(figure.data())
    assert render(shown, "png", dpi=30.0) != render(figure, "png", dpi=30.0)
    for ridge in shown.of_kind(Ridge):
        assert bool(ridge.notes) <= (not ridge.ghost)


@pytest.mark.parametrize("name", [name for name in SAMPLES if not can_be_ghost(SAMPLES[name]())])
def test_colors_cannot_lie_behind(name: str) -> None:
    figure = SAMPLES[name]()
    assert with_ghost(lines(), Ghost(figure, "then")).data().keys() == lines().data().keys()
    if figure.has_data:
        assert with_ghost(figure, Ghost(EARLIER, "then")) is figure


def test_medians_are_kept_of_bundles_and_bands() -> None:
    for figure in (bundle(), bands()):
        ghosts = [mark for mark in with_ghost(figure, Ghost(figure, "then")).marks if getattr(mark, "ghost", False)]
        assert ghosts
        assert all(isinstance(mark, Series) and mark.weight != "thin" for mark in ghosts)

"""What a figure showed earlier lies behind what it shows now: on the page, in its numbers, on axes that hold both."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.plot.borders import borders
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.ghosts import Ghost, can_be_ghost, with_ghost, with_ghosts
from bnsim.plot.marks import Bars, ColorScale, Image, Regions, Ridge, Series
from bnsim.plot.style import Style
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import render
from bnsim.plot.writers.drawing import draw
from tests.plot.samples import SAMPLES, X, bands, bars, bundle, lines, regions, signed

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
    header = render(BOTH, "csv", style=Style(head=False)).decode().splitlines()[0]
    assert '"plain, iteration 120"' in header


def test_they_are_named_by_when_they_are_of_and_lie_behind() -> None:
    first, second, *own = BOTH.series
    assert (first.label, first.line, first.ghost) == ("iteration 120", "dashed", True)
    assert (second.label, second.line, second.ghost) == ("", "dotted", True)
    assert not any(series.ghost for series in own)
    assert BOTH.caption.endswith("Dashed and pale: iteration 120.")
    assert BOTH.verdict == NOW.verdict
    alphas = [line.get_alpha() for line in draw(BOTH, Style(), 72.0).axes[0].lines]
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
    added = [mark for mark in shown.marks if getattr(mark, "name", "").endswith(", iteration 3")]
    assert added
    assert all(getattr(mark, "ghost", isinstance(mark, Image)) for mark in added)
    assert len(set(shown.data())) > len(figure.data())
    assert render(shown, "png", dpi=30.0) != render(figure, "png", dpi=30.0)
    for ridge in shown.of_kind(Ridge):
        assert bool(ridge.notes) <= (not ridge.ghost)


def test_an_image_without_ticks_of_its_own_has_no_room_for_another() -> None:
    figure = signed()
    assert not can_be_ghost(figure)
    assert with_ghost(figure, Ghost(figure, "then")) is figure
    assert with_ghost(lines(), Ghost(figure, "then")).data().keys() == lines().data().keys()


def two_images(*, end: float = 6.0, low: float = -3.0) -> Figure:
    """Two lanes one above the other, as in figures by iteration."""
    scale = ColorScale("log", (low, 0.0))
    marks = tuple(
        Image(
            name,
            np.full((3, 6), low + lane),
            np.arange(6.0),
            np.arange(1.0, 4.0),
            (0.0, end),
            up,
            scale,
            label=name,
        )
        for lane, (name, up) in enumerate((("plain", (1.4, 2.4)), ("norm", (0.0, 1.0))))
    )
    ticks = ((0.2, "1"), (0.5, "2"), (0.8, "3"), (1.6, "1"), (1.9, "2"), (2.2, "3"))
    y = Axis("layer", limits=(0.0, 2.8), ticks=ticks)
    return Figure("two", "Two", "now", Axis("iteration", limits=(0.0, end), link="iteration"), y, marks)


def test_an_earlier_image_stands_below_the_present_one_of_its_lane() -> None:
    now, before = two_images(end=4.0), two_images(low=-5.0)
    shown = with_ghost(now, Ghost(before, "iteration 6"))
    plain, plain_then, norm, norm_then = shown.of_kind(Image)
    assert [image.name for image in shown.of_kind(Image)] == [
        "plain",
        "plain, iteration 6",
        "norm",
        "norm, iteration 6",
    ]
    for upper, lower, place in ((plain, plain_then, (1.4, 2.4)), (norm, norm_then, (0.0, 1.0))):
        assert lower.up[0] == pytest.approx(place[0])
        assert upper.up[1] == pytest.approx(place[1])
        assert lower.up[1] < upper.up[0]
        assert upper.up[1] - upper.up[0] == pytest.approx(lower.up[1] - lower.up[0])
    assert {image.scale.limits for image in shown.of_kind(Image)} == {(-5.0, 0.0)}
    assert (plain_then.across, shown.x.limits, shown.y.limits) == ((0.0, 6.0), (0.0, 6.0), (0.0, 2.8))
    np.testing.assert_array_equal(plain_then.values, before.of_kind(Image)[0].values)
    assert "iteration 6" in plain.label + plain_then.label
    assert [words for _, words in shown.y.ticks] == ["1", "3"] * 4
    for image in shown.of_kind(Image):
        inside = [words for at, words in shown.y.ticks if image.up[0] <= at <= image.up[1]]
        assert inside == ["1", "3"]
    assert shown.caption.endswith("iteration 6.")


def side_by_side(reach: float) -> Figure:
    """Two lanes whose cells reach from -reach to reach, as in joint histograms."""
    x = np.linspace(-reach, reach, 11)[:-1] + reach / 10
    marks = tuple(
        Image(
            name,
            np.tile(x, (4, 1)),
            x,
            np.arange(4.0),
            (shift - reach, shift + reach),
            (-4.0, 4.0),
            ColorScale("count", (0.0, 1.0)),
        )
        for name, shift in (("plain", 0.0), ("norm", 2.3 * reach))
    )
    ticks = ((0.0, "0"), (2.3 * reach, "0"))
    return Figure(
        "beside", "", "", Axis("weight", ticks=ticks), Axis("g", limits=(-4.0, 4.5), ticks=((0.0, "0"),)), marks
    )


@pytest.mark.parametrize(("now", "then"), [(1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 1.13)])
def test_images_side_by_side_keep_their_numbers_along_x(now: float, then: float) -> None:
    figure = side_by_side(now)
    shown = with_ghost(figure, Ghost(side_by_side(then), "then"))
    for upper, lower in zip(shown.of_kind(Image)[::2], shown.of_kind(Image)[1::2], strict=True):
        shift = (upper.across[0] + upper.across[1]) / 2
        wide = (lower.across[1] - lower.across[0]) / len(lower.x)
        np.testing.assert_allclose(
            lower.across[0] + (np.arange(len(lower.x)) + 0.5) * wide - shift, lower.x, atol=1e-12
        )
        known = np.isfinite(lower.values[0])
        np.testing.assert_allclose(lower.values[0][known], lower.x[known])
        assert abs(lower.across[0] - upper.across[0]) <= wide / 2 + 1e-12
        assert abs(lower.across[1] - upper.across[1]) <= wide / 2 + 1e-12
    assert shown.x == figure.x


def test_of_an_earlier_map_the_borders_stay() -> None:
    figure = regions()
    shown = with_ghost(figure, Ghost(figure, "then"))
    first, second = shown.series
    assert (first.name, first.label, first.line, first.ghost) == ("lane 0, then", "then", "dashed", True)
    np.testing.assert_allclose((second.x - first.x)[np.isfinite(first.x)], 4.0)
    mark = figure.of_kind(Regions)[0]
    elsewhere = replace(mark, up=(-2.0, 2.0))
    assert not with_ghost(figure, Ghost(replace(figure, marks=(elsewhere,)), "then")).series


def test_borders_run_between_cells_of_different_classes_and_nowhere_else() -> None:
    classes = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 2, np.nan]])
    corner = np.array([0.5, 1.5, 2.5, 3.5])
    mark = replace(
        regions().of_kind(Regions)[0], classes=classes, x=corner, y=corner[:3], across=(0.0, 4.0), up=(0.0, 3.0)
    )
    x, y = borders(mark)
    places = {(float(a), float(b)) for a, b in zip(x, y, strict=True) if np.isfinite(a)}
    # Halfway between two centers, or in the middle of four cells where three classes meet.
    sides = {(2.0, 0.5), (2.0, 1.5), (0.5, 2.0), (1.5, 2.0), (2.5, 2.0), (3.5, 2.0), (3.0, 2.5)}
    assert places == sides | {(2.0, 2.0), (3.0, 2.0)}
    whole = borders(replace(mark, classes=np.zeros((3, 4))))
    assert whole[0].size == whole[1].size == 0


def test_medians_are_kept_of_bundles_and_bands() -> None:
    for figure in (bundle(), bands()):
        ghosts = [mark for mark in with_ghost(figure, Ghost(figure, "then")).marks if getattr(mark, "ghost", False)]
        assert ghosts
        assert all(isinstance(mark, Series) and mark.weight != "thin" for mark in ghosts)


def test_several_lie_behind_one_another_each_with_its_name_and_its_dashes() -> None:
    other = replace(EARLIER, marks=EARLIER.marks[:1])
    both = with_ghosts(NOW, (Ghost(EARLIER, "run before"), Ghost(other, "wide", "dotted")))
    lines = {line.name: line for line in both.series if line.ghost}
    assert lines["plain, run before"].line == "dashed"
    assert lines["plain, wide"].line == "dotted"
    assert both.caption.endswith("Dashed and pale: run before. Dotted and pale: wide.")
    assert with_ghosts(NOW, ()) is NOW


def test_of_several_images_only_the_first_stands_below() -> None:
    image = signed()
    once = with_ghost(image, Ghost(image, "run before"))
    twice = with_ghosts(image, (Ghost(image, "run before"), Ghost(image, "wide")))
    assert len(twice.of_kind(Image)) == len(once.of_kind(Image))

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure, same
from bnsim.plot.marks import Band, Bars, ColorScale, Image, Mark, Regions, Ridge, Rule, Series
from tests.plot.samples import X, bands

NOTHING = np.full(3, np.nan)
LINE, BAND, RULE = Series("line", X, 2 * X, "mean"), Band("band", X, -X, X, "mean"), Rule(0.5, "half")
BARS = Bars("bars", np.array([0.0, 1.0, 3.0]), np.array([2.0, 5.0]), "mean", label="bars")
RIDGE = Ridge(
    "ridge",
    np.array([0.0, 1.0, 2.0]),
    np.array([[0.25, 0.75], [1.0, 0.0]]),
    rows=np.array([4.0, 7.0]),
    bases=np.array([1.0, 2.0]),
    height=1.5,
    role="mean",
)
CELLS = np.array([[0.0, 1.0, np.nan], [np.inf, -np.inf, 2.0]])
IMAGE = Image(
    "image",
    CELLS,
    np.array([3.0, 4.0, 5.0]),
    np.array([1.0, 2.0]),
    (-1.0, 2.0),
    (0.0, 9.0),
    ColorScale("v", (0.0, 2.0)),
)
REGIONS = Regions(
    "map",
    CELLS[:1],
    np.array([3.0, 4.0, 5.0]),
    np.array([7.0]),
    across=(2.5, 5.5),
    up=(6.0, 8.0),
    points=np.array([[3.5, 7.5]]),
    point_classes=np.array([1.0]),
    roles=("lane0", "lane1"),
    shift=10.0,
)


def figure(*marks: Mark) -> Figure:
    return Figure("some", "Some", "so", Axis("x"), Axis("y"), marks)


def test_marks_are_found_by_their_kind_in_their_order() -> None:
    again = Series("again", X, X, "mean")
    some = figure(LINE, RULE, BAND, again)
    assert (some.series, some.bands, some.rules) == ((LINE, again), (BAND,), (RULE,))


def test_its_numbers_are_those_of_one_mark_after_another() -> None:
    data = figure(LINE, RULE, BAND).data()
    assert list(data) == ["line.x", "line", "band.x", "band.low", "band.high"]
    assert data["line"] is LINE.y
    assert data["band.low"] is BAND.low


@pytest.mark.parametrize(
    ("mark", "has_data"),
    [
        (LINE, True),
        (BAND, True),
        (RULE, False),
        (BARS, True),
        (RIDGE, True),
        (IMAGE, True),
        (REGIONS, True),
        (replace(BARS, heights=np.full(2, np.nan)), False),
        (replace(RIDGE, shares=np.zeros((2, 2))), False),
        (replace(IMAGE, values=np.full((2, 3), np.nan)), False),
        (replace(IMAGE, values=np.full((2, 3), -np.inf)), True),
        (replace(REGIONS, classes=np.full((1, 3), np.nan)), False),
        (Series("s", np.arange(3.0), NOTHING, "mean"), False),
        (Band("b", np.arange(3.0), NOTHING, NOTHING, "mean"), False),
        (Series("s", np.empty(0), np.empty(0), "mean"), False),
    ],
)
def test_only_what_was_measured_is_data(mark: Mark, has_data: bool) -> None:
    assert mark.has_data == has_data
    assert figure(mark).has_data == has_data
    assert figure(RULE, mark, LINE).has_data


def test_axes_hold_all_of_a_mark() -> None:
    extremes = [float(values.max()) for mark in (LINE, BAND, RULE) for values in mark.ys()]
    assert extremes == [42.0, -1.0, 21.0, 0.5]
    assert [len(mark.xs()) for mark in (LINE, BAND, RULE)] == [1, 1, 0]


def test_arrays_are_kept_as_they_are() -> None:
    assert all(column.dtype == np.float64 for column in bands().data().values())


def test_a_matrix_is_a_line_for_each_cell() -> None:
    data = figure(IMAGE).data()
    assert list(data) == ["image.x", "image.y", "image"]
    for row in range(2):
        for column in range(3):
            at = 3 * row + column
            assert (data["image.x"][at], data["image.y"][at]) == (column + 3, row + 1)
            assert data["image"][at : at + 1].tobytes() == CELLS[row, column].tobytes()


def test_a_ridge_is_a_line_for_each_bin_of_each_row() -> None:
    data = figure(RIDGE).data()
    assert [data[name].tolist() for name in ("ridge.row", "ridge.low", "ridge.high", "ridge")] == [
        [4.0, 4.0, 7.0, 7.0],
        [0.0, 1.0, 0.0, 1.0],
        [1.0, 2.0, 1.0, 2.0],
        [0.25, 0.75, 1.0, 0.0],
    ]


def test_points_of_a_map_are_where_they_are_and_not_where_they_are_drawn() -> None:
    data = figure(REGIONS).data()
    assert [data[f"map.point.{name}"].tolist() for name in ("x", "y", "class")] == [[3.5], [7.5], [1.0]]
    assert data["map.x"].tolist() == [3.0, 4.0, 5.0]


def test_a_histogram_is_as_high_as_its_highest_bin_and_lower_ones_cover_it() -> None:
    (behind, x, y), (front, _, _) = RIDGE.outlines()
    assert (behind, front) == (2.0, 1.0)
    assert x.tolist() == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    assert y.tolist() == [2.0, 3.5, 3.5, 2.0, 2.0, 2.0]


def test_names_are_written_beside_lines_and_the_outlines_of_bars() -> None:
    assert [line.name for line in figure(RULE, BARS, LINE, IMAGE).lines] == ["bars", "line"]
    outline = BARS.traced()[0]
    assert (outline.label, outline.y.tolist()) == ("bars", [0.0, 2.0, 2.0, 5.0, 5.0, 0.0])


@pytest.mark.parametrize("mark", [BARS, RIDGE, IMAGE, REGIONS])
def test_axes_hold_the_place_of_each_mark(mark: Mark) -> None:
    ends = {"bars": (0, 3, 0, 5), "ridge": (0, 2, 1, 3.5), "image": (-1, 2, 0, 9), "map": (2.5, 5.5, 6, 8)}
    x, y = np.concatenate(mark.xs()), np.concatenate(mark.ys())
    assert (x.min(), x.max(), y.min(), y.max()) == ends[mark.name]  # type: ignore[attr-defined]


def test_figures_are_the_same_that_show_the_same() -> None:
    def made(shift: float = 0.0, verdict: str = "rises", label: str = "y") -> Figure:
        line = Series("line", X, np.where(X[1] == X, np.nan, X + shift), "mean")
        return Figure("some", "Some", verdict, Axis("x"), Axis(label), (line, BAND, RULE))

    assert same(made(), made())
    assert not same(made(), made(shift=1e-12))
    assert not same(made(), made(verdict="falls"))
    assert not same(made(), made(label="z"))
    assert not same(made(), replace(made(), marks=made().marks[:2]))
    assert not same(Series("a", X, X, "mean"), Series("a", X[:2], X[:2], "mean"))
    assert not same(Series("a", X, X, "mean"), Band("a", X, X, X, "mean"))

"""What is read under the pointer is what the figure says there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Band, Bars, ColorScale, Image, Regions, Ridge, Series
from bnsim.ui.charts import reading, scale

X = np.array([0.0, 1.0, 2.0, 4.0])
FIGURE = Figure(
    "f",
    "F",
    "",
    Axis("iteration", integer=True),
    Axis("loss"),
    (
        Series("raw", X, X, "lane0", weight="thin"),
        Series("plain", X, np.array([3.0, 2.5, np.nan, 1.0]), "lane0"),
        Series("with BN", X, np.array([2.0, 2.75, 1.0, 0.25]), "lane1"),
        Series("plain, iteration 3", X[:2], np.array([9.0, 8.0]), "lane0", line="dashed", ghost=True),
    ),
)


@pytest.mark.parametrize(("position", "wanted"), [(-3.0, 0.0), (0.4, 0.0), (0.6, 1.0), (2.9, 2.0), (99.0, 4.0)])
def test_the_nearest_point_is_read(position: float, wanted: float) -> None:
    assert reading.nearest_x(FIGURE, position) == wanted


def test_values_are_those_at_that_x_from_above_a_gap_has_none() -> None:
    assert reading.at_words(FIGURE.x, 1.0) == "iteration 1"
    assert reading.rows(FIGURE, 1.0, 0.0) == [
        ("lane0", "plain, iteration 3", "8"),
        ("lane1", "with BN", "2.75"),
        ("lane0", "plain", "2.5"),
    ]
    assert reading.rows(FIGURE, 2.0, 0.0) == [("lane1", "with BN", "1")]
    assert reading.rows(FIGURE, 4.0, None) == [("lane0", "plain", "1"), ("lane1", "with BN", "0.25")]


def test_of_many_lines_those_nearest_to_the_pointer_are_read() -> None:
    many = replace(FIGURE, marks=tuple(Series(f"s{k}", X, np.full(4, float(k)), "lane0") for k in range(30)))
    assert [name for _, name, _ in reading.rows(many, 1.0, 20.2)] == ["s23", "s22", "s21", "s20", "s19", "s18"]


def test_distances_are_those_that_are_seen_on_logarithmic_axes() -> None:
    log = Figure("f", "F", "", Axis("η", scale="log"), Axis("y"), (Series("a", np.array([1.0, 100.0]), X[:2], "mean"),))
    assert reading.nearest_x(log, 0.9) == 1.0
    assert reading.nearest_x(log, 1.1) == 100.0


def test_cells_are_read_zeros_by_name() -> None:
    values = np.array([[-1.0, -2.0], [-np.inf, np.nan]])
    image = Image(
        "plain", values, np.array([5.0, 6.0]), np.array([1.0, 2.0]), (0, 2), (10, 14), ColorScale("log", (-2, 0))
    )
    figure = Figure("f", "F", "", Axis("iteration"), Axis("layer"), (image,))
    assert reading.nearest_x(figure, 1.9) == 1.5
    assert reading.rows(figure, 0.5, 11.0) == [("muted", "plain, 1", "−1")]
    assert reading.rows(figure, 0.5, 13.0) == [("muted", "plain, 2", "exactly 0")]
    assert reading.rows(figure, 1.5, 13.0) == [("muted", "plain, 2", "no value")]
    assert reading.rows(figure, 1.5, 20.0) == []


def test_histograms_side_by_side_are_read_by_bin_and_row_in_their_own_numbers() -> None:
    edges, shares = np.array([-2.0, -1.0, 0.0]), np.array([[0.25, 0.75], [1.0, 0.0]])
    common = {"rows": np.array([1.0, 9.0]), "bases": np.array([1.0, 2.0]), "height": 1.5}
    ridges = [
        Ridge(name, edges, shares * (1 - shift / 10), role=f"lane{k}", notes=("", "0: 3 %"), shift=shift, **common)
        for k, (name, shift) in enumerate((("plain", 0.0), ("with BN", 5.0)))
    ]
    figure = Figure("f", "F", "", Axis("size"), Axis("layer"), tuple(ridges))
    assert reading.nearest_x(figure, 3.4) == 3.5
    assert reading.place_words(figure, 3.5) == "size −1.5"
    assert reading.rows(figure, 3.5, 1.5) == [("lane1", "with BN, 1", "12.5 %")]
    assert reading.rows(figure, -1.5, 2.2) == [("lane0", "plain, 9 (0: 3 %)", "100 %")]
    assert reading.rows(figure, -1.5, 9.0) == []
    bars = Figure("f", "F", "", Axis("x"), Axis("share"), (Bars("before", edges, np.array([0.5, 2.0]), "mean"),))
    assert reading.rows(bars, reading.nearest_x(bars, -0.4), 0.0) == [("mean", "before", "2")]


def test_maps_are_read_by_class_in_their_own_numbers() -> None:
    at, classes = np.array([0.0, 1.0]), np.array([[0.0, 1.0], [np.nan, 1.0]])
    nothing = {"points": np.empty((0, 2)), "point_classes": np.empty(0), "roles": ("lane0", "lane1")}
    mark = Regions("plain", classes, at, at, across=(10.0, 12.0), up=(0.0, 2.0), shift=10.0, **nothing)
    figure = Figure("f", "F", "", Axis("first feature"), Axis("second feature"), (mark,))
    x = reading.nearest_x(figure, 11.7)
    assert x == 11.5
    assert reading.place_words(figure, x) == "first feature 1"
    assert reading.rows(figure, x, 0.5) == [("muted", "plain, 0", "class 1")]
    assert reading.rows(figure, 10.5, 1.5) == [("muted", "plain, 1", "no class")]


@pytest.fixture(scope="module")
def sessions() -> Iterator[tuple[bn.Session, ...]]:
    lanes = (("plain", ()), ("with BN", (bn.BatchNorm(),)))
    clip, made = bn.ClipNorm(limit=0.1), []
    for data, outputs in ((bn.Digits(), 10), (bn.TwoMoons(samples=64), 2)):
        stacks = tuple(
            bn.Stack(name=name, layers=(*(bn.Linear(6), *norm, bn.Tanh()) * 3, bn.Linear(outputs)))
            for name, norm in lanes
        )
        session = bn.Session(bn.Experiment(data=data, training=bn.Training(clip=clip), stacks=stacks), recording="all")
        session.run(iterations=4)
        made.append(session)
    yield tuple(made)
    for session in made:
        session.close()


@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_is_read_wherever_it_has_data(name: str, sessions: tuple[bn.Session, ...]) -> None:
    figure = next(made for made in (FIGURES[name](session) for session in sessions) if made.has_data)
    for mark in figure.marks:
        if not mark.has_data or isinstance(mark, Band) or getattr(mark, "weight", "") == "thin":
            continue
        across, up = (np.concatenate([np.ravel(each) for each in ends]) for ends in (mark.xs(), mark.ys()))
        xs, ys = scale.position(across, figure.x.scale), scale.position(up, figure.y.scale)
        read = []
        for x in np.linspace(np.nanmin(xs), np.nanmax(xs), 25):
            nearest = reading.nearest_x(figure, float(x))
            assert nearest is not None
            for y in np.linspace(np.nanmin(ys), np.nanmax(ys), 5):
                read += [words for _, words, _ in reading.rows(figure, nearest, float(y))]
        label = getattr(mark, "label", "")
        assert any(words.startswith((mark.name, label or mark.name)) for words in read), mark.name

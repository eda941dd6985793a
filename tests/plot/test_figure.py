from __future__ import annotations

import numpy as np
import pytest

from bnsim.plot.figure import Axis, Band, Figure, Mark, Rule, Series
from tests.plot.samples import X, bands

NOTHING = np.full(3, np.nan)
LINE, BAND, RULE = Series("line", X, 2 * X, "mean"), Band("band", X, -X, X, "mean"), Rule(0.5, "half")


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

"""Names over parts of a plot and notes in ridges: in full where there is room, one size, over nothing that is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import ColorScale, Image, Ridge
from bnsim.plot.part_names import LINE, Room, broken, parts
from bnsim.plot.style import Style
from bnsim.plot.writers.drawing import draw
from tests.plot.samples import regions, ridge

NAMES = (
    "ReLU with far too large an initial weight, which explodes",
    "all weights zero (nothing can be learned)",
    "sigmoid without normalization",
    "BatchNorm after every Linear, as in Ioffe and Szegedy (2015)",
)


def four_lanes() -> Figure:
    """Four images one above the other."""
    marks = tuple(
        Image(
            name,
            np.zeros((5, 9)),
            np.arange(9.0),
            np.arange(5.0),
            (0.0, 9.0),
            (1.8 * row, 1.8 * row + 1.0),
            ColorScale("log", (0.0, 1.0)),
            label=name,
        )
        for row, name in enumerate(NAMES)
    )
    y = Axis("layer", limits=(0.0, 7.2), ticks=((0.5, "3"), (2.3, "3"), (4.1, "3"), (5.9, "3")))
    verdict = " · ".join(f"{name}: zero in layers 1 to 6" for name in NAMES)
    return Figure("four", "Four", verdict, Axis("iteration"), y, marks)


@pytest.mark.parametrize("size", [(7.5, 4.6), (10.0, 5.6), (5.0, 3.6)])
def test_names_over_images_stand_between_them_in_one_size(size: tuple[float, float]) -> None:
    page = draw(four_lanes(), Style(size=size), 72.0)
    page.canvas.draw()  # type: ignore[attr-defined]
    axes = page.axes[0]
    words = [text for text in axes.texts if text.get_text()]
    assert len({round(text.get_fontsize(), 6) for text in words}) == 1
    boxes = [text.get_window_extent() for text in words]
    images = [image.get_window_extent() for image in axes.images]
    assert len(images) == 4
    for box in boxes:
        assert box.x1 <= images[0].x1 + 1
        for image in images:
            assert min(box.y1, image.y1) - max(box.y0, image.y0) < 2.5  # points: less than a letter's foot


def test_the_room_of_a_name_ends_at_what_is_above_it() -> None:
    figure = four_lanes()
    found = parts(figure, 7.2)
    assert [part.low for part in found] == pytest.approx([1.0, 2.8, 4.6, 6.4])
    assert [part.high for part in found] == pytest.approx([1.8, 3.6, 5.4, 7.2])
    beside = parts(regions(), 1.25)
    assert [(part.left, part.right, part.low, part.high) for part in beside] == [
        (-1.5, 1.5, 1, 1.25),
        (2.5, 5.5, 1, 1.25),
    ]


def test_names_over_ridges_are_in_one_line_with_one_another() -> None:
    first, *others = ridge().of_kind(Ridge)
    lower = [replace(each, shares=each.shares[:2], rows=each.rows[:2], bases=each.bases[:2]) for each in others]
    found = parts(replace(ridge(), marks=(first, *lower)), 20.0)
    assert len(found) == 1 + len(lower) > 1
    assert len({part.low for part in found}) == 1


def width(words: str) -> float:
    return 6.0 * len(words)


def test_names_are_broken_where_that_lets_them_be_larger() -> None:
    short = broken(("a", "bc"), [Room(100, 30)] * 2, 12.0, width)
    assert (short.by, short.lines) == (1.0, [("a",), ("bc",)])
    long = broken(NAMES[1:3], [Room(150, 40)] * 2, 12.0, width)
    assert long.lines[1] == ("sigmoid without", "normalization")
    flat = broken(NAMES[1:3], [Room(150, 12)] * 2, 12.0, width)
    assert [len(lines) for lines in flat.lines] == [1, 1]
    assert flat.by * 12 * LINE <= 12.0


def noted(peak: float, *, notes_at: float = 10.0) -> Ridge:
    """One row over 0 to 10, its histogram at `peak`."""
    edges = np.linspace(0.0, 10.0, 21)
    shares = np.exp(-(((edges[:-1] + 0.25 - peak) / 0.6) ** 2))[None]
    return Ridge(
        "r", edges, shares / shares.sum(), np.ones(1), np.ones(1), 1.5, "lane0", ("0: 17 %",), notes_at, shift=3.0
    )


def test_a_note_stands_where_no_histogram_is() -> None:
    assert noted(2.0).note_end(0, 2.0, 0.5) == (13.0, True)
    assert noted(9.0).note_end(0, 2.0, 0.5) == (5.0, True)
    wide = replace(noted(5.0), shares=np.ones((1, 20)))
    assert wide.note_end(0, 2.0, 0.5) == (13.0, False)
    assert replace(wide, notes_at=12.5).note_end(0, 2.0, 0.5) == (15.5, True)
    # The row before, in front, rises over the base of this one.
    both = replace(
        noted(2.0),
        shares=np.vstack([noted(9.0).shares, noted(2.0).shares]),
        rows=np.array([1.0, 2.0]),
        bases=np.array([1.0, 2.0]),
        notes=("", "0: 17 %"),
    )
    assert both.note_end(1, 2.0, 0.5) == (13.0, False)


def test_notes_without_room_are_left_out_not_cut() -> None:
    mark = noted(2.0)
    assert mark.note_size(10.0, width) == 1.0
    assert 0.7 <= mark.note_size(3.8, width) < 1.0
    assert mark.note_size(2.0, width) == 0.0

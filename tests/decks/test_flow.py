"""What is filled into sheets stands where it belongs."""

from __future__ import annotations

import pytest

from bnsim.decks.flow import Flow
from bnsim.decks.setting import lines, shapes
from bnsim.lessons.markdown import Look, Run
from bnsim.plot.diagram import Words
from bnsim.plot.paper import Sheet
from bnsim.plot.widths import exact_width


def words(sheet: Sheet) -> list[str]:
    """What is written on it above its foot."""
    return [shape.text for shape in sheet.shapes if isinstance(shape, Words)][:-2]


def end_of(words: Words) -> float:
    """Where their last letter ends on paper; letters of the other font are all of one width."""
    mono = 0.602 * words.size * len(words.text)
    return words.x + (mono if words.font == "mono" else exact_width(words.text, words.size, bold=words.bold))


def test_what_belongs_together_stands_on_one_sheet() -> None:
    flow = Flow("foot")

    def fill() -> None:
        flow.heading("Your turn")
        flow.text("Do it.")
        flow.rows_to_write(8)

    flow.text("Before.")
    flow.space(flow.height - 300)
    flow.together(fill)
    flow.together(fill)
    sheets = flow.paper("title", "").sheets
    assert [words(sheet) for sheet in sheets] == [["Before."], ["Your turn", "Do it.", "Your turn", "Do it."]]


def test_what_is_longer_than_a_sheet_goes_on() -> None:
    flow = Flow("foot")

    def fill() -> None:
        for _ in range(80):
            flow.text("Line.")

    flow.text("Before.")
    flow.together(fill)
    sheets = flow.paper("title", "").sheets
    assert words(sheets[0]) == ["Before."]
    assert sum(len(words(sheet)) for sheet in sheets) == 81


@pytest.mark.parametrize("look", ["plain", "bold", "italic", "code"])
@pytest.mark.parametrize("bold", [False, True])
def test_a_line_is_no_wider_than_its_room_as_it_is_drawn(look: Look, bold: bool) -> None:
    """A space of bold type is wider than one of plain type, and there is one before a percent sign."""
    runs = [Run("so 9 % and 7 % is with all of the i and l, "), Run("that is 7 % to us as it is 9 % to me " * 9, look)]
    for room in (90.0, 140.0, 333.0, 483.0):
        for each in lines(runs, 11.5, room, bold=bold):
            drawn = [shape for shape in shapes(each, 0.0, 20.0, 11.5, "text", bold=bold) if isinstance(shape, Words)]
            ends = [end_of(shape) for shape in drawn]
            assert max(ends) <= room + 0.01
            assert all(end <= after.x + 0.01 for end, after in zip(ends, drawn[1:], strict=False))

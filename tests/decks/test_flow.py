"""What is filled into sheets stands where it belongs."""

from __future__ import annotations

from bnsim.decks.flow import Flow
from bnsim.plot.diagram import Words
from bnsim.plot.paper import Sheet


def words(sheet: Sheet) -> list[str]:
    """What is written on it above its foot."""
    return [shape.text for shape in sheet.shapes if isinstance(shape, Words)][:-2]


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

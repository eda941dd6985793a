from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import image

from bnsim.plot.diagram import Box, Cells, Curve, Diagram, Shades, Words, colored, line
from bnsim.plot.style import STYLES, Style
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import DIAGRAM_FORMATS, render, write
from bnsim.spec.errors import InputError

RED = np.array([[[255, 0, 0, 255], [0, 0, 255, 255]]], np.uint8)
DIAGRAM = Diagram(
    "sample",
    "A sample",
    200.0,
    100.0,
    (
        Cells(150.0, 10.0, 40.0, 20.0, RED),
        Box(10.0, 10.0, 60.0, 30.0, fill="linear", stroke="text", radius=4.0),
        Words(40.0, 28.0, "Linear 1 <&> $x$", 10.0, anchor="middle"),
        line((70.0, 25.0), (140.0, 25.0), arrow=True),
        Curve(("M", "Q", "C", "Z"), (10, 60, 20, 50, 30, 60, 40, 70, 50, 80, 60, 60), fill="loss"),
    ),
    description="Boxes",
    text="numbers",
)


@pytest.mark.parametrize("format", DIAGRAM_FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_a_diagram_is_written_in_every_format_and_style(format: str, style: str) -> None:
    assert render(DIAGRAM, format, style=style) == render(DIAGRAM, format, style=style)


def test_its_words_are_text_in_an_svg_or_outlines_where_a_style_says_so() -> None:
    svg = ElementTree.fromstring(render(DIAGRAM, "svg"))
    assert "Linear 1 <&> $x$" in ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert b"<text" not in render(DIAGRAM, "svg", style=Style(text="outlines"))


def test_it_keeps_its_proportions_and_its_colors_are_where_they_were_put() -> None:
    pixels = image.imread(io.BytesIO(render(DIAGRAM, "png", size=(4.0, 4.0), dpi=50.0)))
    assert pixels.shape[:2] == (100, 200)
    assert pixels[20, 160].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert pixels[20, 180].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert pixels[95, 5].tolist() == [1.0, 1.0, 1.0, 1.0]


def test_a_transparent_one_has_no_ground() -> None:
    pixels = image.imread(io.BytesIO(render(DIAGRAM, "png", style=Style(transparent=True))))
    assert pixels[-3, 3, 3] == 0.0


def test_it_has_no_numbers_for_a_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a diagram has no numbers for \.csv"):
        write(DIAGRAM, tmp_path / "sample.csv")


def test_shades_take_the_colors_of_the_theme() -> None:
    values = np.array([[-1.0, 0.0, 1.0, np.nan]])
    diagram = Diagram("map", "A map", 80.0, 20.0, (Shades(0.0, 0.0, 80.0, 20.0, values),))
    for name in ("light", "dark"):
        theme = load_theme(name)
        (cells,) = colored(diagram, theme).shapes
        assert isinstance(cells, Cells)
        found = [f"#{bytes(color[:3]).hex()}" for color in cells.colors[0]]
        assert found[:3] == [theme.color(color) for color in ("negative", "zero", "positive")]
        assert cells.colors[0, :, 3].tolist() == [255, 255, 255, 0]
    for format in DIAGRAM_FORMATS:
        assert render(diagram, format)


def test_words_with_a_room_are_made_smaller_where_a_font_makes_them_wider() -> None:
    text = "Words that are much too wide"
    diagram = Diagram("words", "Words", 100.0, 20.0, (Words(2.0, 14.0, text, 12.0, room=90.0),))
    pixels = image.imread(io.BytesIO(render(diagram, "png", size=(5.0, 5.0), dpi=80.0)))
    inked = np.flatnonzero((pixels[..., :3] < 0.9).any(axis=(0, 2)))
    assert 320 < inked.max() - inked.min() <= 362
    turned = Diagram("words", "Words", 20.0, 100.0, (Words(14.0, 98.0, text, 12.0, room=90.0, turned=True),))
    pixels = image.imread(io.BytesIO(render(turned, "png", size=(5.0, 5.0), dpi=80.0)))
    inked = np.flatnonzero((pixels[..., :3] < 0.9).any(axis=(1, 2)))
    assert 320 < inked.max() - inked.min() <= 362


def test_turned_words_run_upward_in_latex_too() -> None:
    diagram = Diagram("words", "Words", 20.0, 100.0, (Words(14.0, 98.0, "upward", 12.0, turned=True),))
    assert b"rotate=90" in render(diagram, "pgf")
    assert b"rotate=90" not in render(DIAGRAM, "pgf")

"""Words of any script in figures: the font's characters, those of another installed font, and none's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import image
from matplotlib.font_manager import fontManager

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Series
from bnsim.plot.writers import boxes_in, render
from bnsim.plot.writers.fonts import families

RARE = "\U00010a60"
"""A letter of Old South Arabian, for which a font is made here; no usual font has it."""


def figure(name: str) -> Figure:
    line = Series(name, np.array([0.0, 1.0]), np.array([1.0, 2.0]), "lane0", label=name)
    return Figure("sample", f"Of {name}", f"{name} is flat", Axis("x"), Axis(f"y of {name}"), (line,))


@pytest.fixture
def rare_font(tmp_path: Path) -> Iterator[str]:
    """The family name of an installed font that has RARE as a square, and nothing else."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rare"])
    builder.setupCharacterMap({ord(RARE): "rare"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "rare": square})
    builder.setupHorizontalMetrics({".notdef": (800, 0), "rare": (800, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "bnsim rare", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "rare.ttf"
    builder.save(path)
    before = list(fontManager.ttflist)
    fontManager.addfont(path)
    yield "bnsim rare"
    fontManager.ttflist[:] = before


@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", ["\x1b[0m", "a\0b", "$\\frac{$ x_$", "<b>&amp;</b>", "\u202eevil", "\ud800", "שלום"])
def test_any_name_can_be_drawn(name: str, format: str) -> None:
    content = render(figure(name), format)
    if format == "svg":
        ElementTree.fromstring(content)


def test_math_and_markup_are_words() -> None:
    svg = ElementTree.fromstring(render(figure("<b>$x_1$</b>"), "svg"))
    assert "Of <b>$x_1$</b>" in ["".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text")]


def test_the_usual_words_take_the_usual_font_alone() -> None:
    assert families("Gradient by depth: dγ, x̂, ‖w‖, 10⁻¹²", "DejaVu Sans") == ("DejaVu Sans",)


def test_another_font_has_what_the_first_lacks(rare_font: str) -> None:
    assert families(f"a{RARE}", "DejaVu Sans") == ("DejaVu Sans", rare_font)
    assert boxes_in(figure(RARE), "x.png") == ""
    squares, words = (image.imread(io.BytesIO(render(figure(name), "png"))) for name in (20 * RARE, 20 * "."))
    head = np.s_[:100, 40:, :3]
    inked = [int((picture[head] < 0.4).all(axis=2).sum()) for picture in (squares, words)]
    assert inked[0] > 3 * inked[1], "filled squares, no boxes"


def test_what_no_font_has_is_said() -> None:
    assert boxes_in(figure(RARE), "x.pdf") == f"no installed font has {RARE}, in whose place there are boxes"
    assert boxes_in(figure(RARE), "x.svg") == ""
    assert boxes_in(figure("plain"), "x.png") == ""
    render(figure(RARE), "pdf")

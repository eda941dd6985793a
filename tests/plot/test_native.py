"""Diagrams in PowerPoint files are shapes that can be edited, where the diagram has them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.util import Pt

from bnsim.plot.diagram import Box, Cells, Curve, Diagram, Shape, Words, line
from bnsim.plot.style import Style
from bnsim.plot.theme import load_theme
from bnsim.plot.writers import native, render

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
RED = np.array([[[255, 0, 0, 255], [0, 0, 255, 255]]], np.uint8)
PAGE = Style(size=(10.0, 5.0))
"""Five times as large as the diagrams here."""


def shapes_of(*shapes: Shape) -> list[Any]:
    """What is in the group that the diagram has become, but for the empty page behind it."""
    diagram = Diagram("sketch", "A <sketch>", 144.0, 72.0, shapes, description="It shows")
    (group,) = Presentation(io.BytesIO(render(diagram, "pptx", style=PAGE))).slides[0].shapes
    assert group.shape_type == MSO_SHAPE_TYPE.GROUP
    assert group.name == "A <sketch>"
    assert group._element.nvGrpSpPr.cNvPr.get("descr") == "It shows"
    page, *found = group.shapes
    assert (page.left, page.top, page.width, page.height) == (0, 0, Pt(720), Pt(360))
    assert len({shape.shape_id for shape in (group, page, *found)}) == 2 + len(found)
    return found


def test_boxes_are_rectangles_in_the_colors_of_the_theme() -> None:
    plain, rounded = shapes_of(
        Box(10.0, 20.0, 30.0, 20.0, fill="linear", stroke="text", line=2.0, alpha=0.5, dashed=True),
        Box(50.0, 20.0, 30.0, 20.0, fill="card", radius=5.0),
    )
    theme = load_theme("light")
    assert [getattr(plain, side) for side in ("left", "top", "width", "height")] == [Pt(k) for k in (50, 100, 150, 100)]
    assert str(plain.fill.fore_color.rgb) == theme.color("linear")[1:].upper()
    assert plain._element.find(f".//{A}alpha").get("val") == "50000"
    assert plain.line.width == Pt(10)
    assert rounded.adjustments[0] == pytest.approx(0.25)
    assert rounded.line.fill.type is not None


def test_words_are_text_about_their_middle() -> None:
    start, end, turned = shapes_of(
        Words(20.0, 30.0, "Linear <1>", 10.0, bold=True),
        Words(120.0, 30.0, "right", 10.0, anchor="end"),
        Words(60.0, 50.0, "up", 10.0, anchor="middle", turned=True),
    )
    assert [shape.text_frame.text for shape in (start, end, turned)] == ["Linear <1>", "right", "up"]
    font = start.text_frame.paragraphs[0].runs[0].font
    assert (font.size, font.bold, font.name) == (Pt(50), True, "Verdana")
    assert start.left == Pt(100)
    assert abs(end.left + end.width - Pt(600)) <= 1
    for shape in (start, end):
        assert (shape.top + shape.height / 2) / Pt(1) == pytest.approx(150 - 0.36 * 50, abs=0.1)
    assert turned.rotation == 270
    assert (turned.left + turned.width / 2) / Pt(1) == pytest.approx(300 - 0.36 * 50, abs=0.1)
    assert (turned.top + turned.height / 2) / Pt(1) == pytest.approx(250, abs=0.1)


def test_curves_are_freeforms_with_every_point() -> None:
    arrow, area = shapes_of(
        line((10.0, 10.0), (30.0, 20.0), arrow=True),
        Curve(("M", "Q", "C", "Z"), (10, 60, 20, 50, 30, 60, 40, 70, 50, 60, 60, 60), fill="loss"),
    )
    assert arrow._element.find(f".//{A}tailEnd").get("type") == "triangle"
    assert [point.get("x") for point in arrow._element.iter(f"{A}pt")] == ["0", str(Pt(100))]
    path = area._element.find(f".//{A}path")
    assert [each.tag.removeprefix(A) for each in path] == ["moveTo", "quadBezTo", "cubicBezTo", "close"]
    assert len(list(path.iter(f"{A}pt"))) == 6


def test_cells_are_a_picture_that_is_not_smoothed() -> None:
    (cells,) = shapes_of(Cells(10.0, 10.0, 40.0, 20.0, RED))
    assert cells.shape_type == MSO_SHAPE_TYPE.PICTURE
    assert (cells.left, cells.width) == (Pt(50), Pt(200))
    assert cells.image.size == (800, 800)


def test_a_diagram_of_very_many_shapes_is_a_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "MOST_SHAPES", 1)
    diagram = Diagram("sketch", "S", 144.0, 72.0, (Box(0, 0, 9, 9, fill="loss"),) * 2)
    (shape,) = Presentation(io.BytesIO(render(diagram, "pptx", style=PAGE))).slides[0].shapes
    assert shape.shape_type == MSO_SHAPE_TYPE.PICTURE

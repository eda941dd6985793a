"""PowerPoint files: python-pptx reads them, the picture is in its place, the bytes are the same every time."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Inches

from bnsim.plot.diagram import Box, Diagram, Words
from bnsim.plot.style import Style
from bnsim.plot.writers import render
from bnsim.plot.writers.slides import Place, blank_slide, on_slide, presentation, saved
from tests.plot.samples import picture

SKETCH = Diagram("sketch", "Sketch", 200.0, 100.0, (Box(10, 10, 50, 20, stroke="text"), Words(10, 60, "words", 12.0)))


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def test_a_file_has_one_slide_of_the_size_of_its_style() -> None:
    made = opened(render(picture(), "pptx", style="slide-4-3"))
    assert len(made.slides) == 1
    assert (made.slide_width, made.slide_height) == (Inches(10), Inches(7.5))
    assert made.core_properties.title == "Picture"


def test_a_drawing_is_an_svg_with_a_png_in_its_place() -> None:
    (shape,) = opened(render(picture(), "pptx")).slides[0].shapes
    assert shape.image.content_type == "image/png"
    assert shape._element.nvPicPr.cNvPr.get("descr").startswith("it vanishes")
    (embedded,) = shape._element.iter("{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip")
    (relation,) = (value for key, value in embedded.items() if key.endswith("}embed"))
    svg = shape.part.related_part(relation)
    assert svg.content_type == "image/svg+xml"
    assert b"<svg" in svg.blob
    assert b"<text" not in svg.blob


def test_pictures_of_a_deck_stand_in_their_boxes_in_their_own_proportions() -> None:
    style = Style(size=(13.333, 7.5))
    deck = presentation(style, "Deck")
    slide = blank_slide(deck, style)
    on_slide(deck, slide, picture(), style, Place(1.0, 2.0, 6.0, 4.0))
    on_slide(deck, slide, SKETCH, style, Place(7.0, 2.0, 6.0, 4.0))
    figure, sketch = opened(saved(deck)).slides[0].shapes
    inches = [
        [getattr(shape, side) / Inches(1) for side in ("left", "top", "width", "height")] for shape in (figure, sketch)
    ]
    assert inches[0] == pytest.approx([1.0, 2.0, 6.0, 4.0], abs=0.01)
    assert inches[1] == pytest.approx([7.0, 2.5, 6.0, 3.0], abs=0.01)


def test_no_time_of_writing_is_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(render(SKETCH, "pptx"))) as file:
        assert {info.date_time for info in file.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in file.read("docProps/core.xml")

"""A diagram as shapes that PowerPoint edits: rectangles, lines, freeforms and text boxes, together in one group.

The XML is written here: python-pptx measures a group anew at each shape that is added, and has no quadratic curves.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from PIL import Image
from pptx.oxml import parse_xml

from bnsim.plot.diagram import COUNTS, Box, Cells, Curve, Diagram, Shape, Words, colored
from bnsim.plot.style import Style
from bnsim.plot.widths import MIDDLE, width_of
from bnsim.spec.printable import printable

FONTS = {"ui": "Verdana", "mono": "Courier New", "math": "Cambria Math"}
"""The first is as wide as the font in which diagrams are measured, and there where PowerPoint is."""
MOST_SHAPES, MOST_POINTS = 2500, 100_000
"""A diagram of more would make a file slow to open; it is a drawing then."""
_POINT = 12700
"""EMU, the unit of lengths in the file, in a point."""
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_PATH = {"M": "moveTo", "L": "lnTo", "Q": "quadBezTo", "C": "cubicBezTo", "Z": "close"}
_ALIGNED = {"start": "l", "middle": "ctr", "end": "r"}
_FINE = 800
"""Pixels that cells have at least, across and down, as far as whole pixels go."""
_LINE = 1.25
"""Height of a text box, in sizes of its font."""


def can_be_shapes(diagram: Diagram) -> bool:
    """Whether it is small enough for a file that opens quickly."""
    points = sum(len(shape.numbers) for shape in diagram.shapes if isinstance(shape, Curve))
    return len(diagram.shapes) <= MOST_SHAPES and points <= MOST_POINTS


def add_shapes(slide: Any, diagram: Diagram, style: Style, place: tuple[float, float, float, float]) -> None:
    """Put the diagram on a slide, in the middle of a place: x, y, width and height in inches."""
    x, y, width, height = (72.0 * side for side in place)
    by = min(width / diagram.width, height / diagram.height)
    left, top = x + (width - by * diagram.width) / 2, y + (height - by * diagram.height) / 2
    pen = _Pen(slide, style, by, left, top)
    whole = _frame(left, top, by * diagram.width, by * diagram.height)
    number = next(pen.numbers)
    # An empty rectangle of the page's size: the group keeps its proportions whatever is drawn.
    page = pen.shape(
        "page", whole, '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln>'
    )
    inner = "".join(_DRAW[type(shape)](pen, shape) for shape in colored(diagram, pen.theme).shapes)
    child = whole.replace("a:off ", "a:chOff ").replace("a:ext ", "a:chExt ")
    name, told = quoteattr(printable(diagram.title)), quoteattr(printable(diagram.description or diagram.title))
    group = (
        f'<p:grpSp {_SPACES}><p:nvGrpSpPr><p:cNvPr id="{number}" name={name} descr={told}/><p:cNvGrpSpPr/><p:nvPr/>'
        f"</p:nvGrpSpPr><p:grpSpPr><a:xfrm>{whole}{child}</a:xfrm></p:grpSpPr>{page}{inner}</p:grpSp>"
    )
    slide.shapes._spTree.append(parse_xml(group))


class _Pen:
    """What writes shapes; `by` points of the slide are one of the diagram, whose corner is at `left`, `top`."""

    def __init__(self, slide: Any, style: Style, by: float, left: float, top: float) -> None:
        self.slide, self.theme, self.by, self.left, self.top = slide, style.colors(), by, left, top
        self.fonts = {**FONTS, **({"ui": style.font} if style.font else {})}
        self.numbers: Iterator[int] = iter(range(slide.shapes._next_shape_id, 2**31))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the diagram on the slide."""
        return self.left + self.by * x, self.top + self.by * y

    def shape(self, name: str, frame: str, look: str, text: str = "", turn: str = "") -> str:
        """A shape with that geometry and look."""
        kind = ' txBox="1"' if text else ""
        return (
            f'<p:sp><p:nvSpPr><p:cNvPr id="{next(self.numbers)}" name={quoteattr(name)}/><p:cNvSpPr{kind}/><p:nvPr/>'
            f"</p:nvSpPr><p:spPr><a:xfrm{turn}>{frame}</a:xfrm>{look}</p:spPr>{text}</p:sp>"
        )

    def look(self, shape: Box | Curve) -> str:
        """How a shape is filled, and its line drawn."""
        fill = _fill(self.theme.color(shape.fill), shape.alpha) if shape.fill else "<a:noFill/>"
        if not shape.stroke:
            return f"{fill}<a:ln><a:noFill/></a:ln>"
        dashes = '<a:prstDash val="dash"/>' if shape.dashed else ""
        head = '<a:tailEnd type="triangle"/>' if isinstance(shape, Curve) and shape.arrow else ""
        color = _fill(self.theme.color(shape.stroke), 1.0)
        width, cap = round(self.by * shape.line * _POINT), "flat" if shape.dashed else "rnd"
        return f'{fill}<a:ln w="{width}" cap="{cap}">{color}{dashes}<a:round/>{head}</a:ln>'


def _box(pen: _Pen, box: Box) -> str:
    frame = _frame(*pen.at(box.x, box.y), pen.by * box.width, pen.by * box.height)
    short = min(box.width, box.height)
    share = round(100_000 * min(box.radius / short, 0.5)) if short and box.radius else 0
    kind = f'"roundRect"><a:avLst><a:gd name="adj" fmla="val {share}"/></a:avLst>' if share else '"rect"><a:avLst/>'
    return pen.shape("box", frame, f"<a:prstGeom prst={kind}</a:prstGeom>{pen.look(box)}")


def _curve(pen: _Pen, curve: Curve) -> str:
    if not curve.numbers:
        return ""
    points = [pen.at(*pair) for pair in zip(curve.numbers[::2], curve.numbers[1::2], strict=True)]
    left, top = (min(each) for each in zip(*points, strict=True))
    width, height = (max(each) - least for each, least in zip(zip(*points, strict=True), (left, top), strict=True))
    onward, parts = iter(points), list[str]()
    for command in curve.commands:
        pairs = [next(onward) for _ in range(COUNTS[command] // 2)]
        inner = "".join(f'<a:pt x="{_emu(x - left)}" y="{_emu(y - top)}"/>' for x, y in pairs)
        parts.append(f"<a:{_PATH[command]}>{inner}</a:{_PATH[command]}>")
    size = f'w="{_emu(width)}" h="{_emu(height)}"' + ("" if curve.fill else ' fill="none"')
    lists = '<a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
    geometry = f"<a:custGeom>{lists}<a:pathLst><a:path {size}>{''.join(parts)}</a:path></a:pathLst></a:custGeom>"
    return pen.shape("line" if curve.stroke else "area", _frame(left, top, width, height), geometry + pen.look(curve))


def _words(pen: _Pen, words: Words) -> str:
    text, size = printable(words.text), pen.by * words.size
    wide, tall = 1.02 * pen.by * width_of(words.text, words.size, bold=words.bold) + 2.0, _LINE * size
    x, y = pen.at(words.x, words.y)
    back = {"start": 0.0, "middle": wide / 2, "end": wide}[words.anchor]
    turn = ""
    if words.turned:  # about its middle
        middle = x - MIDDLE * size, y + back - wide / 2
        frame, turn = _frame(middle[0] - wide / 2, middle[1] - tall / 2, wide, tall), ' rot="-5400000"'
    else:
        frame = _frame(x - back, y - MIDDLE * size - tall / 2, wide, tall)
    color, font = _fill(pen.theme.text_color(words.color), 1.0), quoteattr(pen.fonts[words.font])
    marks = (' b="1"' if words.bold else "") + (' i="1"' if words.font == "math" else "")
    run = f'<a:rPr lang="en-US" sz="{round(100 * size)}"{marks}>{color}<a:latin typeface={font}/></a:rPr>'
    body = (
        '<p:txBody><a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></a:bodyPr>'
        f'<a:p><a:pPr algn="{_ALIGNED[words.anchor]}"/><a:r>{run}<a:t>{escape(text)}</a:t></a:r></a:p></p:txBody>'
    )
    return pen.shape(text, frame, '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>', body, turn)


def _cells(pen: _Pen, cells: Cells) -> str:
    colors = np.asarray(cells.colors)
    for axis in (0, 1):  # programs smooth pictures that they enlarge: a cell is several pixels
        colors = colors.repeat(max(_FINE // colors.shape[axis], 1), axis)
    written = io.BytesIO()
    Image.fromarray(colors, "RGBA").save(written, "PNG")
    written.seek(0)
    _, relation = pen.slide.part.get_or_add_image_part(written)
    frame = _frame(*pen.at(cells.x, cells.y), pen.by * cells.width, pen.by * cells.height)
    return (
        f'<p:pic><p:nvPicPr><p:cNvPr id="{next(pen.numbers)}" name="cells"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr><a:xfrm>{frame}</a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
    )


def _fill(color: str, alpha: float) -> str:
    opacity = f'<a:alpha val="{round(100_000 * alpha)}"/>' if alpha < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{color[1:].upper()}">{opacity}</a:srgbClr></a:solidFill>'


def _frame(x: float, y: float, width: float, height: float) -> str:
    return f'<a:off x="{_emu(x)}" y="{_emu(y)}"/><a:ext cx="{_emu(width)}" cy="{_emu(height)}"/>'


def _emu(points: float) -> int:
    return round(points * _POINT)


_DRAW: Mapping[type[Shape], Callable[[_Pen, Any], str]] = {Box: _box, Cells: _cells, Curve: _curve, Words: _words}

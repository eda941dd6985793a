"""Mathematics as Qt paths, crisp at any size: formulas come from `bnsim.typeset`, numbers are set here in its font.

Formulas are typeset once and kept; numbers change at every step, so they are put together from glyphs kept ready.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from msgspec import Struct
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPainterPath, QRawFont, QTransform

from bnsim.lenses.equations.markup import Atom, Cases, Element, Fence, Frac, Markup, Root, Row, Sup
from bnsim.typeset import Outlines, font_file
from bnsim.ui.widgets.paths import painter_path

AXIS = 0.258
"""Height of the fraction bar and of minus signs above the baseline, in ems; this and the following are the font's."""
RULE, GAP, SCRIPT, RAISED = 0.068, 0.11, 0.72, 0.38
SPACE, THIN = 0.25, 0.07
RADICAL = 0.42


class Stroke(Struct, frozen=True):
    """An outline filled in the color of a tensor, by its mark; 0 is plain text."""

    mark: int
    path: QPainterPath


class Zone(NamedTuple):
    """Where the mark of a tensor stands; of a number, which `element` of the tensor it is, if that is known."""

    mark: int
    rect: QRectF
    element: Element | None = None
    number: bool = False


class Drawing(Struct, frozen=True):
    """Mathematics to be painted: paths from x = 0 on, the baseline at y = 0, y downward.

    `zones`: where each mark stands.
    """

    width: float
    ascent: float
    descent: float
    strokes: tuple[Stroke, ...]
    zones: tuple[Zone, ...] = ()

    def moved(self, x: float, y: float = 0.0) -> Drawing:
        """The drawing moved by (x, y), in pixels."""
        strokes = tuple(Stroke(stroke.mark, stroke.path.translated(x, y)) for stroke in self.strokes)
        zones = tuple(zone._replace(rect=zone.rect.translated(x, y)) for zone in self.zones)
        return Drawing(self.width, self.ascent - y, self.descent + y, strokes, zones)


NOTHING = Drawing(0, 0, 0, ())


def drawn(outlines: Outlines) -> Drawing:
    """Outlines as a drawing that Qt can paint."""
    strokes = tuple(Stroke(stroke.mark, painter_path(stroke.path)) for stroke in outlines.strokes)
    zones = tuple(Zone(mark, QRectF(box.x, box.y, box.width, box.height)) for mark, box in outlines.zones)
    return Drawing(outlines.width, outlines.ascent, outlines.descent, strokes, zones)


@cache
def _face() -> QRawFont:
    return QRawFont(str(font_file()), 1000.0, QFont.HintingPreference.PreferNoHinting)


@cache
def _glyph(character: str) -> tuple[float, QPainterPath]:
    """Advance and outline of a character, in thousandths of an em."""
    face = _face()
    (index,) = face.glyphIndexesForString(character)
    (advance,) = face.advancesForGlyphIndexes([index])
    return advance.x(), face.pathForGlyph(index)


@lru_cache(maxsize=2048)
def text(characters: str, size: float, mark: int = 0, element: Element | None = None) -> Drawing:
    """Characters in a row, in the upright font."""
    path, x, scale = QPainterPath(), 0.0, size / 1000
    for character in characters:
        advance, outline = _glyph(character)
        path.addPath(QTransform(scale, 0, 0, scale, x, 0).map(outline))
        x += advance * scale
    number = characters.lstrip("−")[:1].isdigit()
    zones = (Zone(mark, QRectF(0, -0.8 * size, x, size), element, number),) if mark else ()
    return Drawing(x, 0.72 * size, 0.22 * size, (Stroke(mark, path),), zones)


def side_by_side(parts: Iterable[Drawing], gap: float = 0.0) -> Drawing:
    """Drawings beside each other on one baseline."""
    x, up, down = 0.0, 0.0, 0.0
    strokes: list[Stroke] = []
    zones: list[Zone] = []
    for number, part in enumerate(parts):
        x += gap if number else 0.0
        placed = part.moved(x)
        strokes += placed.strokes
        zones += placed.zones
        x += part.width
        up, down = max(up, part.ascent), max(down, part.descent)
    return Drawing(x, up, down, tuple(strokes), tuple(zones))


def set_numbers(markup: Markup, size: float) -> Drawing:
    """Draw markup with numbers, from the font's own outlines."""
    if isinstance(markup, Atom):
        return _atom(markup, size)
    if isinstance(markup, Row):
        return side_by_side(set_numbers(item, size) for item in markup.items)
    if isinstance(markup, Frac):
        return _fraction(set_numbers(markup.top, size), set_numbers(markup.bottom, size), size)
    if isinstance(markup, Sup):
        base = set_numbers(markup.base, size)
        raised = set_numbers(markup.exponent, size * SCRIPT)
        lift = max(RAISED * size, base.ascent - 0.34 * size)
        exponent = raised.moved(0, -lift)
        return side_by_side(
            (base, Drawing(raised.width + 0.04 * size, *_extent(exponent), exponent.strokes, exponent.zones))
        )
    if isinstance(markup, Root):
        return _root(set_numbers(markup.body, size), size)
    if isinstance(markup, Fence):
        return _fence(markup, size)
    assert isinstance(markup, Cases)
    return set_numbers(markup.rows[0][0], size)


def _extent(part: Drawing) -> tuple[float, float]:
    return max(part.ascent, 0.0), max(part.descent, 0.0)


def _atom(atom: Atom, size: float) -> Drawing:
    if not atom.text:
        return Drawing(THIN * size, 0, 0, ())
    shown = text(atom.text, size, atom.mark, atom.element)
    if atom.operator:
        space = (0.13 if atom.text == "·" else SPACE) * size
        return Drawing(shown.width + 2 * space, shown.ascent, shown.descent, shown.moved(space).strokes)
    if len(atom.text) > 1 and atom.text.isalpha():
        return Drawing(shown.width + 0.05 * size, shown.ascent, shown.descent, shown.strokes, shown.zones)
    return shown


def _bar(x: float, y: float, width: float, thickness: float) -> Stroke:
    path = QPainterPath()
    path.addRect(QRectF(x, y, width, thickness))
    return Stroke(0, path)


def _fraction(top: Drawing, bottom: Drawing, size: float) -> Drawing:
    width = max(top.width, bottom.width) + 0.2 * size
    axis, rule = AXIS * size, RULE * size
    up = -(axis + rule / 2 + GAP * size + top.descent)
    down = -axis + rule / 2 + GAP * size + bottom.ascent
    above, below = top.moved((width - top.width) / 2, up), bottom.moved((width - bottom.width) / 2, down)
    line = _bar(0.04 * size, -axis - rule / 2, width - 0.08 * size, rule)
    strokes = (*above.strokes, line, *below.strokes)
    return Drawing(width, above.ascent, below.descent, strokes, above.zones + below.zones)


def _root(body: Drawing, size: float) -> Drawing:
    rule, hook = RULE * size, RADICAL * size
    top, bottom = -body.ascent - 0.09 * size, body.descent + 0.02 * size
    sign = QPainterPath()
    points = (
        (0.0, bottom - 0.42 * size),
        (0.12 * size, bottom - 0.5 * size),
        (0.23 * size, bottom - 0.16 * size),
        (hook - 0.03 * size, top - rule),
        (hook + body.width + 0.06 * size, top - rule),
        (hook + body.width + 0.06 * size, top),
        (hook + 0.02 * size, top),
        (0.24 * size, bottom),
        (0.1 * size, bottom - 0.4 * size),
        (0.02 * size, bottom - 0.36 * size),
    )
    sign.moveTo(*points[0])
    for point in points[1:]:
        sign.lineTo(*point)
    sign.closeSubpath()
    inside = body.moved(hook + 0.03 * size)
    width = hook + body.width + 0.12 * size
    return Drawing(width, -(top - rule), body.descent, (Stroke(0, sign), *inside.strokes), inside.zones)


def _fence(fence: Fence, size: float) -> Drawing:
    body = set_numbers(fence.body, size)
    height = body.ascent + body.descent
    tall = max(height / (0.96 * size), 1.0)
    middle = (body.descent - body.ascent) / 2 if tall > 1 else 0.0
    parts = [_bracket(fence.left, size, tall, middle), body, _bracket(fence.right, size, tall, middle)]
    return side_by_side(part for part in parts if part.width)


def _bracket(character: str, size: float, tall: float, middle: float) -> Drawing:
    if not character:
        return Drawing(0, 0, 0, ())
    plain = text(character, size)
    if tall <= 1:
        return plain
    box = plain.strokes[0].path.boundingRect()
    stretched = QTransform(1, 0, 0, tall, 0, middle - tall * box.center().y()).map(plain.strokes[0].path)
    reach = stretched.boundingRect()
    return Drawing(plain.width, -reach.top(), reach.bottom(), (Stroke(0, stretched),))

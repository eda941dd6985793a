"""Formulas in a text: painted where they stand, sharp at any scale and in the color of the words around."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from bnsim.typeset import typeset
from bnsim.ui.widgets.paths import painter_path

KIND = QTextFormat.ObjectTypes.UserObject + 1
LATEX, PIXELS, INK, TAIL = (QTextFormat.Property.UserProperty + number for number in (1, 2, 3, 4))
FIRST = 0xE000
"""Formulas are letters of the private area while the text is read as Markdown."""
MOST = 0x1800
"""As many letters has that area."""
MOST_PIXELS = 10_000.0
"""Of a formula's width and height: Qt has no wider widgets than some millions."""
IN_LINE, APART = 1.12, 1.2
"""How much larger than the words a formula is set: its letters look smaller."""
_PIECE = re.compile(
    r"(?P<kept>```.*?```|`[^`\n]*`|\\\$)|\$\$(?P<apart>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$(?P<tail>[,.;:!?)”]*)",
    re.DOTALL,
)


class Found(NamedTuple):
    """A formula of a text; one that stands apart has a line of its own. `tail`: signs that no line may begin with."""

    latex: str
    apart: bool
    tail: str = ""


class Outline(NamedTuple):
    """A formula as a path from x = 0 on, its baseline at y = 0."""

    width: float
    ascent: float
    descent: float
    path: QPainterPath


def taken_out(text: str) -> tuple[str, list[Found]]:
    """The text with a letter of the private area in place of each formula, and the formulas."""
    found: list[Found] = []

    def put(piece: re.Match[str]) -> str:
        if piece["kept"] or len(found) >= MOST:
            return "$" if piece["kept"] == r"\$" else piece[0]
        apart = piece["apart"] is not None
        found.append(Found((piece["apart"] or piece["inline"]).strip(), apart, piece["tail"] or ""))
        letter = chr(FIRST + len(found) - 1)
        return f"\n\n{letter}\n\n" if apart else letter

    return _PIECE.sub(put, text), found


@lru_cache(512)
def outline(latex: str, pixels: float) -> Outline | None:
    """A formula set in letters so many pixels high; None if it cannot be read."""
    try:
        made = typeset(latex, pixels)
    except Exception:  # what the parser raises for what it cannot read is not told
        return None
    if max(made.width, made.ascent, made.descent) > MOST_PIXELS:
        return None
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for stroke in made.strokes:
        path.addPath(painter_path(stroke.path))
    return Outline(made.width, made.ascent, made.descent, path)


class FormulaObject(QPyTextObject):
    """Lays out and paints formulas in a document."""

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        made, scale, below = self._set(doc, format)
        if made is None:
            return QSizeF(0, 0)
        return QSizeF(made.width * scale + _tail_width(doc, format), made.ascent * scale + below)

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, posInDocument: int, format: QTextFormat
    ) -> None:
        made, scale, below = self._set(doc, format)
        if made is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(rect.left(), rect.bottom() - below)
        painter.scale(scale, scale)
        painter.fillPath(made.path, QColor(format.property(INK)))
        painter.restore()
        painter.save()
        painter.setFont(doc.defaultFont())
        painter.setPen(QColor(format.property(INK)))
        painter.drawText(QPointF(rect.left() + made.width * scale, rect.bottom() - below), format.stringProperty(TAIL))
        painter.restore()

    @staticmethod
    def _set(doc: QTextDocument, format: QTextFormat) -> tuple[Outline | None, float, float]:
        """The formula, how much smaller it is where a line is too narrow, and the pixels below its baseline."""
        made = outline(str(format.property(LATEX)), float(format.property(PIXELS)))
        if made is None:
            return None, 1.0, 0.0
        room = doc.textWidth() - 2 * doc.documentMargin() - 2 - _tail_width(doc, format)
        scale = min(1.0, room / made.width) if room > 0 and made.width > 0 else 1.0
        return made, scale, QFontMetricsF(format.toCharFormat().font()).descent()


def _tail_width(doc: QTextDocument, format: QTextFormat) -> float:
    return QFontMetricsF(doc.defaultFont()).horizontalAdvance(format.stringProperty(TAIL))


def put_in(document: QTextDocument, formulas: list[Found], pixels: float, ink: QColor) -> None:
    """Replace the letters in a document by the formulas, in an ink; the words around are so many pixels high."""
    _serve(document)
    place = 0
    for number, formula in enumerate(formulas):
        cursor = document.find(chr(FIRST + number), place)
        if cursor.isNull():
            continue
        place = cursor.selectionStart()
        size = round(pixels * (APART if formula.apart else IN_LINE), 1)
        made = outline(formula.latex, size)
        if made is None:
            cursor.insertText(
                formula.latex + formula.tail
            )  # as it is written, so that its author sees what cannot be read
            continue
        shape = cursor.charFormat()
        shape.setObjectType(KIND)
        shape.setProperty(LATEX, formula.latex)
        shape.setProperty(PIXELS, size)
        shape.setProperty(INK, ink.name())
        shape.setProperty(TAIL, formula.tail)
        shape.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
        _give_descent(shape, made.descent + 1)
        cursor.insertText("\ufffc", shape)
        if formula.apart:
            _center(cursor)


def _give_descent(shape: QTextCharFormat, wanted: float) -> None:
    """Give a formula's letter a font with the descent that it needs: Qt has as much below the line as the font has."""
    font = shape.font()
    font.setPixelSize(100)
    of_hundred = QFontMetricsF(font).descent()
    font.setPixelSize(max(4, round(100 * wanted / of_hundred + 0.49)))
    shape.setFont(font, QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesAll)


def _center(cursor: QTextCursor) -> None:
    block = QTextBlockFormat()
    block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    cursor.mergeBlockFormat(block)


def _serve(document: QTextDocument) -> None:
    """Have the document's layout know formulas; the object that lays them out lives as long as the document."""
    layout = document.documentLayout()
    if layout.handlerForObject(KIND) is None:
        layout.registerHandler(KIND, FormulaObject(document))

"""Marks of findings and names of cards keep off each other, and names off the card's edge."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem

from bnsim.plot.theme import load_theme, projected_theme
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.model.findings import FindingMark

LAYER = 7
TITLES = ("Linear 1", "Linear 2", "Linear 20", "Sigmoid", "BatchNorm", "LeakyReLU", "Residual", "Dropout", "GroupNorm")
WARNING, NOTE = (FindingMark(severity, True, ("",)) for severity in ("warning", "note"))
MARKS = {"full": WARNING, "note": NOTE, "small": FindingMark("warning", False, ("",)), "none": None}
ZOOMS = {"desk": (0.62, 0.8, 1.0, 1.25, 2.0), "hall": (0.62, 0.7, 0.78, 1.0, 1.29, 1.7)}


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("seen", ZOOMS)
def test_a_mark_never_touches_the_name(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, seen: str, mark: str
) -> None:
    theme = projected_theme("light") if seen == "hall" else load_theme("light")
    style = CanvasStyle(theme, QFont())
    style.findings = {} if MARKS[mark] is None else {LAYER: MARKS[mark]}
    words, shapes = _record(monkeypatch)
    for zoom in ZOOMS[seen]:
        for level in (Level.MIDDLE, Level.NEAR):
            style.level = level
            for title in TITLES:
                words.clear()
                shapes.clear()
                card = CardItem(style)
                card.set_face(Face(LAYER, title, "", "linear", "", 0), "card")
                _paint(card, zoom)
                at = f"{title} at {zoom}, level {level}"
                name = next(iter(words))
                assert name.left() >= 3, at
                assert name.right() <= zoom * style.metrics.card_width - 3, at
                assert [each for each in shapes if each.adjusted(-1, -1, 1, 1).intersects(name)] == [], (at, name)
                assert bool(shapes) == (mark != "none")


def _paint(card: CardItem, zoom: float) -> None:
    image = QImage(600, 400, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(zoom, zoom)
        card.paint(painter, QStyleOptionGraphicsItem())


def _record(monkeypatch: pytest.MonkeyPatch) -> tuple[list[QRectF], list[QRectF]]:
    """Where words are written and marks are painted, in pixels, in the order in which that happens."""
    words: list[QRectF] = []
    shapes: list[QRectF] = []
    write, polygon, ellipse = QPainter.drawText, QPainter.drawPolygon, QPainter.drawEllipse

    def look(painter: QPainter, *args: Any) -> Any:
        rect, flags, text = args
        metrics, place = QFontMetricsF(painter.font()), painter.boundingRect(rect, flags, text)
        ink = metrics.tightBoundingRect(text).translated(place.left(), place.top() + metrics.ascent())
        words.append(painter.combinedTransform().mapRect(ink))
        return write(painter, *args)

    def shape(painter: QPainter, shown: Any) -> Any:
        shapes.append(painter.combinedTransform().mapRect(shown.boundingRect()))
        return polygon(painter, shown)

    def disc(painter: QPainter, center: Any, across: float, down: float) -> Any:
        box = QRectF(center.x() - across, center.y() - down, 2 * across, 2 * down)
        shapes.append(painter.combinedTransform().mapRect(box))
        return ellipse(painter, center, across, down)

    monkeypatch.setattr(QPainter, "drawText", look)
    monkeypatch.setattr(QPainter, "drawPolygon", shape)
    monkeypatch.setattr(QPainter, "drawEllipse", disc)
    return words, shapes

"""How large the type of a window is to the eye: fonts of widgets, and of all words that are painted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

SCRIPT = 0.7
"""How large indices and exponents are set, as a share of what they stand at, by the font of formulas."""


def fonts_of(window: QWidget) -> dict[str, int]:
    """Pixels of the type of every visible widget with words, by a name that finds it."""
    found = {}
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or not _has_words(widget):
            continue
        found[f"{type(widget).__name__} {widget.objectName()} {_words(widget)!r}"] = QFontInfo(
            widget.font()
        ).pixelSize()
    for view in window.findChildren(QGraphicsView):
        if view.isVisible():
            for item in view.scene().items():
                if isinstance(item, QGraphicsTextItem) and item.isVisible() and item.toPlainText().strip():
                    found[f"{view.objectName()} {item.toPlainText()!r}"] = _least(item)
    return found


def _least(item: QGraphicsTextItem) -> int:
    """Rich text has sizes of its own."""
    sizes = [QFontInfo(item.font()).pixelSize()]
    blocks = item.document().begin()
    fragments = blocks.begin()
    styled = []
    while not fragments.atEnd():
        styled.append(fragments.fragment().charFormat().font().pixelSize())
        fragments += 1
    return min(size for size in styled if size > 0) if any(size > 0 for size in styled) else sizes[0]


def _words(widget: QWidget) -> str:
    words = getattr(widget, "words", None)
    text = getattr(widget, "text", None)
    return words if isinstance(words, str) else text() if callable(text) else ""


def _has_words(widget: QWidget) -> bool:
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return bool(widget.text()) and widget.icon().isNull()
    if isinstance(widget, QLabel | QAbstractButton):
        return bool(_words(widget))
    return isinstance(widget, QLineEdit | QComboBox | QAbstractSpinBox | QAbstractItemView)


def scripts_of(window: QWidget) -> dict[str, float]:
    """Pixels of the smallest script that a visible formula may have: that of its font, at the scale it is drawn in."""
    from bnsim.ui.views.equation.math import Mathematics

    return {
        f"{formula.accessibleName()} {number}": SCRIPT * formula._size * min(spot.scale for spot in formula._spots)
        for number, formula in enumerate(window.findChildren(Mathematics))
        if formula.isVisible() and formula._spots
    }


@contextmanager
def painted_sizes(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, float]]:
    """The least pixels on screen of each text that is painted from Python meanwhile."""
    found: dict[str, float] = {}
    draw = QPainter.drawText

    def look(painter: QPainter, *args: Any) -> Any:
        text = next((each for each in args if isinstance(each, str)), "")
        across = painter.combinedTransform()
        scale = (across.m21() ** 2 + across.m22() ** 2) ** 0.5 / painter.device().devicePixelRatioF()
        if text.strip():
            size = QFontInfo(painter.font()).pixelSize() * scale
            found[text] = min(found.get(text, 1e9), size)
        return draw(painter, *args)

    with monkeypatch.context() as patched:
        patched.setattr(QPainter, "drawText", look)
        yield found

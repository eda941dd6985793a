"""The key of names: lines that have no free place for their name beside them are named in a box, with a sample each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath

from bnsim.plot.marks import Series
from bnsim.plot.theme import Theme
from bnsim.ui.charts import labels, quick
from bnsim.ui.theme.style import color, font

SAMPLE, GAP, BETWEEN, EDGE = 22.0, 5.0, 14.0, 4.0
"""Pixels: a sample of a line, from there to its name, from one entry to the next, and around the box."""
BEHIND = 0.88
"""Opacity of the background behind the box."""
MOST_HEIGHT = 0.7
"""The box takes at most this share of the plot's height; names beyond that are left out."""
ROWS = (1.0, 0.7, 0.5)
"""How wide its rows are at most, as a share of the plot's width: what has no place as one may have it as two."""
PLACES = 9
"""Places across and down that are tried for the box."""
ON_NAME = 1000.0
"""The cost of lying over another name, in points of lines that the box would cover."""


class Entry(Struct, frozen=True):
    """A name and the lines that it is of; a place in pixels of the box's upper left corner."""

    text: str
    marks: tuple[Series, ...]
    x: float
    y: float
    width: float


class NameKey(Struct, frozen=True):
    """The box: its upper left corner and its size in pixels of the plot's area; what it covers there."""

    x: float
    y: float
    width: float
    height: float
    entries: tuple[Entry, ...]
    covers: float = 0.0
    """Points of lines below it, a name of another line as so many more (ON_NAME)."""

    @property
    def boxes(self) -> list[QRectF]:
        """What its rows cover, from its corner: no more than their words and samples, and a margin."""
        rows = {entry.y: [each for each in self.entries if each.y == entry.y] for entry in self.entries}
        row = (self.height - 2 * EDGE - max(rows, default=0.0)) + 2 * EDGE
        return [
            QRectF(row_of[0].x, y, row_of[-1].x + row_of[-1].width - row_of[0].x + 2 * EDGE, row)
            for y, row_of in rows.items()
        ]


def arranged(named: Sequence[tuple[str, Series]], theme: Theme, width: float, height: float) -> tuple[NameKey, ...]:
    """Keys of these names for a plot of that size, at its upper left corner: in few long rows first, then in more.

    Lines of the same name (each lane's in a run before) have one entry. None at all if no name has room.
    """
    found = [key for share in ROWS if (key := _in_rows(named, theme, share * width, height)) is not None]
    # Nothing more is shortened or left out for the sake of the shape.
    return tuple(
        key for key in found if [each.text for each in key.entries] == [each.text for each in found[0].entries]
    )


def _in_rows(named: Sequence[tuple[str, Series]], theme: Theme, width: float, height: float) -> NameKey | None:
    """The key in rows of at most that width; None if none has room."""
    metrics = QFontMetricsF(font(theme, "label", bold=True))
    row, most = metrics.height() + 1, width - 2 * EDGE
    entries: list[Entry] = []
    x = y = widest = 0.0
    for text, marks in _by_name(named).items():
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, most - SAMPLE - GAP)
        own = SAMPLE + GAP + metrics.horizontalAdvance(text)
        if x and x + own > most:
            x, y = 0.0, y + row
        if y + row + 2 * EDGE > MOST_HEIGHT * height:
            break
        entries.append(Entry(text, marks, x, y, own))
        widest = max(widest, x + own)
        x += own + BETWEEN
    if not entries or most < 3 * SAMPLE:
        return None
    return NameKey(0.0, 0.0, widest + 2 * EDGE, entries[-1].y + row + 2 * EDGE, tuple(entries))


def _by_name(named: Sequence[tuple[str, Series]]) -> dict[str, tuple[Series, ...]]:
    marks: dict[str, tuple[Series, ...]] = {}
    for text, mark in named:
        marks[text] = (*marks.get(text, ()), mark)
    return marks


def placed(
    keys: Sequence[NameKey], lines: Sequence[labels.Points], names: Sequence[QRectF], width: float, height: float
) -> NameKey:
    """The one of the keys, and where, that lies over the fewest lines, given in pixels, and over no other name if that
    can be.
    """
    points = np.concatenate([labels.densely(line, width) for line in lines] or [np.empty((0, 2))])
    best, least = keys[0], np.inf
    for key in (each for left in keys for each in (left, _at_right(left))):
        boxes = key.boxes
        right, down = max(width - key.width, 0.0), max(height - key.height, 0.0)
        for up in range(PLACES):
            for across in range(PLACES):
                # The right side first: names are mostly there.
                x, y = right * (1 - across / (PLACES - 1)), down * up / (PLACES - 1)
                cost = 0.0
                for box in (each.translated(x, y) for each in boxes):
                    inside = (points >= (box.left(), box.top())) & (points <= (box.right(), box.bottom()))
                    cost += float(inside.all(axis=1).sum()) + ON_NAME * sum(box.intersects(name) for name in names)
                if cost < least:
                    best, least = NameKey(x, y, key.width, key.height, key.entries, cost), cost
        if least == 0:
            break
    return best


def _at_right(key: NameKey) -> NameKey:
    """The same with its rows at its right side."""
    ends = {entry.y: entry.x + entry.width for entry in key.entries}
    moved = tuple(replace(each, x=each.x + key.width - 2 * EDGE - ends[each.y]) for each in key.entries)
    return replace(key, entries=moved)


def paint(painter: QPainter, key: NameKey, theme: Theme, area: QRectF) -> None:
    """Paint the key onto `area`, the plot's rectangle."""
    shape = font(theme, "label", bold=True)
    metrics = QFontMetricsF(shape)
    corner = area.topLeft() + QPointF(key.x, key.y)
    behind = QPainterPath()
    behind.setFillRule(Qt.FillRule.WindingFill)
    for box in key.boxes:
        behind.addRect(box.translated(corner))
    painter.fillPath(behind, color(theme, "plot-background", BEHIND))
    painter.setFont(shape)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for entry in key.entries:
        left, top = corner.x() + EDGE + entry.x, corner.y() + EDGE + entry.y
        for at, mark in enumerate(entry.marks):
            middle = (at + 1) / (len(entry.marks) + 1)
            _paint_sample(painter, mark, theme, left, top + middle * metrics.height())
        role = entry.marks[0].role if len(entry.marks) == 1 else "text-muted"
        painter.setPen(QColor(theme.text_color(role)))
        painter.drawText(QPointF(left + SAMPLE + GAP, top + metrics.ascent()), entry.text)


def _paint_sample(painter: QPainter, mark: Series, theme: Theme, left: float, middle: float) -> None:
    if mark.line == "none":
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        painter.setPen(quick.line_pen(theme, mark))
    painter.drawLine(QPointF(left, middle), QPointF(left + SAMPLE, middle))
    if mark.marker != "none":
        quick.paint_marker(painter, mark, theme, QPointF(left + SAMPLE / 2, middle))

"""How a watch is painted: its values in the colors of their lanes, its past as a sparkline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bnsim.session.watch_seen import WatchSeen, WatchSeries
from bnsim.spec.numerals import significant

EXPRESSION, VALUE, PAST, HOW = range(4)
SQUARE, PADDING = 8, 4
FAR_APART = 100.0
"""The largest number over the least from which on a sparkline is logarithmic, as a figure of it is."""
_PENS = Qt.PenStyle
DASHES = (_PENS.SolidLine, _PENS.DashLine, _PENS.DotLine, _PENS.DashDotLine, _PENS.DashDotDotLine)
Index = QModelIndex | QPersistentModelIndex


def is_log(low: float, high: float) -> bool:
    """Whether lanes share a logarithmic scale: their numbers are positive and far apart."""
    return low > 0 and high / low > FAR_APART


def range_words(seen: WatchSeen) -> str:
    """From where to where the past goes, and on which scale; "" without one."""
    past = np.concatenate([np.empty(0), *(each.past[np.isfinite(each.past)] for each in seen.series)])
    if not past.size:
        return ""
    low, high = float(past.min()), float(past.max())
    scale = ", logarithmic" if is_log(low, high) else ""
    return f"From {significant(low, 3)} to {significant(high, 3)}{scale}"


def series_words(series: WatchSeries) -> str:
    """The present value, after the name of its lane if it is of one."""
    return f"{series.lane} {significant(series.value)}".strip()


class WatchCells(QStyledItemDelegate):
    """Paints the columns of values and of the past. `color` gives the color of a lane, or of words by a theme's name.

    `seen` is what is known of each watch, by its expression.
    """

    def __init__(self, color: Callable[[WatchSeries | str], QColor], parent: QWidget) -> None:
        super().__init__(parent)
        self._color = color
        self.seen: Mapping[str, WatchSeen] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        seen = self.seen.get(index.sibling(index.row(), EXPRESSION).data())
        if index.column() not in (VALUE, PAST) or seen is None or not seen.series:
            super().paint(painter, option, index)
            return
        empty = QStyleOptionViewItem(option)
        self.initStyleOption(empty, index)
        empty.text = ""
        empty.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, empty, painter, empty.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        room = QRectF(option.rect).adjusted(PADDING, PADDING, -PADDING, -PADDING)
        (self._paint_values if index.column() == VALUE else self._paint_past)(painter, room, seen)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), option.fontMetrics.lineSpacing() + 2 * PADDING)

    def _paint_values(self, painter: QPainter, room: QRectF, seen: WatchSeen) -> None:
        """The numbers first, each in its share of the room: it is the names of lanes that give way."""
        share = room.width() / len(seen.series)
        for number, series in enumerate(seen.series):
            part = QRectF(room.left() + number * share, room.top(), share - PADDING, room.height())
            if series.lane:
                square = QRectF(part.left(), part.center().y() - SQUARE / 2, SQUARE, SQUARE)
                painter.fillRect(square, self._color(series))
                part.setLeft(part.left() + SQUARE + PADDING)
            part.setLeft(self._paint_words(painter, part, significant(series.value), "text") + PADDING)
            self._paint_words(painter, part, series.lane, "text-muted")

    def _paint_words(self, painter: QPainter, room: QRectF, words: str, role: str) -> float:
        """Paint what has room, and return where it ends."""
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, int(room.width())))
        painter.setPen(self._color(role))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        return room.left() + metrics.horizontalAdvance(shown)

    def _paint_past(self, painter: QPainter, room: QRectF, seen: WatchSeen) -> None:
        finite = [each.past[np.isfinite(each.past)] for each in seen.series]
        known = [each for each in finite if len(each)]
        times = [each.iterations for each in seen.series if len(each.iterations)]
        if not known:
            return
        low, high = min(float(each.min()) for each in known), max(float(each.max()) for each in known)
        first, last = min(int(each[0]) for each in times), max(int(each[-1]) for each in times)
        logs = is_log(low, high)
        for number, series in enumerate(seen.series):
            painter.setPen(QPen(self._color(series if series.lane else "accent"), 1.5, DASHES[number % len(DASHES)]))
            for line in _lines(series, room, (first, last), (low, high), logs=logs):
                if len(line) == 1:
                    painter.drawEllipse(line[0], 1.0, 1.0)
                else:
                    painter.drawPolyline(QPolygonF(line))


def _lines(
    series: WatchSeries, room: QRectF, times: tuple[int, int], values: tuple[float, float], *, logs: bool
) -> list[list[QPointF]]:
    """The past of a series as lines in a rectangle, one for each stretch that is finite."""
    wide = times[1] - times[0] or 1
    low, top = (math.log(each) if logs else each for each in values)
    lines: list[list[QPointF]] = [[]]
    for at, value in zip(series.iterations.tolist(), series.past.tolist(), strict=True):
        if not np.isfinite(value):
            lines.append([])
            continue
        share = ((math.log(value) if logs else value) - low) / (top - low) if top > low else 0.5
        lines[-1].append(
            QPointF(room.left() + room.width() * (at - times[0]) / wide, room.bottom() - share * room.height())
        )
    return [line for line in lines if line]

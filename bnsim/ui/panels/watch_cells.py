"""How a watch is painted: its values in the colors of their lanes, its past as a sparkline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from bnsim.session.watch_seen import WatchSeen, WatchSeries
from bnsim.spec.numerals import significant
from bnsim.ui.language import tr

EXPRESSION, VALUE, PAST, HOW = range(4)
SQUARE, PADDING = 8, 4
LINE = 120
"""Pixels of a sparkline."""
SHOWN = (2, 3, 4)
"""Digits of a range: more where its ends are alike."""
LONGEST, USUAL = "−1.2e−4 – 1.2e−4", "−0.1234"
FEWER_DIGITS = (4, 3, 2)
"""Significant digits of values: fewer where lanes leave no room; the tooltip has all."""
LEGIBLE = 5
"""Characters of a lane's name that are worth showing."""
FAR_APART = 100.0
"""The largest number over the least from which on a sparkline is logarithmic, as a figure of it is."""
_PENS = Qt.PenStyle
DASHES = (_PENS.SolidLine, _PENS.DashLine, _PENS.DotLine, _PENS.DashDotLine, _PENS.DashDotDotLine)
HOW_WORDS = {"recorded": "recorded", "sampled": "sampled", "compiled": "compiled"}
EXPLAINED = {
    "recorded": "Read from what the run records: costs nothing",
    "sampled": "Read in a replay beside the run once it rests",
    "compiled": "Computed with every iteration",
}
Index = QModelIndex | QPersistentModelIndex


def is_log(low: float, high: float) -> bool:
    """Whether lanes share a logarithmic scale: their numbers are positive and far apart."""
    return low > 0 and high / low > FAR_APART


def range_of(seen: WatchSeen) -> tuple[float, float] | None:
    """The least and the largest finite number of the past; None without one."""
    past = np.concatenate([np.empty(0), *(each.past[np.isfinite(each.past)] for each in seen.series)])
    return (float(past.min()), float(past.max())) if past.size else None


def range_words(seen: WatchSeen) -> str:
    """From where to where the past goes, and on which scale; "" without one."""
    found = range_of(seen)
    if found is None:
        return ""
    low, high = found
    span = f"From {significant(low, 3)} to {significant(high, 3)}"
    return f"{span}, logarithmic" if is_log(low, high) else span


def range_short(seen: WatchSeen) -> str:
    """The same in few characters: "0.12 – 2.3"."""
    found = range_of(seen)
    if found is None:
        return ""
    for digits in SHOWN:
        low, high = (significant(each, digits) for each in found)
        if low != high:
            return f"{low} – {high}"
    return low


def series_words(series: WatchSeries) -> str:
    """The present value, after the name of its lane if it is of one."""
    return f"{series.lane} {significant(series.value)}".strip()


def range_width(metrics: QFontMetrics) -> int:
    """Pixels of a range beside the line of a past."""
    return metrics.horizontalAdvance(LONGEST) + PADDING


class WatchCells(QStyledItemDelegate):
    """Paints the columns of values and of the past. `color` gives the color of a lane, or of words by a theme's name.

    `seen` is what is known of each watch, by its expression; `present` counts the updates that are complete.
    """

    def __init__(self, color: Callable[[WatchSeries | str], QColor], parent: QWidget) -> None:
        super().__init__(parent)
        self._color = color
        self.seen: Mapping[str, WatchSeen] = {}
        self.present = 0

    @property
    def lanes(self) -> int:
        """How many lanes a watch has at most."""
        return max((len(each.series) for each in self.seen.values()), default=1)

    def values_width(self, metrics: QFontMetrics) -> int:
        """Pixels that the numbers of all lanes need."""
        return self.lanes * (metrics.horizontalAdvance(USUAL) + SQUARE + 3 * PADDING) + 2 * PADDING

    def seen_at(self, index: Index) -> WatchSeen | None:
        """What is known of the watch in a row."""
        return self.seen.get(index.sibling(index.row(), EXPRESSION).data()) if index.isValid() else None

    def words_at(self, index: Index) -> str:
        """The tooltip of a cell."""
        seen = self.seen_at(index)
        if seen is None or index.column() == EXPRESSION:
            return str(index.sibling(index.row(), EXPRESSION).data() or "")
        if index.column() == VALUE:
            return seen.problem or "\n".join(map(series_words, seen.series))
        if index.column() == PAST:
            return tr(f"{words}. Click to go there") if (words := range_words(seen)) else ""
        hows = dict.fromkeys(each.how for each in seen.series)
        return "\n".join(tr(EXPLAINED[how]) for how in hows)

    def iteration_at(self, index: Index, cell: QRect, x: float) -> int | None:
        """The iteration at a place in the cell of a past; None without a past."""
        seen = self.seen_at(index)
        if seen is None or not any(len(each.iterations) for each in seen.series):
            return None
        room = _line_room(QRectF(cell))
        first, last = self._times(seen)
        share = min(max((x - room.left()) / room.width(), 0.0), 1.0)
        return round(first + share * (last - first))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        seen = self.seen_at(index)
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
        if index.column() == VALUE:
            self._paint_values(painter, _inner(QRectF(option.rect)), seen)
        else:
            self._paint_past(painter, QRectF(option.rect), seen)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), option.fontMetrics.lineSpacing() + 2 * PADDING)

    def _paint_values(self, painter: QPainter, room: QRectF, seen: WatchSeen) -> None:
        """The numbers first, each in its share of the room; names of lanes where what is left of all can be read."""
        share, metrics = room.width() / len(seen.series), painter.fontMetrics()
        for digits in (*FEWER_DIGITS, 1):
            numbers = [significant(each.value, digits) for each in seen.series]
            left = share - 3 * PADDING - SQUARE - max(map(metrics.horizontalAdvance, numbers))
            if left >= 0:
                break
        needed = max(metrics.horizontalAdvance(each.lane[: LEGIBLE + 1]) for each in seen.series)
        for number, series in enumerate(seen.series):
            part = QRectF(room.left() + number * share, room.top(), share - PADDING, room.height())
            if series.lane:
                square = QRectF(part.left(), part.center().y() - SQUARE / 2, SQUARE, SQUARE)
                painter.fillRect(square, self._color(series))
                part.setLeft(part.left() + SQUARE + PADDING)
            part.setLeft(self._paint_words(painter, part, numbers[number], "text") + PADDING)
            if left >= needed:
                self._paint_words(painter, part, series.lane, "text-muted")

    def _paint_words(self, painter: QPainter, room: QRectF, words: str, role: str) -> float:
        """Paint what has room, and return where it ends."""
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, max(0, int(room.width())))
        painter.setPen(self._color(role))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        return room.left() + metrics.horizontalAdvance(shown)

    def _paint_past(self, painter: QPainter, cell: QRectF, seen: WatchSeen) -> None:
        found = range_of(seen)
        if found is None:
            return
        room, times = _line_room(cell), self._times(seen)
        logs = is_log(*found)
        for number, series in enumerate(seen.series):
            painter.setPen(QPen(self._color(series if series.lane else "accent"), 1.5, DASHES[number % len(DASHES)]))
            for line in _lines(series, room, times, found, logs=logs):
                if len(line) == 1:
                    painter.drawEllipse(line[0], 1.0, 1.0)
                else:
                    painter.drawPolyline(QPolygonF(line))
        x = room.left() + room.width() * (self.present - times[0]) / (times[1] - times[0] or 1)
        painter.setPen(QPen(self._color("accent"), 1.5))
        painter.drawLine(QPointF(x, cell.top() + 1), QPointF(x, cell.bottom() - 1))
        words = QRectF(room.right() + 2 * PADDING, cell.top(), cell.right() - room.right() - 2 * PADDING, cell.height())
        self._paint_words(painter, words, range_short(seen), "text-muted")

    def _times(self, seen: WatchSeen) -> tuple[int, int]:
        """From which iteration to which the past goes, up to the moment behind the last: the present one is on it."""
        times = [each.iterations for each in seen.series if len(each.iterations)]
        starts, ends = [int(each[0]) for each in times], [int(each[-1]) + 1 for each in times]
        return min([*starts, self.present]), max([*ends, self.present])


def _line_room(cell: QRectF) -> QRectF:
    room = _inner(cell)
    room.setWidth(min(room.width(), LINE - 2 * PADDING))
    return room


def _inner(cell: QRectF) -> QRectF:
    return cell.adjusted(PADDING, PADDING, -PADDING, -PADDING)


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

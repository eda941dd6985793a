"""What lies over the window during the tour: all but what is pointed at is a little darker. It takes no clicks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import color

DIM = {"light": 0.17, "dark": 0.4}
ROOM, ROUND, FRAME = 4, 8.0, 3.0
"""Pixels between what is pointed at and its frame; the frame's corners, and its width."""
APART = 14
"""Pixels between a frame and the words beside it."""


class TourCover(QWidget):
    """Lies over all of its parent."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour.cover")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme: Theme | None = None
        self.holes: tuple[QRect, ...] = ()
        """What is pointed at, in the window's pixels."""
        self.hide()

    def point(self, holes: Sequence[QRect]) -> None:
        """Point at these places of the window."""
        if tuple(holes) != self.holes:
            self.holes = tuple(holes)
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark, frames = QPainterPath(), QPainterPath()
        dark.addRect(QRectF(self.rect()))
        for hole in self.holes:
            frames.addRoundedRect(QRectF(hole.adjusted(-ROOM, -ROOM, ROOM, ROOM)), ROUND, ROUND)
        painter.fillPath(dark - frames, QColor.fromRgbF(0, 0, 0, DIM.get(theme.name, DIM["dark"])))
        painter.setPen(QPen(color(theme, "accent"), FRAME))
        painter.drawPath(frames)
        painter.end()


def beside(holes: Sequence[QRect], size: QSize, room: QRect, watched: Sequence[QRect] = ()) -> QPoint:
    """Where words of that size stand: beside the first of the places, over none of them if that can be, in the room.

    Nor over what is `watched`: then at the side of it, at the height of what stands below the place.
    """
    if not holes:
        return room.center() - QPoint(size.width() // 2, size.height() // 2)
    at = holes[0]
    across = at.center().x() - size.width() // 2
    middle = at.center().y() - size.height() // 2
    gap = APART + ROOM
    wanted = (
        QPoint(across, at.bottom() + gap),
        QPoint(across, at.top() - gap - size.height()),
        QPoint(at.right() + gap, middle),
        QPoint(at.left() - gap - size.width(), middle),
        *(QPoint(each.right() + gap, at.bottom() + gap) for each in watched),
        *(QPoint(each.left() - gap - size.width(), at.bottom() + gap) for each in watched),
        QPoint(room.right() - size.width(), room.bottom() - size.height()),
    )
    places = [QRect(_kept(point, size, room), size) for point in wanted]
    around = [hole.adjusted(-ROOM, -ROOM, ROOM, ROOM) for hole in holes]

    def cost(place: QRect) -> tuple[int, int]:
        return sum(_covered(place, each) for each in around), sum(_covered(place, each) for each in watched)

    return min(places, key=cost).topLeft()


def _kept(point: QPoint, size: QSize, room: QRect) -> QPoint:
    x = max(room.left(), min(point.x(), room.right() - size.width()))
    return QPoint(x, max(room.top(), min(point.y(), room.bottom() - size.height())))


def _covered(one: QRect, other: QRect) -> int:
    both = one & other
    return 0 if both.isEmpty() else both.width() * both.height()

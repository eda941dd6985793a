"""What lies over a window before an audience: a spotlight, a spot as of a laser, or nothing but black."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QCursor, QPainter, QPainterPath, QPaintEvent, QPen, QRadialGradient
from PySide6.QtWidgets import QWidget

from bnsim.ui.widgets.raising import COVER

Pointer = Literal["", "spotlight", "laser"]

FOLLOW_MS = 16
"""Milliseconds between two looks at where the pointer is."""
SPOT = 0.2
"""Radius of the spotlight as a share of the window's height."""
DIM = 0.72
LASER, GLOW, TAIL = 7.0, 20.0, 12
"""Pixels: radius of the red spot and of its glow; and how many places its tail has."""
RED = QColor(255, 32, 32)


class Cover(QWidget):
    """Lies over all of its parent and takes no clicks. With nothing to paint it is hidden, and no timer runs.

    `where` says where the pointer is, in pixels of the cover, None for nowhere.
    """

    def __init__(self, parent: QWidget, where: Callable[[], QPointF | None] | None = None) -> None:
        super().__init__(parent)
        self._below = parent
        self.setObjectName(COVER)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.pointer: Pointer = ""
        self.blank = False
        self._where = self._cursor if where is None else where
        self._tail: deque[QPointF] = deque(maxlen=TAIL)
        self._at: QPointF | None = None
        self._timer = QTimer(self, interval=FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        parent.installEventFilter(self)
        self.hide()

    @property
    def on(self) -> bool:
        """Whether there is anything over the window."""
        return self.blank or bool(self.pointer)

    def show_pointer(self, pointer: Pointer) -> None:
        """Show a spotlight or a laser's spot, or neither."""
        self.pointer = pointer
        self._tail.clear()
        self._show()

    def show_blank(self, blank: bool) -> None:
        """Make all black, or not any more."""
        self.blank = blank
        self._show()

    def clear(self) -> None:
        """Show the window as it is."""
        self.blank = False
        self.show_pointer("")

    def _show(self) -> None:
        if self.pointer and not self.blank:
            self._timer.start()
            self.follow()
        else:
            self._timer.stop()
        self.setGeometry(self._below.rect())
        self.setVisible(self.on)
        self.raise_()
        self.update()

    @Slot()
    def follow(self) -> None:
        """Paint anew if the pointer has moved, or the laser's tail still has to catch up."""
        at = self._where()
        still = at == self._at and all(each == at for each in self._tail)
        self._at = at
        if at is None:
            self._tail.clear()
        elif self.pointer == "laser" and not still:
            self._tail.append(at)
        if not still:
            self.update()

    def _cursor(self) -> QPointF | None:
        at = self.mapFromGlobal(QPointF(QCursor.pos()))
        return at if QRectF(self.rect()).contains(at) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._below:
            self.setGeometry(self._below.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.blank:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
        elif self.pointer == "spotlight":
            self._paint_spotlight(painter)
        elif self.pointer == "laser" and self._at is not None:
            self._paint_laser(painter, self._at)

    def _paint_spotlight(self, painter: QPainter) -> None:
        dark = QPainterPath()
        dark.addRect(QRectF(self.rect()))
        if self._at is not None:
            spot = QPainterPath()
            spot.addEllipse(self._at, SPOT * self.height(), SPOT * self.height())
            dark -= spot
        painter.fillPath(dark, QColor.fromRgbF(0, 0, 0, DIM))

    def _paint_laser(self, painter: QPainter, at: QPointF) -> None:
        places = list(self._tail)
        for number, (start, end) in enumerate(pairwise(places), 1):
            ink = QColor(RED)
            ink.setAlphaF(0.6 * number / TAIL)
            painter.setPen(QPen(ink, 2 * LASER * number / TAIL, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(start, end)
        glow = QRadialGradient(at, GLOW)
        for place, alpha in ((0.0, 0.9), (LASER / GLOW, 0.55), (1.0, 0.0)):
            ink = QColor(RED)
            ink.setAlphaF(alpha)
            glow.setColorAt(place, ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(glow)
        painter.drawEllipse(at, GLOW, GLOW)
        painter.setBrush(RED)
        painter.drawEllipse(at, LASER, LASER)

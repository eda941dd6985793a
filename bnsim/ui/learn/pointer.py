"""Points at something in a window: a frame around it and a short arrow. It takes no clicks, and follows what moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QRegion
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import color
from bnsim.ui.widgets.raising import raise_below_cover

FRAME, ROOM, ROUND = 3, 4, 8.0
"""Pixels: width of the frame, between it and what it is around, and radius of its corners."""
ARROW, HEAD = 26, 12
"""Pixels of the arrow in length, and of its head."""
LARGE = 400
"""Pixels of width from which on a frame is seen without an arrow, which would lie over what is beside it."""
FOLLOW_MS = 120
"""Milliseconds between two looks at where it is."""
Where = Callable[[], QRect | None]


class TargetPointer(QWidget):
    """Lies over a window. `where` says what it points at, in the window's pixels; None where that is not seen."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("pointer")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._over = window
        self._theme: Theme | None = None
        self._where: Where | None = None
        self._around = QRect()
        self._from = QPointF()
        self._has_arrow = False
        self._timer = QTimer(self, interval=FOLLOW_MS)
        self._timer.timeout.connect(self.follow)
        self.hide()

    @property
    def around(self) -> QRect:
        """The rectangle of the window that it points at; empty for none."""
        return self._around

    def point(self, where: Where | None) -> None:
        """Point at that from now on; None: at nothing."""
        self._where = where
        if where is None:
            self._timer.stop()
        else:
            self._timer.start()
        self.follow()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @Slot()
    def follow(self) -> None:
        """Be where that is now."""
        found = None if self._where is None else self._where()
        around = QRect() if found is None else found.intersected(self._over.rect())
        if around == self._around and self.isHidden() == around.isEmpty():
            return
        self._around = around
        if around.isEmpty():
            self.hide()
            return
        self._fit(around)
        self.show()
        raise_below_cover(self)
        self.update()

    def _fit(self, around: QRect) -> None:
        """Cover the frame and the arrow, which comes from where there is the most room; nothing else of the window."""
        window = self._over.rect()
        frame = self._frame_around(around)
        sides = {
            QPoint(0, 1): window.bottom() - frame.bottom(),  # of several with enough room the first: names stand above
            QPoint(0, -1): frame.top() - window.top(),
            QPoint(-1, 0): frame.left() - window.left(),
            QPoint(1, 0): window.right() - frame.right(),
        }
        side = max(sides, key=lambda each: min(sides[each], ARROW + FRAME))
        whole = frame.adjusted(-ARROW, -ARROW, ARROW, ARROW)
        self.setGeometry(whole)
        own = frame.translated(-whole.topLeft())
        middle = QPointF(own.center()) + QPointF(1, 1)
        self._tip = middle + QPointF(side.x() * own.width() / 2, side.y() * own.height() / 2)
        self._from = self._tip + QPointF(side) * ARROW
        ring = QRegion(own.adjusted(-1, -1, 1, 1)) - QRegion(own.adjusted(FRAME + 5, FRAME + 5, -FRAME - 5, -FRAME - 5))
        arrow = QRectF(self._tip, self._from).normalized().adjusted(-HEAD, -HEAD, HEAD, HEAD).toAlignedRect()
        self._has_arrow = own.width() < LARGE
        self.setMask(ring | (QRegion(arrow) - QRegion(own)) if self._has_arrow else ring)

    def _frame_around(self, around: QRect) -> QRect:
        """The outer edge of the frame, which stays in the window."""
        more = ROOM + FRAME
        return around.adjusted(-more, -more, more, more).intersected(self._over.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        accent = color(self._theme, "accent")
        frame = QRectF(self._frame_around(self._around).translated(-self.geometry().topLeft()))
        frame = frame.adjusted(FRAME / 2, FRAME / 2, -FRAME / 2, -FRAME / 2)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(accent, FRAME))
            painter.drawRoundedRect(frame, ROUND, ROUND)
            if not self._has_arrow:
                return
            along = (self._tip - self._from) / ARROW
            across = QPointF(-along.y(), along.x())
            base = self._tip - along * HEAD
            painter.drawLine(self._from, base)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawPolygon(QPolygonF([self._tip, base + across * HEAD / 1.7, base - across * HEAD / 1.7]))

"""How the canvas is zoomed and moved: wheel, pinch, keys, the middle button; never out of what there is to see."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPainter, QShowEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QGraphicsView, QPinchGesture, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.scene import CanvasScene

NEAR, FAR = 0.62, 0.3
"""Zooms below which a card drops its words, and below which it is a tick."""
SMALL, SMALLEST = 0.76, 0.64
"""The least zoom a window opens with, and the least where that shows two lanes whole."""
MIN_ZOOM, MAX_ZOOM, ZOOM_STEP = 0.01, 3.0, 1.2
NOTCH = 120
"""`angleDelta` of one notch of a wheel."""


class Zooming(QGraphicsView):
    """The part of the canvas view that says how large and where. `zoom` acts across, see `_apply_zoom`."""

    card_style: CanvasStyle
    cards: CanvasScene
    if TYPE_CHECKING:

        def close_editor(self) -> None: ...
        def set_theme(self, theme: Theme) -> None: ...

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = 1.0
        self._zoomed = False
        """By hand: then a larger window shows more and not larger."""
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        if sys.platform != "darwin":  # there a pinch comes as a native gesture, and would count twice
            self.viewport().grabGesture(Qt.GestureType.PinchGesture)

    @property
    def zoom(self) -> float:
        """1 is 100 %."""
        return self._zoom

    def fit(self) -> None:
        """All columns side by side, and all lanes if they can."""
        layout, margin = self.cards.layout, self.card_style.metrics.margin
        size = self.viewport().size()
        across = (size.width() - 2 * margin) / (layout.width - 2 * margin)
        most = 1.25 * self.card_style.theme.size("card-zoom")
        self.zoom_to(min(across, max(size.height() / layout.height, NEAR), most), QPointF(0, 0))

    def zoom_in(self) -> None:
        """Larger, about the middle."""
        self.zoom_to(self._zoom * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Smaller, about the middle."""
        self.zoom_to(self._zoom / ZOOM_STEP)

    def zoom_reset(self) -> None:
        """Cards at their own size, about the middle."""
        self.zoom_to(1.0)

    def zoom_to(self, zoom: float, about: QPointF | None = None) -> None:
        """What is at `about`, in pixels of the viewport, stays there; without it the middle does."""
        self.close_editor()
        point = (QPointF(self.viewport().rect().center()) if about is None else about).toPoint()
        anchor = self.mapToScene(point)
        self._zoom = min(max(zoom, MIN_ZOOM), MAX_ZOOM)
        self._zoomed = True
        self._apply_zoom()
        self.scroll_by(self.mapFromScene(anchor) - point)

    def scroll_by(self, delta: QPoint) -> None:
        """Move the view over the scene, in pixels."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + delta.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + delta.y())

    def zoom_for_window(self) -> None:
        """As large as shows all lanes, within bounds; nothing once a person has zoomed."""
        if not self._zoomed:
            # Cards a little smaller than their own size, rather than a lane that is cut off.
            most = self.card_style.theme.size("card-zoom")
            room = self._height(most) - 3
            self._zoom = min(most, max(self._least_opening(room), room / self.cards.layout.height))
        self._apply_zoom()

    def _least_opening(self, room: float) -> float:
        lanes = self.cards.layout.lanes
        two = lanes[1].bottom + self.card_style.metrics.margin / 2 if len(lanes) > 1 else 1.0
        return min(SMALL, max(SMALLEST, room / two))

    def forget_zoom(self) -> None:
        """The window's again, not a person's."""
        self._zoomed = False

    def _apply_zoom(self) -> None:
        zoom = self._zoom
        vertical = max(zoom, self._least_vertical(zoom))
        self.cards.set_level(Level.NEAR if zoom >= NEAR else Level.MIDDLE if zoom >= FAR else Level.FAR)
        self.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= FAR)
        wanted = QTransform.fromScale(zoom, vertical)
        area = self._area(zoom)
        if area != self.sceneRect():
            self.setSceneRect(area)
        if wanted != self.transform():
            self.setTransform(wanted)

    def _area(self, zoom: float) -> QRectF:
        # The margin beside the cards is as wide on screen at every zoom.
        margin = self.card_style.metrics.margin * (1 / zoom - 1)
        return QRectF(0, 0, self.cards.layout.width, self.cards.layout.height).adjusted(-margin, 0, margin, 0)

    def _height(self, zoom: float) -> int:
        """Pixels for the lanes, less the horizontal scroll bar where that zoom wants one.

        Not the viewport's: its height would depend on scroll bars that depend on it, and they would flicker for ever.
        """
        room = self.maximumViewportSize()
        longer = self._area(zoom).width() * zoom > room.width()
        return room.height() - longer * self.horizontalScrollBar().sizeHint().height()

    def _least_vertical(self, zoom: float) -> float:
        """From NEAR on down, rows go from NEAR to what fills the viewport's height."""
        if zoom >= NEAR:
            return zoom
        fitting = min(max((self._height(zoom) - 2) / self.cards.layout.height, 0.22), 1.0)
        share = min((NEAR - zoom) / (NEAR - FAR), 1.0)
        return NEAR + share * (fitting - NEAR)

    def _take_ratio(self) -> None:
        """On a screen of another pixel ratio lines are as thick to the eye as before."""
        if self.card_style.ratio != self.devicePixelRatioF():
            self.card_style.ratio = self.devicePixelRatioF()
            self.set_theme(self.card_style.theme)

    # -- events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_ratio()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._take_ratio()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self._zoom * ZOOM_STEP ** (event.angleDelta().y() / NOTCH), event.position())
            event.accept()
            return
        self.close_editor()
        sideways = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        x, y = delta.x(), delta.y()
        # A plain wheel moves along the lanes when there is nothing above or below to go to.
        if x == 0 and (sideways or self.verticalScrollBar().maximum() == 0):
            x, y = y, 0
        self.scroll_by(QPoint(-x, -y))
        event.accept()

    def pinch(self, event: QEvent) -> bool:
        """Take part in two fingers' gestures on a trackpad or a screen; False if this is none."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_to(self._zoom * max(1 + event.value(), 0.1), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.zoom_to(1.0 if self._zoom < NEAR else NEAR / 2, event.position())
                return True
        if event.type() == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            gesture = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(gesture, QPinchGesture):
                if gesture.changeFlags() & QPinchGesture.ChangeFlag.ScaleFactorChanged:
                    center = self.viewport().mapFromGlobal(gesture.centerPoint())
                    self.zoom_to(self._zoom * gesture.scaleFactor(), center)
                event.accept(gesture)
                return True
        return False

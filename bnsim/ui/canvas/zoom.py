"""Zooming and scrolling the canvas: by wheel, pinch, keys and the middle button, within the scene."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPainter, QTransform, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QGraphicsView, QPinchGesture

from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.scene import CanvasScene

NEAR, FAR = 0.62, 0.3
"""Zooms below which rows shrink less than columns, and below which a card is a tick. Below "card-words" of the theme,
which is NEAR but in a lecture hall, it drops its words."""
SMALL, SMALLEST = 0.76, 0.64
"""The least zoom a window opens with, and the least where that shows two lanes whole."""
MIN_ZOOM, MAX_ZOOM, ZOOM_STEP = 0.01, 3.0, 1.2
NOTCH = 120
"""`angleDelta` of one notch of a wheel."""


class Zoom:
    """How large a view shows the scene, and where; `factor` acts across, see `apply` for up and down.

    `moving` is called before what is shown moves, `restyle` when the screen has another pixel ratio.
    """

    def __init__(
        self, view: QGraphicsView, scene: CanvasScene, moving: Callable[[], None], restyle: Callable[[], None]
    ) -> None:
        self._view = view
        self._scene = scene
        self._style = scene.card_style
        self._moving = moving
        self._restyle = restyle
        self._factor = 1.0
        self._by_hand = False
        """Whether a person has chosen the zoom: a larger window then shows more instead of zooming in."""
        self._window_seen = False
        view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        view.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)

    def take_pinches(self) -> None:
        """Start to receive pinch gestures. Called after `__init__`, since it sends the view events that come here."""
        if sys.platform != "darwin":  # there a pinch comes as a native gesture, and would count twice
            self._view.viewport().grabGesture(Qt.GestureType.PinchGesture)

    @property
    def factor(self) -> float:
        """The horizontal zoom; 1 is 100 %."""
        return self._factor

    def fit(self) -> None:
        """Show all columns, and all lanes if they fit."""
        layout, margin = self._scene.layout, self._style.metrics.margin
        size = self._view.viewport().size()
        across = (size.width() - 2 * margin) / (layout.width - 2 * margin)
        most = 1.25 * self._style.theme.size("card-zoom")
        self.to(min(across, max(size.height() / layout.height, NEAR), most), QPointF(0, 0))

    def enlarge(self) -> None:
        """Zoom in by one step, about the middle."""
        self.to(self._factor * ZOOM_STEP)

    def shrink(self) -> None:
        """Zoom out by one step, about the middle."""
        self.to(self._factor / ZOOM_STEP)

    def reset(self) -> None:
        """Zoom to 100 %, about the middle."""
        self.to(1.0)

    def to(self, zoom: float, about: QPointF | None = None) -> None:
        """Set the zoom; the point at `about`, in viewport pixels, stays where it is, by default the middle."""
        self._moving()
        point = (QPointF(self._view.viewport().rect().center()) if about is None else about).toPoint()
        anchor = self._view.mapToScene(point)
        self._factor = min(max(zoom, MIN_ZOOM), MAX_ZOOM)
        self._by_hand = True
        self.apply()
        self.scroll_by(self._view.mapFromScene(anchor) - point)

    def scroll_by(self, delta: QPoint) -> None:
        """Scroll by `delta` pixels."""
        self._view.horizontalScrollBar().setValue(self._view.horizontalScrollBar().value() + delta.x())
        self._view.verticalScrollBar().setValue(self._view.verticalScrollBar().value() + delta.y())

    def for_window(self) -> None:
        """Choose the zoom that shows all lanes, within bounds; does nothing once a person has zoomed."""
        if not self._by_hand:
            # Cards a little smaller than their own size, rather than a lane that is cut off.
            most = self._style.theme.size("card-zoom")
            room = self._height(most) - 3
            self._factor = min(most, max(self._least_opening(room), room / self._scene.layout.height))
        self.apply()

    def _least_opening(self, room: float) -> float:
        lanes = self._scene.layout.lanes
        two = lanes[1].bottom + self._style.metrics.margin / 2 if len(lanes) > 1 else 1.0
        return min(SMALL, max(SMALLEST, room / two))

    def forget(self) -> None:
        """Let the window choose the zoom again, as if no person had."""
        self._by_hand = False

    def apply(self) -> None:
        """Apply the present zoom to the view; far out, rows are squeezed less than columns."""
        zoom = self._factor
        vertical = max(zoom, self._least_vertical(zoom))
        words = self._style.theme.size("card-words")
        self._scene.set_level(Level.NEAR if zoom >= words else Level.MIDDLE if zoom >= FAR else Level.FAR)
        self._view.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= FAR)
        wanted = QTransform.fromScale(zoom, vertical)
        area = self._area(zoom)
        if area != self._view.sceneRect():
            self._view.setSceneRect(area)
        if wanted != self._view.transform():
            self._view.setTransform(wanted)

    def _area(self, zoom: float) -> QRectF:
        # The margin beside the cards is as wide on screen at every zoom.
        margin = self._style.metrics.margin * (1 / zoom - 1)
        return QRectF(0, 0, self._scene.layout.width, self._scene.layout.height).adjusted(-margin, 0, margin, 0)

    def _height(self, zoom: float) -> int:
        """Height for the lanes in pixels, less the horizontal scroll bar if that zoom needs one.

        Not the viewport's: its height would depend on scroll bars that depend on it, and they would flicker for ever.
        """
        room = self._view.maximumViewportSize()
        longer = self._area(zoom).width() * zoom > room.width()
        return room.height() - longer * self._view.horizontalScrollBar().sizeHint().height()

    def _least_vertical(self, zoom: float) -> float:
        """The least vertical zoom: below NEAR rows shrink from NEAR to what fills the viewport's height."""
        if zoom >= NEAR:
            return zoom
        fitting = min(max((self._height(zoom) - 2) / self._scene.layout.height, 0.22), 1.0)
        share = min((NEAR - zoom) / (NEAR - FAR), 1.0)
        return NEAR + share * (fitting - NEAR)

    def take_ratio(self, ratio: float | None = None) -> None:
        """Adapt line widths to the pixel ratio of the screen, or to that of a picture that is taken."""
        wanted = self._view.devicePixelRatioF() if ratio is None else ratio
        if self._style.ratio != wanted:
            self._style.ratio = wanted
            self._restyle()

    def resized(self) -> None:
        """Keep what is at the left in place after the view was resized."""
        bar = self._view.horizontalScrollBar()
        at_start = not self._window_seen or bar.value() == bar.minimum()
        left = self._view.mapToScene(QPoint(0, 0))
        self._window_seen = True
        self.for_window()
        bar.setValue(bar.minimum() if at_start else bar.value() + self._view.mapFromScene(left).x())

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom if Ctrl is held, else scroll."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.to(self._factor * ZOOM_STEP ** (event.angleDelta().y() / NOTCH), event.position())
            event.accept()
            return
        self._moving()
        sideways = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        x, y = delta.x(), delta.y()
        # A plain wheel moves along the lanes when there is nothing above or below to go to.
        if x == 0 and (sideways or self._view.verticalScrollBar().maximum() == 0):
            x, y = y, 0
        self.scroll_by(QPoint(-x, -y))
        event.accept()

    def pinch(self, event: QEvent) -> bool:
        """Handle a pinch on a trackpad or a touch screen; False if the event is none."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.to(self._factor * max(1 + event.value(), 0.1), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.to(1.0 if self._factor < NEAR else NEAR / 2, event.position())
                return True
        if event.type() == QEvent.Type.Gesture and isinstance(event, QGestureEvent):
            gesture = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(gesture, QPinchGesture):
                if gesture.changeFlags() & QPinchGesture.ChangeFlag.ScaleFactorChanged:
                    center = self._view.viewport().mapFromGlobal(gesture.centerPoint())
                    self.to(self._factor * gesture.scaleFactor(), center)
                event.accept(gesture)
                return True
        return False

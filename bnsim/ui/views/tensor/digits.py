"""A grid of images: samples with their labels, or the weights of each unit of the first layer."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.tensor.drawing import Element, TensorDrawing
from bnsim.ui.views.tensor.scale import BAR, largest, paint_bar, picture

GAP = 4.0
SMALLEST, LARGEST = 24.0, 64.0
"""Limits of an image's side in pixels; a grid of smaller ones scrolls, so that digits stay legible."""


class PictureGrid(TensorDrawing):
    """The rows of a tensor drawn as images, all in one scale; an element is a pixel of one of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tensor.pictures", "Pictures", parent)
        self._drawn: tuple[object, object] = (None, None)
        self._images: list[QImage] = []
        self._limit = 0.0

    def layout_of(self) -> tuple[int, float, float]:
        """(images in a row, side of one in pixels, height of a label in pixels)."""
        assert self.seen is not None
        assert self.seen.pictures is not None
        count = len(self.seen.pictures.images)
        line = self.small().height() - 2
        wide, high = self.width() - 4.0, self.height() - line - BAR - 18
        best = (1, 0.0)
        for across in range(1, count + 1):
            down = math.ceil(count / across)
            side = min((wide + GAP) / across - GAP, (high + GAP) / down - GAP - line, LARGEST)
            best = max(best, (across, side), key=lambda found: (found[1], -found[0]))
        across, side = best
        return across, max(side, 4.0), line

    def minimumSizeHint(self) -> QSize:
        if self.seen is None or self.seen.pictures is None or self.theme is None:
            return super().minimumSizeHint()
        line = self.small().height() - 2
        across = max(1, int((self.width() - 4.0 + GAP) / (SMALLEST + GAP)))
        down = math.ceil(len(self.seen.pictures.images) / across)
        return QSize(180, round(down * (SMALLEST + GAP + line) + line + BAR + 18))

    def show_seen(self, seen: TensorSeen | None) -> None:
        super().show_seen(seen)
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def picture_rect(self, index: int) -> QRectF:
        """The rectangle of one image."""
        across, side, line = self.layout_of()
        down, right = divmod(index, across)
        return QRectF(2 + right * (side + GAP), 2 + down * (side + GAP + line), side, side)

    def element_rect(self, element: Element) -> QRectF:
        assert self.seen is not None
        assert self.seen.pictures is not None
        _, height, width = self.seen.pictures.images.shape
        around = self.picture_rect(element[0])
        down, right = divmod(element[1], width)
        wide, high = around.width() / width, around.height() / height
        return QRectF(around.left() + right * wide, around.top() + down * high, wide, high)

    def _there(self, element: Element) -> bool:
        pictures = None if self.seen is None else self.seen.pictures
        return pictures is not None and element[0] < len(pictures.images) and super()._there(element)

    def element_at(self, position: QPointF) -> Element | None:
        if self.seen is None or self.seen.pictures is None:
            return None
        count, height, width = self.seen.pictures.images.shape
        for index in range(count):
            around = self.picture_rect(index)
            if around.contains(position):
                down = min(int((position.y() - around.top()) / around.height() * height), height - 1)
                right = min(int((position.x() - around.left()) / around.width() * width), width - 1)
                return index, down * width + right
        return None

    def paint(self, painter: QPainter, seen: TensorSeen, theme: Theme) -> None:
        assert seen.pictures is not None
        images = seen.pictures.images
        if self._drawn != (seen.pictures, theme):
            self._drawn = (seen.pictures, theme)
            self._limit = largest(images)
            self._images = [picture(np.asarray(image), self._limit, theme) for image in images]
        painter.setFont(font(theme, "text-small"))
        metrics = painter.fontMetrics()
        bottom = 0.0
        for index, image in enumerate(self._images):
            around = self.picture_rect(index)
            painter.drawImage(around, image)
            bottom = max(bottom, around.bottom())
            label = seen.pictures.labels[index]
            painter.setPen(color(theme, "text-muted"))
            if metrics.horizontalAdvance(label) <= around.width():
                left = around.center().x() - metrics.horizontalAdvance(label) / 2
                painter.drawText(QPointF(left, around.bottom() + metrics.ascent() - 1), label)
        across, side, line = self.layout_of()
        signed = bool((images < 0).any())
        bar = QRectF(2, bottom + line + 6, max(across * (side + GAP) - GAP, 150), BAR)
        paint_bar(painter, bar, self._limit, theme, signed=signed)

"""The file as it will be: its picture, fitted to the room there is, or the beginning of its text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color

SQUARE = 8
"""Pixels of a square of the pattern behind a transparent picture."""


class Sheet(QWidget):
    """A picture in the middle, never enlarged beyond its own pixels; a transparent one lies on squares."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export.picture")
        self.setAccessibleName(tr("The picture as it will be written"))
        self._picture = QPixmap()
        self._theme: Theme | None = None
        self._size = 0.0, 0.0

    @property
    def picture(self) -> QPixmap:
        """What is shown, in all of its pixels."""
        return self._picture

    def show_png(self, png: bytes, size: tuple[float, float]) -> None:
        """Show a PNG of a page of so many inches."""
        self._picture.loadFromData(png, "PNG")
        self._size = size
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull() or self._theme is None:
            return
        area = self._area()
        with QPainter(self) as painter:
            if self._picture.hasAlphaChannel():
                self._paint_squares(painter, area)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            pixels = (area.size() * self.devicePixelRatioF()).toSize()
            fitted = self._picture
            if pixels.width() < fitted.width():  # in one step: a painter's own scaling leaves lines ragged
                smooth = Qt.TransformationMode.SmoothTransformation
                fitted = fitted.scaled(pixels, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            painter.drawPixmap(area, fitted, QRectF(fitted.rect()))
            painter.setPen(color(self._theme, "line"))
            painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _area(self) -> QRectF:
        room = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        size = self._picture.size().toSizeF()
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        made = QRectF(room.topLeft(), size)
        made.moveCenter(room.center())
        return made

    def _paint_squares(self, painter: QPainter, area: QRectF) -> None:
        assert self._theme is not None
        painter.fillRect(area, color(self._theme, "card"))
        tile = QPixmap(2 * SQUARE, 2 * SQUARE)
        tile.fill(color(self._theme, "card"))
        with QPainter(tile) as squares:
            for corner in (0, SQUARE):
                squares.fillRect(corner, corner, SQUARE, SQUARE, color(self._theme, "surface"))
        painter.drawTiledPixmap(area, tile)


class FilePreview(QStackedWidget):
    """Shows a picture, or text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = Sheet(self)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("export.text")
        self.text.setAccessibleName(tr("The beginning of the file"))
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        mono.setStyleHint(QFont.StyleHint.Monospace)
        self.text.setFont(mono)
        self.addWidget(self.sheet)
        self.addWidget(self.text)

    def show_file(self, png: bytes, text: str, size: tuple[float, float]) -> None:
        """Show the picture, or the text where there is none; `size` of the page in inches."""
        if png:
            self.sheet.show_png(png, size)
        else:
            self.text.setPlainText(text)
        self.setCurrentWidget(self.sheet if png else self.text)

    def set_theme(self, theme: Theme) -> None:
        self.sheet.set_theme(theme)

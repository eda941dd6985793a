"""Buttons of the start page that paint themselves: a card, and a row with a small picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.learn.start.drawing import paint_small
from bnsim.ui.model.pictures import Picture
from bnsim.ui.theme import icons
from bnsim.ui.theme.style import color, font

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
PAD = 14
GAP = 4
THUMBNAIL = (70, 46)
"""Pixels at the usual size of text."""
USUAL_TEXT = 13.0


class Painted(QAbstractButton):
    """A button that paints itself: `words` is what a screen reader says of it, `more` says it at length."""

    def __init__(self, name: str, words: str, more: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setAccessibleDescription(more)
        self.setToolTip(more)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def paint(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        """Paint what is in it; the frame is there."""
        raise NotImplementedError

    def radius(self, theme: Theme) -> float:
        """How round its corners are."""
        return theme.size("radius-card") + 2

    def frame_pen(self, theme: Theme) -> QPen:
        """The pen of its frame, which says that it has the focus, or the pointer."""
        if self.hasFocus():
            return QPen(color(theme, "focus"), 2)
        return QPen(color(theme, "text-muted" if self.underMouse() else "line-strong"), 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = self.frame_pen(theme)
        painter.setPen(pen)
        painter.setBrush(color(theme, "pressed" if self.isDown() else "card"))
        edge = pen.widthF() / 2
        place = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        radius = self.radius(theme)
        painter.drawRoundedRect(place, radius, radius)
        self.paint(painter, theme, QRectF(self.rect()))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class Row(Painted):
    """A row with a small picture, a title, and a line below; `gone`: what it stands for is not there any more."""

    def __init__(
        self,
        name: str,
        title: str,
        below: str,
        more: str,
        picture: Picture | None,
        parent: QWidget,
        *,
        gone: bool = False,
    ) -> None:
        super().__init__(name, f"{title}, {below}", more, parent)
        self.title, self.below, self.gone = title, below, gone
        self._picture = picture

    def frame_pen(self, theme: Theme) -> QPen:
        if self.hasFocus() or self.underMouse():
            return super().frame_pen(theme)
        return QPen(Qt.PenStyle.NoPen)

    def sizeHint(self) -> QSize:
        return QSize(240, _thumbnail(self._theme)[1] + 2 * GAP)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paint(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        width, height = _thumbnail(theme)
        inner = place.adjusted(GAP, GAP, -GAP, -GAP)
        painter.setOpacity(0.5 if self.gone else 1.0)
        self._paint_picture(painter, theme, QRectF(inner.left(), inner.top(), width, height))
        painter.setOpacity(1.0)
        words = inner.adjusted(width + PAD, 0, 0, 0)
        bold, small = font(theme, "text", bold=True), font(theme, "text-small")
        lines = QFontMetrics(bold).lineSpacing() + GAP + QFontMetrics(small).lineSpacing()
        top = inner.center().y() - lines / 2
        _line(painter, bold, color(theme, "text-muted" if self.gone else "text"), self.title, words, top)
        _line(
            painter, small, color(theme, "text-muted"), self.below, words, top + QFontMetrics(bold).lineSpacing() + GAP
        )

    def _paint_picture(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        paint_small(painter, self._picture, theme, place.adjusted(0.5, 0.5, -0.5, -0.5))


class Way(Row):
    """A row for a way to begin, with its icon."""

    def __init__(self, name: str, icon: str, title: str, below: str, parent: QWidget) -> None:
        super().__init__(name, title, below, "", None, parent)
        self._icon = icon

    def _paint_picture(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme, "canvas"))
        painter.drawRoundedRect(place, theme.size("radius-card"), theme.size("radius-card"))
        size = round(theme.size("icon"))
        at = place.center() - QPointF(size / 2, size / 2)
        painter.drawPixmap(at, icons.pixmap(self._icon, theme.color("text"), size, self.devicePixelRatioF()))


class Card(Painted):
    """A card: a heading of up to two lines, a muted text, and at the foot a line in the accent's color with progress.

    `done` is the share of it that is done, None for nothing to show.
    """

    def __init__(
        self,
        name: str,
        title: str,
        text: str,
        foot: str,
        parent: QWidget,
        *,
        more: str = "",
        done: float | None = None,
        picture: Picture | None = None,
        lines: tuple[int, int] = (2, 1),
    ) -> None:
        """`lines`: how many the title has, and the text below it, at most."""
        super().__init__(name, title, more or ". ".join(filter(None, (text, foot))), parent)
        self.title, self.text_below, self.foot, self.done = title, text, foot, done
        self._picture, self._lines = picture, lines

    def sizeHint(self) -> QSize:
        theme = self._theme
        if theme is None:
            return QSize(240, 112)
        bold, small = QFontMetrics(font(theme, "text", bold=True)), QFontMetrics(font(theme, "text-small"))
        picture = 0 if self._picture is None else _thumbnail(theme)[1] + PAD
        foot = small.lineSpacing() + 2 * GAP if self.foot else 0
        words = self._lines[0] * bold.lineSpacing() + 2 * GAP + self._lines[1] * small.lineSpacing()
        return QSize(240, PAD + picture + words + foot + PAD)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def paint(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        inner = place.adjusted(PAD, PAD, -PAD, -PAD)
        if self._picture is not None:
            height = _thumbnail(theme)[1]
            paint_small(painter, self._picture, theme, QRectF(inner.left(), inner.top(), inner.width(), height))
            inner.setTop(inner.top() + height + PAD)
        bold, small = font(theme, "text", bold=True), font(theme, "text-small")
        heading = QFontMetricsF(bold)
        _wrapped(painter, bold, color(theme, "text"), self.title, inner, self._lines[0])
        inner.setTop(inner.top() + self._lines[0] * heading.lineSpacing() + 2 * GAP)
        _wrapped(painter, small, color(theme, "text-muted"), self.text_below, inner, self._lines[1])
        strong = font(theme, "text-small", bold=True)
        if self.foot:
            above = QFontMetricsF(strong).lineSpacing() + (GAP if self.done is not None else 0)
            _line(painter, strong, color(theme, "accent"), self.foot, inner, inner.bottom() - above)
        if self.done is not None:
            self._paint_progress(painter, theme, inner)

    def _paint_progress(self, painter: QPainter, theme: Theme, inner: QRectF) -> None:
        bar = QRectF(inner.left(), inner.bottom() + 1, inner.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme, "line"))
        painter.drawRoundedRect(bar, 2, 2)
        bar.setWidth(bar.width() * min(max(self.done or 0.0, 0.0), 1.0))
        painter.setBrush(color(theme, "accent"))
        painter.drawRoundedRect(bar, 2, 2)


class Chip(Painted):
    """A pill with a few words."""

    def set_theme(self, theme: Theme) -> None:
        self.setFont(font(theme, "text-small"))
        super().set_theme(theme)

    def sizeHint(self) -> QSize:
        theme = self._theme
        if theme is None:
            return QSize(120, 34)
        metrics = QFontMetrics(font(theme, "text-small"))
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * PAD + 2, metrics.lineSpacing() + PAD + 4)

    def radius(self, theme: Theme) -> float:
        return self.height() / 2

    def paint(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        painter.setFont(font(theme, "text-small"))
        painter.setPen(color(theme, "text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.text())


def _thumbnail(theme: Theme | None) -> tuple[int, int]:
    scale = 1.0 if theme is None else theme.size("text") / USUAL_TEXT
    return round(THUMBNAIL[0] * scale), round(THUMBNAIL[1] * scale)


def _line(painter: QPainter, shape: QFont, ink: QColor, text: str, place: QRectF, top: float) -> None:
    """One line of text from `top` on, which ends in "…" where it does not fit."""
    painter.setFont(shape)
    painter.setPen(ink)
    metrics = QFontMetricsF(painter.font())
    words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(QRectF(place.left(), top, place.width(), metrics.lineSpacing()), 0, words)


def _wrapped(painter: QPainter, shape: QFont, ink: QColor, text: str, place: QRectF, lines: int) -> None:
    """Text over so many lines; the last one ends in "…" where there is more."""
    painter.setFont(shape)
    painter.setPen(ink)
    metrics = QFontMetricsF(painter.font())
    left = text.split()
    for number in range(lines):
        line = ""
        while left and metrics.horizontalAdvance(f"{line} {left[0]}".strip()) <= place.width():
            line = f"{line} {left.pop(0)}".strip()
        if left and (number == lines - 1 or not line):
            line, left = (
                metrics.elidedText(f"{line} {' '.join(left)}".strip(), Qt.TextElideMode.ElideRight, place.width()),
                [],
            )
        painter.drawText(
            QRectF(place.left(), place.top() + number * metrics.lineSpacing(), place.width(), metrics.lineSpacing()),
            0,
            line,
        )
        if not left:
            return

"""A card of the gallery: a preview of one kind of figure, its title, what it shows, and whether it is open."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QPushButton, QWidget

from bnsim.figures import FigureKind
from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.ui.gallery.thumbnail import thumbnail
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font

PREVIEW_SHAPE = 0.52
"""Height of a preview by its width."""
PAD = 12
SPACE = 3
"""Pixels between title, line and source."""
SHOWS_LINES = 3
NOT_YET = "Nothing runs yet, so there is nothing to preview"
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MOVES = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class Card(QAbstractButton):
    """A button that paints itself. The preview's place is always there, so nothing moves when it comes."""

    opened = Signal(str, bool)
    """Its kind's name, and whether the gallery is to stay."""
    preview_asked = Signal(str)
    """The name of a costly kind whose preview is wanted."""
    moved = Signal(object)
    """The card itself, and which of MOVES was pressed."""
    typed = Signal(object)
    """A `QKeyEvent` that is text to search for."""
    reached = Signal(object)
    """The card itself, as it gets the focus."""

    def __init__(self, kind: FigureKind, parent: QWidget) -> None:
        super().__init__(parent)
        self.kind = kind
        self.figure: Figure | None = None
        self.is_open = self.is_best = False
        self._theme: Theme | None = None
        self._picture: QImage | None = None
        self._drawn = QPixmap()
        self._drawn_of: tuple[object, ...] = ()
        self._asked = False
        self._waits = False
        self.setObjectName(f"gallery.card.{kind.name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.measure = QPushButton(tr("Preview"), self)
        self.measure.setObjectName(f"gallery.card.{kind.name}.preview")
        self.measure.setAccessibleName(tr(f"Preview {kind.title}"))
        self.measure.setToolTip(tr(f"Costs {kind.cost}") if kind.cost else "")
        self.measure.setCursor(Qt.CursorShape.PointingHandCursor)
        self.measure.setVisible(kind.costly)
        self.measure.clicked.connect(self._ask)
        self._describe()

    # What it shows

    @property
    def wants_preview(self) -> bool:
        """Whether its preview is to be made: of a costly kind only once a person asked for it."""
        return self._asked or not self.kind.costly

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._picture = None
        self.update()

    def set_open(self, is_open: bool) -> None:
        """Whether the panel of this kind is open."""
        if is_open != self.is_open:
            self.is_open = is_open
            self._describe()
            self.update()

    def set_best(self, is_best: bool) -> None:
        """Whether Enter in the search line opens it."""
        if is_best != self.is_best:
            self.is_best = is_best
            self.update()

    def set_waiting(self, waits: bool) -> None:
        """Nothing runs: no preview can come until something does."""
        if waits != self._waits:
            self._waits = waits
            self.update()

    def show_figure(self, figure: Figure) -> None:
        """Show this preview; one without data shows its verdict, which says what to do."""
        self.figure, self._picture, self._drawn_of = figure, None, ()
        self.measure.hide()
        self._describe()
        self.update()

    def forget(self) -> None:
        """The preview is of another run or layer."""
        self.figure, self._picture, self._drawn_of = None, None, ()
        self._asked = False
        self.measure.setVisible(self.kind.costly)
        self._describe()
        self.update()

    def _ask(self) -> None:
        self._asked = True
        self.measure.hide()
        self.update()
        self.preview_asked.emit(self.kind.name)

    def _describe(self) -> None:
        kind = self.kind
        self.setAccessibleName(tr(f"{kind.title}, open") if self.is_open else tr(kind.title))
        words = [tr(kind.shows)]
        if kind.source:
            words.append(tr(f"as in {kind.source}"))
        if self.figure is not None:
            words.append(f"{tr('now')}: {tr(self.figure.verdict)}")
        self.setAccessibleDescription("; ".join(words))
        self.setToolTip("\n".join(words[1:]))

    # Sizes

    def height_for(self, width: int, theme: Theme) -> int:
        """The height of a card of that width: the same for all."""
        title, small = (QFontMetrics(font(theme, size)).lineSpacing() for size in ("text", "text-small"))
        return round(width * PREVIEW_SHAPE + PAD + title + SPACE + SHOWS_LINES * small + SPACE + small + PAD)

    def _preview_rect(self) -> QRectF:
        return QRectF(1, 1, self.width() - 2, round(self.width() * PREVIEW_SHAPE))

    def sizeHint(self) -> QSize:
        return QSize(260, 220)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        if theme is None:
            return
        # The window goes on beneath: at each of its frames the cards are painted again, so they are kept as pictures.
        of = (self.size().toTuple(), self.devicePixelRatioF(), theme.name, theme.size("text"), *self._look())
        if of != self._drawn_of:
            self._drawn, self._drawn_of = self._draw(theme), of
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        painter.end()

    def _look(self) -> tuple[object, ...]:
        """All that its picture depends on, besides figure, size and theme."""
        return self.hasFocus(), self.is_best, self.underMouse(), self.isDown(), self.is_open, self._waits, self._asked

    def _draw(self, theme: Theme) -> QPixmap:
        ratio = self.devicePixelRatioF()
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, theme)
        self._paint_preview(painter, theme)
        self._paint_words(painter, theme)
        if self.is_open:
            self._paint_open(painter, theme)
        painter.end()
        return made

    def _paint_frame(self, painter: QPainter, theme: Theme) -> None:
        radius = theme.size("radius-card")
        focused, hovered = self.hasFocus() or self.is_best, self.underMouse()
        edge = "focus" if focused else "text-muted" if hovered else "line-strong"
        width = 2.0 if focused else 1.0
        frame = QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        painter.setPen(QPen(color(theme, edge), width))
        painter.setBrush(color(theme, "hover" if self.isDown() else "card"))
        painter.drawRoundedRect(frame, radius, radius)

    def _paint_preview(self, painter: QPainter, theme: Theme) -> None:
        place = self._preview_rect()
        inside = place.adjusted(PAD / 2, PAD / 2, -PAD / 2, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        without_data = self._waits if self.figure is None else not self.figure.has_data
        painter.setBrush(color(theme, "canvas" if without_data else "plot-background"))
        painter.drawRoundedRect(inside, theme.size("radius"), theme.size("radius"))
        if self.figure is not None and self.figure.has_data:
            if self._picture is None:
                self._picture = thumbnail(self.figure, theme, inside.size().toSize(), self.devicePixelRatioF())
            painter.drawImage(inside.topLeft(), self._picture)
        elif self.figure is not None:
            self._paint_note(painter, theme, inside, self.figure.verdict)
        elif self._waits:
            self._paint_note(painter, theme, inside, NOT_YET)
        elif self.kind.costly and not self._asked:
            self._paint_awaited(painter, theme, inside)
            low = QRectF(inside.left(), inside.center().y() + 6, inside.width(), 40)
            self._paint_note(painter, theme, low, f"costs {self.kind.cost}")
        else:
            self._paint_awaited(painter, theme, inside)

    def _paint_note(self, painter: QPainter, theme: Theme, place: QRectF, words: str) -> None:
        painter.setFont(font(theme, "text-small"))
        painter.setPen(color(theme, "text-muted"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(place.adjusted(PAD, 4, -PAD, -4), flags, words)

    def _paint_awaited(self, painter: QPainter, theme: Theme, place: QRectF) -> None:
        """Paint axes alone: a figure is on its way."""
        painter.setPen(QPen(color(theme, "line"), 1))
        box = place.adjusted(place.width() * 0.06, place.height() * 0.08, -place.width() * 0.06, -place.height() * 0.08)
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.drawLine(box.topLeft(), box.bottomLeft())

    def _paint_words(self, painter: QPainter, theme: Theme) -> None:
        place = QRectF(self.rect()).adjusted(PAD, self._preview_rect().bottom() + PAD, -PAD, -PAD)
        end = Qt.TextElideMode.ElideRight
        painter.setFont(font(theme, "text", bold=True))
        painter.setPen(color(theme, "text"))
        metrics = painter.fontMetrics()
        title = metrics.elidedText(tr(self.kind.title), end, int(place.width()))
        painter.drawText(place, Qt.AlignmentFlag.AlignTop, title)
        place.setTop(place.top() + metrics.lineSpacing() + SPACE)
        painter.setFont(font(theme, "text-small"))
        metrics = painter.fontMetrics()
        painter.setPen(color(theme, "text-muted"))
        painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, tr(self.kind.shows))
        painter.setPen(color(theme, "text-disabled"))
        source = metrics.elidedText(self.kind.source, end, int(place.width()))
        painter.drawText(place, Qt.AlignmentFlag.AlignBottom, source)

    def _paint_open(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font(theme, "text-small", bold=True))
        metrics = painter.fontMetrics()
        width, height = metrics.horizontalAdvance(tr("Open")) + 14, metrics.height() + 4
        chip = QRectF(self.width() - width - PAD, PAD, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(theme, "accent-soft"))
        painter.drawRoundedRect(chip, height / 2, height / 2)
        painter.setPen(color(theme, "accent"))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, tr("Open"))

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._picture = None
        size, place = self.measure.sizeHint(), self._preview_rect()
        self.measure.resize(size)
        self.measure.move(round(place.center().x() - size.width() / 2), round(place.center().y() - size.height()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _own(event):
            event.accept()  # keys typed here are the gallery's, not the window's
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed = self.isDown() and self.hitButton(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if pressed and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.kind.name, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in ENTER or key == Qt.Key.Key_Space:
            self.opened.emit(self.kind.name, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key in MOVES:
            self.moved.emit(key)
        elif event.text().isprintable() and event.text():
            self.typed.emit(event)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit(self)


def _own(event: QKeyEvent) -> bool:
    """Whether a key is for the cards: all but those with Ctrl, Alt or Meta, and function keys."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    if event.key() in ENTER:
        return held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier)
    return not held and (event.key() in MOVES or bool(event.text() and event.text().isprintable()))

"""The cards of the gallery in rows under the titles of their sections, scrolled smoothly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEasingCurve, QPropertyAnimation, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from bnsim.figures import FIGURES, FigureKind, Section
from bnsim.plot.theme import Theme
from bnsim.ui.gallery.card import Card
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font

GAP = 16
MARGIN = 24
LEAST_WIDTH = 236
SCROLL_MS = 140
SEEN_MS = 60
"""Milliseconds after scrolling until previews of what is in sight are asked for."""

Shown = Sequence[tuple[Section, Sequence[FigureKind]]]


class Cards(QScrollArea):
    """All cards there are, of which `show_kinds` shows some."""

    seen_changed = Signal()
    """Other cards are in sight, or about to be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery.cards")
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page = QWidget()
        self._page.setObjectName("gallery.page")
        self.setWidget(self._page)
        self.by_name = {kind.name: Card(kind, self._page) for kind in FIGURES.values()}
        self._titles: dict[Section, QLabel] = {}
        self._nothing = QLabel(self._page)
        self._nothing.setObjectName("gallery.nothing")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._shown: Shown = ()
        self._titled = True
        self._rows: list[list[Card]] = []
        self._theme: Theme | None = None
        self._scrolling = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._scrolling.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._scrolling.setDuration(SCROLL_MS)
        self._seen_timer = QTimer(self, singleShot=True, interval=SEEN_MS)
        self._seen_timer.timeout.connect(self.seen_changed)
        self.verticalScrollBar().valueChanged.connect(lambda _at: self._seen_timer.start())
        for card in self.by_name.values():
            card.reached.connect(self.reveal)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for widget in (self.viewport(), self._page):
            palette = widget.palette()
            palette.setColor(widget.backgroundRole(), color(theme, "canvas"))
            widget.setPalette(palette)
            widget.setAutoFillBackground(True)
        for card in self.by_name.values():
            card.set_theme(theme)
        for title in self._titles.values():
            self._style(title)
        self._lay_out()

    def show_kinds(self, shown: Shown, nothing: str, *, titled: bool) -> None:
        """Show these, from the top; `nothing` in their place if there are none. `titled`: under their sections."""
        before = [kind for _, kinds in self._shown for kind in kinds]
        self._shown, self._titled = shown, titled
        kinds = [kind for _, kinds in shown for kind in kinds]
        there = {kind.name for kind in kinds}
        for name, card in self.by_name.items():
            card.setVisible(name in there)
        self._nothing.setText(tr(nothing))
        self._nothing.setVisible(not kinds)
        self._lay_out()
        if kinds != before:
            self._scrolling.stop()
            self.verticalScrollBar().setValue(0)
        # Tab goes through them as they stand.
        for one, next_one in pairwise(self.cards):
            QWidget.setTabOrder(one, next_one)
        self._seen_timer.start()

    @property
    def cards(self) -> list[Card]:
        """The cards that are shown, in their order."""
        return [card for row in self._rows for card in row]

    def in_sight(self) -> list[Card]:
        """The cards in the part that is scrolled to, then those of one such part above and below it."""
        port, at = self.viewport().height(), self.verticalScrollBar().value()
        seen = QRect(0, at, self._page.width(), port)
        near = seen.adjusted(0, -port, 0, port)
        cards = self.cards
        first = [card for card in cards if card.geometry().intersects(seen)]
        return first + [card for card in cards if card not in first and card.geometry().intersects(near)]

    def beside(self, card: Card, key: Qt.Key) -> Card | None:
        """The card that a key leads to from another one; None above the first row."""
        row = next(number for number, there in enumerate(self._rows) if card in there)
        column, cards = self._rows[row].index(card), self.cards
        at = cards.index(card)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            at += 1 if key == Qt.Key.Key_Right else -1
            return cards[min(max(at, 0), len(cards) - 1)]
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return cards[0 if key == Qt.Key.Key_Home else -1]
        page = max(self.viewport().height() // max(card.height(), 1), 1)
        step = page if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) else 1
        row += step if key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown) else -step
        if row < 0 and step == 1:
            return None
        there = self._rows[min(max(row, 0), len(self._rows) - 1)]
        return there[min(column, len(there) - 1)]

    def reveal(self, card: Card) -> None:
        """Scroll so far that the whole card is in sight."""
        port, bar = self.viewport().height(), self.verticalScrollBar()
        target = self._target
        top, bottom = card.y() - GAP, card.y() + card.height() + GAP
        if card in self._rows[0]:
            top = 0
        target = top if top < target else max(target, bottom - port)
        if target != self._target:
            self._scroll_to(min(max(target, 0), bar.maximum()))

    @property
    def _target(self) -> int:
        """Where it is scrolled to, or is just being scrolled to."""
        running = self._scrolling.state() == QPropertyAnimation.State.Running
        return int(self._scrolling.endValue()) if running else self.verticalScrollBar().value()

    def _scroll_to(self, target: int) -> None:
        self._scrolling.stop()
        self._scrolling.setStartValue(self.verticalScrollBar().value())
        self._scrolling.setEndValue(target)
        self._scrolling.start()

    # Layout

    def _lay_out(self) -> None:
        theme = self._theme
        if theme is None:
            return
        width = self.viewport().width()
        room = max(width - 2 * MARGIN, LEAST_WIDTH)
        scale = theme.size("text") / 13
        columns = max(1, int((room + GAP) // (LEAST_WIDTH * scale + GAP)))
        card_width = (room - (columns - 1) * GAP) // columns
        height = next(iter(self.by_name.values())).height_for(card_width, theme)
        y, self._rows = MARGIN // 2, []
        for title in self._titles.values():
            title.hide()
        for section, kinds in self._shown:
            if self._titled:
                y = self._place_title(section, y, room)
            for start in range(0, len(kinds), columns):
                row = [self.by_name[kind.name] for kind in kinds[start : start + columns]]
                for column, card in enumerate(row):
                    card.setGeometry(MARGIN + column * (card_width + GAP), y, card_width, height)
                self._rows.append(row)
                y += height + GAP
            y += GAP // 2
        self._nothing.setGeometry(MARGIN, 0, room, self.viewport().height())
        self._page.resize(width, max(y + MARGIN - GAP, self.viewport().height()))
        self.verticalScrollBar().setSingleStep(40)

    def _place_title(self, section: Section, y: int, room: int) -> int:
        title = self._titles.get(section)
        if title is None:
            title = self._titles[section] = QLabel(tr(section), self._page)
            self._style(title)
        height = title.sizeHint().height()
        title.setGeometry(MARGIN, y, room, height)
        title.show()
        return y + height + GAP // 2

    def _style(self, title: QLabel) -> None:
        if self._theme is not None:
            title.setFont(font(self._theme, "panel-title", bold=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._seen_timer.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if not event.pixelDelta().isNull() or not turned:
            super().wheelEvent(event)
            return
        # A wheel's notch is a jump; the page glides there.
        bar = self.verticalScrollBar()
        self._scroll_to(min(max(self._target - turned, 0), bar.maximum()))
        event.accept()

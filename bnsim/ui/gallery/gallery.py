"""The gallery over the window: search, sections, and the cards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from bnsim.figures import FIGURES, SECTIONS
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Preview, Update
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name_of
from bnsim.ui.gallery import search
from bnsim.ui.gallery.card import ENTER, MOVES, Card
from bnsim.ui.gallery.cards import Cards
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color, font

LARGEST = QSize(1240, 860)
APART = 36
"""Pixels of the window that stay in sight around it."""
PILL_PAD = 26
"""Pixels of a pill beside its words."""
SHADE = 0.4
"""Opacity of what lies over the window meanwhile."""


class Gallery(QWidget):
    """Covers its window while it is open. Escape, or a click beside it, closes it."""

    wanted = Signal(tuple)
    """The names of the kinds whose previews are to be made, in their order; () once it is closed."""
    chosen = Signal(str)
    """The name of the kind whose panel is to be opened, and come to the front."""

    def __init__(self, document: Document, selection: Selection, is_open: Callable[[str], bool], window: QWidget):
        super().__init__(window)
        self.setObjectName("gallery")
        self.setAccessibleName(tr("Figures"))
        self._document, self._selection, self._is_open = document, selection, is_open
        self._before: QWidget | None = None
        self._filter: search.Filter = search.ALL
        self._of: tuple[Experiment | None, int] = (None, 0)
        """What the previews are of: the experiment, and the selected layer."""
        self._theme: Theme | None = None
        self._frame = QFrame(self)
        self._frame.setObjectName("gallery.frame")
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addLayout(self._pills())
        self.cards = Cards(self._frame)
        column.addWidget(self.cards, 1)
        for card in self.cards.by_name.values():
            card.opened.connect(self._open_card)
            card.moved.connect(self._move)
            card.typed.connect(self._type)
            card.preview_asked.connect(self._want)
        self.cards.seen_changed.connect(self._want)
        for widget in (*self.findChildren(QToolButton), *self.cards.findChildren(QWidget), self.line):
            widget.installEventFilter(self)
        window.installEventFilter(self)
        selection.changed.connect(self._selected)
        self.hide()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(24, 16, 14, 10)
        row.setSpacing(20)
        self._title = QLabel(tr("Figures"), self._frame)
        self.line = QLineEdit(self._frame)
        self.line.setObjectName("gallery.search")
        self.line.setAccessibleName(tr("Search figures"))
        self.line.setPlaceholderText(tr("Search by title, what it shows, paper or name"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._fill)
        self._close = QToolButton(self._frame)
        self._close.setObjectName("gallery.close")
        self._close.setAccessibleName(tr("Close the gallery"))
        self._close.setToolTip(tr("Close (Esc)"))
        self._close.setProperty("kind", "flat")
        self._close.clicked.connect(self.dismiss)
        row.addWidget(self._title)
        row.addWidget(self.line, 1)
        row.addWidget(self._close)
        return row

    def _pills(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 12)
        row.setSpacing(6)
        group = QButtonGroup(self)
        self.pills: dict[search.Filter, QToolButton] = {}
        for name in (search.ALL, *SECTIONS, search.SELECTION):
            pill = self.pills[name] = QToolButton(self._frame)
            pill.setObjectName(f"gallery.filter.{name.replace(' ', '')}")
            pill.setText(tr(name))
            pill.setProperty("kind", "switch")
            pill.setCheckable(True)
            pill.setChecked(name == self._filter)
            pill.clicked.connect(self._choose_filter)
            group.addButton(pill)
            row.addWidget(pill)
        row.addStretch(1)
        return row

    # Opening and closing

    def open(self) -> None:
        """Show it over the window, with what is so now."""
        if not self.isHidden():
            self.line.setFocus()
            return
        self._before = self.window().focusWidget()
        self.line.clear()
        self._place()
        self._take_selection()
        self.show()
        self.raise_()
        self._fill()
        self.refresh()
        self.line.setFocus()

    @Slot()
    def dismiss(self) -> None:
        """Close it, make no more previews, and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        self.wanted.emit(())
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    def refresh(self) -> None:
        """Mark the cards whose panels are open."""
        for name, card in self.cards.by_name.items():
            card.set_open(self._is_open(name))

    # What it shows

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.setFont(font(theme, "title", bold=True))
        self._close.setIcon(icon("close", theme, "text-muted"))
        self.cards.set_theme(theme)
        self._fit_pills()
        self.update()

    def show_preview(self, preview: Preview) -> None:
        """Show it on its card, unless another experiment or layer is looked at by now."""
        card = self.cards.by_name[preview.name]
        of_now = preview.experiment is self._document.experiment and (preview.layer_id or 0) == self._selection.current
        if of_now and card.wants_preview:
            card.show_figure(preview.figure)

    def show_update(self, update: Update) -> None:
        """Say on the cards whether anything runs."""
        for card in self.cards.by_name.values():
            card.set_waiting(update.frame is None)
        if self.isVisible():
            self._take_selection()

    @Slot()
    def _selected(self) -> None:
        if self.isVisible():
            self._take_selection()
            self._fill()

    def _take_selection(self) -> None:
        """Forget previews of another experiment or layer, and name the selected layer on its pill."""
        experiment, current = self._document.experiment, self._selection.current
        before, self._of = self._of, (experiment, current)
        if before[0] is experiment and before[1] == current:
            return
        for card in self.cards.by_name.values():
            if before[0] is not experiment or (card.kind.about_layer and before[1] != current):
                card.forget()
        text, tip = tr(search.SELECTION), tr("Figures about the selected layer")
        if search.layer_of(experiment, current) is not None:
            stack = experiment.find(current)[0]
            text = tr(f"About {layer_name_of(stack, current)}")
            tip = tr(f"Figures about the selected layer, in lane “{stack.name}”")
        self.pills[search.SELECTION].setText(text)
        self.pills[search.SELECTION].setToolTip(tip)
        self._fit_pills()
        self._want()

    def _fit_pills(self) -> None:
        """Give each pill the width that its words have when it is chosen, so that none moves then."""
        if self._theme is not None:
            metrics = QFontMetrics(font(self._theme, bold=True))
            for pill in self.pills.values():
                pill.setMinimumWidth(metrics.horizontalAdvance(pill.text()) + PILL_PAD)

    @Slot()
    def _choose_filter(self) -> None:
        self._filter = next(name for name, pill in self.pills.items() if pill is self.sender())
        self._fill()

    @Slot()
    def _fill(self) -> None:
        words, layer = self.line.text(), search.layer_of(self._document.experiment, self._selection.current)
        shown = search.found(self._filter, words, layer)
        nothing = search.nothing_words(self._filter, words, layer, tuple(FIGURES.values()))
        self.cards.show_kinds(shown, nothing, titled=self._filter == search.ALL)
        best = search.best((kind for _, kinds in shown for kind in kinds), words) if words.strip() else None
        for name, card in self.cards.by_name.items():
            card.set_best(best is not None and name == best.name)

    @Slot()
    def _want(self, *_of: object) -> None:
        if self.isVisible():
            self.wanted.emit(tuple(card.kind.name for card in self.cards.in_sight() if card.wants_preview))

    # Choosing

    @Slot(str, bool)
    def _open_card(self, name: str, stay: bool) -> None:
        if not stay:
            self.dismiss()
        self.chosen.emit(name)
        self.refresh()

    @Slot(object)
    def _move(self, key: Qt.Key) -> None:
        card = self.focusWidget()
        assert isinstance(card, Card)
        to = self.cards.beside(card, key)
        (self.line if to is None else to).setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _type(self, event: QKeyEvent) -> None:
        self.line.setFocus()
        self.line.end(False)
        self.line.insert(event.text())

    def _line_key(self, event: QKeyEvent) -> bool:
        """A key in the search line that is about the cards."""
        cards = self.cards.cards
        best = next((card for card in cards if card.is_best), next(iter(cards), None))
        if best is None:
            return event.key() in ENTER
        if event.key() in ENTER:
            self._open_card(best.kind.name, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            return True
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            best.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return False

    # Place and painting

    def _place(self) -> None:
        room = self.window().rect()
        self.setGeometry(room)
        size = LARGEST.boundedTo(room.size() - QSize(2 * APART, 2 * APART))
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(room.center())
        self._frame.setGeometry(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._theme is not None:
            painter = QPainter(self)
            painter.fillRect(self.rect(), color(self._theme, "shade", SHADE))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._frame.geometry().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent():
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if isinstance(event, QKeyEvent):
            escape = event.key() == Qt.Key.Key_Escape
            mine = escape or (watched is self.line and event.key() in (*ENTER, *MOVES))
            if event.type() == QEvent.Type.ShortcutOverride and mine:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and escape:
                self.dismiss()
                return True
            if event.type() == QEvent.Type.KeyPress and watched is self.line:
                return self._line_key(event)
        return False

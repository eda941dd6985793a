"""The one-minute tour of a window: which step is shown, where it points, and whether its gesture was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Seek
from bnsim.runner.runner import Runner
from bnsim.runner.updates import Update
from bnsim.spec.experiment import Experiment
from bnsim.spec.tree import walk
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.actions import Actions
from bnsim.ui.language import tr
from bnsim.ui.learn.tour.steps import CANVAS, CARD, PANEL, STEPS, Gesture, TourStep
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.key_signs import signs
from bnsim.ui.widgets.raising import raise_below_cover

if TYPE_CHECKING:
    from bnsim.ui.learn.tour.cover import TourCover
    from bnsim.ui.learn.tour.words import TourWords

NEXT_MS = 900
"""Milliseconds in which one sees what the gesture did before the next step is told."""
FOLLOW_MS = 150
EDGE = 10
"""Pixels between the words and the window's edge."""


class Host(Protocol):
    """The window's parts that the tour makes use of."""

    @property
    def document(self) -> Document: ...
    @property
    def selection(self) -> Selection: ...
    @property
    def actions_by_name(self) -> Actions: ...
    @property
    def canvas(self) -> CanvasView: ...
    @property
    def panel_docks(self) -> Sequence[PanelDock]: ...
    @property
    def runner(self) -> Runner: ...


class Tour(QObject):
    """Shows the steps one after the other; whatever else is done in the window meanwhile is no matter."""

    def __init__(self, window: QMainWindow, host: Host, keys_of: Callable[[str], str]) -> None:
        """`host` is that window, as far as it is used here; `keys_of` gives an action's keys in words."""
        super().__init__(window)
        self._window, self._document, self._selection = window, host.document, host.selection
        self._canvas, self._host, self._keys_of = host.canvas, host, keys_of
        self._cover: TourCover | None = None
        self._words: TourWords | None = None
        self._theme: Theme | None = None
        self._step: int | None = None
        self._moment = (0, 0)
        self._layers = 0
        self._told = ""
        self._made = False
        """The gesture was made; the next step is about to be told."""
        self._next = QTimer(self, singleShot=True, interval=NEXT_MS)
        self._next.timeout.connect(self.skip)
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self.place)
        self._watched: QWidget | None = None
        host.selection.changed.connect(self._selected)
        host.document.changed.connect(self._edited)
        host.document.replaced.connect(self._replaced)
        host.actions_by_name.ran.connect(self._ran)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    @property
    def step(self) -> TourStep | None:
        """The step that is shown; None while there is no tour."""
        return None if self._step is None else STEPS[self._step]

    @property
    def words(self) -> TourWords:
        """The words, made with the first tour."""
        if self._words is None:
            from bnsim.ui.learn.tour.cover import TourCover
            from bnsim.ui.learn.tour.words import TourWords

            self._cover, self._words = TourCover(self._window), TourWords(self._window)
            self._words.skipped.connect(self.skip)
            self._words.ended.connect(self.end)
            if self._theme is not None:
                self.set_theme(self._theme)
        return self._words

    def begin(self) -> None:
        """Begin with the first step."""
        self._follow.start()
        self._watch(QApplication.focusWidget())
        self._go_to(0)

    @Slot()
    def skip(self) -> None:
        """On to the next step; behind the last one the tour ends."""
        if self._step is None or self._step + 1 == len(STEPS):
            self.end()
        else:
            self._go_to(self._step + 1)

    @Slot()
    def end(self) -> None:
        """The window is as it always is."""
        self._next.stop()
        self._follow.stop()
        self._watch(None)
        focus = QApplication.focusWidget()
        had_focus = focus is not None and self._words is not None and self._words.isAncestorOf(focus)
        self._step = None
        if self._words is not None and self._cover is not None:
            self._words.hide()
            self._cover.hide()
        if had_focus:
            self._canvas.setFocus()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._words is not None and self._cover is not None:
            self._words.set_theme(theme)
            self._cover.set_theme(theme)

    def show_update(self, update: Update) -> None:
        """See whether the run has moved."""
        if update.frame is None:
            return
        before, self._moment = self._moment, (update.frame.iteration, update.frame.tick)
        if self._moment > before:
            self._see("forward")
        elif self._moment < before:
            self._see("back")
        if self._moment[0] < before[0]:
            self._see("earlier")

    @Slot()
    def place(self) -> None:
        """Point at where that is now, with the words beside it."""
        step = self.step
        if step is None or self._cover is None or self._words is None:
            return
        found = [self._places(name) for name in step.points]
        holes = [hole for places in found for hole in places]
        self._tell(step, lost=bool(found) and not found[0])
        from bnsim.ui.learn.tour.cover import beside

        self._cover.setGeometry(self._window.rect())
        self._cover.point(holes)
        room = self._window.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        watched = [place for name in step.watched for place in self._places(name)]
        self._words.move(beside(holes, self._words.size(), room, watched))
        for part in (self._cover, self._words):
            if part.isHidden():
                part.show()
                raise_below_cover(part)

    def _go_to(self, number: int) -> None:
        self._next.stop()
        self._step, self._made = number, False
        self._layers = _layers_of(self._document.experiment)
        step, words = STEPS[number], self.words
        if step.iterations > self._moment[0]:
            self._host.runner.give(Seek(step.iterations))
        self._told = ""
        self.place()
        raise_below_cover(words)

    def _tell(self, step: TourStep, *, lost: bool) -> None:
        more = f" {tr(step.lost)}" if lost and step.lost else ""
        plain = step.told(self._keys_of) + more
        if plain != self._told:
            self._told = plain
            rich = step.told(lambda name: f"<b>{signs(self._keys_of(name))}</b>") + more
            self.words.tell(tr(step.title), rich, plain, STEPS.index(step) + 1, len(STEPS))

    def _see(self, gesture: Gesture) -> None:
        """That gesture was made."""
        step = self.step
        if step is not None and step.gesture == gesture and not self._made:
            self._made = True
            self.words.tell_done()
            self._next.start()

    @Slot()
    def _selected(self) -> None:
        if self._selection.current:
            self._see("select")

    @Slot()
    def _edited(self) -> None:
        before, self._layers = self._layers, _layers_of(self._document.experiment)
        if self._layers > before:
            self._see("insert")

    @Slot()
    def _replaced(self) -> None:
        self._moment = (0, 0)

    @Slot(str)
    def _ran(self, name: str) -> None:
        if name.startswith("export."):
            self._see("export")

    def _places(self, name: str) -> list[QRect]:
        """Where what has that name is in the window; nothing where it is not seen."""
        if name == CARD:
            return self._card()
        if name == CANVAS:
            return [self._rect(self._canvas)] if self._canvas.isVisible() else []
        if name == PANEL:
            seen = [dock for dock in self._host.panel_docks if dock.seen and not dock.isFloating()]
            return [self._rect(dock) for dock in seen[:1]]
        widget = self._window.findChild(QWidget, name)
        if widget is None or not widget.isVisible() or widget.window() is not self._window:
            return []
        return [self._rect(widget)]

    def _card(self) -> list[QRect]:
        """The first layer's card that is in view; the canvas where none is."""
        port = self._canvas.viewport()
        cards = sorted(self._canvas.cards.cards.values(), key=lambda card: (card.home.y(), card.home.x()))
        for card in cards:
            if card.isVisible():
                at = self._canvas.card_on_viewport(card, card.shape().boundingRect())
                if port.rect().contains(at):
                    return [QRect(port.mapTo(self._window, at.topLeft()), at.size())]
        return self._places(CANVAS)

    def _rect(self, widget: QWidget) -> QRect:
        return QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size())

    # Escape ends the tour, wherever the keyboard is in the window.

    def _watch(self, widget: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = widget
        if widget is not None:
            widget.installEventFilter(self)

    @Slot(QWidget, QWidget)
    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._step is not None:
            self._watch(now if now is not None and now.window() is self._window else None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape or event.modifiers():
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self.end()
            return True
        return False


def _layers_of(experiment: Experiment) -> int:
    return sum(1 for stack in experiment.stacks for _ in walk(stack.layers))

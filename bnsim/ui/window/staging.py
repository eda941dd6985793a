"""Before an audience: which explanation and panel are shown, pointer and dark screen, a second screen, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QMainWindow, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Notice
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.model.document import Document
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.stage.audience import AudienceWindow
from bnsim.ui.stage.cover import Cover, Pointer
from bnsim.ui.stage.notes import Notes
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.shelf import Shelf

ONE_SCREEN = "There is only one screen: drag the audience's window to where it is seen; F11 there fills the screen."
SCREEN_GONE = "The audience's screen is gone: what it showed is in a window now."
ON_SCREEN = ("run.step", "run.to", "run.play", "stage.", "file.quit")
"""How the names of the actions begin whose keys work in the audience's window, too."""
NO_PANEL = "No panel is open; View > Panels opens one."


class Staging(QObject):
    """Carries out what `commands.stage` asks for. Windows are made when they are wanted, and end with this one.

    While the audience has a screen of its own, pointer and dark screen are there, and this window stays as it is.
    """

    def __init__(
        self,
        window: QMainWindow,
        document: Document,
        canvas: CanvasView,
        shelf: Shelf,
        panels: Sequence[PanelDock],
        appearance: Appearance,
        notify: Callable[[Notice], object],
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._canvas, self._shelf = window, document, canvas, shelf
        self._panels = panels
        self._appearance = appearance
        self._notify = notify
        self._theme: Theme | None = None
        self._own_cover: Cover | None = None
        self.audience: AudienceWindow | None = None
        self.notes: Notes | None = None
        self._panel = ""
        """The name of the panel that the audience sees; "" for the first."""
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenRemoved.connect(self._screen_removed)

    # What commands ask for

    def next_view(self) -> None:
        """Show the next of the views: on the stage, or in the dock at the right."""
        self._shelf.bring_up_next()
        self._refresh()

    def toggle_spotlight(self) -> None:
        """Darken all but what is around the pointer, or not any more."""
        self._toggle_pointer("spotlight")

    def toggle_laser(self) -> None:
        """Let a red spot follow the pointer, or not any more."""
        self._toggle_pointer("laser")

    def toggle_blank(self) -> None:
        """Make the audience's screen dark, or show it again."""
        self.cover.show_blank(not self.cover.blank)

    def toggle_audience(self) -> None:
        """Show the audience's view on another screen than this window's, or close it."""
        if self.audience is not None:
            self.audience.close()
            return
        if self._own_cover is not None:
            self._own_cover.clear()
        self._appearance.project(True, self)  # what the audience sees is this window, drawn anew
        self.audience = AudienceWindow(self._window, self._sources, self._card_at_work)
        self.audience.closed.connect(self._audience_closed)
        # A click there takes the focus, and with it what a clicker sends.
        self.audience.addActions([each for each in self._window.actions() if each.objectName().startswith(ON_SCREEN)])
        if self._theme is not None:
            self.audience.set_theme(self._theme)
        screen = next((each for each in QGuiApplication.screens() if each is not self._window.screen()), None)
        self.audience.show_on(screen)
        if screen is None:
            self._notify(Notice(ONE_SCREEN))
        self._window.activateWindow()
        QTimer.singleShot(0, self._canvas, self._canvas.reveal_executed)  # once it has its new size

    def next_panel(self) -> None:
        """Let the audience see the next of the open panels."""
        shown = [dock.name for dock in self._panels if dock.seen]
        if not shown:
            self._notify(Notice(NO_PANEL, "problem"))
            return
        at = shown.index(self._panel) if self._panel in shown else 0
        self._panel = shown[(at + 1) % len(shown)]
        self._refresh()

    def show_notes(self) -> None:
        """Show the lecturer's notes, in a window of their own beside this one."""
        if self.notes is None:
            self.notes = Notes(self._document, self._window)
            if self._theme is not None:
                self.notes.set_theme(self._theme)
        self.notes.show()
        self.notes.raise_()
        self.notes.activateWindow()

    # What follows

    @property
    def cover(self) -> Cover:
        """What lies over what the audience sees."""
        if self.audience is not None:
            return self.audience.cover
        if self._own_cover is None:
            self._own_cover = Cover(self._window)
        return self._own_cover

    def takes_escape(self) -> bool:
        """Whether Escape ends a pointer or a dark screen."""
        covers = (self._own_cover, None if self.audience is None else self.audience.cover)
        return any(cover is not None and cover.on for cover in covers)

    def uncover(self) -> None:
        """End pointer and dark screen."""
        self.cover.clear()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self.audience, self.notes):
            if part is not None:
                part.set_theme(theme)
        self._refresh()

    def close(self) -> None:
        """The window is closed, and with it what belongs to it."""
        if self._own_cover is not None:
            self._own_cover.clear()
        for part in (self.audience, self.notes):
            if part is not None:
                part.close()

    def _toggle_pointer(self, pointer: Pointer) -> None:
        self.cover.show_pointer("" if self.cover.pointer == pointer else pointer)

    def _sources(self) -> tuple[QWidget | None, ...]:
        seen = {dock.name: dock for dock in self._panels if dock.seen}
        dock = seen.get(self._panel) or next(iter(seen.values()), None)
        return self._canvas, self._shelf.front, dock

    def _card_at_work(self) -> QPointF | None:
        """The middle of the card whose layer is executed, in pixels of the canvas in view; None without one."""
        cards = (card for card in self._canvas.cards.all_cards() if card.active is not None)
        card = max(cards, key=lambda each: not each.active.waiting, default=None)  # type: ignore[union-attr]
        return None if card is None else QPointF(self._canvas.card_on_viewport(card, card.card_rect()).center())

    def _refresh(self) -> None:
        if self.audience is not None:
            self.audience.refresh()

    @Slot()
    def _audience_closed(self) -> None:
        self.audience = None
        self._appearance.project(False, self)

    @Slot(object)
    def _screen_removed(self, screen: QScreen) -> None:
        # Qt has moved its windows to another screen already, or will: where it lies tells what it has lost.
        audience = self.audience
        if audience is not None and (audience.screen() in (screen, None) or not _on_a_screen(audience)):
            audience.show_on(None)
            self._notify(Notice(SCREEN_GONE))


def _on_a_screen(window: QWidget) -> bool:
    """Whether the middle of a window lies on any screen that there is."""
    middle = window.frameGeometry().center()
    return any(screen.geometry().contains(middle) for screen in QGuiApplication.screens())

"""The window's start page: made when it is first shown, over the window; and the pictures of files on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow
from shiboken6 import isValid

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Figures, Update
from bnsim.spec.defaults import default_experiment
from bnsim.spec.errors import InputError
from bnsim.ui.commands.files import FileCommands
from bnsim.ui.language import language_spoken
from bnsim.ui.learn.marks import MarksButton
from bnsim.ui.model import preferences
from bnsim.ui.window import tour
from bnsim.ui.window.file_pictures import FilePictures
from bnsim.ui.window.papers import Papers
from bnsim.ui.window.tour import Tour

if TYPE_CHECKING:
    from bnsim.ui.learn.start.page import StartPage

STAY = ("file.", "help.", "stage.", "view.system", "view.light", "view.dark", "view.projector")
"""What actions' names begin with that are no beginning of anything: the page stays."""
LATER_MS = 150
"""What takes long to read comes so long after the page is seen first."""


class OpensLessons(Protocol):
    """The part of the window that has lessons."""

    def open(self, name: str, /) -> None: ...
    def show_list(self) -> None: ...
    def close_lesson(self) -> None: ...


class Host(tour.Host, Protocol):
    """The window's parts that the start page makes use of."""

    @property
    def files(self) -> FileCommands: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def lessons(self) -> OpensLessons: ...


class Start(QObject):
    """Shows the page, does what it asks for, and takes it away as soon as anything is done in the window."""

    refused = Signal(str)
    """A sentence: why something is not on the page."""

    def __init__(self, window: QMainWindow, host: Host) -> None:
        """`host` is that window, as far as it is used here."""
        super().__init__(window)
        self._host = host
        self._window, self._document, self._files = window, host.document, host.files
        self._actions, self._papers, self._canvas = host.actions_by_name, host.papers, host.canvas
        self.tour = Tour(window, host, self._keys_of)
        self.marks = MarksButton(host.canvas.viewport())
        self._page: StartPage | None = None
        self._filled = False
        """What takes long to read is on the page."""
        self._theme: Theme | None = None
        self._pictures = FilePictures(host.document, self)
        self._begun = False
        """Another document has just come while the page was shown: it was begun with."""
        host.document.changed.connect(self._document_changed)
        host.selection.changed.connect(self.leave)
        host.actions_by_name.ran.connect(self._ran)
        window.installEventFilter(self)

    # What commands ask for

    def show_start(self) -> None:
        """Show the page over the window; a tour of what is below ends."""
        self.tour.end()
        page = self.page
        page.show_files([Path(entry) for entry in preferences.load().recent])
        page.set_ticked(preferences.load().shows_start)
        self._show_lessons()
        self._place()
        page.show()
        page.raise_()
        page.begin()

    def show_tour(self) -> None:
        """Begin the tour; where nothing can run, with the default experiment.

        A lesson is closed: what it holds back until one has predicted would be in the way, or given away.
        """
        self._host.lessons.close_lesson()
        if not self._actions["run.step"].isEnabled():
            if not self._files.may_lose_changes():
                return
            self._document.new()
        self.leave()
        self.tour.begin()

    def show_marks(self) -> None:
        """Tell what the marks on cards and lines mean."""
        self.leave()
        self.marks.open()

    def open_papers(self, name: str = "") -> None:
        """Show the dialog of figures of papers, with that one chosen."""
        self._papers.open(name)

    def show_or_hide_told(self) -> None:
        """Show what is told of the experiment that was opened, above the canvas, or hide it."""
        self.leave()
        self._papers.bar.show_or_hide()

    # What else it does

    @property
    def page(self) -> StartPage:
        """The page, made if it is not there yet."""
        if self._page is None:
            from bnsim.ui.learn.start.page import StartPage

            self._page = page = StartPage(self._keys_of, self._window)
            page.hide()
            page.action_asked.connect(self._actions.run)
            page.step_asked.connect(self._step)
            page.tour_asked.connect(self.show_tour)
            page.opened.connect(self._files.open_path)
            page.dropped.connect(self._files.open_dropped)
            page.paper_asked.connect(self.open_papers)
            page.example_asked.connect(self._papers.open_example)
            page.lesson_asked.connect(self._open_lesson)
            page.lessons_asked.connect(self._host.lessons.show_list)
            page.ticked.connect(self._tick)
            page.left.connect(self.leave)
            self._add_arrow(page)
            if self._theme is not None:
                page.set_theme(self._theme)
            QTimer.singleShot(LATER_MS, page, self._fill)
        return self._page

    @property
    def shown(self) -> bool:
        """Whether the page is over the window."""
        return self._page is not None and not self._page.isHidden()

    def show_at_start(self) -> None:
        """Show the page unless the person does not want it when bnsim starts."""
        if preferences.load().shows_start:
            self.show_start()

    @Slot()
    def leave(self) -> None:
        """Take the page away; the window below is as it was."""
        if self.shown:
            self.page.hide()
            self._canvas.setFocus()

    def show_figures(self, figures: Figures) -> None:
        self._pictures.show_figures(figures)

    def show_update(self, update: Update) -> None:
        self.tour.show_update(update)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.tour.set_theme(theme)
        self.marks.set_theme(theme)
        self._canvas.titles.corner = self.marks.width()
        if self._page is not None:
            self._page.set_theme(theme)

    def close(self) -> None:
        """The window is closed: the picture of its file is kept."""
        self._pictures.keep()
        self.tour.end()
        self._papers.close()

    @Slot()
    def _document_changed(self) -> None:
        if self.shown:
            self._begun = True
            QTimer.singleShot(0, self, self._forget_begun)
            self.leave()

    @Slot()
    def _forget_begun(self) -> None:
        self._begun = False

    @Slot(str)
    def _ran(self, name: str) -> None:
        if name == "file.new":
            if not self._begun:
                self.show_at_start()
        elif not name.startswith(STAY):
            self.leave()

    def _add_arrow(self, page: StartPage) -> None:
        """Have the key of a step do what the page says of it also where nothing runs, and the action has it not."""
        step = self._actions["run.step"]
        within = Qt.ShortcutContext.WidgetWithChildrenShortcut
        self._arrow = QShortcut(step.shortcuts()[0], page, context=within)
        self._arrow.activated.connect(self._step)
        self._arrow.setEnabled(not step.isEnabled())
        step.enabledChanged.connect(self._share_arrow)

    @Slot(bool)
    def _share_arrow(self, action_has_it: bool) -> None:
        if isValid(self._arrow):
            self._arrow.setEnabled(not action_has_it)

    @Slot()
    def _step(self) -> None:
        """Step the default experiment, which takes the place of any other."""
        if self._document.experiment != default_experiment():
            if not self._files.may_lose_changes():
                return
            self._document.new()
        self._actions.run("run.step")

    @Slot(str)
    def _open_lesson(self, name: str) -> None:
        self.leave()
        self._host.lessons.open(name)

    @Slot(bool)
    def _tick(self, on: bool) -> None:
        preferences.update(shows_start=on)

    @Slot()
    def _fill(self) -> None:
        """Show what takes long to read, with which the engine comes, and what stands below that: all at once."""
        from bnsim.lessons.papers import papers
        from bnsim.ui.learn.start.entries import chips, example_cards

        if self._page is not None:
            self._page.show_papers(chips(papers(language_spoken())))
            self._page.show_examples(example_cards())
            self._filled = True
            self._show_lessons()

    def _show_lessons(self) -> None:
        """Show the lessons, with what was done in them by now."""
        if not self._filled:
            return
        from bnsim.lessons import progress
        from bnsim.lessons.shipped import lessons
        from bnsim.ui.learn.start.entries import questions

        try:
            found = list(lessons(language_spoken()).values())
        except InputError as error:
            self.refused.emit(str(error))
            found = []
        self.page.show_lessons(questions(found, progress.load()), len(found))

    def _keys_of(self, name: str) -> str:
        """An action's keys, as the platform writes them; "" if it has none."""
        keys = self._actions[name].shortcuts()
        return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""

    def _place(self) -> None:
        """Over all of the window between its menus and its status bar."""
        bar, status = self._window.menuBar(), self._window.statusBar()
        top = 0 if bar.isHidden() else bar.height()
        bottom = 0 if status.isHidden() else status.height()
        self.page.setGeometry(QRect(0, top, self._window.width(), self._window.height() - top - bottom))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.shown:
            self._place()
        return False

"""The start page: over the whole window but its menus and its status bar, and gone as soon as one begins.

It is no dialog: the window below is ready, and every key of it works.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.learn.start.buttons import ENTER, Card, Chip, Painted
from bnsim.ui.learn.start.hero import Hero
from bnsim.ui.learn.start.recent import Recent
from bnsim.ui.model.pictures import Picture
from bnsim.ui.widgets.flow import Flow

WHAT = "a debugger for backpropagation"
QUESTIONS, EXAMPLES, PAPERS = "QUESTIONS PEOPLE ASK", "EXAMPLES", "FROM THE PAPERS"
TICK = "Show this page when bnsim starts"
WIDEST = 1200
"""Pixels of what is on the page, at the usual size of text."""
USUAL_TEXT = 13.0
COLUMN = 215
OWN_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_F6)
ONE_ABOVE_OTHER = 760
"""In a page narrower than this, recent files stand below what to do first."""


class Entry(Struct, frozen=True):
    """Something to begin with: a lesson, an example, a paper. `name` is what it is asked for by.

    `title` and `text` stand on its card, `foot` below them, `more` is said at length; `done` is the share that a
    learner did, None where there is nothing to do.
    """

    name: str
    title: str
    text: str = ""
    foot: str = ""
    more: str = ""
    done: float | None = None
    picture: Picture | None = None


class StartPage(QWidget):
    """Ways to begin. It asks for them by its signals and does nothing itself."""

    action_asked = Signal(str)
    """The name of an action."""
    step_asked = Signal()
    tour_asked = Signal()
    opened = Signal(object)
    """The `Path` of a file to open."""
    dropped = Signal(str)
    """The path of a file that was dropped on the page."""
    lesson_asked = Signal(str)
    lessons_asked = Signal()
    example_asked = Signal(str)
    paper_asked = Signal(str)
    ticked = Signal(bool)
    """Whether the page is to be there at the next start."""
    left = Signal()
    """Escape."""

    def __init__(self, keys_of: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAccessibleName(tr("Start page"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._theme: Theme | None = None
        self.hero = Hero(keys_of, self)
        self.recent = Recent(self)
        self.questions = _Section(QUESTIONS, Flow(12, self, least=COLUMN, most=4), self)
        self.all_lessons = QPushButton(self)
        self.papers = _Section(PAPERS, Flow(10, self), self)
        self.examples = _Section(EXAMPLES, Flow(12, self, least=COLUMN, most=4), self)
        self.tick = QCheckBox(tr(TICK), self)
        self._parts: tuple[QWidget, ...] = (self.hero, self.recent, self.questions, self.papers, self.examples)
        self._lay_out(keys_of)
        self._connect()

    # What it shows

    def show_files(self, paths: list[Path]) -> None:
        """Show the files that were open lately, newest first."""
        self.recent.show_files(paths, datetime.now())
        self._fit_height()

    def show_lessons(self, lessons: Sequence[Entry], number: int) -> None:
        """Show some of so many lessons; without any there is nothing about them on the page."""
        self.questions.fill([self._card("lesson", each, self.lesson_asked.emit) for each in lessons], self._theme)
        self.all_lessons.setText(tr(f"all {number} lessons"))
        self.all_lessons.setVisible(number > len(lessons))
        self._fit_height()

    def show_examples(self, examples: Sequence[Entry]) -> None:
        """Show what one click opens."""
        self.examples.fill([self._card("example", each, self.example_asked.emit) for each in examples], self._theme)
        self._fit_height()

    def show_papers(self, papers: Sequence[Entry]) -> None:
        """Show the papers whose figures are made anew."""
        chips: list[QWidget] = []
        for each in papers:
            chip = Chip(f"start.paper:{each.name}", each.title, each.more, self)
            chip.setText(each.title)
            chip.clicked.connect(partial(_emit, self.paper_asked.emit, each.name))
            chips.append(chip)
        self.papers.fill(chips, self._theme)
        self._fit_height()

    def set_ticked(self, on: bool) -> None:
        """Whether the page is there at the next start."""
        self.tick.setChecked(on)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self.hero, self.recent, self.questions, self.papers, self.examples):
            part.set_theme(theme)
        self._content.setMaximumWidth(round(WIDEST * theme.size("text") / USUAL_TEXT))
        self._fit()

    def begin(self) -> None:
        """Be ready for keys: the way that most take has the focus."""
        self._area.verticalScrollBar().setValue(0)
        self.hero.step_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Its parts

    def _lay_out(self, keys_of: Callable[[str], str]) -> None:
        name, what = QLabel("bnsim", self), QLabel(tr(WHAT), self)
        name.setProperty("role", "start-title")
        what.setProperty("role", "start-what")
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(name, 0, Qt.AlignmentFlag.AlignBaseline)
        head.addWidget(what, 0, Qt.AlignmentFlag.AlignBaseline)
        head.addStretch()
        self.all_lessons.setObjectName("start.allLessons")
        self.all_lessons.setProperty("kind", "link")
        self.all_lessons.hide()
        self.questions.add_link(self.all_lessons)
        self._top = QWidget(self)
        self._columns = QHBoxLayout(self._top)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(20)
        self._columns.addWidget(self.hero, 64)
        self._columns.addWidget(self.recent, 36)
        self._content = QWidget(self)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(32, 20, 32, 16)
        column.setSpacing(18)
        column.addLayout(head)
        for part in (self._top, self.questions, self.papers, self.examples):
            column.addWidget(part)
        column.addStretch()
        self._middle = QWidget(self)
        row = QHBoxLayout(self._middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(0)
        row.addWidget(self._content, 1)
        row.addStretch(0)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidget(self._middle)
        self._middle.installEventFilter(self)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._area, 1)
        whole.addWidget(self._foot(keys_of))

    def _foot(self, keys_of: Callable[[str], str]) -> QWidget:
        foot = QFrame(self)
        foot.setObjectName("start.foot")
        self.tick.setObjectName("start.tick")
        leave = QLabel(tr(f"Esc: to the window · {keys_of('help.start')}: back here"), foot)
        leave.setProperty("role", "muted")
        row = QHBoxLayout(foot)
        row.setContentsMargins(32, 4, 32, 4)
        row.addWidget(self.tick)
        row.addStretch()
        row.addWidget(leave)
        return foot

    def _connect(self) -> None:
        self.hero.step_asked.connect(self.step_asked)
        self.hero.tour_asked.connect(self.tour_asked)
        self.recent.opened.connect(self.opened)
        self.recent.action_asked.connect(self.action_asked)
        self.all_lessons.clicked.connect(partial(_emit, self.lessons_asked.emit))
        self.tick.toggled.connect(self.ticked)

    def _card(self, kind: str, entry: Entry, ask: Callable[[str], object]) -> QWidget:
        made = Card(
            f"start.{kind}:{entry.name}",
            entry.title,
            entry.text,
            entry.foot,
            self,
            more=entry.more,
            done=entry.done,
            picture=entry.picture,
            lines=(1, 3) if kind == "example" else (3, 2),
        )
        made.clicked.connect(partial(_emit, ask, entry.name))
        return made

    def _fit(self) -> None:
        """Put what is at the top side by side, or one above the other."""
        text = USUAL_TEXT if self._theme is None else self._theme.size("text")
        margins = self._content.layout().contentsMargins()  # type: ignore[union-attr]
        beside = self.hero.minimumSizeHint().width() + self._columns.spacing() + self.recent.minimumSizeHint().width()
        room = self._area.viewport().width() - margins.left() - margins.right()
        narrow = self.width() < ONE_ABOVE_OTHER * text / USUAL_TEXT or beside > room
        self._columns.setDirection(QHBoxLayout.Direction.TopToBottom if narrow else QHBoxLayout.Direction.LeftToRight)
        for part in (self.questions, self.examples):
            part.flow.set_least(round(COLUMN * text / USUAL_TEXT))
        self._fit_height()

    def _fit_height(self) -> None:
        """Have all of the page's height at once: what comes late moves nothing for a moment."""
        self._middle.setMinimumHeight(self._middle.heightForWidth(self._area.viewport().width()))

    # Keys

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round on the page: what is below it is not seen."""
        stops = self._stops()
        if not stops:
            return False
        at = next((k for k, each in enumerate(stops) if each.hasFocus()), -1 if forward else 0)
        chosen = stops[(at + (1 if forward else -1)) % len(stops)]
        self._reach(chosen, Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def _stops(self) -> list[QAbstractButton]:
        """What Tab stops at, in the order of reading."""
        found = [each for each in self.findChildren(QAbstractButton) if each.isVisible() and each.isEnabled()]
        place = {each: each.mapTo(self, QPoint(0, 0)) for each in found}

        def order(each: QAbstractButton) -> tuple[int, bool, int, int]:
            return self._group(each), each is self.all_lessons, place[each].y(), place[each].x()

        return sorted(found, key=order)

    def _group(self, widget: QWidget) -> int:
        """The number of the part of the page that a widget is in; the foot is the last."""
        return next((k for k, part in enumerate(self._parts) if part.isAncestorOf(widget)), len(self._parts))

    def _go_to_part(self, forward: bool) -> None:
        """Give the keyboard to the next part of the page, or the one before."""
        stops = self._stops()
        groups = sorted({self._group(each) for each in stops})
        focused = self.focusWidget()
        now = groups.index(self._group(focused)) if focused is not None and focused in stops else -1
        wanted = groups[(now + (1 if forward else -1)) % len(groups)]
        self._reach(next(each for each in stops if self._group(each) == wanted), Qt.FocusReason.ShortcutFocusReason)

    def _reach(self, widget: QWidget, why: Qt.FocusReason) -> None:
        widget.setFocus(why)
        if self._content.isAncestorOf(widget):
            self._area.ensureWidgetVisible(widget, 20, 30)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()  # Escape stops nothing, and F6 goes to no area that is not seen
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_F6:
            self._go_to_part(not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif event.key() in ENTER and isinstance(focused, QAbstractButton) and self.isAncestorOf(focused):
            focused.click()
        else:
            super().keyPressEvent(event)

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()  # a theme that came while it was hidden has reached its words only now

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()  # words came, or a larger font, or the scroll bar took its part of the width
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _file_of(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _file_of(event)
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)


class _Section(QWidget):
    """A heading and what is below it; without anything below it there is no heading either."""

    def __init__(self, title: str, flow: Flow, parent: QWidget) -> None:
        super().__init__(parent)
        self.flow = flow
        heading = QLabel(tr(title), self)
        heading.setProperty("role", "heading")
        self._head = QHBoxLayout()
        self._head.addWidget(heading)
        self._head.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._head)
        column.addWidget(flow)
        self.hide()

    def add_link(self, link: QWidget) -> None:
        """Have a link at the right of the heading."""
        self._head.addWidget(link)

    def fill(self, widgets: list[QWidget], theme: Theme | None) -> None:
        """Have these in place of what was there."""
        self.flow.set_widgets(widgets)
        self.setVisible(bool(widgets))
        if theme is not None:
            self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for each in self.flow.widgets:
            if isinstance(each, Painted):
                each.set_theme(theme)
        self.flow.arrange()


def _emit(ask: Callable[..., object], *values: object) -> None:
    """Ask without the check mark that a button's signal has."""
    ask(*[each for each in values if not isinstance(each, bool)])


def _file_of(event: QDropEvent) -> str:
    """The path of the one file that is dragged, "" for anything else."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() if len(urls) == 1 else ""

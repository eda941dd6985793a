"""The panel of a lesson: the step one is at, and the way on and back. It asks for all else by its signals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.wording import filled
from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.learn.lesson.dots import Dots
from bnsim.ui.learn.lesson.page import StepPage
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.spoken import announce

WIDTH, LEAST = 360, 300
"""Pixels of the panel, at first and at least."""
SCROLL_KEYS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class LessonPanel(QWidget):
    """Shows one step after another of a lesson."""

    back_asked = Signal()
    next_asked = Signal()
    step_asked = Signal(int)
    stage_asked = Signal()
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson")
        self.setAccessibleName(tr("Lesson"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lesson: Lesson | None = None
        self._numbers: Mapping[str, str] = {}
        self._theme: Theme | None = None
        self.page: StepPage | None = None
        self._answered = False
        """Whether an answer was just given, which is to be in sight."""
        self._make_head()
        self._area = QScrollArea(self)
        self._area.setObjectName("lesson.page")
        self._area.setAccessibleName(tr("Text of the step"))
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.verticalScrollBar().rangeChanged.connect(self._scroll_to_answer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._area, 1)
        column.addWidget(self._make_note())
        column.addWidget(self._make_foot())

    # What it shows

    def show_step(self, lesson: Lesson, number: int, seen: frozenset[int], title_of: Callable[[str], str]) -> StepPage:
        """Show a step, from 0; others were `seen`. `title_of` gives a panel's title by its kind of figure."""
        self._lesson = lesson
        step = lesson.steps[number]
        asked = step.prediction.asked if step.prediction else None
        page = StepPage(lesson, number, self.fill, title_of(asked.kind) if asked else "", self)
        if self._theme is not None:
            page.set_theme(self._theme)
        self._answered = False
        self._replace(page)
        if page.prediction is not None:
            page.prediction.begun.connect(self._scroll_to_button)
        self._name.set_words(f"{_number(lesson)}{lesson.title}")
        self._dots.show_steps(tuple(each.title for each in lesson.steps), number, seen)
        self._where.setText(tr(f"{number + 1} of {len(lesson.steps)}"))
        self.back_button.setEnabled(number > 0)
        self.next_button.setText(tr("&Finish") if number == len(lesson.steps) - 1 else tr("&Next"))
        self.note("")
        self._area.verticalScrollBar().setValue(0)
        announce(self, f"{tr(f'Step {number + 1} of {len(lesson.steps)}')}: {page.said}")
        return page

    def _replace(self, page: StepPage) -> None:
        """Show a page in place of the one before, which is deleted once whatever has to do with its focus is done."""
        before = self._area.takeWidget()
        if before is not None:
            focus = before.focusWidget()
            if focus is not None and focus.hasFocus():
                self.next_button.setFocus(Qt.FocusReason.TabFocusReason)
            before.hide()
            before.deleteLater()
        self.page = page
        self._area.setWidget(page)

    def begin(self) -> None:
        """Give the keyboard to what the step asks for, else to the way on; one reads from the top."""
        start = self.page.start() if self.page is not None else None
        (start or self.next_button).setFocus(Qt.FocusReason.TabFocusReason)

    def show_next(self) -> None:
        """What was asked is answered: the keyboard goes to the way on, and what is said then is in sight."""
        self.next_button.setFocus(Qt.FocusReason.TabFocusReason)
        self._answered = True
        self._scroll_to_answer()

    def show_numbers(self, numbers: Mapping[str, str]) -> None:
        """Fill measured numbers in, by the claims' names."""
        self._numbers = numbers
        if self.page is not None:
            self.page.show_numbers()

    def fill(self, text: str) -> str:
        """A text with what is measured by now."""
        return filled(text, self._numbers)

    def note(self, words: str, *, again: bool = False) -> None:
        """Say something above the buttons, "" for nothing; `again`: with the offer to set the stage again."""
        self._note.setText(words)
        self._again.setVisible(again)
        self._note_row.setVisible(bool(words))

    @property
    def noted(self) -> str:
        """What is said above the buttons."""
        return self._note.text() if not self._note_row.isHidden() else ""

    def set_entries(self, actions: Sequence[QAction | None]) -> None:
        """Set what is in the menu; None is a separator."""
        for action in actions:
            if action is None:
                self.menu.addSeparator()
            else:
                self.menu.addAction(action)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._close.setIcon(icon("close", theme))
        self._more.setIcon(icon("more", theme))
        self._dots.set_theme(theme)
        if self.page is not None:
            self.page.set_theme(theme)
        self._head.updateGeometry()

    # Its parts

    def _make_head(self) -> None:
        head = self._head = QWidget(self)
        self._name = ElidedLabel(head)
        self._name.setObjectName("lesson.name")
        self._name.setProperty("role", "title")
        self._where = QLabel(head)
        self._where.setObjectName("lesson.where")
        self._where.setProperty("role", "muted")
        self._dots = Dots(head)
        self._dots.chosen.connect(self.step_asked)
        self.menu = QMenu(self)
        self.menu.setObjectName("lesson.menu")
        self._more = self._tool("menu", tr("Deck, handout, answers, all lessons"))
        self._more.setMenu(self.menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._close = self._tool("close", tr("Close the lesson; what you did in it is kept"))
        self._close.clicked.connect(self.close_asked)
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(self._more)
        top.addWidget(self._close)
        below = QHBoxLayout()
        below.addWidget(self._dots, 1)
        below.addWidget(self._where)
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 8, 8, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(below)

    def _tool(self, name: str, words: str) -> QToolButton:
        button = QToolButton(self._head)
        button.setObjectName(f"lesson.{name}Button")
        button.setProperty("kind", "flat")
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _make_note(self) -> QWidget:
        row = self._note_row = QFrame(self)
        row.setObjectName("lesson.noteRow")
        row.setProperty("lit", "true")
        self._note = QLabel(row)
        self._note.setObjectName("lesson.note")
        self._note.setWordWrap(True)
        self._again = QPushButton(tr("Set the stage again"), row)
        self._again.setObjectName("lesson.again")
        self._again.setProperty("kind", "link")
        self._again.clicked.connect(self.stage_asked)
        column = QVBoxLayout(row)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(self._note)
        column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        row.hide()
        return row

    def _make_foot(self) -> QWidget:
        foot = QFrame(self)
        foot.setObjectName("lesson.foot")
        self.back_button = QPushButton(tr("&Back"), foot)
        self.back_button.setObjectName("lesson.back")
        self.back_button.clicked.connect(self.back_asked)
        self.next_button = QPushButton(tr("&Next"), foot)
        self.next_button.setObjectName("lesson.next")
        self.next_button.setProperty("accent", "true")
        self.next_button.clicked.connect(self.next_asked)
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 16, 10)
        row.addWidget(self.back_button)
        row.addStretch()
        row.addWidget(self.next_button)
        return foot

    @Slot()
    def _scroll_to_button(self) -> None:
        """What is answered by key may be below what is seen."""
        if self.page is not None and self.page.prediction is not None:
            self._area.ensureWidgetVisible(self.page.prediction.show_button, 0, 16)

    @Slot()
    def _scroll_to_answer(self) -> None:
        """Also whenever the page has become longer by what is said now."""
        box = self.page.prediction if self.page is not None and self._answered else None
        if box is not None:
            self._area.ensureWidgetVisible(box.reveal, 0, 16)
            self._area.ensureWidgetVisible(box.verdict, 0, 16)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in SCROLL_KEYS:
            bar = self._area.verticalScrollBar()
            bar.setValue(bar.value() + SCROLL_KEYS[Qt.Key(event.key())] * 40)
            return
        focus = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focus, QPushButton) and focus.hasFocus():
            focus.click()  # outside of a dialog Qt leaves that to Space
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 500)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, 200)


def _number(lesson: Lesson) -> str:
    """The number of a lesson that comes with bnsim, for its title."""
    first = lesson.name.split("-")[0]
    return f"{int(first)}. " if first.isdecimal() else ""

"""All lessons: the question that each takes up, how long it takes, what was done in it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QListWidgetItem, QPushButton, QWidget

from bnsim.lessons import progress
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.progress import Done, share_done
from bnsim.lessons.shipped import lessons
from bnsim.lessons.wording import quoted
from bnsim.ui.language import language_spoken, sayer, tr
from bnsim.ui.learn.list_and_page import ListAndPage
from bnsim.ui.widgets.default_button import make_default, widen_for_bold

SIZE = (900, 560)
LIST_WIDTH = 400


class LessonsDialog(ListAndPage):
    """Chooses a lesson. `lesson_asked` has the name of the one to open."""

    lesson_asked = Signal(str)
    folder_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "lessons", SIZE, LIST_WIDTH)
        self.setWindowTitle(tr("Lessons"))
        self.names: list[str] = []
        self._done: dict[str, Done] = {}
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(tr("Lessons"))
        self.list.currentRowChanged.connect(self._say)
        self.list.itemActivated.connect(self.open_chosen)
        self._add_buttons()

    def show_lessons(self, current: str | None) -> None:
        """Show all of them with what was done by now, that one chosen; None: the first that is not finished."""
        self._done = progress.load()
        self.names = list(lessons())
        self.list.clear()
        for name in self.names:
            lesson = lessons(language_spoken())[name]
            question = quoted(lesson.front.question, sayer())
            state = f"{tr(f'{lesson.front.minutes} minutes')} · {_state(lesson, self._done.get(name, Done()))}"
            item = QListWidgetItem(f"{_title(lesson)}\n{question}\n{state}", self.list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{_title(lesson)}. {lesson.front.question}")
        unfinished = (name for name in self.names if not self._done.get(name, Done()).finished)
        chosen = current if current in self.names else next(unfinished, self.names[0] if self.names else None)
        if chosen is not None:
            self.list.setCurrentRow(self.names.index(chosen))
        self.list.setFocus()

    @property
    def chosen(self) -> str:
        """The name of the lesson that is shown; "" without any."""
        row = self.list.currentRow()
        return self.names[row] if 0 <= row < len(self.names) else ""

    @Slot()
    def open_chosen(self) -> None:
        """Have the chosen one opened, and close."""
        if self.chosen:
            self.lesson_asked.emit(self.chosen)
            self.close()

    @Slot()
    def _open_folder(self) -> None:
        self.close()
        self.folder_asked.emit()

    @Slot()
    def _say(self) -> None:
        if not self.chosen:
            return
        lesson, done = lessons(language_spoken())[self.chosen], self._done.get(self.chosen, Done())
        self.page.setText(page_of(lesson, done))
        self.open_button.setText(tr("&Open again") if done.finished else tr("&Continue") if done.at else tr("&Open"))
        widen_for_bold(self.open_button)

    def _add_buttons(self) -> None:
        self.folder_button = QPushButton(tr("A lesson &folder…"), self)
        self.folder_button.setObjectName("lessons.folder")
        self.folder_button.setAutoDefault(False)
        self.folder_button.clicked.connect(self._open_folder)
        self.open_button = QPushButton(tr("&Open"), self)
        self.open_button.setObjectName("lessons.open")
        make_default(self.open_button)
        self.open_button.clicked.connect(self.open_chosen)
        self.buttons.addWidget(self.folder_button)
        self.buttons.addStretch()
        self.buttons.addWidget(self.open_button)


def page_of(lesson: Lesson, done: Done) -> str:
    """What is told of a lesson, as rich text."""
    question = quoted(lesson.front.question, sayer())
    about = tr(f"{lesson.front.minutes} minutes, {len(lesson.steps)} steps")
    parts = [
        f"<h3>{escape(_title(lesson))}</h3>",
        f"<p><i>{escape(question)}</i></p>",
        f"<p>{escape(about)}; {escape(_state(lesson, done))}.</p>",
    ]
    known = lessons(language_spoken())
    needs = [_title(known[name]) if name in known else name for name in lesson.front.needs]
    named = "; ".join(needs)
    if needs:
        parts.append(f"<p>{escape(tr(f'Read before: {named}.'))}</p>")
    steps = "".join(f"<li>{escape(step.title)}</li>" for step in lesson.steps)
    return "".join([*parts, f"<ol>{steps}</ol>"])


def _title(lesson: Lesson) -> str:
    number = lesson.name.split("-")[0]
    return f"{int(number)}. {lesson.title}" if number.isdecimal() else lesson.title


def _state(lesson: Lesson, done: Done) -> str:
    keys = [step.key for step in lesson.steps]
    if done.finished:
        return f"✓ {tr('done')}"
    share = share_done(done, keys)
    return tr(f"{round(100 * share)} % seen") if share else tr("not begun")

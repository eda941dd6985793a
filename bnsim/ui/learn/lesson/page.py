"""One step of a lesson: what is said, what is asked, what is to be done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.wording import quoted
from bnsim.plot.theme import Theme
from bnsim.ui.language import sayer, tr
from bnsim.ui.learn.lesson.prediction import Fill, PredictionBox
from bnsim.ui.learn.lesson.prose import Prose
from bnsim.ui.learn.lesson.task import TaskBox

MARGINS = (16, 8, 16, 16)


class StepPage(QWidget):
    """The page of a step. `prediction` and `task` are None where there is none."""

    def __init__(self, lesson: Lesson, number: int, fill: Fill, title: str = "", parent: QWidget | None = None) -> None:
        """`title` is that of the panel on which a curve is drawn."""
        super().__init__(parent)
        self.setObjectName(f"lesson.step:{number + 1}")
        step = lesson.steps[number]
        self._fill = fill
        self._proses: list[tuple[Prose, str]] = []
        self._titles: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*MARGINS)
        self._column.setSpacing(12)
        if number == 0:
            question = QLabel(quoted(lesson.front.question, sayer()), self)
            question.setObjectName("lesson.question")
            question.setProperty("role", "question")
            question.setWordWrap(True)
            self._column.addWidget(question)
            self._titles.append(question.text())
        heading = QLabel(step.title, self)
        heading.setObjectName("lesson.title")
        heading.setProperty("role", "lesson-title")
        heading.setWordWrap(True)
        self._column.addWidget(heading)
        self._titles.append(heading.text())
        self._say(step.prose)
        self.prediction = PredictionBox(step.prediction, fill, title, self) if step.prediction else None
        self.task = TaskBox(step.task, fill, self) if step.task else None
        for box in (self.prediction, self.task):
            if box is not None:
                self._column.addWidget(box)
        if number == len(lesson.steps) - 1:
            self._head(tr("WHAT IS MEASURED"))
            self._say(f"**{lesson.front.closing}**")
            self._head(tr("SOURCES"))
            self._say("\n".join(f"- {source}" for source in lesson.front.sources), size="text")
        self._column.addStretch(1)
        self.show_numbers()

    def _head(self, words: str) -> None:
        label = QLabel(words, self)
        label.setProperty("role", "heading")
        self._column.addWidget(label)

    def _say(self, words: str, size: str = "text-large") -> None:
        if words.strip():
            prose = Prose(self, size=size)
            self._proses.append((prose, words))
            self._column.addWidget(prose, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def said(self) -> str:
        """What is read aloud of it when it comes up: title and text. What is asked is read with what answers it."""
        return "\n".join([*self._titles, *(prose.plain for prose, _ in self._proses)])

    def start(self) -> QWidget | None:
        """What has the keyboard first; None where nothing is asked."""
        box = self.prediction or self.task
        return None if box is None else box.start()

    def show_numbers(self) -> None:
        """Fill in what is measured by now."""
        for prose, words in self._proses:
            prose.show_markdown(self._fill(words))
        for box in (self.prediction, self.task):
            if box is not None:
                box.show_numbers()

    def set_theme(self, theme: Theme) -> None:
        for prose, _ in self._proses:
            prose.set_theme(theme)
        for box in (self.prediction, self.task):
            if box is not None:
                box.set_theme(theme)

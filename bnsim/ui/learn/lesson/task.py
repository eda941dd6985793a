"""What one is to bring about by hand, and whether it is so."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.lessons.lesson import Task
from bnsim.plot.theme import Theme
from bnsim.ui.language import told_words, tr
from bnsim.ui.learn.lesson.prediction import Fill
from bnsim.ui.learn.lesson.prose import Prose
from bnsim.ui.widgets.spoken import announce


class TaskBox(QFrame):
    """Says the task, a hint if it is asked for, and whether the session fulfills it."""

    def __init__(self, task: Task, fill: Fill, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.task")
        self._task, self._fill = task, fill
        self.done = False
        heading = QLabel(tr("YOUR TASK"), self)
        heading.setProperty("role", "heading")
        self.say, self.hint, self.after = Prose(self), Prose(self), Prose(self)
        self.state = QLabel(f"○  {tr('Not yet.')}", self)
        self.state.setObjectName("lesson.state")
        self.state.setProperty("role", "verdict")
        self.state.setWordWrap(True)
        self.how = QLabel(self)
        self.how.setObjectName("lesson.how")
        self.how.setProperty("role", "muted")
        self.how.setWordWrap(True)
        self.how.hide()
        self.hint_button = QPushButton(tr("Show a hint"), self)
        self.hint_button.setObjectName("lesson.hint")
        self.hint_button.setVisible(bool(task.hint))
        self.hint_button.clicked.connect(self._show_hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self.say)
        column.addWidget(self.state)
        column.addWidget(self.how)
        row = QHBoxLayout()
        row.addWidget(self.hint_button)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.after)
        self.hint.hide()
        self.after.hide()
        self.show_numbers()

    def start(self) -> QWidget:
        """What has the keyboard first."""
        return self.hint_button

    def show_state(self, done: bool, words: str) -> None:
        """Show whether it is done; once it is, it stays so. `words`: how things stand, "" for nothing to add."""
        if self.done:
            return
        if done:
            self.done = True
            done_words = tr("Done.")
            self.state.setText(f"✓  {done_words}")
            self.how.hide()
            self.hint_button.hide()
            self.state.setProperty("near", "true")
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
            self.after.setVisible(bool(self._task.done))
            announce(self, f"{done_words} {self.after.plain}")
        else:
            self.how.setText(_breakable(told_words(words)))
            self.how.setVisible(bool(words))

    def show_numbers(self) -> None:
        """Fill in what is measured by now."""
        self.say.show_markdown(self._fill(self._task.say))
        self.setAccessibleName(self.say.plain)
        self.hint.show_markdown(self._fill(self._task.hint))
        self.after.show_markdown(self._fill(self._task.done))

    def set_theme(self, theme: Theme) -> None:
        for part in (self.say, self.hint, self.after):
            part.set_theme(theme)

    @Slot()
    def _show_hint(self) -> None:
        self.hint.show()
        self.hint.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hint_button.hide()


def _breakable(words: str) -> str:
    """An expression may be broken where its brackets close: it has no spaces there."""
    return words.replace("](", "]\u200b(").replace(")[", ")\u200b[")

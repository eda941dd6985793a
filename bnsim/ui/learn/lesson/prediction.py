"""What one predicts before it is seen: a choice, a number, or a curve that is drawn on its panel; then what it is."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.lessons.lesson import Prediction
from bnsim.lessons.nearness import Verdict
from bnsim.plot.theme import Theme
from bnsim.ui.language import told_words, tr
from bnsim.ui.learn.lesson.prose import Prose
from bnsim.ui.widgets.spoken import announce

EXAMPLES = "0.25, 3e-9, 12 %"
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_POWER = re.compile(r"[×x*·]\s*10\s*\^?\s*")
Fill = Callable[[str], str]


def number_in(text: str) -> float | None:
    """The number that is written: 0.25, 3e-9, 3 × 10⁻⁹, 12 %, a decimal comma; None if it is none."""
    plain = text.translate(_SUPERSCRIPTS).replace("\u202f", "").replace(" ", "")
    plain, share = (plain[:-1], 0.01) if plain.endswith("%") else (plain, 1.0)
    plain = _POWER.sub("e", plain)
    if plain.startswith("10^"):
        plain = "1e" + plain[3:]
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain) * share
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


class PredictionBox(QFrame):
    """Asks, and says afterwards how near it was. `predicted` has the option's number, from 1, or the number.

    A curve is drawn elsewhere: `curve_done` says that it is.
    """

    predicted = Signal(object)
    curve_done = Signal()
    begun = Signal()
    """An option is chosen, a number is being written."""

    def __init__(self, asked: Prediction, fill: Fill, title: str = "", parent: QWidget | None = None) -> None:
        """`fill` puts measured numbers into a text; `title` is that of the panel on which a curve is drawn."""
        super().__init__(parent)
        self.setObjectName("lesson.prediction")
        self.asked = asked
        self._fill = fill
        self.ask, self.reveal = Prose(self), Prose(self)
        self.verdict = QLabel(self)
        self.verdict.setObjectName("lesson.verdict")
        self.verdict.setWordWrap(True)
        self.verdict.setProperty("role", "verdict")
        self.options: list[QRadioButton] = []
        self.line: QLineEdit | None = None
        self.problem = QLabel(self)
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.show_button = QPushButton(tr("Show what is measured"), self)
        self.show_button.setObjectName("lesson.show")
        self.show_button.setProperty("accent", "true")
        self.show_button.clicked.connect(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        heading = QLabel(tr("YOUR PREDICTION"), self)
        heading.setProperty("role", "heading")
        column.addWidget(heading)
        column.addWidget(self.ask)
        self._add_answer(column, title)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addWidget(self.show_button)
        row.addStretch()
        column.addLayout(row)
        column.addWidget(self.verdict)
        column.addWidget(self.reveal)
        self.verdict.hide()
        self.reveal.hide()
        self.show_numbers()

    # What it asks

    def _add_answer(self, column: QVBoxLayout, title: str) -> None:
        if self.asked.kind == "choice":
            self._group = QButtonGroup(self)
            for number, words in enumerate(self.asked.options, start=1):
                option = QRadioButton(self)
                option.setObjectName(f"lesson.option:{number}")
                option.setProperty("words", words)
                option.clicked.connect(self._allow)
                self._group.addButton(option, number)
                self.options.append(option)
                column.addWidget(_Wrapped(option, self))
        elif self.asked.kind == "number":
            self.line = QLineEdit(self)
            self.line.setObjectName("lesson.number")
            self.line.setAccessibleName(tr("Your number"))
            self.line.setPlaceholderText(tr(f"such as {EXAMPLES}"))
            self.line.textEdited.connect(self._allow)
            self.line.returnPressed.connect(self.submit)
            column.addWidget(self.line)
        else:
            by_keys = tr("By keyboard: ← and → go from point to point, ↑ and ↓ move it, with Shift further.")
            said = QLabel(f"{tr(f'Draw it on the panel “{title}”: press and drag along it.')} {by_keys}", self)
            said.setWordWrap(True)
            said.setProperty("role", "muted")
            column.addWidget(said)
        self.show_button.setEnabled(False)

    def start(self) -> QWidget | None:
        """What has the keyboard first; None where it is asked elsewhere, or not any more."""
        if not self.reveal.isHidden():
            return None
        return self.line if self.line is not None else next(iter(self.options), None)

    def allow_curve(self, drawn: bool) -> None:
        """Whether the curve is there, so that it can be held against what is measured."""
        self.show_button.setEnabled(drawn and self.reveal.isHidden())

    @Slot()
    def _allow(self) -> None:
        self.problem.hide()
        self.show_button.setEnabled(True)
        self.begun.emit()

    @Slot()
    def submit(self) -> None:
        """The prediction is made; if it is no number a sentence says so."""
        if not self.show_button.isEnabled():
            return
        if self.asked.kind == "choice":
            self.predicted.emit(self._group.checkedId())
        elif self.line is not None:
            value = number_in(self.line.text())
            if value is None:
                self.problem.setText(tr(f"That is no number; write it as {EXAMPLES}."))
                self.problem.show()
            else:
                self.predicted.emit(value)
        else:
            self.curve_done.emit()

    # What it says then

    def show_answer(self, answer: object, verdict: Verdict | None) -> None:
        """Show what was predicted, and how near it is; None: what it is held against is not measured yet."""
        if isinstance(answer, int) and self.options:
            self.options[answer - 1].setChecked(True)
        if self.line is not None and not self.line.text() and isinstance(answer, float):
            self.line.setText(f"{answer:g}")
        for each in self.options:
            each.setEnabled(False)
        if self.line is not None:
            self.line.setReadOnly(True)
        self._mark_right()
        self.show_button.hide()
        self.problem.hide()
        words = "" if verdict is None else told_words(verdict.words)
        self.verdict.setText("…" if verdict is None else f"{'✓' if verdict.near else '✗'}  {words}")
        self.verdict.setProperty("near", "" if verdict is None else str(verdict.near).lower())
        _restyle(self.verdict)
        self.verdict.show()
        if self.reveal.isHidden():
            self.reveal.show()
            announce(self, f"{self.verdict.text()} {self.reveal.plain}")

    def _mark_right(self) -> None:
        """Say which option is the right one, not by color alone."""
        for number, option in enumerate(self.options, start=1):
            if number == self.asked.right:
                option.setProperty("right", "true")
        self._say_options()

    def _say_options(self) -> None:
        for option in self.options:
            words = self._fill(str(option.property("words")))
            wrapped = option.parentWidget()
            said = f"✓ {words}" if option.property("right") else words
            option.setAccessibleName(said)
            if isinstance(wrapped, _Wrapped):
                wrapped.label.setText(said)
                wrapped.label.setProperty("right", option.property("right"))
                _restyle(wrapped.label)

    def show_numbers(self) -> None:
        """Fill in what is measured by now."""
        self.ask.show_markdown(self._fill(self.asked.ask))
        self.setAccessibleName(self.ask.plain)  # said when the keyboard comes to what answers it
        self.reveal.show_markdown(self._fill(self.asked.reveal))
        self._say_options()

    def set_theme(self, theme: Theme) -> None:
        self.ask.set_theme(theme)
        self.reveal.set_theme(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        reached = next((each for each in self.options if each.hasFocus() and each.isEnabled()), None)
        if reached is not None and not reached.isChecked():
            reached.click()  # an arrow goes there and chooses nothing as long as nothing is chosen
        else:
            self.submit()


def _restyle(widget: QWidget) -> None:
    """Have the style sheet look at a property that has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class _Wrapped(QWidget):
    """A radio button whose words may have several lines; a click on them is one on it."""

    def __init__(self, option: QRadioButton, parent: QWidget) -> None:
        super().__init__(parent)
        self.option = option
        option.setParent(self)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setBuddy(option)
        self.label.setProperty("role", "option")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(6)
        row.addWidget(option, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)

    def mousePressEvent(self, event: object) -> None:
        self.option.click()
        self.option.setFocus()

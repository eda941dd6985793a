"""The list of what keeps stacks from running, each with a remedy; below the canvas, hidden while it is empty."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name_of
from bnsim.spec.numerals import count
from bnsim.spec.problems import Problem
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.icons import icon

MAX_ROWS = 4
LAYER = Qt.ItemDataRole.UserRole


class ProblemList(QListWidget):
    """A list of problems; double-click or Enter goes to the card."""

    chosen = Signal(int)
    """The id of the layer to go to, 0 for the experiment."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAccessibleName(tr("Problems"))
        self.setAccessibleDescription(tr("Enter goes to the card."))
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._document = document
        self._theme: Theme | None = None
        self._problems: tuple[Problem, ...] = ()
        self.itemActivated.connect(self._choose)
        self.itemDoubleClicked.connect(self._choose)
        self.hide()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show the problems of the present document."""
        self._problems = problems
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for alike in grouped(self._problems):
            first = alike[0]
            sentence = tr(first.sentence())
            item = QListWidgetItem(f"{where(self._document.experiment, first, len(alike) - 1)}: {sentence}")
            item.setToolTip(sentence)
            item.setData(LAYER, first.layer_id)
            if self._theme is not None:
                item.setIcon(icon("warning", self._theme, "danger"))
            self.addItem(item)
        self.setVisible(bool(self._problems))
        self._fit()

    def _fit(self) -> None:
        """Take the height of the first rows, in as many lines as they need at this width."""
        self.doItemsLayout()
        rows = [self.visualItemRect(self.item(row)).height() for row in range(min(self.count(), MAX_ROWS))]
        self.setFixedHeight(max(sum(rows), 1) + 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(LAYER))


def grouped(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems of one sentence in one lane together, in the order of the first of each."""
    found: dict[tuple[int, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.stack_id, problem.sentence()), []).append(problem)
    return list(found.values())


def where(experiment: Experiment, problem: Problem, more: int = 0) -> str:
    """Where a problem is, such as "with BN · Linear 3"; the lane's name alone if it is about the whole lane.

    `more`: at how many other layers of the lane it is, too.
    """
    try:
        stack = experiment.find(problem.layer_id)[0]
    except KeyError:
        names = {stack.id: stack.name for stack in experiment.stacks}
        return names.get(problem.stack_id, tr("Experiment"))
    layer = tr(layer_name_of(stack, problem.layer_id))
    return f"{stack.name} · {tr(f'{layer} and {count(more)} more') if more else layer}"

"""The list of what keeps stacks from running, each with a remedy; below the canvas, hidden while it is empty."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name_of
from bnsim.spec.problems import Problem
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
        self.setAccessibleName("Problems")
        self.setAccessibleDescription("Enter goes to the card.")
        self.setWordWrap(False)
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
        for problem in self._problems:
            item = QListWidgetItem(f"{where(self._document.experiment, problem)}: {problem.sentence()}")
            item.setToolTip(problem.sentence())
            item.setData(LAYER, problem.layer_id)
            if self._theme is not None:
                item.setIcon(icon("warning", self._theme, "danger"))
            self.addItem(item)
        row = max(self.sizeHintForRow(0), 1)
        self.setFixedHeight(row * min(len(self._problems), MAX_ROWS) + 10)
        self.setVisible(bool(self._problems))

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(LAYER))


def where(experiment: Experiment, problem: Problem) -> str:
    """Where a problem is, such as "with BN · Linear 3"; the lane's name alone if it is about the whole lane."""
    try:
        stack = experiment.find(problem.layer_id)[0]
    except KeyError:
        names = {stack.id: stack.name for stack in experiment.stacks}
        return names.get(problem.stack_id, "Experiment")
    return f"{stack.name} · {layer_name_of(stack, problem.layer_id)}"

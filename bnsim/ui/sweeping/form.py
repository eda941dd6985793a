"""The form of a sweep: one or two parameters and their values, seeds, iterations, measure, and how many workers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import counted
from bnsim.sweeps import MEASURES, Parameter, Sweep, axis, parameters
from bnsim.sweeps.sweep import MAX_ITERATIONS
from bnsim.sweeps.workers import MOST, cores
from bnsim.ui.language import tr
from bnsim.ui.theme.style import by_text
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

WIDTH = 268
NONE = "None"
MEASURE_WORDS = {
    "accuracy": "Accuracy",
    "loss": "Loss",
    "test_accuracy": "Test accuracy",
    "test_loss": "Test loss",
    "gradient_factor": "Gradient factor per layer",
}
VALUES_TIP = "A list, such as 8, 16, 64 or on, off; or a range: FROM:TO:log:NUMBER, FROM:TO:lin:NUMBER"
_STARTS = {
    "training.optimizer.lr": "0.001:10:log:9",
    "training.batch_size": "2, 4, 8, 16, 32, 64, 128",
    "depth": "1:10:lin:4",
    "width": "8:128:log:5",
    "gain": "0.01:100:log:9",
    "activation": "Sigmoid, Tanh, ReLU",
}
"""The values that are offered for what is asked for most."""


class SweepForm(QWidget):
    """Emits `start_asked`; `sweep` is what the form says."""

    start_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sweep.form")
        self._fit()
        self._parameters: dict[str, Parameter] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._paths: list[QComboBox] = []
        self._values: list[QLineEdit] = []
        for number, title in enumerate(("Over", "And over"), start=1):
            combo = self._labelled(column, title, QComboBox(self), f"sweep.parameter{number}")
            ignore_wheel(combo)
            line = QLineEdit(self)
            line.setObjectName(f"sweep.values{number}")
            line.setAccessibleName(tr(f"Values of parameter {number}"))
            line.setToolTip(tr(VALUES_TIP))
            line.textEdited.connect(self._say)
            combo.activated.connect(lambda _index, number=number: self._offer(number - 1))
            column.addWidget(line)
            column.addSpacing(6)
            self._paths.append(combo)
            self._values.append(line)
        self.measure = self._labelled(column, "Measure", QComboBox(self), "sweep.measure")
        ignore_wheel(self.measure)
        for name in MEASURES:
            self.measure.addItem(tr(MEASURE_WORDS[name]), name)
        column.addSpacing(6)
        column.addLayout(self._numbers())
        self.words = QLabel(self)
        self.words.setObjectName("sweep.words")
        self.words.setProperty("role", "muted")
        self.problem = QLabel(self)
        self.problem.setObjectName("sweep.problem")
        self.problem.setProperty("role", "problem")
        for label in (self.words, self.problem):
            label.setWordWrap(True)
            column.addSpacing(4)
            column.addWidget(label)
        self.problem.hide()
        column.addStretch(1)
        self.start = QPushButton(tr("Start"), self)
        self.start.setObjectName("sweep.start")
        self.start.setProperty("accent", True)
        self.start.setAutoDefault(False)
        self.start.clicked.connect(self.start_asked)
        column.addWidget(self.start)
        self._experiment: Experiment | None = None

    def set_experiment(self, experiment: Experiment) -> None:
        """Offer the parameters of an experiment; what was chosen stays where it is still there."""
        self._experiment = experiment
        self._parameters = {each.path: each for each in parameters(experiment, layers=False)}
        for number, combo in enumerate(self._paths):
            before = combo.currentData()
            combo.clear()
            if number:
                combo.addItem(tr(NONE), "")
            for each in self._parameters.values():
                combo.addItem(self._said(each.title), each.path)
            there = combo.findData(before)
            combo.setCurrentIndex(max(there, 0))
            if there < 0 or not self._values[number].text():
                self._offer(number)
        self._say()

    def _said(self, title: str) -> str:
        """What a parameter is called; one of a lane with the lane's name behind it."""
        assert self._experiment is not None
        for stack in self._experiment.stacks:
            for between in (" of ", " in "):
                head = title.removesuffix(f"{between}{stack.name}")
                if head != title and tr(head) != head:
                    return f"{tr(head)} ({stack.name})"
        return tr(title)

    def sweep(self) -> Sweep:
        """What the form says. InputError, in one sentence, for what cannot be."""
        assert self._experiment is not None
        chosen = [(combo.currentData(), line.text()) for combo, line in zip(self._paths, self._values, strict=True)]
        first = self._experiment.training.seed
        return Sweep(
            experiment=self._experiment,
            axes=tuple(axis(self._experiment, path, text) for path, text in chosen if path),
            seeds=tuple(range(first, first + self.seeds.value())),
            iterations=self.iterations.value(),
            measure=self.measure.currentData(),
        )

    def show_problem(self, sentence: str) -> None:
        """Say why it cannot be started; "" for nothing."""
        self.problem.setText(tr(sentence))
        self.problem.setVisible(bool(sentence))

    def _fit(self) -> None:
        """Be as wide as the text is large."""
        self.setFixedWidth(by_text(WIDTH))

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        self.seeds = self._number(grid, 0, "Seeds", "sweep.seeds", 3, 1, 1000)
        self.iterations = self._number(grid, 1, "Iterations", "sweep.iterations", 300, 0, MAX_ITERATIONS)
        self.workers = self._number(grid, 2, "Workers", "sweep.workers", cores(), 1, MOST)
        self.workers.setToolTip(tr("How many runs at a time, each in a process of its own"))
        return grid

    def _number(
        self, grid: QGridLayout, column: int, title: str, name: str, value: int, low: int, high: int
    ) -> NumberBox:
        label = QLabel(tr(title), self)
        label.setProperty("role", "muted")
        box = NumberBox(self)
        box.setObjectName(name)
        box.setAccessibleName(label.text())
        box.setRange(low, high)
        box.setGroupSeparatorShown(True)
        box.setValue(value)
        box.lineEdit().setTextMargins(6, 0, 0, 0)
        box.valueChanged.connect(self._say)
        ignore_wheel(box)
        label.setBuddy(box)
        grid.addWidget(label, 0, column)
        grid.addWidget(box, 1, column)
        return box

    def _labelled(self, column: QVBoxLayout, title: str, combo: QComboBox, name: str) -> QComboBox:
        label = QLabel(tr(title), self)
        label.setProperty("role", "muted")
        combo.setObjectName(name)
        combo.setAccessibleName(label.text())
        combo.setMaxVisibleItems(20)
        combo.setMinimumContentsLength(10)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        label.setBuddy(combo)
        column.addWidget(label)
        column.addWidget(combo)
        return combo

    def _offer(self, number: int) -> None:
        """Offer values for the parameter that is chosen."""
        path, line = self._paths[number].currentData(), self._values[number]
        line.setVisible(bool(path))
        line.setText(_offered(self._parameters[path]) if path else "")
        self._say()

    def _say(self) -> None:
        """Say how many runs it will be, or why it cannot be."""
        if self._experiment is None:
            return
        try:
            sweep = self.sweep()
        except InputError as error:
            self.words.clear()
            self.show_problem(str(error))
            return
        self.show_problem("")
        lanes = counted(len(sweep.experiment.stacks), "lane")
        self.words.setText(tr(f"{counted(sweep.runs, 'run')}, lane by lane ({lanes})"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()


def _offered(parameter: Parameter) -> str:
    path = parameter.path.rpartition(".")[2] if parameter.path.startswith("stacks.") else parameter.path
    if path in _STARTS:
        return _STARTS[path]
    if parameter.form == "switch":
        return "off, on"
    if isinstance(parameter.present, int) and parameter.present > 0:
        return f"{parameter.present}, {2 * parameter.present}"
    if isinstance(parameter.present, float):
        return (
            f"{parameter.present / 10:g}, {parameter.present:g}, {parameter.present * 10:g}"
            if parameter.present
            else "0, 0.1"
        )
    return str(parameter.present)

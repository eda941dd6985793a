"""The dialog of sweeps: the form at the left, the figure as it grows at the right, how far it is below."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, counted
from bnsim.sweeps import Background, Kept, Processes, Published, Results, time_words, values_at
from bnsim.sweeps.curves import NAME as CURVES
from bnsim.sweeps.map import NAME as MAP
from bnsim.sweeps.results import FAILED
from bnsim.ui.language import told_words, tr
from bnsim.ui.model.document import Document
from bnsim.ui.sweeping.form import SweepForm
from bnsim.ui.sweeping.plot import SweepPanel
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import by_text

SIZE = (1060, 620)
LOOK_MS = 100
TITLES = {MAP: "Map", CURVES: "Curves"}
EMPTY = "Choose what to vary, and start. What is done stays while you widen the grid or add seeds."
STARTING = "The first runs load or compile what they need; the figure grows here as they are done."
UNREAD = "This document's data was not read, since you did not agree to that; agree first, or choose other data."


def _failures(results: Results | None) -> str:
    """Why runs could not be run; the figure marks those that diverged, which is a result."""
    return results.remarks()[-1] if results is not None and (results.states == FAILED).any() else ""


class SweepDialog(QDialog):
    """Runs one sweep at a time, in threads and processes of its own; it may be closed meanwhile.

    `open_asked` has the experiment of a point that was clicked; `went_on` says that it was closed while it runs.
    """

    open_asked = Signal(object)
    went_on = Signal()

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sweep")
        self.setWindowTitle(tr("Sweep"))
        self._document = document
        self._kept = Kept()
        self._background: Background | None = None
        self._shown: Published | None = None
        self._kind = MAP
        row = QHBoxLayout()
        row.setSpacing(20)
        self.form = SweepForm(self)
        self.form.start_asked.connect(self.start)
        row.addWidget(self.form)
        row.addLayout(self._right(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(row, 1)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        document.changed.connect(self._experiment_changed)
        self._say()
        room = parent.size()
        self.resize(
            min(by_text(SIZE[0]), max(room.width() - 40, 560)), min(by_text(SIZE[1]), max(room.height() - 40, 420))
        )

    @property
    def running(self) -> bool:
        """Whether a sweep runs."""
        return self._background is not None and self._background.running

    @property
    def published(self) -> Published | None:
        """What is shown of the last sweep; None before the first."""
        return self._shown

    @Slot()
    def start(self) -> None:
        """Start the sweep that the form says, or say why that cannot be."""
        if self.running:
            return
        if self._document.data_to_ask_about is not None:
            self.form.show_problem(UNREAD)
            return
        try:
            sweep = self.form.sweep()
            workers = Processes(self.form.workers.value())
        except InputError as error:
            self.form.show_problem(str(error))
            return
        self.form.show_problem("")
        self._empty.setText(tr(STARTING))
        self._background = Background(sweep, workers, self._kept)
        self._timer.start()
        self.look()

    @Slot()
    def pause_or_go_on(self) -> None:
        """Begin no more runs, or go on."""
        if self._background is not None:
            control = self._background.control
            control.go_on() if control.paused else control.pause()
            self._say()

    @Slot()
    def cancel(self) -> None:
        """Give the sweep up; what is done stays."""
        if self._background is not None:
            self._background.control.cancel()

    @Slot()
    def look(self) -> None:
        """Show what the sweep has published by now."""
        if self._background is None:
            return
        published, before = self._background.published, self._shown
        if published.ended:
            self._timer.stop()
        if published is before:
            return
        self._shown = published
        if published.figures and (before is None or published.figures is not before.figures):
            self._show_figure()
        if published.ended:
            self.form.show_problem(published.problem or _failures(published.results))
        self._say()

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)
        self._export.setIcon(icon("export", theme))

    def end(self) -> None:
        """Give up what runs, and leave nothing behind."""
        self._timer.stop()
        if self._background is not None:
            self._background.close()

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(self._head())
        self.panel = SweepPanel("sweep", "Sweep", self)
        self.panel.clicked.connect(self._clicked)
        self.panel.verdict.setContentsMargins(4, 0, 4, 4)
        self._empty = QLabel(tr(EMPTY), self)
        self._empty.setObjectName("sweep.empty")
        self._empty.setProperty("role", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.panel.hide()
        column.addWidget(self._empty, 1)
        column.addWidget(self.panel, 1)
        column.addLayout(self._foot())
        return column

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._title = QLabel(self)
        self._title.setObjectName("sweep.title")
        self._title.setProperty("role", "title")
        row.addWidget(self._title, 1)
        group = QButtonGroup(self)
        self._switches: dict[str, QToolButton] = {}
        for name, title in TITLES.items():
            switch = self._switches[name] = QToolButton(self)
            switch.setObjectName(f"sweep.{name}")
            switch.setText(tr(title))
            switch.setProperty("kind", "switch")
            switch.setCheckable(True)
            switch.setChecked(name == self._kind)
            switch.clicked.connect(lambda _checked=False, name=name: self._choose(name))
            switch.hide()
            group.addButton(switch)
            row.addWidget(switch)
        self._export = QToolButton(self)
        self._export.setObjectName("sweep.export")
        self._export.setAccessibleName(tr("Export the figure"))
        self._export.setToolTip(tr("Export the figure"))
        self._export.setProperty("kind", "flat")
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._export.hide()
        row.addWidget(self._export)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("sweep.progress")
        self.bar.setAccessibleName(tr("Progress of the sweep"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.words = QLabel(self)
        self.words.setObjectName("sweep.state")
        self.words.setProperty("role", "muted")
        self.pause = QPushButton(tr("Pause"), self)
        self.pause.setObjectName("sweep.pause")
        self.pause.clicked.connect(self.pause_or_go_on)
        self.stop = QPushButton(tr("Cancel"), self)
        self.stop.setObjectName("sweep.cancel")
        self.stop.clicked.connect(self.cancel)
        row.addWidget(self.bar, 1)
        row.addWidget(self.words)
        for button in (self.pause, self.stop):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    @Slot()
    def _experiment_changed(self) -> None:
        if self.isVisible():
            self.form.set_experiment(self._document.experiment)

    def _choose(self, name: str) -> None:
        self._kind = name
        self._show_figure()

    def _show_figure(self) -> None:
        assert self._shown is not None
        figures = {figure.name: figure for figure in self._shown.figures}
        figure = figures.get(self._kind) or figures[CURVES]
        self._empty.hide()
        self.panel.show()
        self._title.setText(told_words(figure.title))
        self.panel.title = told_words(figure.title)
        self.panel.show_figure(figure)
        for switch in self._switches.values():
            switch.setVisible(len(figures) > 1)
        self._export.setMenu(self.panel.export_menu)
        self._export.show()

    def _say(self) -> None:
        """How far it is, and what can be done about it."""
        running, published = self.running, self._shown
        paused = running and self._background is not None and self._background.control.paused
        self.form.start.setEnabled(not running or (published is not None and published.ended))
        going = running and not (published is not None and published.ended)
        self.pause.setVisible(going)
        self.stop.setVisible(going)
        self.bar.setVisible(going)
        self.pause.setText(tr("Go on") if paused else tr("Pause"))
        if published is None:
            self.words.clear()
            return
        progress = published.progress
        self.bar.setMaximum(progress.runs)
        self.bar.setValue(progress.done)
        words = [tr(f"{count(progress.done)} of {counted(progress.runs, 'run')}")]
        if progress.reused:
            words.append(tr(f"{count(progress.reused)} done before"))
        if paused:
            words.append(tr("paused"))
        elif going:
            words.append(tr("starting" if progress.left is None else f"{time_words(progress.left)} left"))
        self.words.setText(", ".join(words))

    @Slot(float, float)
    def _clicked(self, x: float, y: float) -> None:
        if self._shown is None or self._shown.results is None or self.panel.figure is None:
            return
        values = values_at(self._shown.results, self.panel.figure, x, y)
        if values is not None:
            try:
                self.open_asked.emit(self._shown.sweep.at(values, 0))
            except InputError as error:
                self.form.show_problem(str(error))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._experiment_changed()

    def reject(self) -> None:
        if self.running:
            self.went_on.emit()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.running:
            self.went_on.emit()
        super().closeEvent(event)

"""From the papers: their figures at the left, the claim of the chosen one at the right, with what is measured here.

Our figure stands below the claim, once it is made.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidgetItem, QProgressBar, QPushButton, QWidget

from bnsim.lessons.claims import Measurement
from bnsim.lessons.measuring import Measuring, measuring_paper
from bnsim.lessons.papers import Paper, Remade, filled, papers
from bnsim.lessons.wording import UNMEASURED
from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.ui.language import language_spoken, told, tr
from bnsim.ui.learn.claim_bar import Told
from bnsim.ui.learn.list_and_page import ListAndPage
from bnsim.ui.theme.style import appearance, by_text
from bnsim.ui.widgets.default_button import make_default

if TYPE_CHECKING:  # pyqtgraph comes with it
    from bnsim.ui.charts.plot import FigurePlot

SIZE = (960, 720)
FIGURE_HEIGHT, MOST_HEIGHT = 240, 0.4
"""Pixels of our figure with text of the usual size, and its largest share of the dialog."""
LIST_WIDTH = 300
LOOK_MS = 100
MEASURE, AGAIN = "&Measure here", "&Measure again"


class PapersDialog(ListAndPage):
    """Chooses a figure of a paper. `open_asked` has the name of the one to open in the window."""

    open_asked = Signal(str)
    measured = Signal(str)
    """The name of the one that has just been measured."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "papers", SIZE, LIST_WIDTH)
        self.setWindowTitle(tr("From the papers"))
        self._remade: dict[str, Remade] = {}
        self._measuring: Measuring[Remade] | None = None
        self.plots: list[FigurePlot] = []
        """Where our figures are drawn, side by side, once there are any."""
        self.verdict = QLabel(self)
        self.verdict.setObjectName("papers.verdict")
        self.verdict.setWordWrap(True)
        self.right.addWidget(self.verdict)
        self._beside = QHBoxLayout()
        self.right.addLayout(self._beside)
        appearance().changed.connect(self._set_theme)
        self._problem = ""
        self.names = list(papers())
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self.page.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.area.setAccessibleName(tr("Claim, figure and what agrees"))
        self._add_buttons()
        self._fill_list()

    def _fill_list(self) -> None:
        self.list.setAccessibleName(tr("Figures of papers"))
        for paper in papers(language_spoken()).values():
            item = QListWidgetItem(paper.source, self.list)
            item.setToolTip(paper.title)
        self.list.currentRowChanged.connect(self._say)
        self.list.itemActivated.connect(self.open_chosen)
        self.list.setCurrentRow(0)

    @property
    def chosen(self) -> str:
        """The name of the paper that is shown."""
        return self.names[max(self.list.currentRow(), 0)]

    def choose(self, name: str) -> None:
        """Show the paper of that name."""
        self.list.setCurrentRow(self.names.index(name))

    def told_of(self, name: str) -> Told:
        """What is told of the paper of that name above the canvas, with its numbers if they are measured."""
        paper, remade = papers(language_spoken())[name], self._remade.get(name)
        page = "".join(claim_of(paper, () if remade is None else remade.measurements))
        return Told(paper.source, paper.title, page, name)

    @property
    def measuring(self) -> bool:
        """Whether one is measured at the moment."""
        return self._measuring is not None

    @Slot()
    def measure(self) -> None:
        """Run the chosen one for its numbers."""
        if self._measuring is None:
            self._problem = ""
            self._measuring = measuring_paper(self.chosen)
            self._timer.start()
            self._say()

    @Slot()
    def give_up(self) -> None:
        """End what is measured."""
        if self._measuring is not None:
            self._measuring.give_up()
            self._look()

    @Slot()
    def open_chosen(self) -> None:
        """Have the chosen one's experiment opened, and close."""
        self.open_asked.emit(self.chosen)
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.give_up()
        super().closeEvent(event)

    def reject(self) -> None:
        self.give_up()
        super().reject()

    @Slot()
    def _look(self) -> None:
        measuring = self._measuring
        if measuring is None:
            return
        if measuring.ended:
            self._timer.stop()
            self._measuring = None
            self._problem = measuring.problem
            if measuring.measurements is not None:
                self._remade[measuring.name] = measuring.measurements
                self.measured.emit(measuring.name)
        self._say()

    @Slot()
    def _say(self) -> None:
        name, running = self.chosen, self._measuring
        remade = self._remade.get(name)
        self.page.setText(
            page_of(papers(language_spoken())[name], () if remade is None else remade.measurements, self._problem)
        )
        self._show_figures(() if remade is None else remade.figures)
        self.progress.setVisible(running is not None)
        self.cancel_button.setVisible(running is not None)
        self.measure_button.setEnabled(running is None)
        self.measure_button.setText(tr(AGAIN if name in self._remade else MEASURE))
        if running is not None:
            self.progress.setRange(0, running.total)
            self.progress.setValue(running.done)
            self.progress.setFormat(tr(f"{running.done} of {running.total} updates"))

    def _show_figures(self, figures: tuple[Figure, ...]) -> None:
        self.verdict.setVisible(bool(figures))
        shown = [told(figure) for figure in figures]
        if shown:
            verdicts = " · ".join(figure.verdict for figure in shown)
            self.verdict.setText(f"<b>{escape(tr('Our figure.'))}</b> {escape(f'{shown[0].title}: {verdicts}')}")
        while len(self.plots) < len(figures):
            self.plots.append(self._made_plot(len(self.plots)))
        for plot in self.plots[len(figures) :]:
            plot.hide()
        for plot, figure, words in zip(self.plots, figures, shown, strict=False):
            plot.setAccessibleName(f"{words.title}: {words.verdict}")
            plot.show()
            plot.draw(figure)

    def _made_plot(self, number: int) -> FigurePlot:
        from bnsim.ui.charts.plot import FigurePlot

        plot = FigurePlot(self)
        plot.setObjectName(f"papers.figure.{number}")
        plot.setFixedHeight(min(by_text(FIGURE_HEIGHT), round(MOST_HEIGHT * self.height())))
        plot.set_theme(appearance().theme)
        self._beside.addWidget(plot, 1)
        return plot

    @Slot(object)
    def _set_theme(self, theme: Theme) -> None:
        for plot in self.plots:
            plot.set_theme(theme)

    def _add_buttons(self) -> None:
        self.progress = QProgressBar(self)
        self.progress.setAccessibleName(tr("How much is measured"))
        self.cancel_button = self._button(tr("Ca&ncel"), "papers.cancel", self.give_up)
        self.measure_button = self._button(tr(MEASURE), "papers.measure", self.measure)
        self.open_button = self._button(tr("&Open"), "papers.open", self.open_chosen)
        make_default(self.open_button)
        self.buttons.addWidget(self.progress, 1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addStretch()
        self.buttons.addWidget(self.measure_button)
        self.buttons.addWidget(self.open_button)

    def _button(self, text: str, name: str, call: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.clicked.connect(call)
        return button


def page_of(paper: Paper, measurements: tuple[Measurement, ...], problem: str) -> str:
    """What is told of a paper, as rich text; numbers that are not measured yet are dots."""
    parts = [f"<h3>{escape(paper.title)}</h3>", f"<p>{escape(paper.source)}</p>", *claim_of(paper, measurements)]
    if problem:
        parts.append(f"<p><b>{escape(tr(problem))}</b></p>")
    return "".join(parts)


def claim_of(paper: Paper, measurements: tuple[Measurement, ...]) -> list[str]:
    """The claim, and what agrees and what does not, as paragraphs of rich text."""

    def told(words: str) -> str:
        for index in range(len(paper.claims)) if not measurements else ():
            words = words.replace("{%d}" % index, UNMEASURED)  # noqa: UP031  (braces)
        return escape(filled(words, measurements))

    parts = [
        f"<p><b>{tr('The claim.')}</b> {escape(paper.claim)}</p>",
        f"<p><b>{tr('What agrees.')}</b> {told(paper.agrees)}</p>",
        f"<p><b>{tr('What differs.')}</b> {told(paper.differs)}</p>",
    ]
    broken = [each for each in measurements if not each.holds]
    if broken:
        said = (tr(f"{each.claim.words} is {each.shown}, not {each.limits}") for each in broken)
        lines = "".join(f"<li>{escape(each)}</li>" for each in said)
        parts.append(f"<p><b>{tr('Does not hold here:')}</b></p><ul>{lines}</ul>")
    return parts

"""Hands the runner's updates to the parts that show them, if they are about the present document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Slot

from bnsim.figures import FIGURES
from bnsim.runner.data import DataSummary
from bnsim.runner.former_runs import BEFORE
from bnsim.runner.runnable import still_true
from bnsim.runner.updates import Figures, Filling, Update
from bnsim.session.changes import factors_at
from bnsim.session.recording import level_of
from bnsim.spec.problems import Problem
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.transport.bar import Transport
from bnsim.ui.window.delivery import Delivery


class ShowsData(Protocol):
    """A part that shows a summary of the data."""

    def show_data(self, data: DataSummary | None, /) -> None: ...


class ShowsProblems(Protocol):
    """A part that shows why stacks cannot run."""

    def show_problems(self, problems: tuple[Problem, ...], /) -> None: ...


class ShowsUpdates(Protocol):
    """A part that shows the state of the run."""

    def show_update(self, update: Update, /) -> None: ...


class Showing(QObject):
    """Holds the `update` and the `figures` on screen. The canvas is shown first, then the other parts in order.

    What one part raises goes to `deliver`, and the others are shown.
    """

    def __init__(
        self,
        document: Document,
        selection: Selection,
        canvas: CanvasView,
        transport: Transport,
        panels: Sequence[PanelDock],
        deliver: Delivery,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.update = Update()
        self.figures = Figures()
        self._document = document
        self._selection = selection
        self._canvas = canvas
        self._transport = transport
        self._panels = panels
        self._deliver = deliver
        self._data: DataSummary | None = None
        self._shows_data: Sequence[ShowsData] = ()
        self._shows_problems: Sequence[ShowsProblems] = ()
        self._shows_hints: Sequence[ShowsProblems] = ()
        self._shows_updates: Sequence[ShowsUpdates] = ()

    def serve(
        self,
        data: Sequence[ShowsData],
        problems: Sequence[ShowsProblems],
        hints: Sequence[ShowsProblems],
        updates: Sequence[ShowsUpdates],
    ) -> None:
        """Set the parts that show data, problems and updates.

        Those that show `hints` are told of stacks in which there is nothing yet, too.
        """
        self._shows_data, self._shows_updates = data, updates
        self._shows_problems, self._shows_hints = problems, hints

    @Slot(object)
    def show_update(self, update: Update) -> None:
        """Show an update, unless the experiment was edited since it was made: then the next one is on its way."""
        if update.experiment is not self._document.experiment:
            return
        if update.data is not self._data:
            self._data = update.data
            if update.data is not None:
                self._document.learn_outputs(update.data.data, update.data.shape.outputs)
            self._deliver(self._shows_data, lambda part: part.show_data(update.data))
        if update.preparing:
            self.show_waiting(update.prepared)
            return
        if update.frame is None:
            self._show_outdated_figures()
        before, self.update = self.update, update
        if update.frame is not before.frame or update.frame is None:
            self._deliver([self._canvas], lambda canvas: _show_on_canvas(update, canvas))
        if update.problems != before.problems or update.experiment is not before.experiment:
            wrong = tuple(problem for problem in update.problems if not problem.empty)
            self._deliver(self._shows_problems, lambda part: part.show_problems(wrong))
            self._deliver(self._shows_hints, lambda part: part.show_problems(update.problems))
        self._deliver([self._transport], lambda transport: transport.show_update(update, self._selection.current))
        self._deliver(self._shows_updates, lambda part: part.show_update(update))

    @Slot(object)
    def show_figures(self, figures: Figures) -> None:
        """Show figures, unless the experiment was edited since they were made."""
        if figures.experiment is not self._document.experiment:
            return
        before, self.figures = self.figures, figures
        if figures.filling is not None or before.filling is not None:
            self._show_filling(figures.filling)
        self._deliver(self._made_panels(), lambda panel: _show(figures, panel))
        for dock in self._panels:
            if dock.made:
                behind = figures.former.get(dock.panel.name, ())
                dock.show_run_before(any(ghost.when == BEFORE for ghost in behind))

    def _show_filling(self, filling: Filling | None) -> None:
        """Tell the panels whose figures need what was not recorded at first."""
        for dock in self._panels:
            if dock.made:
                needs = FIGURES[dock.name].needs(dock.panel.options)
                dock.show_filling(filling if level_of(needs) == "all" else None)

    def experiment_changed(self) -> None:
        """Clear what may not hold for the edited experiment."""
        frame, before = self.update.frame, self.update.experiment
        if frame and before and not still_true(frame, before, self._document.experiment):
            self.show_waiting()

    @property
    def iteration(self) -> int:
        """How many updates the run has done at the moment that is shown."""
        return 0 if self.update.frame is None else self.update.frame.iteration

    def show_waiting(self, prepared: float = 0.0) -> None:
        """Clear the numbers on the cards, which are another experiment's, and mark figures as such.

        `prepared` is how much of this experiment is ready to run; while that grows there is nothing more to clear.
        """
        self._transport.show_waiting(prepared)
        if not prepared:
            _show_on_canvas(Update(), self._canvas)
            self._show_outdated_figures()

    @Slot()
    def document_replaced(self) -> None:
        """Clear everything that is about the document before."""
        self.update = Update()
        self.figures = Figures()
        self.show_waiting()
        for panel in self._made_panels():
            panel.forget()

    def _show_outdated_figures(self) -> None:
        for panel in self._made_panels():
            panel.show_outdated()

    def _made_panels(self) -> list[FigurePanel]:
        return [dock.panel for dock in self._panels if dock.made]


def _show_on_canvas(update: Update, canvas: CanvasView) -> None:
    canvas.show_frame(update.frame)
    canvas.show_scaled({} if update.frame is None else factors_at(update.changes, update.frame.iteration))


def _show(figures: Figures, panel: FigurePanel) -> None:
    if panel.name in figures.by_name:
        panel.show_measurement(figures.measurements.get(panel.name))
        times = {"updates": figures.updates, "iteration": figures.iteration}
        panel.show_former(figures.former.get(panel.name, ()))
        panel.show_figure(figures.by_name[panel.name], fast=figures.fast, **times)

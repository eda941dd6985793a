"""What a lesson covers and switches off until one has predicted; all of it comes back by `lift`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from bnsim.lessons.lesson import Hidden
from bnsim.ui.commands.table import TABLE
from bnsim.ui.learn.veil import Veil
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window.side_dock import SideDock

RUNS = frozenset(
    (
        "run.play",
        "run.toBreakpoint",
        "run.toNewest",
        "run.stepIteration",
        "run.stepEpoch",
        "run.toLandmark",
        "run.sweep",
    )
)
STEPS = frozenset(("run.step", "run.stepOp", "run.stepPhase", "run.toCard"))
EXPORTS = ("export.export", "export.again", "export.copy", "export.window", "file.makeSlides")
FIGURES = frozenset(("view.figures", *EXPORTS))
VIEWS = frozenset(("view.why", "view.output", "view.gradient"))
_OF: dict[Hidden, frozenset[str]] = {"run": RUNS, "step": STEPS, "figures": FIGURES, "views": VIEWS}


class Cover(QObject):
    """Covers panels, views, lists and canvas of one window."""

    def __init__(
        self,
        panels: Sequence[PanelDock],
        right: SideDock,
        stage: QWidget,
        canvas: QWidget,
        timeline: QWidget,
        lists: Sequence[QWidget],
        parent: QObject,
    ) -> None:
        """`stage` has a page of `right` in projector mode; `lists` are those of findings and of watches."""
        super().__init__(parent)
        self._panels, self._right, self._stage = panels, right, stage
        self._canvas, self._timeline, self._lists = canvas, timeline, lists
        self._veils: list[Veil] = []
        self._figures = False
        for dock in panels:
            dock.visibilityChanged.connect(self._panel_seen)

    @property
    def covered(self) -> list[QWidget]:
        """What is covered."""
        return [veil.over for veil in self._veils]

    def held(self, hides: Collection[Hidden]) -> frozenset[str]:
        """The names of the actions that are off with it."""
        names: frozenset[str] = frozenset().union(*(_OF.get(each, frozenset()) for each in hides))
        return names & {action.name for action in TABLE}

    def cover(self, hides: Collection[Hidden], sketched: str = "", sketch: QWidget | None = None) -> None:
        """Cover all that; on the panel `sketched` lies a `sketch`, whatever else is covered."""
        self.lift()
        self._timeline.setEnabled(not {"run", "step"}.intersection(hides))
        if "views" in hides:
            self._veils += (Veil(self._right.tabs), Veil(self._stage))
        if {"figures", "views"}.intersection(hides):
            self._veils += (Veil(each) for each in self._lists)
        if "canvas" in hides:
            self._veils.append(Veil(self._canvas))
        if sketch is not None:
            dock = next(dock for dock in self._panels if dock.name == sketched)
            self._veils.append(Veil(dock.panel, [dock.titleBarWidget()], sketch))
        self._figures = "figures" in hides
        self._cover_panels()

    def lift(self) -> None:
        """Show all of it again."""
        self._figures = False
        veils, self._veils = self._veils, []
        for veil in veils:
            veil.lift()
        self._timeline.setEnabled(True)

    @Slot()
    def _panel_seen(self) -> None:
        if self._figures:
            self._cover_panels()

    def _cover_panels(self) -> None:
        if not self._figures:
            return
        covered = self.covered
        for dock in self._panels:
            if dock.made and not dock.isHidden() and dock.panel not in covered:
                self._veils.append(Veil(dock.panel, [dock.titleBarWidget()]))

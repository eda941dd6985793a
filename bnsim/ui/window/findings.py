"""Findings in the window: the list below the canvas, marks on cards, the counter in the status bar."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from bnsim.lenses.findings.finding import Finding
from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.spec.tree import paths_of
from bnsim.spec.tries import Try
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.model.findings import Findings
from bnsim.ui.panels.finding_list import FindingList
from bnsim.ui.window.row_below import RowBelow
from bnsim.ui.window.shelf import Shelf
from bnsim.ui.window.status_bar import StatusBar


class FindingsRow(RowBelow):
    """Holds the findings on screen, and shows them in three places."""

    def __init__(
        self,
        document: Document,
        canvas: CanvasView,
        messages: StatusBar,
        state: StateKeeper,
        kept: preferences.Preferences,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.findings = Findings(kept.silent_rules, self)
        self.list: FindingList = FindingList(self.findings, document, window)
        self._document, self._canvas, self._messages, self._state = document, canvas, messages, state
        self._shelf: Shelf | None = None
        self.findings.changed.connect(self._show)
        self.findings.rules_changed.connect(self._rules_changed)
        self.list.closed.connect(self.toggle)
        messages.findings_asked.connect(self.toggle)
        self._set_open(kept.shows_findings)

    def serve(self, shelf: Shelf, go_to: Callable[[int], object], lanes: LaneCommands) -> None:
        """Set who answers: `shelf` has the lenses asked and the Why view, `go_to` shows the card of a layer's id, and
        `lanes` makes forks.
        """
        self._shelf, self._go_to, self._lanes = shelf, go_to, lanes
        self.list.gone_to.connect(self._go)
        self.list.why_asked.connect(self._ask_why)
        self.list.fork_asked.connect(self._fork)
        shelf.always_ask((self.findings.lens,))

    @Slot()
    def toggle(self) -> None:
        """Open the list, with the keyboard in it, or close it."""
        opens = not self.is_open
        self._set_open(opens)
        (self.list.rows if opens else self._canvas).setFocus()
        preferences.update(shows_findings=opens)

    def _show_list(self, shown: bool) -> None:
        self.list.setVisible(shown)
        self.list.refresh()
        self._state.set_findings_shown(shown)

    @Slot()
    def _show(self) -> None:
        self._canvas.show_findings(self.findings.marks())
        self._messages.show_findings(self.findings.items)

    @Slot()
    def _rules_changed(self) -> None:
        preferences.update(silent_rules=self.findings.silent)
        if self._shelf is not None:
            self._shelf.always_ask((self.findings.lens,))

    @Slot(int)
    def _go(self, layer_id: int) -> None:
        if self._holds(layer_id):
            self._go_to(layer_id)

    @Slot(object)
    def _ask_why(self, finding: Finding) -> None:
        if self._shelf is None:
            return
        if finding.about == "loss":
            self._shelf.ask_why_loss()
            return
        if not self._holds(finding.layer):
            return
        layers = self._document.experiment.stack(finding.stack).layers
        copy = len(list(takewhile(lambda path: path != finding.path, paths_of(layers, finding.layer))))
        name = GRADIENT if finding.about == "gradient" else VALUE
        self._shelf.ask_why(finding.layer, copy, name, "spread" if finding.about == "spread" else "size")

    @Slot(object, object)
    def _fork(self, finding: Finding, tried: Try) -> None:
        self._lanes.at(finding.stack).try_out(tried)

    def _holds(self, layer_id: int) -> bool:
        """Whether the layer is still there: an edit may have removed it a moment ago."""
        try:
            self._document.experiment.layer(layer_id)
        except KeyError:
            return False
        return True

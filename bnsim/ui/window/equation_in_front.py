"""The equation comes to the front when one steps by keys: what the step computed is the lesson."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from bnsim.ui.commands.actions import Actions
from bnsim.ui.views.names import EQUATION
from bnsim.ui.window.side_dock import SideDock

STEPS = frozenset(
    (
        "run.step",
        "run.stepBack",
        "run.stepOp",
        "run.stepOpBack",
        "run.stepPhase",
        "run.stepPhaseBack",
        "run.toLandmark",
        "run.toLandmarkBack",
    )
)
"""Steps within an iteration."""


class EquationInFront(QObject):
    """Brings the equation to the front of a dock at a step by keys, until a person has chosen a page.

    Not while somebody is at work in the dock, with the focus there.
    `usual` is the page that is in front where nobody has chosen one yet.
    """

    def __init__(self, dock: SideDock, usual: str, actions: Actions) -> None:
        super().__init__(dock)
        self._dock = dock
        self._done = dock.front != usual
        actions.pressed.connect(self._pressed)
        dock.tabs.currentChanged.connect(self._changed)

    @Slot(str)
    def _pressed(self, name: str) -> None:
        focus = QApplication.focusWidget()
        at_work = focus is not None and self._dock.isAncestorOf(focus)
        if not self._done and not at_work and name in STEPS and self._dock.isVisible():
            QTimer.singleShot(0, self, self._bring_up)  # the step itself comes first

    @Slot()
    def _bring_up(self) -> None:
        if not self._done:
            self._dock.bring_up(EQUATION[0])

    @Slot()
    def _changed(self) -> None:
        """Whoever brought another page up, wants that one from now on."""
        self._done = True

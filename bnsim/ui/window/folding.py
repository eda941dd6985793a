"""Folding away, in projector mode, the panels that have nothing to show while others have."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.ui.panels.dock import PanelDock


class Folding:
    """Hides docks of empty panels, and shows them again once there is something in them or a person asks for them."""

    def __init__(self, docks: Sequence[PanelDock]) -> None:
        self._docks = docks
        self._on = False
        self._folded: set[PanelDock] = set()
        self._asked_for: set[PanelDock] = set()
        """Empty ones that a person has opened all the same."""

    @property
    def names(self) -> set[str]:
        """The figures of folded panels, which are made all the same: one day there is something in them."""
        return {dock.name for dock in self._folded}

    def set_on(self, on: bool) -> None:
        """Begin to fold, or forget it; the window then has its layout of before."""
        self._on = on
        self._folded.clear()
        self._asked_for.clear()

    def look(self) -> bool:
        """Fold and unfold by what the panels have now; whether anything came or went.

        Not before a run has begun, when nearly all are empty and soon will not be.
        """
        if not self._on:
            return False
        opened = {dock for dock in self._folded if not dock.isHidden()}
        self._asked_for |= opened
        self._folded -= opened
        filled = {dock for dock in self._docks if dock.made and _has_data(dock)}
        back = self._folded & filled
        shown = {dock for dock in self._docks if dock.made and not dock.isHidden() and not dock.isFloating()}
        empty = {dock for dock in shown - filled - self._asked_for if dock.panel.figure is not None}
        away = empty if shown & filled or back else set()
        self._folded = (self._folded - back) | away
        for dock in self._docks:
            if dock in back or dock in away:
                dock.setVisible(dock in back)
        return bool(back or away)


def _has_data(dock: PanelDock) -> bool:
    figure = dock.panel.figure
    return figure is not None and figure.has_data

"""Which layers are selected, shared by canvas, outline and inspector; by id, so that edits do not disturb it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from bnsim.spec.experiment import Experiment
from bnsim.spec.tree import walk
from bnsim.ui.model.open_blocks import OpenBlocks


class Selection(QObject):
    """The selected layers by id, and the current one of them. `blocks`: the open blocks of the canvas."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: frozenset[int] = frozenset()
        self._current = 0
        self.blocks = OpenBlocks(self)

    @property
    def layer_ids(self) -> frozenset[int]:
        """Ids of the selected layers."""
        return self._ids

    @property
    def current(self) -> int:
        """The layer that the inspector shows, 0 for none; always one of the selected."""
        return self._current

    def set(self, layer_ids: Iterable[int], current: int = 0) -> None:
        """Select these layers. Without `current` the present one stays current if it can, else the first is."""
        given = tuple(layer_ids)
        ids = frozenset(given)
        if current not in ids:
            current = self._current if self._current in ids else next(iter(given), 0)
        if (ids, current) != (self._ids, self._current):
            self._ids, self._current = ids, current
            self.changed.emit()

    def keep_existing(self, experiment: Experiment) -> None:
        """Deselect layers that are not in the document any more."""
        existing = {layer.id for stack in experiment.stacks for layer in walk(stack.layers)}
        if not self._ids <= existing:
            self.set(self._ids & existing)

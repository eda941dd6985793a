"""Which blocks are open on the canvas, and which copy of a Repeat is shown: a matter of the window, not the document."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block
from bnsim.spec.tree import walk


class OpenBlocks(QObject):
    """Ids of blocks; an edit that takes a block away and undo that brings it back leave it open."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: frozenset[int] = frozenset()
        self.copies: dict[int, int] = {}

    def __contains__(self, block_id: int) -> bool:
        return block_id in self.ids

    def set(self, block_ids: Iterable[int]) -> None:
        """Exactly these are open."""
        ids = frozenset(block_ids)
        if ids != self.ids:
            self.ids = ids
            self.changed.emit()

    def toggle(self, block_id: int) -> None:
        """Open it, or collapse it."""
        self.set(self.ids ^ {block_id})

    def open_around(self, experiment: Experiment, layer_id: int) -> None:
        """Open every block a layer is in."""
        stack, index = experiment.find(layer_id)
        around = [
            block.id
            for block in walk((stack.layers[index],))
            if isinstance(block, Block) and any(inner.id == layer_id for inner in walk(block.layers))
        ]
        self.set(self.ids.union(around))

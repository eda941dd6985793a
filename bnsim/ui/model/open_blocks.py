"""Which blocks are open on the canvas, and which copy of a Repeat is shown: the window's matter, not the document's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block
from bnsim.spec.tree import walk
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document


class OpenBlocks(QObject):
    """Ids of blocks; an edit that takes a block away and undo that brings it back leave it open."""

    changed = Signal()
    copies_changed = Signal()
    """Of some Repeat another copy is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: frozenset[int] = frozenset()
        self.copies: dict[int, int] = {}
        self._document: Document | None = None
        self._kept: tuple[Path | None, frozenset[int]] = (None, frozenset())

    def __contains__(self, block_id: int) -> bool:
        return block_id in self.ids

    def set(self, block_ids: Iterable[int]) -> None:
        """Exactly these are open."""
        ids = frozenset(block_ids)
        if ids != self.ids:
            self.ids = ids
            self.changed.emit()

    def show_copies(self, copies: Mapping[int, int]) -> bool:
        """Of each of these Repeats, by id, that copy, from 0. Whether another one was shown before."""
        if all(self.copies.get(block_id, 0) == copy for block_id, copy in copies.items()):
            return False
        self.copies.update(copies)
        self.copies_changed.emit()
        return True

    def toggle(self, block_id: int) -> None:
        """Open it, or collapse it."""
        self.set(self.ids ^ {block_id})

    def follow(self, document: Document) -> None:
        """Keep what is open for each file, and open it again with the file."""
        self._document = document
        document.file_changed.connect(self._keep)
        self.changed.connect(self._keep)

    def document_replaced(self) -> None:
        """Another document: its ids mean other blocks."""
        path = None if self._document is None else self._document.path
        found = () if path is None else preferences.load().open_blocks.get(str(path), ())
        self.ids, self.copies = frozenset(found), {}
        self._kept = (path, self.ids)

    def _keep(self) -> None:
        path = None if self._document is None else self._document.path
        if path is not None and self._kept != (path, self.ids):
            self._kept = (path, self.ids)
            preferences.keep_open_blocks(path, self.ids)

    def open_around(self, experiment: Experiment, layer_id: int) -> None:
        """Open every block a layer is in."""
        try:
            stack, index = experiment.find(layer_id)
        except KeyError:
            return
        around = [
            block.id
            for block in walk((stack.layers[index],))
            if isinstance(block, Block) and any(inner.id == layer_id for inner in walk(block.layers))
        ]
        self.set(self.ids.union(around))

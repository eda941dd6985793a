"""Which blocks are open on the canvas, and which copy of a Repeat is shown: state of the window, not the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block, Repeat
from bnsim.spec.tree import copy_in, walk
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document


class OpenBlocks(QObject):
    """The ids of open blocks. They are kept when a block is removed, so that undo brings it back open."""

    changed = Signal()
    copy_changed = Signal(int)
    """Another copy of the Repeat of that id is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ids: frozenset[int] = frozenset()
        self.copies: dict[int, int] = {}
        self._document: Document | None = None
        self._kept: tuple[Path | None, frozenset[int]] = (None, frozenset())

    def __contains__(self, block_id: int) -> bool:
        return block_id in self.ids

    def set(self, block_ids: Iterable[int]) -> None:
        """Open exactly these blocks."""
        ids = frozenset(block_ids)
        if ids != self.ids:
            self.ids = ids
            self.changed.emit()

    def show_copies(self, copies: Mapping[int, int]) -> bool:
        """Show these copies, from 0, by the id of their Repeat; returns whether any of them changed."""
        moved = {block_id: copy for block_id, copy in copies.items() if self.copies.get(block_id, 0) != copy}
        self.copies.update(moved)
        for block_id in moved:
            self.copy_changed.emit(block_id)
        return bool(moved)

    def toggle(self, block_id: int) -> None:
        """Open the block if it is collapsed, else collapse it."""
        self.set(self.ids ^ {block_id})

    def step_copy(self, repeat: Repeat, step: int) -> None:
        """Show the next copy of an open Repeat (1) or the previous one (-1), if there is one."""
        shown = copy_in(repeat, self.copies)
        self.show_copies({repeat.id: min(max(shown + step, 0), repeat.times - 1)})

    def follow(self, document: Document) -> None:
        """Remember the open blocks of each file, and restore them when it is opened."""
        self._document = document
        document.file_changed.connect(self._keep)
        self.changed.connect(self._keep)

    def document_replaced(self) -> None:
        """Open the blocks that were open when the document's file was last used; none without a file."""
        path = None if self._document is None else self._document.path
        found = () if path is None else preferences.load().open_blocks.get(str(path), ())
        self.ids, self.copies = frozenset(found), {}
        self._kept = (path, self.ids)

    def forget_reused(self, experiment: Experiment) -> None:
        """Forget ids of layers that are no blocks: after an undo, an edit hands out ids of what was undone again."""
        layers = (layer for stack in experiment.stacks for layer in walk(stack.layers))
        self.ids -= {layer.id for layer in layers if not isinstance(layer, Block)}

    def _keep(self) -> None:
        path = None if self._document is None else self._document.path
        if path is not None and self._kept != (path, self.ids):
            self._kept = (path, self.ids)
            preferences.keep_open_blocks(path, self.ids)

    def open_around(self, experiment: Experiment, layer_id: int) -> None:
        """Open every block that contains the layer."""
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

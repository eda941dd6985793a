"""Commands for blocks on the canvas: open, collapse, show another copy of a Repeat. They do not edit the document."""

from __future__ import annotations

from functools import partial

from bnsim.spec.layers import Repeat
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.editing import Refuse
from bnsim.ui.commands.state import block_around, open_repeat_around
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

IN_REPEAT = "select an open Repeat, or a layer in one, first"


class BlockCommands:
    """Acts on the current layer if it is a block, else on the block around it."""

    def __init__(self, document: Document, selection: Selection, refuse: Refuse) -> None:
        self._document = document
        self._selection = selection
        self._refuse = refuse

    def open_or_collapse(self) -> None:
        """Open or collapse the current block, or the block around the current layer."""
        block = block_around(self._document.experiment, self._selection.current)
        if block:
            self._selection.blocks.toggle(block)
        else:
            self._refuse("Select a Repeat or Residual, or a layer in one, to open or collapse it.")

    def show_copy(self, step: int) -> None:
        """Show the next copy (1) or the previous one (-1) of the open Repeat around the current layer."""
        block_id = self.repeat_of_selected()
        if block_id:
            block = self._document.experiment.layer(block_id)
            assert isinstance(block, Repeat)
            self._selection.blocks.step_copy(block, step)

    def repeat_of_selected(self) -> int:
        """Id of the innermost open Repeat that the current layer is or is in; 0 if there is none."""
        return open_repeat_around(self._document.experiment, self._selection.current, self._selection.blocks.ids)


ACTIONS: tuple[Action[BlockCommands], ...] = (
    Action(
        "stack.open",
        "&Open or collapse block",
        BlockCommands.open_or_collapse,
        keys=("Ctrl+E",),
        icon="open-block",
        tip="Its layers on the canvas",
        enabled=lambda state: bool(state.block),
        why="select a block first",
    ),
    Action(
        "stack.nextCopy",
        "&Next copy of the Repeat",
        partial(BlockCommands.show_copy, step=1),
        keys=("Ctrl+.",),
        icon="layer",
        tip="Show it on the canvas",
        enabled=lambda state: bool(state.open_repeat),
        why=IN_REPEAT,
    ),
    Action(
        "stack.previousCopy",
        "&Previous copy of the Repeat",
        partial(BlockCommands.show_copy, step=-1),
        keys=("Ctrl+,",),
        icon="layer-back",
        tip="Show it on the canvas",
        enabled=lambda state: bool(state.open_repeat),
        why=IN_REPEAT,
    ),
)

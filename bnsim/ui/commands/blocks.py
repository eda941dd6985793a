"""What is done with blocks on the canvas: open, collapse, show another copy of a Repeat. No edit of the document."""

from __future__ import annotations

from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block, Repeat
from bnsim.ui.commands.editing import Refuse
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection


class BlockCommands:
    """Acts on the block that is selected or that the selected layer is in."""

    def __init__(self, document: Document, selection: Selection, refuse: Refuse) -> None:
        self._document = document
        self._selection = selection
        self._refuse = refuse

    def open_or_collapse(self) -> None:
        """The current block; of another layer the block it is in."""
        block = block_around(self._document.experiment, self._selection.current)
        if block:
            self._selection.blocks.toggle(block)
        else:
            self._refuse("Select a Repeat or Residual, or a layer in one, to open or collapse it.")

    def show_copy(self, step: int) -> None:
        """The next copy (1) of the open Repeat around the current layer, or the one before (-1)."""
        block_id = self.repeat_of_selected()
        if block_id:
            block = self._document.experiment.layer(block_id)
            assert isinstance(block, Repeat)
            self._selection.blocks.step_copy(block, step)

    def repeat_of_selected(self) -> int:
        """Id of the innermost open Repeat that the current layer is or is in; 0 without one."""
        return open_repeat_around(self._document.experiment, self._selection.current, self._selection.blocks.ids)


def block_around(experiment: Experiment, layer_id: int) -> int:
    """Id of that layer if it is a block, else of the innermost block around it; 0 without one."""
    try:
        block = layer_id if isinstance(experiment.layer(layer_id), Block) else experiment.container(layer_id)[0]
    except KeyError:
        return 0
    return 0 if block in [stack.id for stack in experiment.stacks] else block


def open_repeat_around(experiment: Experiment, layer_id: int, opened: frozenset[int]) -> int:
    """Id of the innermost Repeat among the `opened` blocks that the layer is or is in; 0 without one."""
    here = layer_id
    while here:
        try:
            if here in opened and isinstance(experiment.layer(here), Repeat):
                return here
            here = experiment.container(here)[0]
        except KeyError:
            return 0
    return 0

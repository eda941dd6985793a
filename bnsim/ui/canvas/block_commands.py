"""What a person does with blocks on the canvas: open and collapse them, and look at another copy of a Repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from bnsim.session.frame import Frame
from bnsim.spec.layers import Block, Repeat
from bnsim.spec.tree import copy_in
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import Level, Look
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QWidget


class BlockCommands:
    """The part of the canvas view that opens and collapses blocks. None of it is an edit of the document."""

    document: Document
    selection: Selection
    look: Look
    cards: CanvasScene
    _frame: Frame | None
    if TYPE_CHECKING:
        refused: SignalInstance

        def card_at(self, position: QPoint) -> CardItem | None: ...
        def mapToScene(self, point: QPoint, /) -> QPointF: ...
        def viewport(self) -> QWidget: ...

    def toggle_block(self, block_id: int) -> None:
        """Open a block on the canvas, or collapse it."""
        self.selection.blocks.toggle(block_id)

    def toggle_selected_block(self) -> None:
        """The current block; of another layer the block it is in."""
        experiment, current = self.document.experiment, self.selection.current
        try:
            block = current if isinstance(experiment.layer(current), Block) else experiment.container(current)[0]
        except KeyError:
            block = 0
        if block and block not in [stack.id for stack in experiment.stacks]:
            self.toggle_block(block)
        else:
            self.refused.emit("Select a Repeat or Residual, or a layer in one, to open or collapse it.")

    def press_sign(self, position: QPoint) -> bool:
        """Do what a sign on a card says: open, collapse, another copy; False if there is none at that point."""
        card = self.card_at(position)
        hit = "" if card is None else card.hit(card.mapFromScene(self.mapToScene(position)))
        if card is None or not hit or self.look.level != Level.NEAR:
            return False
        if hit == "toggle":
            self.toggle_block(card.face.layer_id)
        else:
            self.show_copy(card.face.layer_id, 1 if hit == "next copy" else -1)
        return True

    def repeat_of_selected(self) -> int:
        """Id of the innermost open Repeat that the current layer is or is in; 0 without one."""
        experiment, here = self.document.experiment, self.selection.current
        while here:
            try:
                if here in self.selection.blocks and isinstance(experiment.layer(here), Repeat):
                    return here
                here = experiment.container(here)[0]
            except KeyError:
                return 0
        return 0

    def show_copy_of_selected(self, step: int) -> None:
        """The next copy of that Repeat, or the one before."""
        block_id = self.repeat_of_selected()
        if block_id:
            self.show_copy(block_id, step)

    def show_copy(self, block_id: int, step: int) -> None:
        """Another copy of an open Repeat."""
        block, blocks = self.document.experiment.layer(block_id), self.selection.blocks
        if isinstance(block, Repeat):
            blocks.show_copies({block_id: min(max(copy_in(block, blocks.copies) + step, 0), block.times - 1)})
            self.cards.refresh_lane(self.document.experiment.find(block_id)[0])
            self.cards.show_frame(self._frame, following=False)
            self.viewport().update()

    def on_block_title(self, card: CardItem, position: QPoint) -> bool:
        """Whether a double-click there opens or collapses."""
        if isinstance(card, OpenBlock):
            return True
        return card.face.opens and card.title_rect().contains(card.mapFromScene(self.mapToScene(position)))

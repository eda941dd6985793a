"""What a person asks of the canvas by key or menu: each an edit of the document as one undo step, or words why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from bnsim.spec import edits
from bnsim.spec.clipboard import layers_from_text, layers_to_text
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_LAYERS, Experiment
from bnsim.spec.layers import Layer, Repeat, Residual
from bnsim.spec.naming import kind_name, several
from bnsim.spec.numerals import count
from bnsim.spec.tree import walk
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance


class Commands:
    """The part of the canvas view that edits the selection and the lanes."""

    document: Document
    selection: Selection
    if TYPE_CHECKING:
        refused: SignalInstance

    # -- layers

    def select_all(self) -> None:
        """Every layer of every lane that is shown."""
        stacks = self.document.experiment.stacks
        self.selection.set([layer.id for stack in stacks if not stack.hidden for layer in stack.layers])

    def delete_selected(self) -> None:
        """Remove the selected layers."""
        self._remove("remove")

    def copy(self) -> None:
        """The selected layers to the clipboard, as text."""
        chosen = self._chosen()
        if chosen:
            QGuiApplication.clipboard().setText(layers_to_text(chosen))
        else:
            self.refused.emit("Nothing is selected to copy.")

    def cut(self) -> None:
        """The selected layers to the clipboard, and out of the document."""
        self.copy()
        self._remove("cut")

    def paste(self) -> None:
        """The clipboard's layers behind the selection, else at the end of the first lane."""
        experiment, chosen = self.document.experiment, self._chosen()
        try:
            layers = layers_from_text(QGuiApplication.clipboard().text())
            before = edits.add_stack(experiment) if not experiment.stacks else experiment
            container, index = edits.place_behind(before, chosen[-1].id if chosen else 0)
        except InputError as error:
            self.refused.emit(str(error))
            return
        after = edits.insert_layers(before, container, index, layers)
        self._push_new(after, f"paste {several(layers)}")

    def duplicate(self) -> None:
        """Copies of the selected layers, behind the last of them in each stack or block."""
        experiment, chosen = self.document.experiment, self._chosen()
        places: dict[int, list[int]] = {}
        for layer in chosen:
            places.setdefault(experiment.container(layer.id)[0], []).append(layer.id)
        after = experiment
        for container, ids in places.items():
            after = edits.copy_layers(after, ids, container, after.container(ids[-1])[1] + 1)
        if chosen:
            self._push_new(after, f"duplicate {several(chosen)}")
        else:
            self.refused.emit("Nothing is selected to duplicate.")

    def group_selected(self, kind: type) -> None:
        """Put the selected layers into a Residual or Repeat."""
        block = Residual() if kind is Residual else Repeat()
        name = kind_name(block)
        self._try(lambda now: edits.group_layers(now, self.selection.layer_ids, block), f"group into {name}", new=True)

    def ungroup_selected(self) -> None:
        """Take the selected blocks apart."""
        blocks = [layer for layer in self._chosen() if isinstance(layer, Residual | Repeat)]
        inner = [layer.id for block in blocks for layer in block.layers]
        if self._try(lambda now: edits.ungroup_layers(now, [block.id for block in blocks]), "ungroup"):
            self.selection.set(inner)

    # -- lanes

    def add_lane(self) -> None:
        """An empty lane below the others."""
        self._try(edits.add_stack, "add lane")

    def duplicate_lane(self, stack_id: int) -> None:
        """A copy of the lane below it."""
        self._try(lambda now: edits.duplicate_stack(now, stack_id), "duplicate lane")

    def remove_lane(self, stack_id: int) -> None:
        """Without that lane."""
        self._try(lambda now: edits.remove_stack(now, stack_id), f"remove lane {self._lane_name(stack_id)}")

    def move_lane(self, stack_id: int, by: int) -> None:
        """Up if `by` is negative, down if positive."""
        self._try(lambda now: edits.move_stack(now, stack_id, by), "move lane")

    def recolor_lane(self, stack_id: int, color: int) -> None:
        """One of the lane colors, 1 to 4; 0 is that of its place."""
        self._try(lambda now: edits.recolor_stack(now, stack_id, color), "recolor lane")

    def hide_lane(self, stack_id: int) -> None:
        """Show the lane's name only, or all of it again."""
        hidden = not self.document.experiment.stack(stack_id).hidden
        text = "hide lane" if hidden else "show lane"
        self._try(lambda now: edits.hide_stack(now, stack_id, hidden), text)

    def set_lane_name(self, stack_id: int, name: str) -> None:
        """Rename it."""
        self._try(lambda now: edits.rename_stack(now, stack_id, name), "rename lane")

    # -- parts of the above

    def _chosen(self) -> tuple[Layer, ...]:
        return edits.chosen_layers(self.document.experiment, self.selection.layer_ids)

    def _lane_name(self, stack_id: int) -> str:
        return self.document.experiment.stack(stack_id).name

    def _try(self, edit: Callable[[Experiment], Experiment], text: str, new: bool = False) -> bool:
        """Push what `edit` makes, or say why it cannot be; `new`: select what was not there before."""
        try:
            after = edit(self.document.experiment)
        except InputError as error:
            self.refused.emit(str(error))
            return False
        if new:
            self._push_new(after, text)
        else:
            self.document.push(after, text)
        return True

    def _push_new(self, after: Experiment, text: str) -> None:
        """Push it and select what is new in it."""
        for stack in after.stacks:
            if sum(1 for _ in walk(stack.layers)) > MAX_LAYERS:
                self.refused.emit(f"{stack.name} can have {count(MAX_LAYERS)} layers at most.")
                return
        old = {layer.id for stack in self.document.experiment.stacks for layer in walk(stack.layers)}
        self.document.push(after, text)
        new = [layer.id for stack in after.stacks for layer in walk(stack.layers) if layer.id not in old]
        # What a new block holds is selected with it.
        held = {inner.id for number in new for inner in walk(getattr(after.layer(number), "layers", ()))}
        self.selection.set([number for number in new if number not in held])

    def _remove(self, verb: str) -> None:
        experiment, chosen = self.document.experiment, self._chosen()
        if not chosen:
            return
        ids = {layer.id for layer in chosen}
        current = self.selection.current if self.selection.current in ids else chosen[0].id
        container, index = experiment.container(current)
        held = experiment.layers_of(container)
        left = [layer.id for layer in held[index:] if layer.id not in ids]
        left = left or [layer.id for layer in held[:index] if layer.id not in ids][-1:]
        after = edits.remove_layers(experiment, ids)
        self.document.push(after, f"{verb} {several(chosen)}")
        self.selection.set(left[:1])
        self.selection.keep_existing(after)

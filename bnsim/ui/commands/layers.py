"""Commands for the selected layers: cut, copy, paste, duplicate, delete, group; each one undo step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from bnsim.spec import edits
from bnsim.spec.clipboard import layers_from_text, layers_to_text
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import Block, Layer, Repeat, Residual
from bnsim.spec.naming import kind_name, several
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.state import State, some_selected


class Clipboard(Protocol):
    """The part of QClipboard that these commands use."""

    def text(self) -> str: ...
    def setText(self, text: str, /) -> None: ...


class LayerCommands:
    """Acts on the selected layers of the editor's document.

    `open_copied` opens what the clipboard has besides layers, and says whether there was something to open.
    """

    def __init__(self, editor: Editor, clipboard: Clipboard, open_copied: Callable[[], bool] = lambda: False) -> None:
        self._editor = editor
        self._document = editor.document
        self._selection = editor.selection
        self._clipboard, self._open_copied = clipboard, open_copied

    def select_all(self) -> None:
        """Select every layer of every lane that is shown."""
        stacks = self._document.experiment.stacks
        self._selection.set([layer.id for stack in stacks if not stack.hidden for layer in stack.layers])

    def delete(self) -> None:
        """Remove the selected layers."""
        self._remove("remove")

    def copy(self) -> None:
        """Copy the selected layers to the clipboard, as text."""
        chosen = self._chosen()
        if chosen:
            self._clipboard.setText(layers_to_text(chosen))
        else:
            self._editor.refuse("Nothing is selected to copy.")

    def cut(self) -> None:
        """Copy the selected layers to the clipboard and remove them."""
        self.copy()
        self._remove("cut")

    def paste(self) -> None:
        """Insert the clipboard's layers behind the selection, else at the end of the first lane.

        A picture of bnsim's brings its moment back.
        """
        chosen = self._chosen()
        try:
            layers = layers_from_text(self._clipboard.text())
        except InputError as error:
            if not self._open_copied():
                self._editor.refuse(str(error))
            return

        def pasted(experiment: Experiment) -> Experiment:
            before = edits.add_stack(experiment) if not experiment.stacks else experiment
            container, index = edits.place_behind(before, chosen[-1].id if chosen else 0)
            return edits.insert_layers(before, container, index, layers)

        self._editor.push_new(pasted, f"paste {several(layers)}")

    def duplicate(self) -> None:
        """Insert copies of the selected layers behind the last of them in each stack or block."""
        chosen = self._chosen()
        if not chosen:
            self._editor.refuse("Nothing is selected to duplicate.")
            return

        def duplicated(experiment: Experiment) -> Experiment:
            places: dict[int, list[int]] = {}
            for layer in chosen:
                places.setdefault(experiment.container(layer.id)[0], []).append(layer.id)
            for container, ids in places.items():
                experiment = edits.copy_layers(experiment, ids, container, experiment.container(ids[-1])[1] + 1)
            return experiment

        self._editor.push_new(duplicated, f"duplicate {several(chosen)}")

    def group(self, kind: type[Residual | Repeat]) -> None:
        """Put the selected layers into a Residual or a Repeat."""
        block, ids = kind(), self._selection.layer_ids
        self._editor.push_new(lambda now: edits.group_layers(now, ids, block), f"group into {kind_name(block)}")

    def ungroup(self) -> None:
        """Replace the blocks among the selected layers by what they hold."""
        blocks = [layer for layer in self._chosen() if isinstance(layer, Residual | Repeat)]
        inner = [layer.id for block in blocks for layer in block.layers]
        if self._editor.push(lambda now: edits.ungroup_layers(now, [block.id for block in blocks]), "ungroup"):
            self._selection.set(inner)

    def _chosen(self) -> tuple[Layer, ...]:
        return edits.chosen_layers(self._document.experiment, self._selection.layer_ids)

    def _remove(self, verb: str) -> None:
        experiment, chosen = self._document.experiment, self._chosen()
        if not chosen:
            return
        ids = {layer.id for layer in chosen}
        current = self._selection.current if self._selection.current in ids else chosen[0].id
        container, index = experiment.container(current)
        held = experiment.layers_of(container)
        left = [layer.id for layer in held[index:] if layer.id not in ids]
        left = left or [layer.id for layer in held[:index] if layer.id not in ids][-1:]
        after = edits.remove_layers(experiment, ids)
        self._document.push(after, f"{verb} {several(chosen)}")
        self._selection.set(left[:1])
        self._selection.keep_existing(after)


def _block_selected(state: State) -> bool:
    chosen = edits.chosen_layers(state.experiment, state.layer_ids) if state.layer_ids else ()
    return any(isinstance(layer, Block) for layer in chosen)


ACTIONS: tuple[Action[LayerCommands], ...] = (
    Action(
        "edit.cut",
        "Cu&t",
        LayerCommands.cut,
        keys=("Ctrl+X",),
        icon="cut",
        tip="The selected layers to the clipboard, as text",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "edit.copy",
        "&Copy",
        LayerCommands.copy,
        keys=("Ctrl+C",),
        icon="copy",
        tip="Copy the selected layers, as text",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "edit.paste",
        "&Paste",
        LayerCommands.paste,
        keys=("Ctrl+V",),
        icon="paste",
        tip="The clipboard's layers after the selected one; of a picture that was copied here, its moment",
    ),
    Action(
        "edit.duplicate",
        "Dup&licate",
        LayerCommands.duplicate,
        keys=("Ctrl+D",),
        icon="duplicate",
        tip="The selected layers once more",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "edit.delete",
        "&Delete",
        LayerCommands.delete,
        keys=("Del",),
        icon="delete",
        tip="Take the selected layers out",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "edit.selectAll",
        "Select &all",
        LayerCommands.select_all,
        keys=("Ctrl+A",),
        icon="select-all",
        tip="Select every layer",
    ),
    Action(
        "stack.residual",
        "Group into &Residual",
        partial(LayerCommands.group, kind=Residual),
        keys=("Ctrl+G",),
        icon="residual",
        tip="A skip around them",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "stack.repeat",
        "Group into R&epeat",
        partial(LayerCommands.group, kind=Repeat),
        keys=("Ctrl+Shift+G",),
        icon="group",
        tip="Several copies of them",
        enabled=some_selected,
        why=SELECT,
    ),
    Action(
        "stack.ungroup",
        "&Ungroup",
        LayerCommands.ungroup,
        keys=("Ctrl+U",),
        icon="ungroup",
        tip="Take the selected blocks apart",
        enabled=_block_selected,
        why="select a block first",
    ),
)

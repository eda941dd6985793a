"""What is done to a whole stack or lane from the menus: one command, one undo step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, get_args

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu

from bnsim.spec import stack_actions
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_STACKS, Experiment
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.kind import Kind
from bnsim.spec.layers import Block, Layer, Linear, Repeat, Residual
from bnsim.spec.tree import walk
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.blocks import BlockCommands
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.lanes import LaneCommands
from bnsim.ui.commands.layers import LayerCommands
from bnsim.ui.commands.table import Actions

Edit = Callable[..., Experiment]

WHOLE: dict[str, tuple[Edit, str]] = {
    "stack.bnBefore": (stack_actions.insert_batchnorm_before_activations, "insert BatchNorm before every activation"),
    "stack.bnAfter": (stack_actions.insert_batchnorm_after_activations, "insert BatchNorm after every activation"),
    "stack.bnRemove": (stack_actions.remove_batchnorm, "remove every BatchNorm"),
    "stack.biases": (stack_actions.drop_redundant_biases, "drop redundant biases"),
}


def _held(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """Layers inside blocks."""
    for layer in layers:
        if isinstance(layer, Block):
            yield from walk(layer.layers)


class StackCommands(QObject):
    """Connects the stack and lane actions, and keeps them enabled where they can be done."""

    def __init__(
        self,
        actions: Actions,
        canvas: CanvasView,
        editor: Editor,
        layers: LayerCommands,
        lanes: LaneCommands,
        blocks: BlockCommands,
    ) -> None:
        super().__init__(canvas)
        self._actions = actions
        self._canvas = canvas
        self._document = editor.document
        self._selection = editor.selection
        self._refuse = editor.refuse
        self._blocks = blocks
        for name, (edit, text) in WHOLE.items():
            self._on(name, partial(self.apply, edit, text))
        self._on("stack.depth", self._ask_depth)
        self._on("stack.width", self._ask_width)
        self._on("stack.residual", lambda: layers.group(Residual))
        self._on("stack.repeat", lambda: layers.group(Repeat))
        self._on("stack.ungroup", layers.ungroup)
        self._on("stack.open", blocks.open_or_collapse)
        self._on("stack.nextCopy", lambda: blocks.show_copy(1))
        self._on("stack.previousCopy", lambda: blocks.show_copy(-1))
        self._on("lane.add", lanes.add)
        for name, call in (
            ("lane.duplicate", lanes.duplicate),
            ("lane.rename", canvas.rename_lane),
            ("lane.hide", lanes.hide_or_show),
            ("lane.remove", lanes.remove),
            ("lane.up", lambda stack_id: lanes.move(stack_id, -1)),
            ("lane.down", lambda stack_id: lanes.move(stack_id, 1)),
        ):
            self._on(name, partial(self._in_lane, call))
        self._document.changed.connect(lambda _experiment: self._enable())
        self._selection.changed.connect(self._enable)
        self._selection.blocks.changed.connect(self._enable)
        self._enable()

    @property
    def lane(self) -> int:
        """Id of the selected layer's stack, else of the first one; 0 if there is none."""
        experiment = self._document.experiment
        try:
            return experiment.find(self._selection.current)[0].id
        except KeyError:
            return experiment.stacks[0].id if experiment.stacks else 0

    def apply(self, edit: Edit, text: str, *arguments: Any) -> None:
        """`edit` as one undo step, in the selected layer's lane or in every one; or words why not."""
        stacks = {self.lane} if self._selection.current else None
        try:
            after = edit(self._document.experiment, *arguments, stacks)
        except InputError as error:
            self._refuse(str(error))
            return
        if after == self._document.experiment:
            self._refuse("Nothing to change: it is so already.")
            return
        self._document.push(after, text)

    def activations(self, menu: QMenu) -> list[QAction]:
        """One action for each kind of activation."""
        change = stack_actions.change_activations
        return [self._made(menu, kind, change, "change every activation to") for kind in ACTIVATIONS]

    def initializers(self, menu: QMenu) -> list[QAction]:
        """One action for each initializer."""
        change = stack_actions.initialize_all
        return [self._made(menu, kind, change, "initialize all with") for kind in get_args(AnyInitializer)]

    def _ask_depth(self) -> None:
        linears = self._linears()
        depth, chosen = QInputDialog.getInt(
            self._canvas.window(), "Hidden depth", "Hidden weight layers:", max(len(linears) - 1, 0), 0, 1000
        )
        if chosen:
            self.apply(stack_actions.set_hidden_depth, f"set hidden depth to {depth}", depth)

    def _ask_width(self) -> None:
        linears = self._linears()
        width, chosen = QInputDialog.getInt(
            self._canvas.window(), "Hidden width", "Units:", linears[0].units if linears else 64, 1, 65536
        )
        if chosen:
            self.apply(stack_actions.set_hidden_width, f"set hidden width to {width}", width)

    def _linears(self) -> list[Linear]:
        if not self.lane:
            return []
        layers = self._document.experiment.stack(self.lane).layers
        return [layer for layer in walk(layers) if isinstance(layer, Linear)]

    def _made(self, menu: QMenu, kind: type[Kind], edit: Edit, text: str) -> QAction:
        name = kind.title
        action = QAction(name, menu)
        action.setStatusTip(f"{text[:1].upper()}{text[1:]} {name}")
        action.triggered.connect(lambda _checked=False: self.apply(edit, f"{text} {name}", kind()))
        return action

    def _on(self, name: str, call: Callable[[], None]) -> None:
        self._actions[name].triggered.connect(lambda _checked=False: call())

    def _in_lane(self, call: Callable[[int], None]) -> None:
        if self.lane:
            call(self.lane)

    def _enable(self) -> None:
        experiment, lane = self._document.experiment, self.lane
        ids = [stack.id for stack in experiment.stacks]
        chosen = self._selection.layer_ids
        blocks = any(
            isinstance(layer, Block) and layer.id in chosen
            for stack in experiment.stacks
            for layer in walk(stack.layers)
        )
        inside = any(layer.id in chosen for stack in experiment.stacks for layer in _held(stack.layers))
        for name, possible in (
            ("stack.residual", bool(chosen)),
            ("stack.repeat", bool(chosen)),
            ("stack.ungroup", blocks),
            ("stack.open", blocks or inside),
            ("stack.nextCopy", bool(self._blocks.repeat_of_selected())),
            ("stack.previousCopy", bool(self._blocks.repeat_of_selected())),
            ("lane.add", len(ids) < MAX_STACKS),
            ("lane.duplicate", 0 < len(ids) < MAX_STACKS),
            ("lane.rename", bool(ids)),
            ("lane.hide", bool(ids)),
            ("lane.remove", bool(ids)),
            ("lane.up", bool(ids) and lane != ids[0]),
            ("lane.down", bool(ids) and lane != ids[-1]),
        ):
            self._actions[name].setEnabled(possible)

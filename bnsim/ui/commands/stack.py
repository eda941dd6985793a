"""Commands for a whole stack, or for all stacks; each one undo step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from bnsim.spec import stack_actions
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.kind import Kind
from bnsim.spec.layers import Linear
from bnsim.spec.tree import walk
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.editing import Editor
from bnsim.ui.commands.state import State
from bnsim.ui.model.acted_on import acted_on, acted_words

Edit = Callable[..., Experiment]
"""(experiment, further arguments, ids of the stacks or None for all) -> experiment."""
IN_ALL = "In the lanes of the selected layers; in every lane if no layer is selected"


class AskNumber(Protocol):
    """Asks the person for a whole number from `low` to `high`; None if they cancel."""

    def __call__(self, title: str, label: str, value: int, low: int, high: int, /) -> int | None: ...


class StackCommands:
    """Acts on the stacks of the selected layers; on every stack if no layer is selected."""

    def __init__(self, editor: Editor, ask_number: AskNumber) -> None:
        self._editor = editor
        self._ask_number = ask_number

    def apply(self, edit: Edit, text: str, *arguments: Any) -> None:
        """Push `edit` as one undo step named `text`, or refuse it in words."""
        document = self._editor.document
        try:
            after = edit(document.experiment, *arguments, {stack.id for stack in self._stacks()})
        except InputError as error:
            self._editor.refuse(str(error))
            return
        if after == document.experiment:
            self._editor.refuse("Nothing to change: it is so already.")
            return
        document.push(after, text)

    @property
    def whom(self) -> str:
        """Whom the commands act on, in words: "in all lanes", "in “plain”"."""
        return acted_words(self._editor.document.experiment, self._editor.selection.layer_ids)

    def change_activations(self, kind: type[Kind]) -> None:
        """Change every activation to one of this kind."""
        self.apply(stack_actions.change_activations, f"change every activation to {kind.title}", kind())

    def initialize(self, kind: type[Kind]) -> None:
        """Initialize all weights with this initializer."""
        self.apply(stack_actions.initialize_all, f"initialize all with {kind.title}", kind())

    def ask_depth(self) -> None:
        """Ask for the number of hidden weight layers, and set it."""
        before = max(len(self._linears()) - 1, 0)
        depth = self._ask_number("Hidden depth", f"Hidden weight layers {self._said}:", before, 0, 1000)
        if depth is not None:
            self.apply(stack_actions.set_hidden_depth, f"set hidden depth to {depth}", depth)

    def ask_width(self) -> None:
        """Ask for the number of units in each hidden layer, and set it."""
        linears = self._linears()
        before = linears[0].units if linears else 64
        width = self._ask_number("Hidden width", f"Units of each hidden layer {self._said}:", before, 1, 65536)
        if width is not None:
            self.apply(stack_actions.set_hidden_width, f"set hidden width to {width}", width)

    @property
    def _said(self) -> str:
        return self.whom.replace("&&", "&")

    def _stacks(self) -> tuple[Stack, ...]:
        return acted_on(self._editor.document.experiment, self._editor.selection.layer_ids)

    def _linears(self) -> list[Linear]:
        return [layer for stack in self._stacks()[:1] for layer in walk(stack.layers) if isinstance(layer, Linear)]


def _named(text: str, end: str = "") -> Callable[[State], str]:
    """The text of a menu with whom the command acts on."""
    return lambda state: f"{text} {state.acted_on}{end}"


ACTIONS: tuple[Action[StackCommands], ...] = (
    Action(
        "stack.bnBefore",
        "BatchNorm &before every activation",
        partial(
            StackCommands.apply,
            edit=stack_actions.insert_batchnorm_before_activations,
            text="insert BatchNorm before every activation",
        ),
        icon="insert",
        tip=IN_ALL,
        shown=_named("BatchNorm &before every activation"),
    ),
    Action(
        "stack.bnAfter",
        "BatchNorm a&fter every activation",
        partial(
            StackCommands.apply,
            edit=stack_actions.insert_batchnorm_after_activations,
            text="insert BatchNorm after every activation",
        ),
        icon="insert",
        tip=IN_ALL,
        shown=_named("BatchNorm a&fter every activation"),
    ),
    Action(
        "stack.bnRemove",
        "Re&move every BatchNorm",
        partial(StackCommands.apply, edit=stack_actions.remove_batchnorm, text="remove every BatchNorm"),
        icon="delete",
        tip=IN_ALL,
        shown=_named("Re&move every BatchNorm"),
    ),
    Action(
        "stack.depth",
        "Set hidden &depth…",
        StackCommands.ask_depth,
        icon="edit",
        tip=IN_ALL,
        shown=_named("Set hidden &depth", "…"),
    ),
    Action(
        "stack.width",
        "Set hidden &width…",
        StackCommands.ask_width,
        icon="edit",
        tip=IN_ALL,
        shown=_named("Set hidden &width", "…"),
    ),
    Action(
        "stack.biases",
        "Drop biase&s a BatchNorm makes redundant",
        partial(StackCommands.apply, edit=stack_actions.drop_redundant_biases, text="drop redundant biases"),
        icon="delete",
        tip=IN_ALL,
        shown=_named("Drop biase&s a BatchNorm makes redundant"),
    ),
)

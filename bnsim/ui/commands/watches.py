"""Commands for watches: an expression typed, and what a card shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bnsim.session.arrays import GRADIENT, VALUE
from bnsim.spec.layers import Block
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.state import State, one_selected
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.model.watches import expression_of
from bnsim.ui.views.tensor.choice import of_layer, tensor_of


class Row(Protocol):
    """The list of watches, as far as commands use it."""

    def toggle(self) -> None: ...
    def type_one(self) -> None: ...
    def watch(self, expression: str) -> None: ...
    def ask_when(self, what: str) -> None: ...
    def break_when_changed(self, expression: str) -> None: ...


class WatchCommands:
    """Acts on the watches of one document."""

    def __init__(self, row: Row, document: Document, selection: Selection) -> None:
        self.row = row
        self._document = document
        self._selection = selection

    def watch_of_selected(self, name: str) -> None:
        """Watch the norm of an array of the selected layer."""
        if expression := self._norm_of_selected(name):
            self.row.watch(expression)

    def break_on_selected(self, name: str) -> None:
        """Stop runs when the norm of an array of the selected layer changes."""
        if expression := self._norm_of_selected(name):
            self.row.break_when_changed(expression)

    def _norm_of_selected(self, name: str) -> str:
        experiment = self._document.experiment
        chosen = of_layer(experiment, self._selection.current, name, self._selection.blocks.copies)
        tensor = tensor_of(experiment, chosen) if self._selection.current else None
        return "" if tensor is None else expression_of(experiment, tensor, None)


def _on_a_layer(state: State) -> bool:
    return one_selected(state) and state.layer is not None and not isinstance(state.layer, Block)


def _when(what: str) -> Callable[[WatchCommands], None]:
    return lambda watches: watches.row.ask_when(what)


def _of_selected(name: str) -> Callable[[WatchCommands], None]:
    return lambda watches: watches.watch_of_selected(name)


ACTIONS: tuple[Action[WatchCommands], ...] = (
    Action(
        "view.watches",
        "Watches",
        lambda watches: watches.row.toggle(),
        icon="look-values",
        tip="The numbers that are followed: value, past, and an expression for another one",
        checked=lambda state: state.watches_shown,
    ),
    Action(
        "watch.add",
        "Watch…",
        lambda watches: watches.row.type_one(),
        keys=("Ctrl+Shift+A",),
        icon="look-values",
        tip="Follow a number by its expression, such as norm(dW[0]) / norm(W[0])",
    ),
    Action(
        "watch.output",
        "Watch the norm of its output",
        _of_selected(VALUE),
        icon="look-values",
        tip="Of the selected layer, in the list of watches",
        enabled=_on_a_layer,
        why=SELECT,
    ),
    Action(
        "watch.gradient",
        "Watch the norm of its gradient",
        _of_selected(GRADIENT),
        icon="look-gradients",
        tip="Of the selected layer, in the list of watches",
        enabled=_on_a_layer,
        why=SELECT,
    ),
    Action(
        "watch.breakOutput",
        "Break when its output changes",
        lambda watches: watches.break_on_selected(VALUE),
        icon="breakpoint",
        tip="In the norm of the selected layer's output",
        enabled=_on_a_layer,
        why=SELECT,
    ),
    Action(
        "watch.breakGradient",
        "Break when its gradient changes",
        lambda watches: watches.break_on_selected(GRADIENT),
        icon="breakpoint",
        tip="In the norm of the selected layer's gradient",
        enabled=_on_a_layer,
        why=SELECT,
    ),
    Action(
        "watch.break",
        "Break when it is so",
        _when("break"),
        icon="breakpoint",
        tip="Of the current watch, when it becomes what the bar below the list says",
    ),
    Action(
        "watch.next",
        "Run on to where it is so",
        _when("next"),
        icon="to-breakpoint",
        tip="Of the current watch, to where it next becomes what the bar below the list says",
    ),
    Action(
        "watch.last",
        "Run back to where it was so",
        _when("last"),
        icon="to-breakpoint-back",
        tip="Of the current watch, to where it last became what the bar below the list says",
    ),
)

"""The record that declares an action: text, keys, when it is enabled, what it does. No widgets here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from bnsim.ui.commands.state import State

Part = TypeVar("Part")

SELECT = "select a layer first"
"""Why many actions are disabled."""
HELD = "make your prediction first, this would tell what comes"
"""Why some are while a lesson asks for a prediction."""


class Action(Struct, Generic[Part], frozen=True):
    """`run` does it, given the part of the window that can. Menus, keys, lists and buttons are made from the rest.

    `text` as a menu has it; `shown` says it where it depends on the state, and `short` in the menu of the very thing it
    is about. `keys` as Qt writes them, in the order a menu prefers; `icon` is the name of a file; `tip` is a sentence
    for the status bar. `why` is said where it is not `enabled`. An action that is on or off says so by `checked`.
    """

    name: str
    text: str
    run: Callable[[Part], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    enabled: Callable[[State], bool] | None = None
    why: str = ""
    shown: Callable[[State], str] | None = None
    short: Callable[[State], str] | None = None
    checked: Callable[[State], bool] | None = None

    def text_in(self, state: State) -> str:
        """The text that a menu shows in that state."""
        return self.text if self.shown is None else self.shown(state)

    def enabled_in(self, state: State) -> bool:
        """Whether the action can be done in that state."""
        return self.name not in state.held and (self.enabled is None or self.enabled(state))


AnyAction = Action[Any]

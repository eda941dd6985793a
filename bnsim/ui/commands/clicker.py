"""How far a lecturer's clicker steps: which actions have the keys Page Down and Page Up, which clickers send."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from bnsim.ui.commands.action import Action
from bnsim.ui.commands.run import ACTIONS as RUN
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model import preferences
from bnsim.ui.model.preferences import ClickerStep

STEPS: dict[ClickerStep, tuple[str, str, str]] = {
    "op": ("By an &operation", "run.stepOp", "run.stepOpBack"),
    "layer": ("By a &layer", "run.step", "run.stepBack"),
    "phase": ("By a &phase", "run.stepPhase", "run.stepPhaseBack"),
    "iteration": ("By an &iteration", "run.stepIteration", "run.stepIterationBack"),
    "landmark": ("To what is &worth a look", "run.toLandmark", "run.toLandmarkBack"),
}
"""The words of each choice, and the actions that Page Down and Page Up then are."""
BY_NAME = {action.name: action for action in RUN}
PAGE_KEYS = ("PgDown", "PgUp")


class Keys(Protocol):
    """The window's actions, as far as their keys go."""

    def set_keys(self, name: str, keys: Sequence[str]) -> None: ...


class ClickerKeys:
    """Gives the page keys to the actions that were chosen, and keeps the choice."""

    def __init__(self, actions: Keys, state: StateKeeper) -> None:
        self._actions = actions
        self._state = state
        self._give(preferences.load().clicker)

    def choose(self, step: ClickerStep) -> None:
        """Have a clicker go by steps of that size from now on."""
        preferences.update(clicker=step)
        self._give(step)

    def _give(self, step: ClickerStep) -> None:
        for each, (_, *pair) in STEPS.items():
            for name, page in zip(pair, PAGE_KEYS, strict=True):
                others = [key for key in BY_NAME[name].keys if key not in PAGE_KEYS]
                self._actions.set_keys(name, [*others, page] if each == step else others)
        self._state.set_clicker(step)


ACTIONS: tuple[Action[ClickerKeys], ...] = tuple(
    Action(
        f"clicker.{step}",
        words,
        partial(ClickerKeys.choose, step=step),
        icon=BY_NAME[forward].icon,
        tip="How far Page Down goes on, and Page Up back: the keys of a clicker",
        checked=partial(lambda state, step: state.clicker == step, step=step),
    )
    for step, (words, forward, _) in STEPS.items()
)

"""How far a lecturer's clicker steps: which actions have the keys that clickers send.

These are Page Down and Page Up; in projector mode also Right and Left, which are steps by a layer elsewhere.
"""

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
ARROWS = ("Right", "Left")


class Keys(Protocol):
    """The window's actions, as far as their keys go."""

    def set_keys(self, name: str, keys: Sequence[str]) -> None: ...


class ClickerKeys:
    """Gives the page keys to the actions that were chosen, and keeps the choice."""

    def __init__(self, actions: Keys, state: StateKeeper) -> None:
        self._actions = actions
        self._state = state
        self._step: ClickerStep = preferences.load().clicker
        self._on_stage = False
        self._give()

    def choose(self, step: ClickerStep) -> None:
        """Have a clicker go by steps of that size from now on."""
        preferences.update(clicker=step)
        self._step = step
        self._give()

    def set_on_stage(self, on: bool) -> None:
        """Whether the window is in projector mode: arrows then go as far as the clicker."""
        self._on_stage = on
        self._give()

    def _give(self) -> None:
        sent = (ARROWS, PAGE_KEYS) if self._on_stage else (PAGE_KEYS,)
        for step, (_, *pair) in STEPS.items():
            for way, name in enumerate(pair):
                keys = [keys[way] for keys in sent]
                others = [key for key in BY_NAME[name].keys if key not in (*PAGE_KEYS, *keys)]
                self._actions.set_keys(name, [*others, *keys] if step == self._step else others)
        self._state.set_clicker(self._step)


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

"""A command for each kind of change that a fork may have: it opens the dialog of forks with that change begun."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.layers import BatchNorm
from bnsim.spec.tree import has_parameters
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.lanes import FULL, LaneCommands
from bnsim.ui.commands.state import State
from bnsim.ui.model.fork_kinds import KINDS
from bnsim.ui.model.fork_plan import Kind

NAME = "lane.forkWith."
QUICK = ("lane.forkPlain", "lane.forkNormalized", "lane.forkSlower", "lane.forkFaster", "lane.forkScaled")
"""Forks with one change that nothing is asked about."""
_FITS: dict[str, Callable[[State], bool]] = {
    "norms_out": lambda state: any(isinstance(layer, BatchNorm) for layer in state.lane_layers),
    "activation": lambda state: any(layer.group == "activation" for layer in state.lane_layers),
    "weights": lambda state: state.lane_has_weights,
    "cell": lambda state: any(has_parameters(layer) for layer in state.lane_layers),
    "out": lambda state: bool(state.lane_layers),
}
"""Whether a lane has what a kind of change is about, where not all have."""


def _can(state: State, fits: Callable[[State], bool]) -> bool:
    room = state.stack is not None and len(state.experiment.stacks) < MAX_STACKS
    return room and state.can_run and fits(state)


def _action(kind: Kind) -> Action[LaneCommands]:
    fits = _FITS.get(kind.name, lambda _state: True)
    words = f"{kind.title[0].lower()}{kind.title[1:]}"
    return Action(
        f"{NAME}{kind.name}",
        f"Fork lane here: {words}…",
        partial(LaneCommands.fork_with_changes, kind=kind.name),
        icon="lane-copy",
        tip=f"A lane with the same past from this iteration on; first asks about this: {words}",
        enabled=partial(_can, fits=fits),
        why=f"{FULL}, or {kind.why_not}" if kind.name in _FITS else FULL,
        short=lambda _state: f"{kind.title}…",
    )


ACTIONS: tuple[Action[LaneCommands], ...] = tuple(map(_action, KINDS))
IN_MENUS: tuple[str, ...] = (*QUICK, "", *(action.name for action in ACTIONS))
"""What a menu of forks has, with lines between."""

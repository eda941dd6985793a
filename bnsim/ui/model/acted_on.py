"""Whom the commands for whole stacks act on: the lanes that hold what is selected, else all; and how menus say it."""

from __future__ import annotations

from collections.abc import Collection

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.tree import walk

LONGEST = 24
"""Letters of a lane's name in a menu."""


def acted_on(experiment: Experiment, layer_ids: Collection[int]) -> tuple[Stack, ...]:
    """The stacks that hold one of these layers, all if none does, in their order."""
    chosen = set(layer_ids)
    holding = (stack for stack in experiment.stacks if any(layer.id in chosen for layer in walk(stack.layers)))
    return tuple(holding if chosen else ()) or experiment.stacks


def acted_words(experiment: Experiment, layer_ids: Collection[int]) -> str:
    """Those stacks in words: "in all lanes", "in “plain”", "in “plain” and “with BatchNorm”"."""
    stacks = acted_on(experiment, layer_ids)
    if len(stacks) == len(experiment.stacks) != 1:
        return "in all lanes"
    return f"in {' and '.join(lane_in_menu(stack) for stack in stacks)}"


def lane_in_menu(stack: Stack) -> str:
    """A lane's name as a menu shows it, in quotes; "&" there would mark a key."""
    name = stack.name if len(stack.name) <= LONGEST else f"{stack.name[: LONGEST - 1]}…"
    return f"“{name.replace('&', '&&')}”"

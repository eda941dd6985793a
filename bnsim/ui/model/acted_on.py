"""Whom the commands for whole stacks act on: the lanes that hold what is selected, else all; and how menus say it."""

from __future__ import annotations

from collections.abc import Collection

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.tree import walk, weight_layers

LONGEST = 24
"""Letters of a lane's name in a menu."""


def acted_on(experiment: Experiment, layer_ids: Collection[int]) -> tuple[Stack, ...]:
    """The stacks that hold one of these layers, all if none does, in their order."""
    chosen = set(layer_ids)
    holding = (stack for stack in experiment.stacks if any(layer.id in chosen for layer in walk(stack.layers)))
    return tuple(holding if chosen else ()) or experiment.stacks


def scaled_layers(experiment: Experiment, layer_ids: Collection[int]) -> tuple[int, ...]:
    """The ids of the layers whose weights are scaled: of the selected ones, those in blocks too, in their order.

    Where none of them has weights, all of the lanes that hold them; all there are if nothing is selected.
    """
    layers = (layer for stack in experiment.stacks for layer in walk(stack.layers) if layer.id in set(layer_ids))
    chosen = tuple(dict.fromkeys(weight_layers(tuple(layers))))
    return chosen or tuple(id for stack in acted_on(experiment, layer_ids) for id in weight_layers(stack.layers))


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

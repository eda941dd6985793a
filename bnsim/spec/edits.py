"""Edits: pure functions experiment -> experiment. Undo keeps the values, so none of these has an inverse."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from msgspec.structs import replace

from bnsim.spec.datasets import Data
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Layer
from bnsim.spec.training import Training


def insert_layers(experiment: Experiment, stack_id: int, index: int, layers: Iterable[Layer]) -> Experiment:
    """`layers` put before position `index` of a stack; they get ids of their own."""
    fresh = tuple(replace(layer, id=0) for layer in layers)
    stack = experiment.stack(stack_id)
    return _with_layers(experiment, stack, stack.layers[:index] + fresh + stack.layers[index:])


def insert_layer(experiment: Experiment, stack_id: int, index: int, layer: Layer) -> Experiment:
    """`layer` put before position `index` of a stack."""
    return insert_layers(experiment, stack_id, index, (layer,))


def remove_layers(experiment: Experiment, layer_ids: Collection[int]) -> Experiment:
    """Every layer in `layer_ids` taken out, whatever stack it is in."""
    stacks = tuple(
        replace(stack, layers=tuple(layer for layer in stack.layers if layer.id not in layer_ids))
        for stack in experiment.stacks
    )
    return replace(experiment, stacks=stacks)


def move_layers(experiment: Experiment, layer_ids: Collection[int], stack_id: int, index: int) -> Experiment:
    """The layers moved, in document order and with their ids, before position `index` of a stack.

    `index` counts positions as they are before the move, as a person sees them when letting go.
    """
    moved = tuple(layer for stack in experiment.stacks for layer in stack.layers if layer.id in layer_ids)
    target = experiment.stack(stack_id)
    before = tuple(layer for layer in target.layers[:index] if layer.id not in layer_ids)
    after = tuple(layer for layer in target.layers[index:] if layer.id not in layer_ids)
    rest = remove_layers(experiment, layer_ids)
    return _with_layers(rest, rest.stack(stack_id), before + moved + after)


def copy_layers(experiment: Experiment, layer_ids: Collection[int], stack_id: int, index: int) -> Experiment:
    """Copies of the layers, in document order, put before position `index` of a stack."""
    copied = [layer for stack in experiment.stacks for layer in stack.layers if layer.id in layer_ids]
    return insert_layers(experiment, stack_id, index, copied)


def change_layer(experiment: Experiment, layer_id: int, **fields: Any) -> Experiment:
    """One layer with some fields changed; its id stays."""
    stack, index = experiment.find(layer_id)
    changed = replace(stack.layers[index], **fields)
    return _with_layers(experiment, stack, stack.layers[:index] + (changed,) + stack.layers[index + 1 :])


def change_stack(experiment: Experiment, stack_id: int, **fields: Any) -> Experiment:
    """One stack with some fields (name, loss) changed."""
    changed = replace(experiment.stack(stack_id), **fields)
    return _with_stack(experiment, changed)


def change_training(experiment: Experiment, **fields: Any) -> Experiment:
    """Training with some fields changed."""
    training: Training = replace(experiment.training, **fields)
    return replace(experiment, training=training)


def change_data(experiment: Experiment, data: Data) -> Experiment:
    """Another data set."""
    return replace(experiment, data=data)


def _with_layers(experiment: Experiment, stack: Stack, layers: tuple[Layer, ...]) -> Experiment:
    return _with_stack(experiment, replace(stack, layers=layers))


def _with_stack(experiment: Experiment, changed: Stack) -> Experiment:
    stacks = tuple(changed if stack.id == changed.id else stack for stack in experiment.stacks)
    return replace(experiment, stacks=stacks)

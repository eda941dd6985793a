"""Edits: pure functions experiment -> experiment. Undo keeps the values, so none of these has an inverse.

A container is a stack or a block, named by its id; positions count what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from itertools import count
from typing import Any

from msgspec.structs import replace

from bnsim.spec.datasets import Data
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_NAME, MAX_STACKS, Experiment, Stack, copied_name, free_name
from bnsim.spec.forks import renumbered
from bnsim.spec.layers import Block, Layer
from bnsim.spec.training import LaneTraining, Training
from bnsim.spec.tree import walk

Layers = tuple[Layer, ...]
OWN_TEXT, SHARED_TEXT = "give the lane its own training", "train the lane as the experiment"
"""How undo calls `own_training` and `share_training`."""


def insert_layers(experiment: Experiment, container_id: int, index: int, layers: Iterable[Layer]) -> Experiment:
    """The experiment with `layers` before position `index` of a container; they get ids of their own."""
    fresh = tuple(without_ids(layer) for layer in layers)
    return _change_container(experiment, container_id, lambda held: held[:index] + fresh + held[index:])


def insert_layer(experiment: Experiment, container_id: int, index: int, layer: Layer) -> Experiment:
    """The experiment with `layer` before position `index` of a container."""
    return insert_layers(experiment, container_id, index, (layer,))


def remove_layers(experiment: Experiment, layer_ids: Collection[int]) -> Experiment:
    """The experiment without the layers in `layer_ids`, in blocks too, and without what they hold."""
    return map_layers(experiment, lambda layer: () if layer.id in layer_ids else (layer,))


def move_layers(experiment: Experiment, layer_ids: Collection[int], container_id: int, index: int) -> Experiment:
    """The experiment with the layers moved before position `index` of a container; order and ids stay.

    `index` counts positions as they are before the move, as a person sees them when letting go. A block is not moved
    into itself: the experiment comes back as it was.
    """
    moved = chosen_layers(experiment, layer_ids)
    if any(inner.id == container_id for inner in walk(moved)):
        return experiment
    index -= sum(layer.id in layer_ids for layer in experiment.layers_of(container_id)[:index])
    rest = remove_layers(experiment, layer_ids)
    return _change_container(rest, container_id, lambda held: held[:index] + moved + held[index:])


def copy_layers(experiment: Experiment, layer_ids: Collection[int], container_id: int, index: int) -> Experiment:
    """The experiment with copies of the layers, in document order, before position `index` of a container."""
    return insert_layers(experiment, container_id, index, chosen_layers(experiment, layer_ids))


def group_layers(experiment: Experiment, layer_ids: Collection[int], block: Block) -> Experiment:
    """The experiment with the layers inside `block`, in their place. InputError if they are not neighbors."""
    chosen = chosen_layers(experiment, layer_ids)
    if not chosen:
        raise InputError("Nothing to group is selected; select layers that stand side by side.")
    container, first = experiment.container(chosen[0].id)
    end = first + len(chosen)
    if experiment.layers_of(container)[first:end] != chosen:
        raise InputError("These layers do not stand side by side in one stack or block; select neighbors to group.")
    whole = replace(block, id=0, layers=chosen)
    return _change_container(experiment, container, lambda held: held[:first] + (whole,) + held[end:])


def ungroup_layers(experiment: Experiment, layer_ids: Collection[int]) -> Experiment:
    """The experiment with every block in `layer_ids` replaced by its layers. InputError if none is a block."""
    chosen = [layer for stack in experiment.stacks for layer in walk(stack.layers) if layer.id in layer_ids]
    if not any(isinstance(layer, Block) for layer in chosen):
        raise InputError("No block is selected; select a Residual or Repeat to take apart.")

    def opened(layer: Layer) -> Layers:
        return layer.layers if isinstance(layer, Block) and layer.id in layer_ids else (layer,)

    return map_layers(experiment, opened)


def place_behind(experiment: Experiment, layer_id: int) -> tuple[int, int]:
    """(container id, index) of where a new layer goes: behind that layer, or into it if it is an empty block.

    Without such a layer it is the end of the first stack.
    """
    try:
        layer = experiment.layer(layer_id)
        container, index = experiment.container(layer_id)
    except KeyError:
        stack = experiment.stacks[0]
        return stack.id, len(stack.layers)
    if isinstance(layer, Block) and not layer.layers:
        return layer.id, 0
    return container, index + 1


def place_beside(experiment: Experiment, layer_id: int, step: int) -> tuple[int, int] | None:
    """(container id, index) for `move_layers`, one line down (1) or up (-1) in the stacks written as a tree.

    Past a block's end it leads out of it, onto a block into it, past a stack's end into the next one.
    """
    container, index = experiment.container(layer_id)
    held = experiment.layers_of(container)
    if 0 <= index + step < len(held):
        neighbor = held[index + step]
        if isinstance(neighbor, Block):
            return neighbor.id, 0 if step > 0 else len(neighbor.layers)
        return container, index + step + (step > 0)
    stack_ids = [stack.id for stack in experiment.stacks]
    if container not in stack_ids:
        outer, place = experiment.container(container)
        return outer, place + (step > 0)
    other = stack_ids.index(container) + step
    if not 0 <= other < len(stack_ids):
        return None
    return stack_ids[other], 0 if step > 0 else len(experiment.layers_of(stack_ids[other]))


def change_layer(experiment: Experiment, layer_id: int, **fields: Any) -> Experiment:
    """The experiment with fields of one layer changed; the id stays. KeyError if there is no such layer."""
    experiment.layer(layer_id)
    return map_layers(experiment, lambda layer: (replace(layer, **fields) if layer.id == layer_id else layer,))


def add_stack(experiment: Experiment, stack: Stack | None = None) -> Experiment:
    """The experiment with a stack added as the last, empty if none is given. InputError if there is no room."""
    after = _with_new_stack(experiment, Stack() if stack is None else stack, len(experiment.stacks))
    return in_their_colors(experiment, after)


def duplicate_stack(experiment: Experiment, stack_id: int) -> Experiment:
    """The experiment with a copy right below the stack and its earlier copies, in a free color.

    InputError if there is no room.
    """
    stack, names = experiment.stack(stack_id), [each.name for each in experiment.stacks]
    stem = copied_name(stack.name, names)
    place = experiment.stacks.index(stack) + 1
    while place < len(names) and copied_name(names[place], names) == stem:
        place += 1
    after = _with_new_stack(experiment, replace(stack, color=0, hidden=False), place)
    return in_their_colors(experiment, after)


def remove_stack(experiment: Experiment, stack_id: int) -> Experiment:
    """The experiment without that stack; the others keep their colors."""
    experiment.stack(stack_id)
    rest = tuple(stack for stack in experiment.stacks if stack.id != stack_id)
    return in_their_colors(experiment, replace(experiment, stacks=rest))


def move_stack(experiment: Experiment, stack_id: int, by: int) -> Experiment:
    """The experiment with the stack `by` places further down, or up if negative, as far as it can go."""
    stack = experiment.stack(stack_id)
    rest = [other for other in experiment.stacks if other.id != stack_id]
    place = min(max(experiment.stacks.index(stack) + by, 0), len(rest))
    return in_their_colors(experiment, replace(experiment, stacks=(*rest[:place], stack, *rest[place:])))


def rename_stack(experiment: Experiment, stack_id: int, name: str) -> Experiment:
    """The experiment with the stack renamed; a name in use gets a number. InputError if it is empty or too long."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InputError(f"A lane's name has 1 to {MAX_NAME} characters, this one {len(name)}; type another name.")
    return change_stack(experiment, stack_id, name=name)


def recolor_stack(experiment: Experiment, stack_id: int, color: int) -> Experiment:
    """The experiment with the stack in lane color 1 to 6; with 0 the color follows from its position."""
    return change_stack(experiment, stack_id, color=color)


def hide_stack(experiment: Experiment, stack_id: int, hidden: bool = True) -> Experiment:
    """The experiment with the stack hidden, or shown again. A hidden stack still runs."""
    return change_stack(experiment, stack_id, hidden=hidden)


def change_stack(experiment: Experiment, stack_id: int, **fields: Any) -> Experiment:
    """The experiment with fields of one stack changed. A name that another stack has gets a number."""
    changed = replace(experiment.stack(stack_id), **fields)
    others = [stack.name for stack in experiment.stacks if stack.id != stack_id]
    return _with_stack(experiment, replace(changed, name=free_name(changed.name, others)))


def own_training(experiment: Experiment, stack_id: int) -> Experiment:
    """The experiment with a training of its own for the stack, which begins with the experiment's optimizer."""
    return change_stack(experiment, stack_id, training=LaneTraining(optimizer=experiment.training.optimizer))


def share_training(experiment: Experiment, stack_id: int) -> Experiment:
    """The experiment with nothing of the stack's training its own."""
    return change_stack(experiment, stack_id, training=LaneTraining())


def change_training(experiment: Experiment, **fields: Any) -> Experiment:
    """The experiment with fields of its training changed."""
    training: Training = replace(experiment.training, **fields)
    return replace(experiment, training=training)


def change_data(experiment: Experiment, data: Data) -> Experiment:
    """The experiment with another data set."""
    return replace(experiment, data=data)


def chosen_layers(experiment: Experiment, layer_ids: Collection[int]) -> Layers:
    """The layers of these ids in document order; those inside a chosen block go with the block."""
    return tuple(layer for stack in experiment.stacks for layer in _chosen(stack.layers, layer_ids))


def map_layers(experiment: Experiment, change: Callable[[Layer], Iterable[Layer]]) -> Experiment:
    """The experiment with every layer replaced by those `change` returns (none, one, several), innermost first."""
    stacks = tuple(replace(stack, layers=_mapped(stack.layers, change)) for stack in experiment.stacks)
    return replace(experiment, stacks=stacks)


def without_ids(layer: Layer) -> Layer:
    """The layer and what it holds with all ids 0, so that they get new ones."""
    if isinstance(layer, Block):
        layer = replace(layer, layers=tuple(without_ids(inner) for inner in layer.layers))
    return replace(layer, id=0)


def _chosen(layers: Layers, layer_ids: Collection[int]) -> Iterable[Layer]:
    for layer in layers:
        if layer.id in layer_ids:
            yield layer
        elif isinstance(layer, Block):
            yield from _chosen(layer.layers, layer_ids)


def _mapped(layers: Layers, change: Callable[[Layer], Iterable[Layer]]) -> Layers:
    done: list[Layer] = []
    for layer in layers:
        inner = replace(layer, layers=_mapped(layer.layers, change)) if isinstance(layer, Block) else layer
        done += change(inner)
    return tuple(done)


def _change_container(experiment: Experiment, container_id: int, change: Callable[[Layers], Layers]) -> Experiment:
    for stack in experiment.stacks:
        if stack.id == container_id:
            return _with_stack(experiment, replace(stack, layers=change(stack.layers)))
    experiment.layers_of(container_id)

    def changed(layer: Layer) -> tuple[Layer]:
        if isinstance(layer, Block) and layer.id == container_id:
            return (replace(layer, layers=change(layer.layers)),)
        return (layer,)

    return map_layers(experiment, changed)


def _with_new_stack(experiment: Experiment, stack: Stack, place: int) -> Experiment:
    if len(experiment.stacks) >= MAX_STACKS:
        raise InputError(f"There are {MAX_STACKS} lanes, which is the most; remove one first.")
    name = free_name(stack.name, [other.name for other in experiment.stacks])
    if stack.fork is None:
        fresh = replace(stack, id=0, name=name, layers=tuple(without_ids(layer) for layer in stack.layers))
    else:  # its layers stay those of what it was forked from
        fresh = replace(renumbered(stack, partial(next, count(experiment.next_id))), id=0, name=name)
    return replace(experiment, stacks=(*experiment.stacks[:place], fresh, *experiment.stacks[place:]))


def in_their_colors(before: Experiment, after: Experiment) -> Experiment:
    """`after` with the colors of `before` for stacks in both; a new stack without a color gets a free one."""
    colors = {stack.id: stack.lane_color(place) for place, stack in enumerate(before.stacks)}
    free = (color for color in range(MAX_STACKS) if color not in colors.values())
    stacks = []
    for place, stack in enumerate(after.stacks):
        new = stack.id not in colors
        wanted = stack.lane_color(place) if new and stack.color else next(free) if new else colors[stack.id]
        stacks.append(stack if stack.lane_color(place) == wanted else replace(stack, color=wanted + 1))
    return replace(after, stacks=tuple(stacks))


def _with_stack(experiment: Experiment, changed: Stack) -> Experiment:
    stacks = tuple(changed if stack.id == changed.id else stack for stack in experiment.stacks)
    return replace(experiment, stacks=stacks)

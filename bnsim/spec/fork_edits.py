"""Forking a lane: an edit of the experiment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from msgspec.structs import replace

from bnsim.spec.edits import in_their_colors
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_STACKS, Experiment, Fork, Stack, free_name
from bnsim.spec.fork_changes import (
    Change,
    ChangeLoss,
    ChangeTraining,
    InsertLayer,
    KeptChange,
    MultiplyWeights,
    Place,
    RemoveLayers,
    RemoveSkips,
    ReplaceLayer,
    as_path,
    kept_changes,
)
from bnsim.spec.fork_names import name_of_fork
from bnsim.spec.forks import renumbered, stack_at
from bnsim.spec.layers import Block, Layer, Repeat, Residual
from bnsim.spec.tree import Path, layer_at, walk


def fork_stack(
    experiment: Experiment, stack_id: int, iteration: int, name: str = "", changes: Sequence[Change] = ()
) -> Experiment:
    """The experiment with a fork of a stack right below it, at the start of an iteration, in a free color.

    `changes` name layers as the stack that runs at that iteration has them. InputError if there is no room, or one of
    them cannot be made.
    """
    if len(experiment.stacks) >= MAX_STACKS:
        raise InputError(f"A fork would be a lane too many: there are {MAX_STACKS}, the most; remove one first.")
    whole = experiment.stack(stack_id)
    source = stack_at(whole, iteration)
    ids = count(experiment.next_id)
    fork_id = next(ids)
    numbered = renumbered(source, lambda: next(ids))
    new_ids = dict(zip(_ids(source), _ids(numbered), strict=True))
    taken = [stack.name for stack in experiment.stacks]
    own = replace(numbered, id=fork_id, color=0, hidden=False, name=free_name(name or name_of_fork(whole.name), taken))
    for change in changes:
        own = changed(own, change)
    kept = tuple(_of_new_ids(each, new_ids) for each in kept_changes(tuple(changes)))
    record = Fork(
        source=replace(numbered, id=stack_id, name=whole.name),
        iteration=iteration,
        changes=kept,
        as_drawn=any(isinstance(each, InsertLayer) and each.as_drawn for each in changes),
    )
    place = experiment.stacks.index(whole) + 1
    stacks = (*experiment.stacks[:place], replace(own, fork=record), *experiment.stacks[place:])
    return in_their_colors(experiment, replace(experiment, stacks=stacks, next_id=next(ids)))


def _ids(stack: Stack) -> list[int]:
    return [layer.id for layer in walk(stack.layers)]


def _of_new_ids(change: KeptChange, new_ids: dict[int, int]) -> KeptChange:
    if not isinstance(change, MultiplyWeights):
        return change
    strange = next((each for each in change.layers if each not in new_ids), None)
    if strange is not None:
        raise InputError(f"There is no layer with the id {strange} in the lane that is forked; leave it out.")
    return replace(change, layers=tuple(new_ids[each] for each in change.layers))


def changed(stack: Stack, change: Change) -> Stack:
    """The stack with one change made; those that act once leave it as it is."""
    match change:
        case RemoveLayers():
            gone = {_layer(stack, place).id for place in change.layers}
            return replace(stack, layers=tuple(_without(stack.layers, gone)))
        case InsertLayer():
            path = as_path(change.before)
            layers = _inserted(stack.layers, path, replace(change.layer, id=0))
            if layers is None:
                raise InputError(f"{stack.name} has {len(stack.layers)} layers; none can be put in at {change.before}.")
            return replace(stack, layers=layers)
        case RemoveSkips():
            residuals = {_residual(stack, place).id for place in change.residuals}
            return replace(stack, layers=tuple(_unskipped(stack.layers, residuals)))
        case ReplaceLayer():
            old = _layer(stack, change.place)
            return replace(stack, layers=tuple(_replaced(stack.layers, old.id, replace(change.layer, id=old.id))))
        case ChangeTraining():
            return replace(stack, training=replace(stack.training, **change.training.own))
        case ChangeLoss():
            return replace(stack, loss=change.loss)
    return stack


def _layer(stack: Stack, place: Place) -> Layer:
    path = as_path(place)
    layer = layer_at(stack.layers, path) if all(each >= 0 for each in path) else None
    if layer is None:
        raise InputError(f"{stack.name} has no layer at {place}; name one of its {len(stack.layers)} layers.")
    return layer


def _inserted(layers: Sequence[Layer], path: Path, fresh: Layer) -> tuple[Layer, ...] | None:
    """The layers with a new one before the place; None if there is no such place."""
    if not path or not 0 <= path[0] <= len(layers):
        return None
    at, rest = path[0], path[1:]
    if not rest:
        return (*layers[:at], fresh, *layers[at:])
    block = layers[at] if at < len(layers) else None
    if not isinstance(block, Block):
        return None
    inner = _inserted(block.layers, rest[1:] if isinstance(block, Repeat) else rest, fresh)
    return None if inner is None else (*layers[:at], replace(block, layers=inner), *layers[at + 1 :])


def _residual(stack: Stack, place: Place) -> Residual:
    found = _layer(stack, place)
    if not isinstance(found, Residual):
        raise InputError(f"{stack.name} has no Residual at {place}, whose skip could be taken out; name one.")
    return found


def _unskipped(layers: Sequence[Layer], residuals: set[int]) -> Iterator[Layer]:
    for layer in layers:
        if not isinstance(layer, Block):
            yield layer
        elif layer.id in residuals:
            yield from _unskipped(layer.layers, residuals)
        else:
            yield replace(layer, layers=tuple(_unskipped(layer.layers, residuals)))


def _without(layers: Sequence[Layer], gone: set[int]) -> Iterator[Layer]:
    for layer in layers:
        if layer.id not in gone:
            yield replace(layer, layers=tuple(_without(layer.layers, gone))) if isinstance(layer, Block) else layer


def _replaced(layers: Sequence[Layer], layer_id: int, by: Layer) -> Iterator[Layer]:
    for layer in layers:
        if layer.id == layer_id:
            yield by
        elif isinstance(layer, Block):
            yield replace(layer, layers=tuple(_replaced(layer.layers, layer_id, by)))
        else:
            yield layer

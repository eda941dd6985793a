"""Forks: lanes that have the past of another one. Pure functions on stacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from msgspec.structs import replace

from bnsim.spec.experiment import Fork, Stack
from bnsim.spec.fork_changes import MultiplyWeights, OtherBatchMates
from bnsim.spec.layers import Block, Dropout, Layer, Noise, Repeat
from bnsim.spec.tree import Path, leaves

Stage = tuple[int, Stack]
"""The iteration from which on a stack is what a lane runs, and the stack."""
Key = tuple[int, ...]
"""A leaf of the unrolled stack: the layer's id, then the copies of the Repeats around it."""


def stages(stack: Stack) -> tuple[Stage, ...]:
    """What a lane runs, from the start on; all have the lane's id, name and color, and none has a fork."""
    found: list[Stage] = []
    now: Stack | None = stack
    while now is not None:
        fork = now.fork
        own = replace(now, id=stack.id, name=stack.name, color=stack.color, hidden=stack.hidden, fork=None)
        found.append((0 if fork is None else fork.iteration, own))
        now = None if fork is None else fork.source
    return tuple(reversed(found))


def fork_records(stack: Stack) -> tuple[Fork, ...]:
    """The forks that lead to a stack, the first one first; the k-th begins the stage after the k-th."""
    found = []
    while stack.fork is not None:
        found.append(stack.fork)
        stack = stack.fork.source
    return tuple(reversed(found))


def source_name(fork: Fork, stacks: Iterable[Stack]) -> str:
    """The name of the lane that was forked: its present one if it is among the stacks, else that of then."""
    return next((stack.name for stack in stacks if stack.id == fork.source.id), fork.source.name)


def kept_mates(stack: Stack) -> tuple[tuple[int, ...] | None, ...]:
    """For each stage the places of samples that stay in its first iteration's mini-batches; None where all do.

    A fork of a fork at the same iteration has the mates of that one, unless it has others.
    """
    found: list[tuple[int, ...] | None] = [None]
    at = -1
    for fork in fork_records(stack):
        before = found[-1] if fork.iteration == at else None
        at = fork.iteration
        found.append(next((each.keep for each in fork.changes if isinstance(each, OtherBatchMates)), before))
    return tuple(found)


def leaf_keys(layers: Sequence[Layer]) -> dict[Path, Key]:
    """What names each leaf of the unrolled stack in other stacks as well, by its path here."""
    return {leaf.path: key_of(layers, leaf.path) for leaf in leaves(layers)}


def key_of(layers: Sequence[Layer], path: Path) -> Key:
    """What names the layer or block at a path in other stacks as well."""
    copies: list[int] = []
    inside, rest, layer_id = layers, path, 0
    while rest and rest[0] < len(inside):
        layer, rest = inside[rest[0]], rest[1:]
        layer_id = layer.id
        if isinstance(layer, Block):
            inside = layer.layers
            if isinstance(layer, Repeat) and rest:
                copies.append(rest[0])
                rest = rest[1:]
    return (layer_id, *copies)


def draw_numbers(stack: Stack) -> tuple[Mapping[Path, int] | None, ...]:
    """For each stage the number of each layer that draws at random, by its path; None where it is its place among them.

    Layers that a fork has from its source draw what they drew there, whatever was removed or put in before them.
    """
    known: dict[Key, int] = {}
    found: list[Mapping[Path, int] | None] = []
    for _, each in stages(stack):
        numbers = numbers_of(each.layers, known)
        known |= {key_of(each.layers, path): number for path, number in numbers.items()}
        found.append(None if list(numbers.values()) == list(range(1, len(numbers) + 1)) else numbers)
    return tuple(found)


def numbers_of(layers: Sequence[Layer], known: Mapping[Key, int]) -> dict[Path, int]:
    """The numbers of the layers that draw at random, by path: those `known` for the same layers, else free ones."""
    free = count(max(known.values(), default=0) + 1)
    drawing = (leaf.path for leaf in leaves(layers) if isinstance(leaf.layer, Dropout | Noise))
    return {path: known[key] if (key := key_of(layers, path)) in known else next(free) for path in drawing}


def stack_at(stack: Stack, iteration: int) -> Stack:
    """The stack that a lane runs at an iteration, with the forks that led to it."""
    while stack.fork is not None and stack.fork.iteration > iteration:
        fork = stack.fork
        stack = replace(fork.source, id=stack.id, name=stack.name, color=stack.color, hidden=stack.hidden)
    return stack


def renumbered(stack: Stack, new_id: Callable[[], int]) -> Stack:
    """The stack with new ids for its layers, those of what it was forked from alike; its own id stays."""
    known: dict[int, int] = {}

    def new(layer_id: int) -> int:
        if layer_id not in known:
            known[layer_id] = new_id()
        return known[layer_id]

    def of_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
        done: list[Layer] = []
        for layer in layers:
            fresh = replace(layer, id=new(layer.id))
            done.append(replace(fresh, layers=of_layers(fresh.layers)) if isinstance(fresh, Block) else fresh)
        return tuple(done)

    def of_stack(each: Stack) -> Stack:
        fork = each.fork
        if fork is not None:
            changes = tuple(
                replace(change, layers=tuple(map(new, change.layers)))
                if isinstance(change, MultiplyWeights)
                else change
                for change in fork.changes
            )
            fork = replace(fork, source=of_stack(fork.source), changes=changes)
        # What it was forked from comes first: so two lanes with one past have the same numbers there.
        return replace(each, layers=of_layers(each.layers), fork=fork)

    return of_stack(stack)

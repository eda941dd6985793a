"""An experiment: data, training and one to six stacks that share both.

Everything here is immutable; an edit makes a new value (see `bnsim.spec.edits`). An experiment gives each
stack and each layer that has none an id, unique in the document and never used again, so that the
canvas, selections, history and breakpoints can name a layer across edits. It also gives each stack a name of
its own, since history is asked by name: of two stacks called "a" the second becomes "a 2".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import force_setattr, replace

from bnsim.spec import shown
from bnsim.spec.datasets import Data, Digits
from bnsim.spec.errors import InputError
from bnsim.spec.fork_changes import KeptChange
from bnsim.spec.layers import Block, Layer
from bnsim.spec.losses import CrossEntropy, Loss
from bnsim.spec.printable import printable
from bnsim.spec.training import LaneTraining, Training
from bnsim.spec.tree import depth_of, walk

MAX_STACKS = 6
MAX_LAYERS = 2000
MAX_DEPTH = 64
"""Most blocks each inside the next: what walks through them calls itself for each."""
MAX_NAME = 80
MAX_FORKS = 16
"""Most forks each of the one before."""


class Stack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Layers from input to output, and the loss at the end. A lane on screen runs one stack.

    `training` is what this stack does otherwise than the experiment's training (`Experiment.training_of`).
    `color` 1 to 6 is one of the lane colors; with 0 the color follows from its position. A `hidden` stack still runs.
    Of `name` what cannot be shown on one line is left out (`bnsim.spec.printable`). With a `fork` the stack is what
    runs from the fork on.
    """

    name: Annotated[str, Meta(max_length=MAX_NAME)] = "stack"
    layers: Annotated[tuple[Layer, ...], Meta(max_length=MAX_LAYERS)] = ()
    loss: Loss = CrossEntropy()
    training: LaneTraining = LaneTraining()
    id: Annotated[int, Meta(ge=0)] = 0
    color: Annotated[int, Meta(ge=0, le=MAX_STACKS)] = 0
    hidden: bool = False
    fork: Fork | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "name", printable(self.name))

    def lane_color(self, number: int) -> int:
        """Which of the lane colors, 0 to 5: the stack's own, else that of its place `number` among the stacks."""
        return self.color - 1 if self.color else number % MAX_STACKS


class Fork(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a lane comes from: up to `iteration` it runs `source`, which no edit changes, then what its stack says.

    Layers of both that have one id are one layer: it goes on with its numbers. Those of the source have the ids
    that they have in the fork, whose stack was made of it; `source.id` and `source.name` are those of the lane that was
    forked. `changes` act once, in that iteration. A BatchNorm that the source has not begins as the identity on
    the first mini-batch or, `as_drawn`, with γ = 1 and β = 0.
    """

    source: Stack
    iteration: Annotated[int, Meta(ge=0, le=2**53)]
    changes: Annotated[tuple[KeptChange, ...], Meta(max_length=1000)] = ()
    as_drawn: bool = False


class Experiment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Data, training and stacks. Ids of stacks and layers, and names of stacks, are made unique on creation.

    InputError if blocks are nested more than `MAX_DEPTH` deep.
    """

    data: Data = Digits()
    training: Training = Training()
    stacks: Annotated[tuple[Stack, ...], Meta(max_length=MAX_STACKS)] = ()
    next_id: Annotated[int, Meta(ge=1)] = 1

    def __post_init__(self) -> None:
        for stack in self.stacks:
            if (depth := depth_of(stack.layers)) > MAX_DEPTH:
                raise InputError(f"{stack.name} has blocks nested {depth} deep; nest at most {MAX_DEPTH}.")
            _check_forks(stack)
        stacks, next_id = _with_ids(self.stacks, self.next_id)
        force_setattr(self, "stacks", stacks)
        force_setattr(self, "next_id", next_id)

    def __repr__(self) -> str:
        return shown.line(self.data, self.training, self.stacks)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return shown.table(self.data, self.training, self.stacks)

    def training_of(self, stack: Stack) -> Training:
        """How a stack is trained: what is its own, and the experiment's training for the rest."""
        return stack.training.over(self.training)

    def stack(self, stack_id: int) -> Stack:
        """The stack of that id; KeyError if there is none."""
        for stack in self.stacks:
            if stack.id == stack_id:
                return stack
        raise KeyError(stack_id)

    def layer(self, layer_id: int) -> Layer:
        """The layer of that id, in a block too; KeyError if there is none."""
        for stack in self.stacks:
            for layer in walk(stack.layers):
                if layer.id == layer_id:
                    return layer
        raise KeyError(layer_id)

    def find(self, layer_id: int) -> tuple[Stack, int]:
        """(stack, index in it) of the layer of that id, or of the block it is in; KeyError if there is none."""
        for stack in self.stacks:
            for index, layer in enumerate(stack.layers):
                if any(inner.id == layer_id for inner in walk((layer,))):
                    return stack, index
        raise KeyError(layer_id)

    def container(self, layer_id: int) -> tuple[int, int]:
        """(id of the stack or block that holds the layer, index in it); KeyError if there is none."""
        for stack in self.stacks:
            for holder in (stack, *(layer for layer in walk(stack.layers) if isinstance(layer, Block))):
                for index, layer in enumerate(holder.layers):
                    if layer.id == layer_id:
                        return holder.id, index
        raise KeyError(layer_id)

    def layers_of(self, container_id: int) -> tuple[Layer, ...]:
        """What a stack or a block holds; KeyError if nothing of that id can hold layers."""
        for stack in self.stacks:
            for holder in (stack, *(layer for layer in walk(stack.layers) if isinstance(layer, Block))):
                if holder.id == container_id:
                    return holder.layers
        raise KeyError(container_id)


def unique_names(names: Sequence[str]) -> list[str]:
    """Names of lanes, each another: the first of some that are the same keeps it, the others get a free number."""
    done: list[str] = []
    for name in names:
        done.append(free_name(name, [*done, *names]) if name in done else name)
    return done


def free_name(name: str, taken: Collection[str]) -> str:
    """`name` if no other lane has it, else the first of "a 2", "a 3", ... that is free, also for another "a 2"."""
    stem = copied_name(name, taken) or "lane"
    numbered = (f"{stem[: MAX_NAME - 1 - len(str(number))]} {number}" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def copied_name(name: str, taken: Collection[str]) -> str:
    """The name a lane is a copy of: "a" for "a 2" where there is a lane called "a", else its own."""
    stem, _, number = name.rpartition(" ")
    return stem if number.isdecimal() and stem in taken else name


class _Ids:
    """Keeps the first owner of each id, gives the others new ones."""

    def __init__(self, stacks: tuple[Stack, ...], next_id: int) -> None:
        self._taken: set[int] = set()
        self.next_id = max([next_id, *(used + 1 for used in _all_ids(stacks))])

    def claim(self, current: int) -> int:
        if current == 0 or current in self._taken:
            current = self.next_id
            self.next_id += 1
        self._taken.add(current)
        return current


def _check_forks(stack: Stack) -> None:
    """InputError where forks are too many each of the one before, or one is before that of its source."""
    fork, count_of = stack.fork, 0
    while fork is not None:
        count_of += 1
        earlier = fork.source.fork
        if count_of > MAX_FORKS:
            raise InputError(f"{stack.name} is a fork of a fork, more than {MAX_FORKS} times; fork an earlier lane.")
        if earlier is not None and earlier.iteration > fork.iteration:
            raise InputError(
                f"{stack.name} is forked at iteration {fork.iteration}, before its source was, at {earlier.iteration}; "
                "take a later iteration."
            )
        fork = earlier


def _all_ids(stacks: tuple[Stack, ...]) -> Iterator[int]:
    for stack in stacks:
        yield stack.id
        while True:
            for layer in walk(stack.layers):
                yield layer.id
            if stack.fork is None:
                break
            stack = stack.fork.source


def _with_ids(stacks: tuple[Stack, ...], next_id: int) -> tuple[tuple[Stack, ...], int]:
    ids = _Ids(stacks, next_id)
    done: list[Stack] = []
    for stack, name in zip(stacks, unique_names([stack.name for stack in stacks]), strict=True):
        stack_id = ids.claim(stack.id)
        done.append(replace(stack, id=stack_id, name=name, layers=_identified(stack.layers, ids)))
    return tuple(done), ids.next_id


def _identified(layers: tuple[Layer, ...], ids: _Ids) -> tuple[Layer, ...]:
    done: list[Layer] = []
    for layer in layers:
        layer_id = ids.claim(layer.id)
        named = layer if layer.id == layer_id else replace(layer, id=layer_id)
        done.append(replace(named, layers=_identified(named.layers, ids)) if isinstance(named, Block) else named)
    return tuple(done)

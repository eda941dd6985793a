"""Where lanes branch off from others: forks whose source is still there, as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_changes import MultiplyWeights
from bnsim.spec.forks import fork_records, stack_at, stages
from bnsim.spec.layers import Block, Layer
from bnsim.spec.tree import walk


class Branch(Struct, frozen=True):
    """A lane is the one of id `source` up to the start of `iteration`, to the bit, and its own from there on."""

    source: int
    iteration: int


_LAST: dict[str, tuple[Experiment, Mapping[int, Branch]]] = {}
"""Those of the experiment asked for last: figures ask many times a second."""


def branches(experiment: Experiment) -> Mapping[int, Branch]:
    """The branch of each stack that is one, by its id.

    A fork whose source was removed branches off from what that one was forked from, if this is there. One whose source
    was edited since has a past of its own, and none as it begins at iteration 0.
    """
    known = _LAST.get("known")
    if known is None or known[0] is not experiment:
        known = _LAST["known"] = experiment, _branches(experiment)
    return known[1]


def _branches(experiment: Experiment) -> Mapping[int, Branch]:
    there = {stack.id: stack for stack in experiment.stacks}
    found = {}
    for stack in experiment.stacks:
        fork = stack.fork
        while fork is not None and fork.iteration > 0:
            source = there.get(fork.source.id)
            if source is not None and source is not stack:
                if _same(fork.source, stack_at(source, fork.iteration)):
                    found[stack.id] = Branch(source.id, fork.iteration)
                break
            fork = fork.source.fork
    return found


def _same(one: Stack, other: Stack) -> bool:
    """Whether two stacks give the same numbers, whatever their layers' ids are."""
    return _facts(one) == _facts(other)


def _facts(stack: Stack) -> list[tuple[object, ...]]:
    """What decides the numbers of each stage."""
    changes: list[tuple[object, ...]] = [(), *_numbers_changed(stack)]
    return [
        (start, list(_without_ids(each.layers)), each.loss, each.training, made)
        for (start, each), made in zip(stages(stack), changes, strict=True)
    ]


def _without_ids(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Every layer and block without ids; a block without what it holds, but for how much that is."""
    for layer in walk(layers):
        if isinstance(layer, Block):
            yield replace(layer, id=len(layer.layers), layers=())
        else:
            yield replace(layer, id=0)


def _numbers_changed(stack: Stack) -> list[tuple[object, ...]]:
    """The changes of numbers of each fork, the layers that they name by their places."""
    found: list[tuple[object, ...]] = []
    for fork in fork_records(stack):
        place = {layer.id: number for number, layer in enumerate(walk(fork.source.layers))}
        found.append(
            tuple(
                (each.factor, *(place.get(layer, -1) for layer in each.layers))
                if isinstance(each, MultiplyWeights)
                else each
                for each in fork.changes
            )
        )
    return found

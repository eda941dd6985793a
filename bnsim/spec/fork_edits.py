"""Forking a lane: an edit of the experiment, and what a fork does otherwise than its source, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice

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
    OtherBatchMates,
    RemoveLayers,
    ReplaceLayer,
    kept_changes,
)
from bnsim.spec.forks import renumbered, stack_at
from bnsim.spec.layers import BatchNorm, Block, Layer
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count as grouped
from bnsim.spec.numerals import significant, times
from bnsim.spec.training import LaneTraining
from bnsim.spec.tree import Path, layer_at, paths_of, walk


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
    own = replace(numbered, id=fork_id, color=0, hidden=False, name=free_name(name or f"{whole.name} fork", taken))
    for change in changes:
        own = _changed(own, change)
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


ForkChange = Callable[[Experiment, Stack], Sequence[Change]]
"""What a fork of a stack of an experiment does otherwise."""


def unchanged(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """Nothing: a twin."""
    return ()


def without_batchnorm(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """Every BatchNorm is taken out. InputError if there is none."""
    places = [path for layer in walk(stack.layers) if isinstance(layer, BatchNorm) for path in _paths(stack, layer)]
    if not places:
        raise InputError(f"{stack.name} has no BatchNorm that a fork could do without.")
    return (RemoveLayers(tuple(places)),)


def with_batchnorm(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """A BatchNorm before every activation outside of blocks that has none there, as the identity at first."""
    found: list[Change] = []
    for index, layer in enumerate(stack.layers):
        if layer.group == "activation" and not (index and isinstance(stack.layers[index - 1], BatchNorm)):
            found.append(InsertLayer(BatchNorm(), index + len(found)))
    if not found:
        raise InputError(f"{stack.name} has no activation without a BatchNorm before it.")
    return found


def with_rate_times(experiment: Experiment, stack: Stack, factor: float) -> Sequence[Change]:
    """The learning rate is multiplied; what the optimizer keeps goes on."""
    optimizer = experiment.training_of(stack).optimizer
    return (ChangeTraining(LaneTraining(optimizer=replace(optimizer, lr=factor * optimizer.lr))),)


def weights_times_ten(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """W of every Linear is multiplied by ten as the fork begins."""
    return (MultiplyWeights(10.0),)


def differences(stack: Stack) -> str:
    """What a fork does otherwise than its source, such as "BatchNorm removed, rate 0.1 → 0.01"; "" for a twin."""
    fork = stack.fork
    return "" if fork is None else ", ".join([*_layer_words(fork.source, stack), *_other_words(fork, stack)])


def forked_from(stack: Stack, experiment: Experiment | None = None) -> str:
    """Such as "forked from plain at iteration 40: BatchNorm removed"; "" where the stack is no fork."""
    fork = stack.fork
    if fork is None:
        return ""
    there = () if experiment is None else experiment.stacks
    name = next((other.name for other in there if other.id == fork.source.id), fork.source.name)
    return f"forked from {name} at iteration {grouped(fork.iteration)}: {differences(stack) or 'a twin so far'}"


def _paths(stack: Stack, layer: Layer) -> list[Path]:
    """One path of a layer: taking it out of one copy takes it out of all."""
    return list(islice(paths_of(stack.layers, layer.id), 1))


def _ids(stack: Stack) -> list[int]:
    return [layer.id for layer in walk(stack.layers)]


def _of_new_ids(change: KeptChange, new_ids: dict[int, int]) -> KeptChange:
    if not isinstance(change, MultiplyWeights):
        return change
    strange = next((each for each in change.layers if each not in new_ids), None)
    if strange is not None:
        raise InputError(f"There is no layer with the id {strange} in the lane that is forked; leave it out.")
    return replace(change, layers=tuple(new_ids[each] for each in change.layers))


def _changed(stack: Stack, change: Change) -> Stack:
    """The stack with one change made; those that act once leave it as it is."""
    match change:
        case RemoveLayers():
            gone = {_layer(stack, place).id for place in change.layers}
            return replace(stack, layers=tuple(_without(stack.layers, gone)))
        case InsertLayer():
            if not 0 <= change.before <= len(stack.layers):
                raise InputError(f"{stack.name} has {len(stack.layers)} layers; none can be put in at {change.before}.")
            layers = stack.layers
            fresh = replace(change.layer, id=0)
            return replace(stack, layers=(*layers[: change.before], fresh, *layers[change.before :]))
        case ReplaceLayer():
            old = _layer(stack, change.place)
            return replace(stack, layers=tuple(_replaced(stack.layers, old.id, replace(change.layer, id=old.id))))
        case ChangeTraining():
            return replace(stack, training=replace(stack.training, **change.training.own))
        case ChangeLoss():
            return replace(stack, loss=change.loss)
    return stack


def _layer(stack: Stack, place: int | Path) -> Layer:
    path = (place,) if isinstance(place, int) else place
    layer = layer_at(stack.layers, path) if all(each >= 0 for each in path) else None
    if layer is None:
        raise InputError(f"{stack.name} has no layer at {place}; name one of its {len(stack.layers)} layers.")
    return layer


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


def _layer_words(source: Stack, stack: Stack) -> list[str]:
    before = {layer.id: layer for layer in walk(source.layers)}
    now = {layer.id: layer for layer in walk(stack.layers)}
    gone = [kind_name(layer) for layer_id, layer in before.items() if layer_id not in now]
    new = [kind_name(layer) for layer_id, layer in now.items() if layer_id not in before]
    words = [f"{name} removed" for name in _counted(gone)] + [f"{name} inserted" for name in _counted(new)]
    return words + _counted([text for each in now.values() if (text := _layer_change(before.get(each.id, each), each))])


def _layer_change(old: Layer, layer: Layer) -> str:
    """What a layer is by now; "" if it is what it was, whatever may be in it."""
    if type(old) is not type(layer):
        return f"{kind_name(old)} → {kind_name(layer)}"
    if isinstance(layer, Block):
        old = replace(old, layers=layer.layers)
    return "" if old == layer else f"{kind_name(layer)} changed"


def _counted(words: Sequence[str]) -> list[str]:
    """Each once, with how often it is there: "4 BatchNorm"."""
    return [word if words.count(word) == 1 else f"{words.count(word)} {word}" for word in dict.fromkeys(words)]


def _other_words(fork: Fork, stack: Stack) -> list[str]:
    words = []
    if stack.loss != fork.source.loss:
        words.append(f"{fork.source.loss.title} → {stack.loss.title}")
    before, now = fork.source.training.own, stack.training.own
    for name in now.keys() | before.keys():
        if now.get(name) != before.get(name):
            words.append(_training_words(name, now.get(name)))
    for change in fork.changes:
        if isinstance(change, MultiplyWeights):
            which = "weights" if not change.layers else f"weights of {grouped(len(change.layers))} layers"
            words.append(f"{which} {times(change.factor)}")
        elif isinstance(change, OtherBatchMates):
            words.append(_mates_words(change))
        else:
            at = ", ".join(map(str, change.index))
            words.append(f"{change.key}[{at}] = {significant(change.value)}")
    return words


def _mates_words(change: OtherBatchMates) -> str:
    """Such as "sample 3 with other batch-mates"."""
    if not change.keep:
        return "another mini-batch"
    which = f"sample {change.keep[0]}" if len(change.keep) == 1 else f"{grouped(len(change.keep))} samples"
    return f"{which} with other batch-mates"


def _training_words(name: str, value: object) -> str:
    """Such as "Adam, rate 0.01" for an optimizer."""
    if value is None:
        return f"{name} as of all lanes"
    if name == "optimizer":
        return f"{type(value).__name__}, rate {significant(getattr(value, 'lr', 0.0))}"
    if name == "clip":
        limit = getattr(value, "limit", None)
        return "no clipping" if limit is None else f"clipping at {significant(limit)}"
    return f"another {name.replace('_all', '')}"

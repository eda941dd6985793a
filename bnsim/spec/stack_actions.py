"""Edits of whole stacks: what a lecturer changes everywhere at once. Pure functions experiment -> experiment.

Each takes ids of stacks, all of them by default; what is in blocks is changed too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from bnsim.spec.edits import Layers, without_ids
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_LAYERS, Experiment, Stack
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.layers import BatchNorm, Block, Layer, LayerBase, Linear, Repeat, Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count
from bnsim.spec.tree import is_weight_layer, walk

Stacks = Collection[int] | None
"""Ids of stacks; None: all."""


def insert_batchnorm_before_activations(experiment: Experiment, stacks: Stacks = None) -> Experiment:
    """The experiment with a BatchNorm right before every activation that has none there."""
    return _rewrite(experiment, stacks, lambda held: _beside_activations(held, behind=False))


def insert_batchnorm_after_activations(experiment: Experiment, stacks: Stacks = None) -> Experiment:
    """The experiment with a BatchNorm right behind every activation that has none there."""
    return _rewrite(experiment, stacks, lambda held: _beside_activations(held, behind=True))


def remove_batchnorm(experiment: Experiment, stacks: Stacks = None) -> Experiment:
    """The experiment without any BatchNorm. Biases stay as they are; blocks left empty are removed."""
    everything = [layer for stack in experiment.stacks for layer in walk(stack.layers)]
    full = {layer.id for layer in everything if isinstance(layer, Block) and layer.layers}

    def stays(layer: Layer) -> bool:
        emptied = isinstance(layer, Block) and not layer.layers and layer.id in full
        return not emptied and not isinstance(layer, BatchNorm)

    def without(held: Layers) -> Layers:
        return tuple(filter(stays, held))

    return _rewrite(experiment, stacks, without)


def change_activations(experiment: Experiment, activation: Layer, stacks: Stacks = None) -> Experiment:
    """The experiment with every activation replaced by `activation`; ids stay."""
    if activation.group != "activation":
        raise InputError(f"{kind_name(activation)} is no activation; choose one such as Sigmoid or ReLU.")

    def changed(held: Layers) -> Layers:
        return tuple(replace(activation, id=layer.id) if layer.group == "activation" else layer for layer in held)

    return _rewrite(experiment, stacks, changed)


def set_hidden_depth(experiment: Experiment, depth: int, stacks: Stacks = None) -> Experiment:
    """The experiment with `depth` hidden weight layers at the top level of each stack.

    A hidden layer is a Linear and all that follows it, up to the next one. Too many: those at the end go. Too few:
    the last one is copied; it has to be so for the copies' width to fit. The last Linear, the head, stays with what
    stands behind it. InputError for a stack without a hidden layer to copy, or too long a result.
    """
    if depth < 0:
        raise InputError(f"A hidden depth of {depth} cannot be; choose 0 or more.")

    def deepened(stack: Stack) -> Layers:
        before, parts = _segments(stack.layers)
        hidden, head = parts[:-1], parts[-1:]
        if depth > len(hidden) and not hidden:
            raise InputError(f"{stack.name} has no hidden Linear to copy; add one before the last Linear.")
        copies = [tuple(without_ids(layer) for layer in hidden[-1])] * (depth - len(hidden)) if hidden else []
        kept = [*hidden[:depth], *copies, *head]
        done = (*before, *(layer for part in kept for layer in part))
        if sum(1 for _ in walk(done)) > MAX_LAYERS:
            raise InputError(f"{stack.name} would have {count(len(done))} layers; {count(MAX_LAYERS)} are the most.")
        return done

    return _each_stack(experiment, stacks, deepened)


def set_hidden_width(experiment: Experiment, width: int, stacks: Stacks = None) -> Experiment:
    """The experiment with `width` units in every Linear but the last of each stack, in blocks too.

    The last Linear keeps its units, for the loss asks for them.
    """
    if not 1 <= width <= 65536:
        raise InputError(f"A hidden width of {count(width)} cannot be; choose from 1 to 65,536.")

    def widened(stack: Stack) -> Layers:
        linears = [layer for layer in walk(stack.layers) if isinstance(layer, Linear)]
        head = linears[-1].id if linears else 0

        def units(layer: Layer) -> Layer:
            return replace(layer, units=width) if isinstance(layer, Linear) and layer.id != head else layer

        return _deep(stack.layers, lambda held: tuple(map(units, held)))

    return _each_stack(experiment, stacks, widened)


def drop_redundant_biases(experiment: Experiment, stacks: Stacks = None) -> Experiment:
    """The experiment without biases in Linears that feed a BatchNorm which subtracts the batch mean.

    One in eval mode subtracts its running mean instead, so that the bias before it is not redundant.
    """

    def dropped(held: Layers) -> Layers:
        return tuple(_unbiased(layer, after) for layer, after in zip_longest(held, held[1:]))

    return _rewrite(experiment, stacks, dropped)


def initialize_all(experiment: Experiment, init: AnyInitializer, stacks: Stacks = None) -> Experiment:
    """The experiment with `init` as the initializer of every Linear."""

    def initialized(held: Layers) -> Layers:
        return tuple(replace(layer, init=init) if isinstance(layer, Linear) else layer for layer in held)

    return _rewrite(experiment, stacks, initialized)


def _beside_activations(held: Layers, behind: bool) -> Layers:
    done: list[Layer] = []
    for index, layer in enumerate(held):
        activation = layer.group == "activation"
        before = held[index - 1] if index else None
        after = held[index + 1] if index + 1 < len(held) else None
        if activation and not behind and not isinstance(before, BatchNorm):
            done.append(BatchNorm())
        done.append(layer)
        if activation and behind and not isinstance(after, BatchNorm):
            done.append(BatchNorm())
    return tuple(done)


def _unbiased(layer: Layer, after: LayerBase | None) -> Layer:
    normalized = isinstance(after, BatchNorm) and after.mode == "train"
    return replace(layer, bias=False) if isinstance(layer, Linear) and normalized else layer


def _segments(layers: Sequence[Layer]) -> tuple[Layers, list[Layers]]:
    """The layers before the first Linear; then each Linear, or block that holds one, with what follows it."""
    starts = [index for index, layer in enumerate(layers) if any(map(is_weight_layer, walk((layer,))))]
    ends = [*starts[1:], len(layers)] if starts else []
    parts = [tuple(layers[start:end]) for start, end in zip(starts, ends, strict=True)]
    return tuple(layers[: starts[0]] if starts else layers), parts


def _rewrite(experiment: Experiment, stacks: Stacks, change: Callable[[Layers], Layers]) -> Experiment:
    """The experiment with `change` applied to the layers of each stack and block, innermost first."""
    return _each_stack(experiment, stacks, lambda stack: _deep(stack.layers, change))


def _deep(layers: Iterable[Layer], change: Callable[[Layers], Layers]) -> Layers:
    opened = tuple(
        replace(layer, layers=_deep(layer.layers, change)) if isinstance(layer, Residual | Repeat) else layer
        for layer in layers
    )
    return change(opened)


def _each_stack(experiment: Experiment, stacks: Stacks, change: Callable[[Stack], Layers]) -> Experiment:
    done = tuple(
        replace(stack, layers=change(stack)) if stacks is None or stack.id in stacks else stack
        for stack in experiment.stacks
    )
    return replace(experiment, stacks=done)

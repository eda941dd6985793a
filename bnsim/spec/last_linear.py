"""The last Linear of a stack follows the data: as many units as there are classes, until a person sets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from bnsim.spec.datasets import XOR, Blobs, Circles, Curve, Data, Digits, GaussianNoise, TwoMoons, TwoSpirals
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Block, Layer, Linear, Repeat
from bnsim.spec.tree import walk

_OUTPUTS: dict[type, int] = {Digits: 10, TwoSpirals: 2, TwoMoons: 2, Circles: 2, XOR: 2, Curve: 1}


def outputs_of(data: Data) -> int | None:
    """How many outputs a stack needs for that data: classes, or numbers to predict; None where only its file says."""
    return data.classes if isinstance(data, Blobs | GaussianNoise) else _OUTPUTS.get(type(data))


def following(before: Experiment, after: Experiment, outputs: int | None) -> Experiment:
    """`after`, an edit of `before`, with every last Linear that follows the data at `outputs` units.

    One whose units the edit set follows no longer; nor does one behind which there is another now, which gets the
    usual number. With None for `outputs` units stay. Forks stay: what they share with their past is one layer.
    """
    known = {layer.id: layer for stack in before.stacks for layer in walk(stack.layers) if isinstance(layer, Linear)}
    stacks = tuple(_stack_following(stack, known, outputs) for stack in after.stacks)
    return after if stacks == after.stacks else replace(after, stacks=stacks)


def _stack_following(stack: Stack, known: dict[int, Linear], outputs: int | None) -> Stack:
    if stack.fork is not None:
        return stack
    last = {layer.id for layer in _heads(stack.layers)}

    def changed(layer: Layer) -> Layer:
        if isinstance(layer, Block):
            inner = tuple(changed(each) for each in layer.layers)
            return layer if inner == layer.layers else replace(layer, layers=inner)
        if isinstance(layer, Linear) and layer.follows_data:
            is_last = layer.id in last
            return _following(layer, known.get(layer.id), outputs if is_last else None, is_last=is_last)
        return layer

    return replace(stack, layers=tuple(changed(layer) for layer in stack.layers))


def _heads(layers: Sequence[Layer]) -> Iterator[Linear]:
    """The Linears that decide how many outputs there are: the last one, also in a Repeat.

    A skip adds its input to its output, so behind a Residual the last Linear in it and the one before it decide.
    """
    for layer in reversed(layers):
        if isinstance(layer, Block):
            yield from _heads(layer.layers)
            if _decides(layer):
                return
        elif isinstance(layer, Linear):
            yield layer
            return


def _decides(layer: Layer) -> bool:
    """Whether a layer's number of outputs does not come from what goes into it."""
    if isinstance(layer, Repeat):
        return any(_decides(inner) for inner in layer.layers)
    return isinstance(layer, Linear)


def _following(layer: Linear, before: Linear | None, outputs: int | None, *, is_last: bool) -> Linear:
    followed = before is not None and before.follows_data
    if followed and before is not None and before.units != layer.units:
        return replace(layer, follows_data=False)
    if not is_last:
        return replace(layer, follows_data=False, units=Linear().units if followed else layer.units)
    return layer if outputs is None else replace(layer, units=outputs)


def fresh(kind: type[Layer]) -> Layer:
    """A layer as one gets it from the palette: a Linear follows the data wherever it comes to be the last."""
    return Linear(follows_data=True) if kind is Linear else kind()

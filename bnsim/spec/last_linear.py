"""The last Linear of a stack follows the data: as many units as there are classes, until a person sets them."""

from __future__ import annotations

from msgspec.structs import replace

from bnsim.spec.datasets import XOR, Blobs, Circles, Curve, Data, Digits, GaussianNoise, TwoMoons, TwoSpirals
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Layer, Linear
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
    last = next((k for k in reversed(range(len(stack.layers))) if _has_linear(stack.layers[k])), -1)
    layers = tuple(
        _following(layer, known.get(layer.id), outputs if k == last else None, is_last=k == last)
        if isinstance(layer, Linear) and layer.follows_data
        else layer
        for k, layer in enumerate(stack.layers)
    )
    return replace(stack, layers=layers)


def _following(layer: Linear, before: Linear | None, outputs: int | None, *, is_last: bool) -> Linear:
    followed = before is not None and before.follows_data
    if followed and before is not None and before.units != layer.units:
        return replace(layer, follows_data=False)
    if not is_last:
        return replace(layer, follows_data=False, units=Linear().units if followed else layer.units)
    return layer if outputs is None else replace(layer, units=outputs)


def _has_linear(layer: Layer) -> bool:
    return any(isinstance(each, Linear) for each in walk((layer,)))


def fresh(kind: type[Layer]) -> Layer:
    """A layer as one gets it from the palette: a Linear follows the data wherever it comes to be the last."""
    return Linear(follows_data=True) if kind is Linear else kind()

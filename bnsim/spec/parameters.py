"""The trained parameters of a stack: what they are called, their `state_dict` keys, and their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer, Linear, Repeat, Residual
from bnsim.spec.naming import layer_names
from bnsim.spec.normalizations import RMSNorm
from bnsim.spec.problems import out_width
from bnsim.spec.tree import Path


class Trained(Struct, frozen=True):
    """One parameter: its key, its shape, as a formula calls it ("W"), the id and the full name of its layer."""

    key: str
    shape: tuple[int, ...]
    symbol: str
    layer: int
    name: str


def trained(stack: Stack, features: int) -> tuple[Trained, ...]:
    """All that updates change, in the order of the forward pass; tied copies of a Repeat share theirs."""
    names = layer_names(stack)
    return tuple(
        Trained(f"{key}{part}", shape, symbol, layer.id, names[path])
        for path, key, layer, width in _walk(stack.layers, features)
        for part, symbol, shape in _arrays(layer, width)
    )


def _walk(
    layers: Sequence[Layer], width: int, path: Path = (), key: str = ""
) -> Iterator[tuple[Path, str, Layer, int]]:
    """Each layer with its path, the beginning of its keys, and the width of its input."""
    for index, layer in enumerate(layers):
        here, own = (*path, index), f"{key}{index}."
        if isinstance(layer, Repeat):
            inside = width
            for copy in range(1 if layer.tied else layer.times):
                yield from _walk(layer.layers, inside, (*here, copy), own if layer.tied else f"{own}{copy}.")
                for inner in layer.layers:
                    inside = out_width(inner, inside)
        elif isinstance(layer, Residual):
            yield from _walk(layer.layers, width, here, own)
        else:
            yield here, own, layer, width
        width = out_width(layer, width)


def _arrays(layer: Layer, width: int) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    if isinstance(layer, Linear):
        yield "weight", "W", (layer.units, width)
        if layer.bias:
            yield "bias", "b", (layer.units,)
    elif getattr(layer, "affine", False):
        yield "weight", "γ", (width,)
        if not isinstance(layer, RMSNorm):
            yield "bias", "β", (width,)

"""Lowering of elementwise activations: one operation each way."""

from __future__ import annotations

from bnsim.engine.builder import Builder
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.engine.lowering.tape import Backward
from bnsim.engine.program import Place
from bnsim.spec.layer_base import LayerBase


def lower_elementwise(b: Builder, layer: LayerBase, x: Place) -> tuple[Place, Backward]:
    """Lower an elementwise activation, as `bnsim.engine.kernels.elementwise` declares it."""
    known = elementwise_of(layer)
    if known is None:
        raise TypeError(f"{layer.name} has no function in the engine")
    key, reads, scalars = known.key, known.reads, known.numbers(layer)
    y = b.like("y", x)
    b.emit(key, x, y, scalars=scalars)

    def backward(g: Place, wanted: bool) -> Place:
        d_x = b.like("dx", x)
        b.emit(f"{key} dx", g, x if reads == "x" else y, d_x, scalars=scalars)
        return d_x

    return y, backward

"""Lowering of Linear layers."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from bnsim.engine.builder import Builder
from bnsim.engine.kernels.products import TRANSPOSE_FROM, is_tiled
from bnsim.engine.lowering.tape import Backward
from bnsim.engine.program import Place
from bnsim.spec.layers import Linear


def lower_linear(b: Builder, layer: Linear, x: Place) -> tuple[Place, Backward]:
    """Lower z = x Wᵀ + b and its three gradients."""
    b.weight_layers += 1
    fan_in = x.shape[1]
    init = replace(layer.init, gain=b.training.gain * layer.init.gain)
    drawn = {"init": init, "fan_in": fan_in, "ordinal": b.weight_layers}
    weight = b.trained("weight", layer.units, fan_in, **drawn)
    bias = b.trained("bias", layer.units, **drawn) if layer.bias else None
    z = b.place("z", x.shape[0], layer.units)
    turned = b.scratch_place(
        "Wᵀ", *((fan_in, layer.units) if _is_turned(b, x.shape[0], layer.units, fan_in) else (0, 0))
    )
    if bias:
        b.emit("linear", x, weight.value, bias.value, z, turned)
    else:
        b.emit("linear without bias", x, weight.value, z, turned)

    def backward(g: Place, wanted: bool) -> Place:
        scratch = b.like("raised g", g)
        b.emit("linear dW", g, x, weight.gradient, scratch)
        if bias:
            b.emit("linear db", g, bias.gradient)
        if not wanted:
            return g
        d_x = b.like("dx", x)
        b.emit("linear dx", g, weight.value, d_x, scratch)
        return d_x

    return z, backward


def _is_turned(b: Builder, batch: int, units: int, fan_in: int) -> bool:
    """Whether z = x Wᵀ is quicker by way of a copy of Wᵀ: not for small batches, and tiles turn W as they go."""
    item = np.dtype(b.training.precision).itemsize
    return batch >= TRANSPOSE_FROM and not is_tiled(batch, units, fan_in, item)

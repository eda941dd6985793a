"""Lowering of layers one after another, and of blocks, which hold layers."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.engine.builder import Builder
from bnsim.engine.lowering.activation import lower_elementwise
from bnsim.engine.lowering.linear import lower_linear
from bnsim.engine.lowering.normalization import (
    lower_batchnorm,
    lower_groupnorm,
    lower_layernorm,
    lower_rmsnorm,
)
from bnsim.engine.lowering.record import record_gradient, record_input, record_output
from bnsim.engine.lowering.regularization import lower_dropout, lower_noise
from bnsim.engine.lowering.tape import Backward, Lower
from bnsim.engine.program import Place
from bnsim.spec.activations import ACTIVATIONS, Identity
from bnsim.spec.layers import (
    BatchNorm,
    Dropout,
    GroupNorm,
    Layer,
    LayerNorm,
    Linear,
    Noise,
    Repeat,
    Residual,
    RMSNorm,
)
from bnsim.spec.tree import Path


def lower_sequence(
    b: Builder, layers: Sequence[Layer], x: Place, path: Path = (), scope: Path = ()
) -> tuple[Place, Backward]:
    """Lower layers in order; `path` and `scope` are those of their container."""
    steps: list[tuple[int, Backward, int, int]] = []
    for index, layer in enumerate(layers):
        b.each_layer()
        b.at((*path, index), (*scope, index))
        mark = b.uses
        record_input(b, layer, x)
        y, step = LAYERS[type(layer)](b, layer, x)
        b.values[(*path, index)] = y
        record_output(b, layer, (*path, index), x, y)
        x = y
        steps.append((index, step, mark, b.uses))

    def backward(g: Place, wanted: bool) -> Place:
        for index, step, start, stop in reversed(steps):
            here = (*path, index)
            b.gradients[here] = g
            record_gradient(b, layers[index], here, g)
            b.at(here, (*scope, index))
            g = step(g, wanted or index > 0)
            if not isinstance(layers[index], Repeat | Residual):
                b.settle(start, stop)
        return g

    return x, backward


def lower_repeat(b: Builder, layer: Repeat, x: Place) -> tuple[Place, Backward]:
    """Lower the copies one after another; tied ones have the scope, and so the parameters, of the first."""
    path, scope = b.path, b.scope
    copies: list[Backward] = []
    for copy in range(layer.times):
        inside = scope if layer.tied else (*scope, copy)
        x, backward_copy = lower_sequence(b, layer.layers, x, (*path, copy), inside)
        copies.append(backward_copy)

    def backward(g: Place, wanted: bool) -> Place:
        for number, step in reversed(list(enumerate(copies))):
            g = step(g, wanted or number > 0)
        return g

    return x, backward


def lower_residual(b: Builder, layer: Residual, x: Place) -> tuple[Place, Backward]:
    """Lower y = x + f(x). Backward, both parts of the gradient are added where f begins."""
    path, scope = b.path, b.scope
    inside, backward_inside = lower_sequence(b, layer.layers, x, path, scope)
    b.at(path, scope)
    y = b.like("y", x)
    b.emit("add", x, inside, y)

    def backward(g: Place, wanted: bool) -> Place:
        d_inside = backward_inside(g, wanted)
        if not wanted:
            return d_inside
        d_x = b.like("dx", x)
        b.emit("add", g, d_inside, d_x)
        return d_x

    return y, backward


def lower_identity(b: Builder, layer: Identity, x: Place) -> tuple[Place, Backward]:
    """Lower an Identity as a copy, so that the layer has a value and a step of its own."""
    y = b.like("y", x)
    b.emit("copy", x, y)

    def backward(g: Place, wanted: bool) -> Place:
        d_x = b.like("dx", x)
        b.emit("copy", g, d_x)
        return d_x

    return y, backward


LAYERS: dict[type, Lower] = {
    Linear: lower_linear,
    BatchNorm: lower_batchnorm,
    LayerNorm: lower_layernorm,
    GroupNorm: lower_groupnorm,
    RMSNorm: lower_rmsnorm,
    **dict.fromkeys(ACTIVATIONS, lower_elementwise),
    Identity: lower_identity,
    Dropout: lower_dropout,
    Noise: lower_noise,
    Residual: lower_residual,
    Repeat: lower_repeat,
}

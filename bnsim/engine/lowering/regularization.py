"""Lowering of dropout and noise; both are off in eval mode."""

from __future__ import annotations

from bnsim.engine.builder import Builder
from bnsim.engine.lowering.tape import Backward
from bnsim.engine.program import Place
from bnsim.spec.layers import Dropout, Noise


def lower_dropout(b: Builder, layer: Dropout, x: Place) -> tuple[Place, Backward]:
    """Lower a Dropout: draw a mask, and multiply the input by it."""
    draw = _draw(b)
    if b.evaluating:
        return x, _unchanged
    mask, y = b.like("mask", x), b.like("y", x)
    b.emit("dropout mask", mask, scalars=(*draw, layer.p))
    b.emit("dropout", x, mask, y, scalars=(layer.p,))

    def backward(g: Place, wanted: bool) -> Place:
        d_x = b.like("dx", x)
        b.emit("dropout dx", g, mask, d_x, scalars=(layer.p,))
        return d_x

    return y, backward


def lower_noise(b: Builder, layer: Noise, x: Place) -> tuple[Place, Backward]:
    """Lower a Noise: draw mean and spread of each feature, then the noise, and add it to the input, scaled or not."""
    draw = _draw(b)
    if b.evaluating:
        return x, _unchanged
    mean, spread = b.place("m", x.shape[1]), b.place("s", x.shape[1])
    noise, y = b.like("n", x), b.like("y", x)
    b.emit("noise shape", mean, spread, scalars=(*draw, layer.mean, layer.spread))
    b.emit("noise", mean, spread, noise, scalars=draw)
    if layer.scale != 1.0:
        factor = b.place("h", x.shape[1])
        b.emit("noise factor", factor, scalars=(*draw, layer.scale))
        b.emit("noise scale-and-add", x, factor, noise, y)

        def backward_scaled(g: Place, wanted: bool) -> Place:
            d_x = b.like("dx", x)
            b.emit("noise dx", g, factor, d_x)
            return d_x

        return y, backward_scaled
    b.emit("add", x, noise, y)

    def backward(g: Place, wanted: bool) -> Place:
        d_x = b.like("dx", x)
        b.emit("copy", g, d_x)
        return d_x

    return y, backward


def _draw(b: Builder) -> tuple[float, ...]:
    """The scalars from which the layer's draws follow, besides the iteration and the element."""
    return b.training.seed, b.draw_number(), b.training.accumulate, b.micro


def _unchanged(g: Place, wanted: bool) -> Place:
    return g

"""Lowering of activations: one operation each way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from bnsim.engine.builder import Builder
from bnsim.engine.lowering.tape import Backward, Lower
from bnsim.engine.program import Place
from bnsim.spec.layers import GELU

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""Klambauer et al. 2017; the digits are PyTorch's."""


def elementwise(
    key: str, needs: Literal["x", "y"], scalars: Callable[[Any], tuple[float, ...]] = lambda layer: ()
) -> Lower:
    """Lowers an activation whose gradient "`key` dx" reads its input ("x") or its output ("y").

    `scalars` are the layer's numbers, for both directions.
    """

    def lower(b: Builder, layer: Any, x: Place) -> tuple[Place, Backward]:
        y = b.like("y", x)
        b.emit(key, x, y, scalars=scalars(layer))

        def backward(g: Place, wanted: bool) -> Place:
            d_x = b.like("dx", x)
            b.emit(f"{key} dx", g, x if needs == "x" else y, d_x, scalars=scalars(layer))
            return d_x

        return y, backward

    return lower


def lower_gelu(b: Builder, layer: GELU, x: Place) -> tuple[Place, Backward]:
    """Exact or by tanh."""
    return elementwise("gelu" if layer.approximate == "none" else "gelu by tanh", "x")(b, layer, x)

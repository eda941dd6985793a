"""An activation as figures read it: function, derivative and flat stretches, as the engine computes them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.measured import Lane
from bnsim.figures.present import Link, input_of
from bnsim.plot.marks import Array
from bnsim.spec.layers import Layer


class Present(NamedTuple):
    """An activation at the present moment, each array (batch, features): pre-activations and derivatives at them.

    `flat`: on an outermost stretch where the derivative stays below 10 % of its largest; `dead`: where it is 0.
    """

    x: Array
    slopes: Array
    flat: NDArray[np.bool_]
    dead: NDArray[np.bool_]


def is_activation(layer: Layer) -> bool:
    """Whether it computes each number by itself."""
    from bnsim.engine.flat import flat_of  # the engine comes with it

    return flat_of(layer) is not None


def top_slope(layer: Layer) -> float:
    """The largest size of an activation's derivative."""
    from bnsim.engine.flat import flat_of

    flat = flat_of(layer)
    return 1.0 if flat is None or not flat.top else flat.top


def good_range(layer: Layer) -> tuple[float, float]:
    """The ends of the range between an activation's flat stretches; infinite where there is none."""
    from bnsim.engine.flat import flat_of

    flat = flat_of(layer)
    return (-np.inf, np.inf) if flat is None else (flat.below, flat.above)


def values_and_slopes(layer: Layer, x: Array) -> tuple[Array, Array]:
    """The function and its derivative at `x`, float64, in its shape."""
    from bnsim.engine.kernels.elementwise import elementwise_of

    known = elementwise_of(layer)
    assert known is not None
    numbers = known.numbers(layer)
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        y = np.broadcast_to(np.asarray(known.value(np.float64, x, *numbers), np.float64), x.shape)
        read = x if known.reads == "x" else y
        slopes = np.broadcast_to(np.asarray(known.slope(np.float64, read, *numbers), np.float64), x.shape)
    return y, np.where(np.isfinite(x), slopes, np.nan)


def present(lane: Lane, link: Link) -> Present | None:
    """The activation now; None while its output is not computed."""
    from bnsim.engine.flat import flat_of

    flat, x, y = flat_of(link.layer), input_of(lane, link), lane.value(link.path)
    if flat is None or x is None or y is None:
        return None
    read = x if flat.reads == "x" else y
    x = np.asarray(x, np.float64)
    return Present(x, values_and_slopes(link.layer, x)[1], flat.flat(read), flat.dead(read))

"""What an activation does at this moment: its curve, the live pre-activations, how much of the gradient passes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from msgspec import Struct

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.activation.figures import curve, derivative, outline, sweep
from bnsim.lenses.activation.response import Response, response_of, steps_at
from bnsim.lenses.lens import Lens
from bnsim.plot.figure import Figure
from bnsim.session.arrays import GRADIENT, lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.naming import layer_name
from bnsim.spec.spelling import spelling
from bnsim.spec.tree import Path, layer_at


class Passed(Struct, frozen=True):
    """Averages of the derivative over pre-activations, and what follows for the gradient.

    `slope` is E[f'], `square` E[f'²], whose root is the factor on the gradient's norm; `outside` is the share on
    the flat stretches, outermost, where the derivative stays below 10 % of its maximum.
    """

    slope: float
    square: float
    outside: float

    @property
    def factor(self) -> float:
        """The factor on the gradient's norm, the root of E[f'²]."""
        return float(np.sqrt(self.square))


class Live(Struct, frozen=True):
    """The pre-activations of the present mini-batch: mean, standard deviation, averages of the derivative.

    `factor` is what the backward pass has measured, ‖dx‖ / ‖g‖; None before it came by. `zero` is the share of outputs
    that are 0, `dead` of units that are 0 on the whole batch.
    """

    mean: float
    spread: float
    passed: Passed
    factor: float | None
    zero: float
    dead: float


class SeenActivation(Struct, frozen=True, eq=False):
    """An activation now; `live` None before its input is computed.

    `mean` and `spread` are of the normal distribution that `expected` is under; `top` is the largest |f'|; `good` has
    the interval between the flat stretches, clipped to what is drawn. `watch_factor`, `watch_outside`: the expressions
    of `live.factor`, and of `live.passed.outside` in percent.
    """

    layer: LayerBase
    name: str
    shape: tuple[int, int]
    live: Live | None
    mean: float
    spread: float
    expected: Passed
    top: float
    good: tuple[tuple[float, float], ...]
    figures: Mapping[str, Figure] = MappingProxyType({})
    watch_factor: str = ""
    watch_outside: str = ""


class ActivationLens(Lens, frozen=True):
    """The activation at a path of the unrolled stack.

    `mean` and `spread`: of a normal pre-activation to hold the live ones against; None: as the live ones have them.
    """

    stack: int
    path: Path
    mean: float | None = None
    spread: float | None = None

    def answer(self, session: Session) -> SeenActivation | None:
        """The activation with its live pre-activations; None if no activation is at that path."""
        with np.errstate(all="ignore"):
            return self._answer(session)

    def _answer(self, session: Session) -> SeenActivation | None:
        lane = lane_of(session, self.stack)
        layer = None if lane is None else layer_at(lane.stack.layers, self.path)
        if lane is None or not isinstance(layer, ACTIVATIONS):
            return None
        forward, backward = steps_at(lane.program, self.path)
        response = response_of(layer, forward, backward)
        x = lane.read(forward.places[0])
        live = None if x is None else _live(lane, response, x, self.path, backward.places[-1])
        mean = self.mean if self.mean is not None else live.mean if live else 0.0
        spread = self.spread if self.spread is not None else live.spread if live else 1.0
        expected = Passed(*response.expected(mean, spread))
        drawn = response.window(x, mean, spread)
        name = layer_name(lane.stack, self.path)
        good = response.good(drawn)
        density = None if x is None else outline(x, drawn)
        figures = {
            "curve": curve(name, response, drawn, density, good),
            "derivative": derivative(name, response, drawn, density, good, mean, spread),
            "sweep": sweep(
                name, response, mean, spread, expected.factor, (live.spread, live.passed.factor) if live else None
            ),
        }
        shape = forward.places[0].shape
        spelled = spelling(session.experiment, lane.stack)
        record = "saturated" if response.flat.saturates else "zero"
        return SeenActivation(
            layer=layer,
            name=name,
            shape=(shape[0], shape[1]),
            live=live,
            mean=mean,
            spread=spread,
            expected=expected,
            top=response.flat.top,
            good=good,
            figures=MappingProxyType(figures),
            watch_factor=f"{spelled.norm('dx', self.path)} / {spelled.norm(GRADIENT, self.path)}",
            watch_outside=f"100 * {spelled.recorded(record, self.path)}",
        )


def _live(lane: Lane, response: Response, x: Array, path: Path, d_x_place: Place) -> Live:
    y = lane.value(path)
    slopes = response.slopes(x, y)
    wide = slopes.astype(np.float64)
    counted = x if response.flat.reads == "x" else response.values(x) if y is None else y
    outside = float(np.mean(response.flat.flat(counted)))
    passed = Passed(float(wide.mean()), float(np.mean(wide**2)), outside)
    zero, dead = (0.0, 0.0) if y is None else (float(np.mean(y == 0)), float(np.mean((y == 0).all(axis=0))))
    g, d_x = lane.gradient(path), lane.read(d_x_place)
    factor = None
    if g is not None and d_x is not None and (size := float(np.linalg.norm(g.astype(np.float64)))) > 0:
        factor = float(np.linalg.norm(d_x.astype(np.float64))) / size
    wide = x.astype(np.float64)
    return Live(float(wide.mean()), float(wide.std()), passed, factor, zero, dead)

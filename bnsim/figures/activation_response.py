"""What one activation does to what it is given: function, derivative, and the live pre-activations under them."""

from __future__ import annotations

import numpy as np

from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.responses import Present, good_range, is_activation, present, values_and_slopes
from bnsim.figures.ridges import BINS, beyond, finite, sampled, shares
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Bars, Mark, Series, frozen
from bnsim.spec.numerals import rounded, whole_percent
from bnsim.spec.phrases import joined, phrase

_POINTS = 401
_REACH = 4.0
"""The axis reaches at least this far either way."""
_FARTHER = 4.0
"""A lane whose pre-activations reach this many times as far as the nearest one's, or as the axis, is cut off there."""
_CORE = 99.8
"""Percent of a lane's sizes that the axis holds."""
_PEAK = 0.5
"""How high the densest bin stands, as a share of the plot's height."""


@figure(
    title="Activation and its derivative",
    shows="function and derivative of one activation, over a histogram of what each lane gives it now",
    section="At one layer",
    about="activation",
    source="CS231n",
    unwatched="a function, and shares of a histogram",
)
def activation_response(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The function and (dashed) derivative of one activation, and a histogram of each lane's pre-activations.

    Histograms are of the present mini-batch, each on a scale of its own; their numbers are the shares in each bin.
    Shaded: between the flat stretches. The verdict has the root of the mean square of the derivative at the live
    pre-activations, which is the factor on the norm of a gradient that does not depend on them. `layer_id` is the
    activation; for another layer the nearest one is taken, for None the first. `max_points` and `known` have no effect.
    """
    found = in_each_lane(session, layer_id, is_activation)
    read = [(each, present(each.shown.lane, each.link)) for each in found]
    live = [finite(now.x) for _, now in read if now is not None]
    reach = _reach(live)
    x = frozen(np.linspace(-reach, reach, _POINTS))
    kinds = list(dict.fromkeys(each.link.layer.name for each in found))
    layers = {name: next(each.link.layer for each in found if each.link.layer.name == name) for name in kinds}
    curves = {name: values_and_slopes(layer, x) for name, layer in layers.items()}
    low, high = _limits([part for curve in curves.values() for part in curve])
    edges = frozen(np.linspace(-reach, reach, BINS + 1))
    marks: list[Mark] = []
    if len(kinds) == 1:
        marks += _shading(good_range(next(iter(layers.values()))), reach, low, high)
    for each, now in read:
        if now is not None:
            inside = frozen(shares(finite(now.x), edges))
            marks.append(_density(each, edges, inside, low, high))
    for name, (y, slopes) in curves.items():
        role = "activation"
        after = f" {name}" if len(kinds) > 1 else ""
        marks.append(Series(f"f{after}", x, frozen(y), role, label=f"f{after}", weight="bold"))
        marks.append(Series(f"f'{after}", x, frozen(slopes), role, label=f"f′{after}", line="dashed", weight="bold"))
    return Figure(
        name=activation_response.name,
        title=activation_response.title,
        verdict=_verdict(read),
        x=Axis(phrase("pre-activation"), limits=(-reach, reach)),
        y=Axis(phrase("f, dashed f′"), limits=(low, high)),
        marks=tuple(marks),
        caption=_caption(found, live, edges, len(kinds) == 1),
    )


def _reach(live: list[Array]) -> float:
    cores = [float(np.percentile(np.abs(sampled(values)), _CORE)) for values in live if values.size]
    if not cores:
        return _REACH
    return float(np.ceil(max(_REACH, min(max(cores), _FARTHER * max(min(cores), _REACH)))))


def _limits(curves: list[Array]) -> tuple[float, float]:
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves] or [np.zeros(1)])
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.1)
    room = 0.06 * (high - low)
    return low - room, high + room


def _shading(good: tuple[float, float], reach: float, low: float, high: float) -> list[Band]:
    if not np.isfinite(good).any():
        return []
    x = frozen(np.clip(np.array(good), -reach, reach))
    return [Band(phrase("good range"), x, frozen(np.full(2, low)), frozen(np.full(2, high)), "good")]


def _density(each: Found, edges: Array, inside: Array, low: float, high: float) -> Bars:
    return Bars(
        each.shown.name, edges, inside, each.shown.role, label=each.shown.name, base=low, top=low + _PEAK * (high - low)
    )


def _verdict(read: list[tuple[Found, Present | None]]) -> str:
    if not read:
        return phrase("Add an activation to see what it does")
    if all(now is None for _, now in read):
        return phrase("No pre-activations yet: step into the forward pass")
    return joined(" · ", (joined(": ", (each.title, _judged(now, silent=_is_silent(each)))) for each, now in read))


def _is_silent(found: Found) -> bool:
    """Whether it gives 0 wherever it is flat, as a ReLU does."""
    from bnsim.engine.flat import flat_of  # the engine comes with it

    flat = flat_of(found.link.layer)
    return flat is not None and flat.silent


def _judged(now: Present | None, *, silent: bool) -> str:
    if now is None:
        return phrase("on its way")
    if not np.isfinite(now.x).all():
        return phrase("not a number")
    root = float(np.sqrt(np.mean(now.slopes**2)))
    return phrase(
        "√mean f′² {root}, {share} at 0" if silent else "√mean f′² {root}, {share} saturated",
        root=rounded(root),
        share=whole_percent(float(np.mean(now.flat))),
    )


def _caption(found: list[Found], live: list[Array], edges: Array, shaded: bool) -> str:
    if not found:
        return ""
    said = [
        phrase(
            "Function, and dashed its derivative; under them the pre-activations of the mini-batch, each on a scale "
            "of its own."
        )
    ]
    if shaded:
        said.append(phrase("Green: where the derivative is at least 10 % of its largest."))
    if beyond(live, edges):
        said.append(phrase("What is beyond the axis is in the outermost bins."))
    return joined(" ", said)

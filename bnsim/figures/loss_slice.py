"""The loss through the present moment along two directions: the gradient's, and a random filter-normalized one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Probe, Session
from bnsim.figures.present import norm
from bnsim.plot.figure import Array, Axis, Figure, Series, frozen
from bnsim.spec.numerals import significant

POINTS = 41
"""Points of a line, the closer the nearer to the one in the middle, which is the present moment."""
_RATIO, _CUT = 10.0, 1e4
"""From this ratio between losses on, the axis is logarithmic; what is this many times over the lowest is cut off."""
_FEW = 2


class _Slice(NamedTuple):
    """One lane's losses by `t`, each of shape (points,): along the gradient, NaN where that is zero, and at random."""

    shown: Shown
    t: Array
    gradient: Array
    random: Array
    here: float
    flat: bool


@figure(
    title="Loss along a line",
    shows="loss along the gradient and along a random filter-normalized direction, through the present",
    section="Of the task",
    source="Li et al. 2018; Pascanu et al. 2013",
    cost=f"{2 * POINTS} forward passes of each lane",
)
def loss_slice(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """L(θ + t d) for t from −1 to 1, a solid and a dashed line for each lane; θ are the present trained parameters.

    Solid: d is the gradient of the mini-batch's loss, scaled to the norm of θ; downhill is to the left. Dashed: d is
    standard normal (NumPy's Philox of the training's seed, in `state_dict` order), each row of a weight scaled to the
    norm of that row of θ, zero for biases, γ and β (Li et al. 2018): without that a picture under BatchNorm would
    stretch with the size of the weights. The loss is of the present mini-batch in train mode.

    The axis is logarithmic where losses differ by more than a factor of 10; what is over 10,000 times the lowest is
    cut off, which the verdict says, as it does where the loss is not a number. `layer_id`, `max_points` and `known`
    have no effect here.
    """
    seed = session.experiment.training.seed
    drawn = [each for each in (_slice(session, shown, seed) for shown in shown_lanes(session)) if each is not None]
    axis, cut = _axis(drawn)
    return Figure(
        name=loss_slice.name,
        title=loss_slice.title,
        verdict=_verdict(session, drawn, cut),
        x=Axis("t: step along the direction, in norms of the parameters", limits=(-1.0, 1.0)),
        y=axis,
        marks=tuple(line for each in drawn for line in _lines(each)),
        caption=_CAPTION if drawn else "",
    )


_CAPTION = (
    "Loss L(θ + t d) of one mini-batch in train mode. Solid: d the gradient, as long as θ, downhill to the left. "
    "Dashed: d at random, each row as long as that row of the weight, zero for biases, γ and β (Li et al. 2018). "
    "The marker is the present moment."
)


def filter_normalized(direction: Array, theta: Array, shapes: Mapping[str, tuple[int, ...]]) -> Array:
    """The direction (parameters,) with each row of a weight scaled to the norm of that row of `theta`, else zero."""
    found, start = np.zeros(theta.size), 0
    for shape in shapes.values():
        stop = start + int(np.prod(shape))
        if len(shape) == 2:
            own, there = (array[start:stop].reshape(shape) for array in (direction, theta))
            sizes = np.linalg.norm(there, axis=1) / np.linalg.norm(own, axis=1)
            found[start:stop] = (own * sizes[:, None]).ravel()
        start = stop
    return found


def _slice(session: Session, shown: Shown, seed: int) -> _Slice | None:
    probe = session.probe(shown.lane)
    if probe is None:
        return None
    theta = np.asarray(probe.theta, np.float64)
    here, gradient = probe.gradient(theta)
    t = np.linspace(-1.0, 1.0, POINTS) ** 3
    size = norm(gradient)
    draw = np.random.Generator(np.random.Philox(seed)).standard_normal(theta.size)
    with np.errstate(all="ignore"):
        uphill = gradient / size * norm(theta) if 0 < size < np.inf else None
        random = filter_normalized(draw, theta, probe.shapes)
    return _Slice(shown, frozen(t), _along(probe, theta, uphill, t), _along(probe, theta, random, t), here, size == 0)


def _along(probe: Probe, theta: Array, direction: Array | None, t: Array) -> Array:
    if direction is None:
        return frozen(np.full(t.size, np.nan))
    with np.errstate(all="ignore"):
        return frozen(np.array([probe.loss(theta + each * direction) for each in t]))


def _axis(drawn: list[_Slice]) -> tuple[Axis, list[_Slice]]:
    """The y axis, and the lanes that leave it at the top."""
    label = "loss"
    values = np.concatenate([np.empty(0), *(line for each in drawn for line in (each.gradient, each.random))])
    values = values[np.isfinite(values)]
    heres = [abs(each.here) for each in drawn if np.isfinite(each.here)]
    if not values.size or not heres:
        return Axis(label), []
    top = _CUT * max(min(heres), float(np.abs(values).min()))
    seen = values[values <= top] if top > 0 else values
    low, high = float(seen.min()), float(seen.max())
    cut = [each for each in drawn if _highest(each) > high]
    if low > 0 and high / low > _RATIO:
        return Axis(label, scale="log", limits=(low / 1.25, high * 1.25)), cut
    room = 0.06 * (high - low) or 1.0
    return Axis(label, limits=(low - room, high + room)), cut


def _highest(each: _Slice) -> float:
    values = np.concatenate([each.gradient, each.random])
    return float(values[np.isfinite(values)].max(initial=-np.inf))


def _lines(each: _Slice) -> tuple[Series, ...]:
    name, role, middle = each.shown.name, each.shown.role, POINTS // 2
    at, here = frozen(each.t[middle : middle + 1].copy()), frozen(np.array([each.here]))
    return (
        Series(f"{name}, gradient", each.t, _drawn(each.gradient), role, label=name),
        Series(f"{name}, random", each.t, _drawn(each.random), role, line="dashed"),
        Series(f"{name}, now", at, _drawn(here), role, line="none", marker=each.shown.marker),
    )


def _drawn(values: Array) -> Array:
    return frozen(np.where(np.isfinite(values), values, np.nan))


def _verdict(session: Any, drawn: list[_Slice], cut: list[_Slice]) -> str:
    if not session.lanes:
        return "Add a stack to see its loss along a line"
    if not drawn:
        return "No mini-batch yet: step or play"
    words = " · ".join(_judged(each, len(drawn) <= _FEW) for each in drawn)
    if cut:
        words += f" · {', '.join(each.shown.name for each in cut)} cut off at the top"
    return words


def _judged(each: _Slice, few: bool) -> str:
    name = each.shown.name
    if not np.isfinite(each.here):
        return f"{name}: the loss is not a number"
    if each.flat:
        return f"{name}: the gradient is zero"
    bad = ~(np.isfinite(each.gradient) & np.isfinite(each.random))
    wrong = f", not a number from |t| = {significant(float(np.abs(each.t[bad]).min()), 2)}" if bad.any() else ""
    if not np.isfinite(each.gradient).any():
        return f"{name}: the gradient is not a number"
    at = int(np.nanargmin(each.gradient))
    lowest = float(each.gradient[at])
    if lowest >= each.here:
        return f"{name} {significant(each.here, 3)}: no step along the gradient is lower{wrong}"
    words = f"{name} {significant(each.here, 3)}, downhill {significant(lowest, 3)}"
    return f"{words}{f' at t = {significant(float(each.t[at]), 2)}' if few else ''}{wrong}"

"""How one layer's weights and their gradients lie together: a joint histogram, lanes side by side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.cells import number_ticks
from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import key_of, links
from bnsim.figures.ridges import sampled
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import ColorScale, Image, frozen
from bnsim.spec.layers import BatchNorm
from bnsim.spec.numerals import short
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import is_weight_layer

_CELLS = 41
_CORE = 99.5
"""Percent of the weights that the axis holds."""
_REACH = 4.0
"""How far the axis of gradients reaches, in root mean squares."""
_ROUNDING = 64.0
"""A sum of this many units in the last place of its largest part is zero up to rounding."""
_GAP = 0.15
"""Between lanes side by side, as a share of the axis's reach."""

_CAPTION = phrase(
    "Elements of the weight by value and by gradient over its root mean square, before clipping and decay; what is "
    "beyond an axis is in the outermost cells."
)

_IDLE = phrase("db is zero up to rounding: the BatchNorm after it subtracts it")


class _Pairs(NamedTuple):
    """Weights and their gradients, each (elements,), as they are; None while there is no gradient.

    `idle_bias`: its bias has a gradient that is zero up to rounding, since the BatchNorm after it subtracts the bias.
    """

    found: Found
    weights: NDArray[np.float64]
    gradients: NDArray[np.float64] | None
    idle_bias: bool = False

    @property
    def finite(self) -> bool:
        """Whether all are numbers."""
        return bool(np.isfinite(self.weights).all() and (self.gradients is None or np.isfinite(self.gradients).all()))

    @property
    def rms(self) -> float:
        """Root mean square of the gradients."""
        if self.gradients is None:
            return 0.0
        top = float(np.max(np.abs(self.gradients), initial=0.0))
        return top * float(np.sqrt(np.mean((self.gradients / top) ** 2))) if top > 0 and np.isfinite(top) else top


@figure(
    title="Weights and gradients",
    shows="joint histogram of one layer's weights and their gradients, lanes side by side",
    section="At one layer",
    about="weight layer",
    source="Schneider et al. 2021 (Cockpit)",
    unwatched="shares of a histogram",
)
def weights_and_gradients(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """How many of one layer's weights have which value and which gradient, as log10 of counts in 41 by 41 cells.

    Gradients are divided by the root mean square of their lane, which the verdict has, so that a lane with small ones
    is seen as well. What is beyond an axis is in its outermost cells. `layer_id` is a layer with weights; for another
    one the nearest is taken, for None the first. `max_points` and `known` have no effect.
    """
    pairs = [_read(found) for found in in_each_lane(session, layer_id, is_weight_layer)]
    drawn = [pair for pair in pairs if pair.gradients is not None and pair.finite and pair.rms > 0]
    reach = _reach(drawn)
    counted = [(pair, _counts(pair, reach)) for pair in drawn]
    most = max((float(counts.max()) for _, counts in counted), default=1.0)
    scale = ColorScale(phrase("log₁₀ of count"), (0.0, max(float(np.ceil(np.log10(most))), 1.0)))
    marks = []
    ticks: list[tuple[float, str]] = []
    x, y = (frozen(_middles(end)) for end in (reach, _REACH))
    for number, (pair, counts) in enumerate(counted):
        shift = number * (2 + _GAP) * reach
        with np.errstate(divide="ignore"):
            values = np.where(counts > 0, np.log10(counts), np.nan)
        marks.append(
            Image(
                pair.found.shown.name,
                frozen(values),
                x,
                y,
                across=(shift - reach, shift + reach),
                up=(-_REACH, _REACH),
                scale=scale,
                label=pair.found.title if len(pairs) > 1 else "",
            )
        )
        ticks += number_ticks(-reach, reach, shift, most=max(3, 8 // len(counted)))
    end = max((mark.across[1] for mark in marks), default=reach)
    top = _REACH * (1.25 if len(pairs) > 1 else 1.0)
    return Figure(
        name=weights_and_gradients.name,
        title=weights_and_gradients.title,
        verdict=_verdict(pairs),
        x=Axis(phrase("weight"), limits=(-reach, end), ticks=tuple(ticks)),
        y=Axis(phrase("gradient / rms"), limits=(-_REACH, top), ticks=number_ticks(-_REACH, _REACH)),
        marks=tuple(marks),
        caption=_CAPTION if marks else "",
    )


def _read(found: Found) -> _Pairs:
    lane = found.shown.lane
    key = f"{key_of(lane.stack.layers, found.link.path)}weight"
    gradients = lane.gradients().get(key)
    weights = np.ravel(lane.state_dict()[key]).astype(np.float64)
    own = None if gradients is None else np.ravel(gradients).astype(np.float64)
    return _Pairs(found, weights, own, _has_idle_bias(found))


def _has_idle_bias(found: Found) -> bool:
    """Whether the gradient of the bias before a BatchNorm is rounding: a sum over rows of what has mean 0."""
    lane, layers = found.shown.lane, found.shown.lane.stack.layers
    after = next((link for link in links(layers) if link.before == found.link.path), None)
    gradient, back = lane.gradients().get(f"{key_of(layers, found.link.path)}bias"), lane.gradient(found.link.path)
    if after is None or not isinstance(after.layer, BatchNorm) or gradient is None or back is None:
        return False
    with np.errstate(all="ignore"):
        size = np.abs(np.asarray(back, np.float64)).sum(axis=0).max(initial=0.0)
        rounding = _ROUNDING * np.finfo(back.dtype).eps * size
        return bool(np.abs(np.asarray(gradient, np.float64)).max(initial=0.0) <= rounding)


def _reach(drawn: list[_Pairs]) -> float:
    cores = [float(np.percentile(np.abs(sampled(pair.weights)), _CORE)) for pair in drawn if pair.weights.size]
    smallest = min((core for core in cores if core > 0), default=1.0)
    return min(max([*cores, 0.0]), 10 * smallest) or 1.0


def _middles(reach: float) -> NDArray[np.float64]:
    edges = np.linspace(-reach, reach, _CELLS + 1)
    middles: NDArray[np.float64] = (edges[:-1] + edges[1:]) / 2
    return middles


def _counts(pair: _Pairs, reach: float) -> NDArray[np.float64]:
    """How many weights are in each cell, (gradients, weights)."""
    assert pair.gradients is not None
    gradients = np.clip(pair.gradients / pair.rms, -_REACH, _REACH)
    edges = (np.linspace(-_REACH, _REACH, _CELLS + 1), np.linspace(-reach, reach, _CELLS + 1))
    return np.histogram2d(gradients, np.clip(pair.weights, -reach, reach), edges)[0]


def _verdict(pairs: list[_Pairs]) -> str:
    if not pairs:
        return phrase("Add a Linear layer to see its weights and gradients")
    if all(pair.gradients is None for pair in pairs):
        return phrase("No gradient yet: step into the backward pass")
    said = [joined(": ", (pair.found.title, _judged(pair))) for pair in pairs]
    idle = [pair.idle_bias and pair.finite and pair.rms > 0 for pair in pairs]
    if sum(idle) == 1:
        said = [joined("; ", (words, _IDLE)) if own else words for words, own in zip(said, idle, strict=True)]
    elif any(idle):  # once for all of them
        said.append(joined(", ", (_IDLE, phrase("in {number} lanes", number=str(sum(idle))))))
    return joined(" · ", said)


def _judged(pair: _Pairs) -> str:
    if pair.gradients is None:
        return phrase("on its way")
    if not pair.finite:
        return phrase("not a number")
    if pair.rms == 0:
        return phrase("all gradients are zero")
    return phrase(
        "gradient rms {gradient}, weight rms {weight}",
        gradient=short(pair.rms),
        weight=short(float(np.sqrt(np.mean(pair.weights**2)))),
    )

"""Rules about the gradient on its way to the input: vanishing, exploding."""

from __future__ import annotations

import math

import numpy as np

from bnsim.lenses import depth
from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Spot
from bnsim.spec.numerals import significant
from bnsim.spec.tries import Try

APART = 1e3
"""A gradient that is so many times smaller, or larger, at one end of the stack than at the other."""
NORMALIZED = "a Residual around layers, or fewer layers; the links that shrink it most are in the Why view."
"""What to try where there are BatchNorms already."""
FEWEST = 3
"""Weight layers from which on one speaks of a gradient by depth."""


def _vanishing(evidence: Evidence) -> Said | None:
    norms = evidence.gradient_norms
    if norms is None or len(norms) < FEWEST or not np.isfinite(norms).all() or not norms[-1] > 0:
        return None
    concerned = np.flatnonzero(norms < norms[-1] / APART)
    if not len(concerned):
        return None
    weights = evidence.plan.weights
    zero = np.flatnonzero(norms == 0)
    spots = [weights[k] for k in concerned]
    ends = f"{_at(evidence, norms, int(concerned[0]))}, {_at(evidence, norms, len(norms) - 1)}"
    if len(zero):
        gone = evidence.names([weights[k] for k in zero], weights)
        return Said(f"The gradient is exactly 0 at {gone}: no number of this precision is so small.", spots)
    mend = NORMALIZED if evidence.plan.norms else ""
    return Said(f"{_by_layer(norms, shrinks=True)} toward the input: {ends}.", spots, mend)


def _exploding(evidence: Evidence) -> Said | None:
    loss, norms = evidence.lane.loss, evidence.gradient_norms
    if loss is not None and not math.isfinite(loss):
        return _not_finite(evidence, f"The loss is {significant(loss)}")
    if norms is None:
        return None
    weights = evidence.plan.weights
    bad = np.flatnonzero(~np.isfinite(norms))
    if len(bad):
        where = evidence.names([weights[k] for k in bad], weights)
        return Said(f"The gradient is no finite number any more at {where}.", [weights[bad[-1]]])
    if len(norms) < FEWEST or not norms[-1] > 0:
        return None
    concerned = np.flatnonzero(norms > norms[-1] * APART)
    if not len(concerned):
        return None
    ends = f"{_at(evidence, norms, int(concerned[0]))}, {_at(evidence, norms, len(norms) - 1)}"
    spots = [weights[k] for k in concerned]
    return Said(f"{_by_layer(norms, shrinks=False)} toward the input: {ends}.", spots)


def _not_finite(evidence: Evidence, what: str) -> Said:
    """`what` is not finite, and the first layer whose output is not, either."""
    for spot in evidence.plan.spots:
        value = evidence.value(spot)
        if value is not None and not np.isfinite(value).all():
            return Said(f"{what}; the first output that is no finite number is that of {evidence.title(spot)}.", [spot])
    return Said(f"{what}, though every output is a finite number.")


def _at(evidence: Evidence, norms: np.ndarray, number: int) -> str:
    spot: Spot = evidence.plan.weights[number]
    return f"{significant(float(norms[number]), 2)} at {evidence.title(spot)}"


def _by_layer(norms: np.ndarray, *, shrinks: bool) -> str:
    """How it changes: "The gradient shrinks by ×0.24 a layer"; without the factor where that is not of inner layers."""
    factor = depth.factor_per_layer(norms)
    evenly = depth.trend(norms) == ("vanishing" if shrinks else "exploding")
    said = "The gradient shrinks" if shrinks else "The gradient grows"
    return f"{said} by ×{significant(factor, 3)} a layer" if evenly else said


VANISHING = Rule(
    "vanishing",
    "Vanishing gradient",
    "warning",
    "gradient",
    threshold="a weight layer's gradient is under a thousandth of the last one's",
    source="the effect: Hochreiter 1991; Bengio et al. 1994; Glorot and Bengio 2010. The thousandth is this program's",
    why="Under one learning rate, layers near the input then move a thousand times less than those near the loss: "
    "they stay as they were drawn.",
    mend="a BatchNorm before each activation, another activation, He or Xavier weights, a Residual around layers, or "
    "fewer layers.",
    check=_vanishing,
    tries=(
        Try("batchnorm"),
        Try("relu"),
        Try("times", amount=2.0),
    ),
)
EXPLODING = Rule(
    "exploding",
    "Exploding gradient",
    "warning",
    "gradient",
    threshold="a weight layer's gradient is over a thousand times the last one's, or no finite number",
    source="the effect: Pascanu et al. 2013; with BatchNorm: Yang et al. 2019. The thousand is this program's",
    why="A step that suits the last layers throws the first ones away; beyond the largest number of its precision the "
    "gradient is infinite, and then everything is NaN.",
    mend="a smaller learning rate, clipping by norm, smaller initial weights, Residuals, or fewer layers.",
    check=_exploding,
    tries=(
        Try("rate", amount=0.1),
        Try("clip", amount=1.0),
        Try("times", amount=0.5),
    ),
)

"""How a norm changes from a weight layer to the one before it: what figures, findings and sweeps call the factor."""

from __future__ import annotations

import math

import numpy as np

from bnsim.engine.operation import Array

VANISHING, EXPLODING = 0.8, 1.25
"""A factor per layer below or above is called so; between them, a gradient 10 layers down is within about 10 times."""


def edge(layers: int) -> int:
    """Weight layers left out at either end when the factor per layer is computed."""
    return min(5, layers // 4)


def factor_per_layer(norms: Array) -> float:
    """Geometric mean of norms[k] / norms[k + 1] over the inner layers; NaN if no two neighbors have a norm."""
    steps = steps_between(norms)
    return math.exp(float(steps.mean())) if steps.size else math.nan


def steps_between(norms: Array) -> Array:
    """Logarithms of norms[k] / norms[k + 1] over the inner layers, where both have a norm."""
    inner = norms[edge(norms.size) : norms.size - edge(norms.size)]
    with np.errstate(all="ignore"):
        logs = np.log(np.where(np.isfinite(inner) & (inner > 0), inner, np.nan))
    steps: Array = (logs[:-1] - logs[1:])[~np.isnan(logs[:-1] - logs[1:])]
    return steps

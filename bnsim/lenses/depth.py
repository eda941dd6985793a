"""How a norm changes from a weight layer to the one before it: what figures, findings and sweeps call the factor."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array

Trend = Literal["vanishing", "steady", "exploding"]
NEAR_ONE = 1.25
"""Steady is a factor per layer between this and one over this, however few layers there are;"""
IN_ALL = 10.0
"""and which makes no more than so many times more, or less, from the last weight layer to the first."""


def trend(norms: Array) -> Trend:
    """What the factor per layer comes to over the depth: "steady" if it is near 1 and its power within ten times.

    The power is that of all steps between the weight layers whose norm is computed, those at either end included.
    Without a factor it is "steady".
    """
    change = factor_per_layer(norms)
    if math.isnan(change):
        return "steady"
    steps = max(int((~np.isnan(norms)).sum()) - 1, 1)
    bound = min(NEAR_ONE, IN_ALL ** (1 / steps))
    return "vanishing" if change < 1 / bound else "exploding" if change > bound else "steady"


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

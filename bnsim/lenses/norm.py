"""The norm of an array, whatever the size of its elements."""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array

SAFE = 1e-200
"""From here on the sum of squares has lost nothing to underflow."""


def norm(array: Array) -> float:
    """The Euclidean norm of all elements, which overflows and underflows only where itself is no float64."""
    flat = np.asarray(array, np.float64).ravel()
    with np.errstate(over="ignore", under="ignore"):
        squares = float(np.dot(flat, flat))
    if SAFE < squares < np.inf:
        return float(np.sqrt(squares))
    top = float(np.max(np.abs(flat), initial=0.0))
    return top if top == 0 or not np.isfinite(top) else top * float(np.linalg.norm(flat / top))

"""How far mean and variance of a mini-batch of independent rows spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

NORMAL = 3.0
"""The kurtosis of a normal variable."""


def variance_of_mean(m: ArrayLike) -> NDArray[np.float64]:
    """Var(mean)/σ² of batches of m rows: 1/m."""
    return 1.0 / np.asarray(m, np.float64)


def variance_of_variance(m: ArrayLike, kurtosis: float = NORMAL) -> NDArray[np.float64]:
    """Var(var)/σ⁴ of the biased variance of m rows of that kurtosis κ: (m - 1)((κ - 1) m - κ + 3)/m³.

    About (κ - 1)/m; for a normal variable exactly 2 (m - 1)/m² (Cramér 1946, 27.4).
    """
    rows = np.asarray(m, np.float64)
    return (rows - 1) * ((kurtosis - 1) * rows - kurtosis + 3) / rows**3

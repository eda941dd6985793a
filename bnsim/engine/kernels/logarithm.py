"""log(1 + t) for t from 0 to 1 by arithmetic alone, so that loops over it vectorize: 2 artanh(t / (2 + t)).

Keeps its digits where it is small, and is within a few units in the last place everywhere; NaN stays NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.elementary import along, symbolic
from bnsim.engine.kernels.precision import Forms, Function

_A3, _A5, _A7, _A9, _A11, _A13, _A15, _A17, _A19, _A21, _A23, _A25, _A27, _A29, _A31, _A33 = (
    np.float64(1.0 / n) for n in range(3, 34, 2)
)
_B3, _B5, _B7, _B9, _B11, _B13, _B15 = (np.float32(1.0 / n) for n in range(3, 16, 2))


@symbolic
def log1p_below(t: Any) -> Any:
    """log(1 + t) for t from 0 to 1 (kernels)."""
    return along(t, np.log1p, lambda real: 1 / (1 + real))


def series64(z: Any) -> Any:
    """1/3 + z/5 + z²/7 + ..., to all digits of float64 for z <= 1/9."""
    p = _A31 + z * _A33
    p = _A29 + z * p
    p = _A27 + z * p
    p = _A25 + z * p
    p = _A23 + z * p
    p = _A21 + z * p
    p = _A19 + z * p
    p = _A17 + z * p
    p = _A15 + z * p
    p = _A13 + z * p
    p = _A11 + z * p
    p = _A9 + z * p
    p = _A7 + z * p
    p = _A5 + z * p
    return _A3 + z * p


def series32(z: Any) -> Any:
    """The same, to all digits of float32."""
    p = _B13 + z * _B15
    p = _B11 + z * p
    p = _B9 + z * p
    p = _B7 + z * p
    p = _B5 + z * p
    return _B3 + z * p


def _logarithm(number: Any, series: Function) -> Forms:
    two = number(2)

    def _log1p_below(t: Any) -> Any:
        s = t / (two + t)
        z = s * s
        return two * (s + s * z * series(z))

    return Forms({log1p_below: _log1p_below}, (series,))


DOUBLE, SINGLE = _logarithm(np.float64, series64), _logarithm(np.float32, series32)

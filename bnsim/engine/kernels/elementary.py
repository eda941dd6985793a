"""exp(x) - 1 and log(1 + t) on the ranges activations need, by arithmetic alone, so that loops over them vectorize.

Both keep their digits where the result is small, and within a few units in the last place everywhere; NaN stays NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FACTORIALS = [1.0]
for _n in range(1, 14):
    _FACTORIALS.append(_FACTORIALS[-1] * _n)
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = (1.0 / f for f in _FACTORIALS[2:])
_S2, _S3, _S4, _S5, _S6, _S7 = (np.float32(1.0 / f) for f in _FACTORIALS[2:8])

_LOG2E, _LOG2E32 = np.float64(1.4426950408889634), np.float32(1.4426950408889634)
_LN2_HIGH, _LN2_LOW = np.float64(6.93147180369123816490e-01), np.float64(1.90821492927058770002e-10)
_LN2_HIGH32, _LN2_LOW32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
_LOWEST, _LOWEST32 = np.float64(-60.0), np.float32(-30.0)
"""Below these, exp(x) - 1 is -1 to all digits."""
_ZERO, _ZERO32 = np.float64(0), np.float32(0)
_ONE, _ONE32 = np.float64(1), np.float32(1)
_TWO, _TWO32 = np.float64(2), np.float32(2)
_MAGIC, _MAGIC32 = np.float64(1.5 * 2**52), np.float32(1.5 * 2**23)
_SHIFT, _SHIFT32 = np.int64(52), np.int32(23)
_ONE_BITS, _ONE_BITS32 = np.int64(0x3FF0000000000000), np.int32(0x3F800000)

_A3, _A5, _A7, _A9, _A11, _A13, _A15, _A17, _A19, _A21, _A23, _A25, _A27, _A29, _A31, _A33 = (
    np.float64(1.0 / n) for n in range(3, 34, 2)
)
_B3, _B5, _B7, _B9, _B11, _B13, _B15 = (np.float32(1.0 / n) for n in range(3, 16, 2))


def expm1_below(x: Any) -> Any:
    """exp(x) - 1 for x <= 0, and 0 for what is above (kernels).

    exp(x) = 2^k (1 + q) with k = round(x / ln 2), so that exp(x) - 1 = 2^k q + (2^k - 1), the last exact.
    """
    return np.expm1(np.minimum(x, 0))


def log1p_below(t: Any) -> Any:
    """log(1 + t) for t from 0 to 1 (kernels): 2 artanh(t / (2 + t)) by its series, s + s³/3 + s⁵/5 + ..."""
    return np.log1p(t)


def expm1_below64(x: Any) -> Any:
    """In float64."""
    x = _ZERO if x > _ZERO else x
    x = _LOWEST if x < _LOWEST else x
    shifted = x * _LOG2E + _MAGIC
    k = shifted - _MAGIC
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = _C12 + r * _C13
    p = _C11 + r * p
    p = _C10 + r * p
    p = _C9 + r * p
    p = _C8 + r * p
    p = _C7 + r * p
    p = _C6 + r * p
    p = _C5 + r * p
    p = _C4 + r * p
    p = _C3 + r * p
    p = _C2 + r * p
    power = np.int64((np.float64(shifted).view(np.int64) << _SHIFT) + _ONE_BITS).view(np.float64)
    return power * (r + r * r * p) + (power - _ONE)


def expm1_below32(x: Any) -> Any:
    """In float32."""
    x = _ZERO32 if x > _ZERO32 else x
    x = _LOWEST32 if x < _LOWEST32 else x
    shifted = x * _LOG2E32 + _MAGIC32
    k = shifted - _MAGIC32
    r = (x - k * _LN2_HIGH32) - k * _LN2_LOW32
    p = _S6 + r * _S7
    p = _S5 + r * p
    p = _S4 + r * p
    p = _S3 + r * p
    p = _S2 + r * p
    power = np.int32((np.float32(shifted).view(np.int32) << _SHIFT32) + _ONE_BITS32).view(np.float32)
    return power * (r + r * r * p) + (power - _ONE32)


def log1p_below64(t: Any) -> Any:
    """In float64."""
    s = t / (_TWO + t)
    z = s * s
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
    p = _A3 + z * p
    return _TWO * (s + s * z * p)


def log1p_below32(t: Any) -> Any:
    """In float32."""
    s = t / (_TWO32 + t)
    z = s * s
    p = _B13 + z * _B15
    p = _B11 + z * p
    p = _B9 + z * p
    p = _B7 + z * p
    p = _B5 + z * p
    p = _B3 + z * p
    return _TWO32 * (s + s * z * p)

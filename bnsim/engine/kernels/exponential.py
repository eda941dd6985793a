"""exp that vectorizes: arithmetic alone, no call and no table, for loops over arrays.

exp(x) = 2^k exp(r) with k = round(x / ln 2) and |r| <= ln(2)/2, the rest by its Taylor polynomial (Cody and Waite
1980). Within 1 unit in the last place, from subnormal to infinite; NaN stays NaN. 2^k is made from the bits
of k + 1.5 * 2^52, because converting a NaN to an integer would be undefined.
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
_LOWEST, _LOWEST32 = np.float64(-746.0), np.float32(-104.0)
_ABOVE_SUBNORMAL, _ABOVE_SUBNORMAL32 = np.float64(-700.0), np.float32(-80.0)
_HIGHEST, _HIGHEST32 = np.float64(710.0), np.float32(89.0)
_HALF, _HALF32 = np.float64(0.5), np.float32(0.5)
_ONE, _ONE32 = np.float64(1), np.float32(1)

_MAGIC, _MAGIC32 = np.float64(1.5 * 2**52), np.float32(1.5 * 2**23)
"""Added to a number, leaves its nearest whole number in the low bits."""
_SHIFT, _SHIFT32 = np.int64(52), np.int32(23)
_HALF_BITS, _HALF_BITS32 = np.int64(0x3FE0000000000000), np.int32(0x3F000000)
_TWO, _TWO32 = np.float64(2), np.float32(2)
_ONE_BITS, _ONE_BITS32 = np.int64(0x3FF0000000000000), np.int32(0x3F800000)


def exp(x: Any) -> Any:
    """Of a scalar, in its own precision; kernels get `exp64` or `exp32` for it."""
    return np.exp(x)


def exp_beside_one(x: Any) -> Any:
    """Of a scalar, to the bits of `exp` but where that is too small to change a sum with 1; quicker (kernels).

    What needs no subnormal results needs one power of two less: half of 2^k is always in range.
    """
    return np.exp(x)


def exp64(x: Any) -> Any:
    """In float64."""
    x = _LOWEST if x < _LOWEST else x
    x = _HIGHEST if x > _HIGHEST else x
    k = (x * _LOG2E + _MAGIC) - _MAGIC
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
    p = _ONE + (r + r * r * p)
    # In two factors: 2^k itself may be outside the range of normal numbers.
    first = k * _HALF + _MAGIC
    second = (k - (first - _MAGIC)) + _MAGIC
    scale = np.int64((np.float64(first).view(np.int64) << _SHIFT) + _ONE_BITS).view(np.float64)
    return p * scale * np.int64((np.float64(second).view(np.int64) << _SHIFT) + _ONE_BITS).view(np.float64)


def exp32(x: Any) -> Any:
    """In float32."""
    x = _LOWEST32 if x < _LOWEST32 else x
    x = _HIGHEST32 if x > _HIGHEST32 else x
    k = (x * _LOG2E32 + _MAGIC32) - _MAGIC32
    r = (x - k * _LN2_HIGH32) - k * _LN2_LOW32
    p = _S6 + r * _S7
    p = _S5 + r * p
    p = _S4 + r * p
    p = _S3 + r * p
    p = _S2 + r * p
    p = _ONE32 + (r + r * r * p)
    first = k * _HALF32 + _MAGIC32
    second = (k - (first - _MAGIC32)) + _MAGIC32
    scale = np.int32((np.float32(first).view(np.int32) << _SHIFT32) + _ONE_BITS32).view(np.float32)
    return p * scale * np.int32((np.float32(second).view(np.int32) << _SHIFT32) + _ONE_BITS32).view(np.float32)


def exp_beside_one64(x: Any) -> Any:
    """In float64."""
    x = _ABOVE_SUBNORMAL if x < _ABOVE_SUBNORMAL else x
    x = _HIGHEST if x > _HIGHEST else x
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
    p = _ONE + (r + r * r * p)
    half = np.int64((np.float64(shifted).view(np.int64) << _SHIFT) + _HALF_BITS).view(np.float64)
    return p * half * _TWO


def exp_beside_one32(x: Any) -> Any:
    """In float32."""
    x = _ABOVE_SUBNORMAL32 if x < _ABOVE_SUBNORMAL32 else x
    x = _HIGHEST32 if x > _HIGHEST32 else x
    shifted = x * _LOG2E32 + _MAGIC32
    k = shifted - _MAGIC32
    r = (x - k * _LN2_HIGH32) - k * _LN2_LOW32
    p = _S6 + r * _S7
    p = _S5 + r * p
    p = _S4 + r * p
    p = _S3 + r * p
    p = _S2 + r * p
    p = _ONE32 + (r + r * r * p)
    half = np.int32((np.float32(shifted).view(np.int32) << _SHIFT32) + _HALF_BITS32).view(np.float32)
    return p * half * _TWO32

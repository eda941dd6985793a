"""exp that vectorizes: arithmetic alone, no call and no table, for loops over arrays.

exp(x) = 2^k exp(r) with k = round(x / ln 2) and |r| <= ln(2)/2, the rest by its Taylor polynomial (Cody and Waite
1980). Within 1 unit in the last place, from subnormal to infinite; NaN stays NaN. k is read from the bits of
x / ln 2 + 1.5 * 2^52, because converting a NaN to an integer would be undefined.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_LOG2E = 1.4426950408889634
_MAGIC64 = np.float64(6755399441055744.0)  # 1.5 * 2^52
_MAGIC64_BITS = np.int64(0x4338000000000000)
_LN2_HIGH64, _LN2_LOW64 = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_MAGIC32 = np.float32(12582912.0)  # 1.5 * 2^23
_MAGIC32_BITS = np.int32(0x4B400000)
_LN2_HIGH32, _LN2_LOW32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
_F = [1.0]
for _n in range(1, 14):
    _F.append(_F[-1] / _n)
_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = _F[2:14]
_S2, _S3, _S4, _S5, _S6, _S7 = (np.float32(c) for c in _F[2:8])
_ONE64, _ONE32 = np.float64(1), np.float32(1)
_LOW64, _HIGH64 = np.float64(-746.0), np.float64(710.0)
_LOW32, _HIGH32 = np.float32(-104.0), np.float32(89.0)
_LOG2E32 = np.float32(_LOG2E)
_BIAS64, _SHIFT64, _UNIT64 = np.int64(1023), np.int64(52), np.int64(1)
_BIAS32, _SHIFT32, _UNIT32 = np.int32(127), np.int32(23), np.int32(1)


def exp(x: Any) -> Any:
    """Of a scalar, in its own precision; kernels get `exp64` or `exp32` for it."""
    return np.exp(x)


def exp64(x: Any) -> Any:
    """In float64."""
    x = _LOW64 if x < _LOW64 else x
    x = _HIGH64 if x > _HIGH64 else x
    shifted = x * _LOG2E + _MAGIC64
    k = np.float64(shifted).view(np.int64) - _MAGIC64_BITS
    count = shifted - _MAGIC64
    r = (x - count * _LN2_HIGH64) - count * _LN2_LOW64
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
    p = _ONE64 + (r + r * r * p)
    # In two factors: 2^k itself may be outside the range of normal numbers.
    half = k >> _UNIT64
    first = np.int64((half + _BIAS64) << _SHIFT64).view(np.float64)
    second = np.int64((k - half + _BIAS64) << _SHIFT64).view(np.float64)
    return p * first * second


def exp32(x: Any) -> Any:
    """In float32."""
    x = _LOW32 if x < _LOW32 else x
    x = _HIGH32 if x > _HIGH32 else x
    shifted = x * _LOG2E32 + _MAGIC32
    k = np.float32(shifted).view(np.int32) - _MAGIC32_BITS
    count = shifted - _MAGIC32
    r = (x - count * _LN2_HIGH32) - count * _LN2_LOW32
    p = _S6 + r * _S7
    p = _S5 + r * p
    p = _S4 + r * p
    p = _S3 + r * p
    p = _S2 + r * p
    p = _ONE32 + (r + r * r * p)
    half = np.int32(k >> _UNIT32)
    first = np.int32(np.int32(half + _BIAS32) << _SHIFT32).view(np.float32)
    second = np.int32(np.int32(k - half + _BIAS32) << _SHIFT32).view(np.float32)
    return p * first * second

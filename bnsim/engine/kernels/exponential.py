"""exp, and exp(x) - 1 below zero, that vectorize: arithmetic alone, no call and no table, for loops over arrays.

exp(x) = 2^k exp(r) with k = round(x / ln 2) and |r| <= ln(2)/2, the rest by its Taylor polynomial (Cody and Waite
1980). exp is within 1 unit in the last place, from subnormal to infinite; NaN stays NaN. 2^k is made from the bits
of k + 1.5 * 2^52, because converting a NaN to an integer would be undefined.
"""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np

from bnsim.engine.kernels.elementary import along, symbolic
from bnsim.engine.kernels.precision import Forms, Function

_C2, _C3, _C4, _C5, _C6, _C7, _C8, _C9, _C10, _C11, _C12, _C13 = (1.0 / factorial(n) for n in range(2, 14))
_S2, _S3, _S4, _S5, _S6, _S7 = (np.float32(1.0 / factorial(n)) for n in range(2, 8))


@symbolic
def exp(x: Any) -> Any:
    """Of a scalar, in its own precision (kernels)."""
    return along(x, np.exp, np.exp)


@symbolic
def exp_beside_one(x: Any) -> Any:
    """Of a scalar, to the bits of `exp` but where that is too small to change a sum with 1; quicker (kernels).

    What needs no subnormal results needs one power of two less: half of 2^k is always in range.
    """
    return along(x, np.exp, np.exp)


@symbolic
def expm1_below(x: Any) -> Any:
    """exp(x) - 1 for x <= 0, and 0 for what is above; keeps its digits where it is small (kernels).

    It is 2^k q + (2^k - 1) with q = exp(r) - 1, and 2^k - 1 exact.
    """
    return along(np.minimum(x, 0), np.expm1, np.exp)


def series64(r: Any) -> Any:
    """1/2! + r/3! + r²/4! + ..., to all digits of float64 for |r| <= ln(2)/2."""
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
    return _C2 + r * p


def series32(r: Any) -> Any:
    """The same, to all digits of float32."""
    p = _S6 + r * _S7
    p = _S5 + r * p
    p = _S4 + r * p
    p = _S3 + r * p
    return _S2 + r * p


def _exponentials(
    number: Any, whole: Any, series: Function, ln2: tuple[float, float], ends: tuple[float, float, float, float]
) -> Forms:
    """`ln2` in two parts, of which the first times k is exact; `ends`: where each function no longer changes."""
    log2e, ln2_high, ln2_low = number(1.4426950408889634), number(ln2[0]), number(ln2[1])
    vanished, above_subnormal, minus_one, infinite = map(number, ends)
    zero, half, one, two = map(number, (0, 0.5, 1, 2))
    digits = np.finfo(number).nmant
    shift = whole(digits)
    magic = number(1.5 * 2**digits)  # Added to a number, leaves its nearest whole number in the low bits.
    one_bits, half_bits = one.view(whole), half.view(whole)

    def split(x: Any) -> Any:
        """The number that holds k in its low bits, and exp(r) - 1."""
        shifted = x * log2e + magic
        k = shifted - magic
        r = (x - k * ln2_high) - k * ln2_low
        return shifted, r + r * r * series(r)

    def power(shifted: Any, bits: Any) -> Any:
        """2^k times the number with these bits."""
        return whole((number(shifted).view(whole) << shift) + bits).view(number)

    def _exp(x: Any) -> Any:
        x = vanished if x < vanished else x
        x = infinite if x > infinite else x
        shifted, q = split(x)
        k = shifted - magic
        # In two factors: 2^k itself may be outside the range of normal numbers.
        first = k * half + magic
        second = (k - (first - magic)) + magic
        return (one + q) * power(first, one_bits) * power(second, one_bits)

    def _exp_beside_one(x: Any) -> Any:
        x = above_subnormal if x < above_subnormal else x
        x = infinite if x > infinite else x
        shifted, q = split(x)
        return (one + q) * power(shifted, half_bits) * two

    def _expm1_below(x: Any) -> Any:
        x = zero if x > zero else x
        x = minus_one if x < minus_one else x
        shifted, q = split(x)
        scale = power(shifted, one_bits)
        return scale * q + (scale - one)

    forms = {exp: _exp, exp_beside_one: _exp_beside_one, expm1_below: _expm1_below}
    return Forms(forms, (series, split, power))


DOUBLE = _exponentials(
    np.float64, np.int64, series64, (6.93147180369123816490e-01, 1.90821492927058770002e-10), (-746, -700, -60, 710)
)
SINGLE = _exponentials(np.float32, np.int32, series32, (0.693359375, -2.12194440e-4), (-104, -80, -30, 89))

"""Products of vanished gradients without the processor's slow path.

Multiplying a subnormal number takes a microcode assist of some hundred cycles, and a matrix product makes one for
every pair of factors. So a factor whose numbers have all nearly vanished is raised by a power of two, exactly,
multiplied, and the product lowered again, to subnormal numbers where it belongs there. Raising and lowering work on
the bits: they take no assist either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.views import bits_of
from bnsim.engine.operation import Array

_SHIFT64, _SHIFT32 = np.int64(52), np.int32(23)
_SIGN64, _SIGN32 = np.int64(-(2**63)), np.int32(-(2**31))
_SIZE64, _SIZE32 = np.int64(2**63 - 1), np.int32(2**31 - 1)
_INFINITE64, _INFINITE32 = np.int64(0x7FF0000000000000), np.int32(0x7F800000)
_NORMAL64, _NORMAL32 = np.int64(1 << 52), np.int32(1 << 23)

RAISE64, RAISE32 = 900, 100
"""Powers of two by which numbers are raised."""
TINY64, TINY32 = np.float64(2.0**-960), np.float32(2.0**-104)
_FROM_BITS64, _FROM_BITS32 = np.float64(2.0 ** (-1074 + RAISE64)), np.float32(2.0 ** (-149 + RAISE32))
_TO_BITS64, _TO_BITS32 = np.float64(2.0 ** (1074 - RAISE64)), np.float32(2.0 ** (149 - RAISE32))
_UP64, _UP32 = np.int64(RAISE64 << 52), np.int32(RAISE32 << 23)


def has_vanished(g: Array) -> Any:
    """Whether all numbers of a gradient are so small that products of them may be subnormal (kernels).

    The first row is asked first: where gradients are ordinary the answer must cost next to nothing.
    """
    raise TypeError("replaced by the precision's own when compiled")


def raise_to(g: Array, out: Array) -> None:
    """`g`, all below 1 in size, times 2^RAISE into `out`; vectors (kernels)."""
    raise TypeError("replaced by the precision's own when compiled")


def lower(product: Array) -> None:
    """`product`, a vector, times 2^-RAISE, in place, rounded to nearest (kernels)."""
    raise TypeError("replaced by the precision's own when compiled")


def has_vanished64(g: Array) -> Any:
    """In float64."""
    some = False
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            if not abs(g[i, j]) < TINY64:
                return False
            some = some or g[i, j] != 0
        if not some:
            return False
    return True


def has_vanished32(g: Array) -> Any:
    """In float32."""
    some = False
    for i in range(g.shape[0]):
        for j in range(g.shape[1]):
            if not abs(g[i, j]) < TINY32:
                return False
            some = some or g[i, j] != 0
        if not some:
            return False
    return True


def raise_to64(g: Array, out: Array) -> None:
    """In float64."""
    bits, up = bits_of(g), bits_of(out)
    for i in range(bits.shape[0]):
        size = bits[i] & _SIZE64
        small = np.float64(np.float64(size) * _FROM_BITS64).view(np.int64)
        up[i] = (small if size < _NORMAL64 else size + _UP64) | (bits[i] & _SIGN64)


def raise_to32(g: Array, out: Array) -> None:
    """In float32."""
    bits, up = bits_of(g), bits_of(out)
    for i in range(bits.shape[0]):
        size = np.int32(bits[i] & _SIZE32)
        small = np.float32(np.float32(size) * _FROM_BITS32).view(np.int32)
        up[i] = np.int32((small if size < _NORMAL32 else np.int32(size + _UP32)) | np.int32(bits[i] & _SIGN32))


def lower64(product: Array) -> None:
    """In float64."""
    bits = bits_of(product)
    for i in range(bits.shape[0]):
        size = bits[i] & _SIZE64
        small = np.int64(np.rint(abs(product[i]) * _TO_BITS64))
        lowered = small if size < _UP64 + _NORMAL64 else size - _UP64
        bits[i] = (lowered if size < _INFINITE64 else size) | (bits[i] & _SIGN64)


def lower32(product: Array) -> None:
    """In float32."""
    bits = bits_of(product)
    for i in range(bits.shape[0]):
        size = np.int32(bits[i] & _SIZE32)
        small = np.int32(np.rint(abs(product[i]) * _TO_BITS32))
        lowered = small if size < np.int32(_UP32 + _NORMAL32) else np.int32(size - _UP32)
        bits[i] = np.int32((lowered if size < _INFINITE32 else size) | np.int32(bits[i] & _SIGN32))

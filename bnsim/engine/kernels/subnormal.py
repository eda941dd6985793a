"""Products of vanished gradients without the processor's slow path.

Multiplying a subnormal number takes a microcode assist of some hundred cycles, and a matrix product makes one for
every pair of factors. So a factor whose numbers have all nearly vanished is raised by a power of two, exactly,
multiplied, and the product lowered again, to subnormal numbers where it belongs there. Raising and lowering work on
the bits: they take no assist either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.precision import Forms
from bnsim.engine.kernels.views import bits_of
from bnsim.engine.operation import Array


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


def _subnormal(number: Any, whole: Any, raised: int, tiny: float) -> Forms:
    """`raised` is the power of two by which numbers are raised; a number below `tiny` in size has nearly vanished."""
    digits = np.finfo(number).nmant
    smallest = float(np.finfo(number).smallest_subnormal)
    limit, from_bits, to_bits = number(tiny), number(2.0**raised * smallest), number(2.0**-raised / smallest)
    size_bits, sign_bit = whole(np.iinfo(whole).max), whole(np.iinfo(whole).min)
    normal, up, infinite = whole(1 << digits), whole(raised << digits), number(np.inf).view(whole)
    lowest = whole(up + normal)

    def _has_vanished(g: Array) -> Any:
        some = False
        for i in range(g.shape[0]):
            for j in range(g.shape[1]):
                if not abs(g[i, j]) < limit:
                    return False
                some = some or g[i, j] != 0
            if not some:
                return False
        return True

    def _raise_to(g: Array, out: Array) -> None:
        bits, raised_bits = bits_of(g), bits_of(out)
        for i in range(bits.shape[0]):
            size = whole(bits[i] & size_bits)
            small = number(number(size) * from_bits).view(whole)
            raised_bits[i] = whole((small if size < normal else whole(size + up)) | whole(bits[i] & sign_bit))

    def _lower(product: Array) -> None:
        bits = bits_of(product)
        for i in range(bits.shape[0]):
            size = whole(bits[i] & size_bits)
            small = whole(np.rint(abs(product[i]) * to_bits))
            lowered = small if size < lowest else whole(size - up)
            bits[i] = whole((lowered if size < infinite else size) | whole(bits[i] & sign_bit))

    return Forms({has_vanished: _has_vanished, raise_to: _raise_to, lower: _lower})


DOUBLE = _subnormal(np.float64, np.int64, 900, 2.0**-960)
SINGLE = _subnormal(np.float32, np.int32, 100, 2.0**-104)

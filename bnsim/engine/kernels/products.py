"""Products of matrices: BLAS's, in the shapes it multiplies fastest (kernels).

OpenBLAS has kernels for small matrices on processors with AVX-512, which take a product of up to a million pairs of
factors without repacking it and are half as fast again as the others; but they are slow at A Bᵀ. So a larger product
is put together from blocks of that size, in one order, and Wᵀ is copied out before it is multiplied with.
"""

from __future__ import annotations

from bnsim.engine.operation import Array

SMALL = 100**3
"""The most pairs of factors that OpenBLAS's kernels for small matrices take."""
LARGE = 200**3
"""From here on, blocks no longer gain in a training step: the operands are not in the nearest caches."""
BLOCK_ROWS, BLOCK_COLUMNS, BLOCK_DEPTH = 96, 128, 64
"""Of a block, as measured: within 5 % of the best for squares of 100 to 192."""

TRANSPOSE_FROM = 8
"""Smaller batches do not repay a copy of Wᵀ."""


def multiply(a: Array, b: Array, c: Array) -> None:
    """Product a b into c."""
    raise TypeError("replaced when compiled")


def multiply_turned(a: Array, b: Array, c: Array) -> None:
    """Product aᵀ b into c."""
    raise TypeError("replaced when compiled")


def multiply_by_turned(a: Array, b: Array, c: Array) -> None:
    """Product a bᵀ into c, in one."""
    raise TypeError("replaced when compiled")


def transpose(a: Array, out: Array) -> None:
    """Copy aᵀ into `out`."""
    raise TypeError("replaced when compiled")

"""Products of matrices, in the way that is quickest for their shape (kernels).

OpenBLAS has kernels for small matrices on processors with AVX-512, which take a product of up to a million pairs of
factors without repacking it and are half as fast again as the others; but they are slow at A Bᵀ. So a larger product
is put together from blocks of that size, in one order, and Wᵀ is copied out before it is multiplied with. Where blocks
no longer gain, tiles of our own do (see `tiled`). Which way a product goes depends on its shape alone.
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


TILED_ROWS, TILED_COLUMNS, TILED_DEPTH = 48, 128, 32
"""From here on a product repays the packing of B into panels, and their unused columns cost little."""
TILED_TO_SINGLE, TILED_TO_DOUBLE = 450**3, 320**3
"""The most pairs of factors: beyond, A does not stay in the nearer caches from one panel to the next."""


def is_tiled(rows: int, columns: int, depth: int, item: int) -> bool:
    """Whether rows x depth times depth x columns numbers of `item` bytes is quicker in tiles."""
    most = TILED_TO_SINGLE if item == 4 else TILED_TO_DOUBLE
    fits = rows >= TILED_ROWS and columns >= TILED_COLUMNS and depth >= TILED_DEPTH
    return fits and LARGE <= rows * columns * depth <= most


def multiply(a: Array, b: Array, c: Array, tiled: int) -> None:
    """Product a b into c. `tiled` is where `tiled.multiply_in_tiles` has been compiled to, or 0."""
    raise TypeError("replaced when compiled")


def multiply_turned(a: Array, b: Array, c: Array, tiled: int) -> None:
    """Product aᵀ b into c."""
    raise TypeError("replaced when compiled")


def multiply_by_turned(a: Array, b: Array, c: Array, turned: Array, tiled: int) -> None:
    """Product a bᵀ into c, by way of a copy of bᵀ if there is room for one and tiles do not do without."""
    raise TypeError("replaced when compiled")


def transpose(a: Array, out: Array) -> None:
    """Copy aᵀ into `out`."""
    raise TypeError("replaced when compiled")

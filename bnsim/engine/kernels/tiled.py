"""Products of medium matrices from tiles: what BLAS is slower at.

A panel of B is packed, and multiplied with all of A, a tile's rows at a time; A is read where it stands. Bᵀ is turned
as it is packed. The first tile of a panel calls for what the next one is packed from. Every number of C is summed in
the order of k, in the same stretches for the same depth.
"""

from __future__ import annotations

from bnsim.engine.kernels.panels import PANEL_DEPTH, copy_row, copy_turned, empty_panel, lanes
from bnsim.engine.kernels.tile import TILE_REGISTERS, TILE_ROWS, add_tile
from bnsim.engine.operation import Array

AHEAD = 4
"""By how many k numbers of Aᵀ are called for in advance: its rows fall on the same few places of the nearest cache."""


def multiply_in_tiles(a_turned: bool, b_turned: bool, a: Array, b: Array, c: Array) -> None:
    """A B into C, or with Aᵀ or Bᵀ for those turned. At least TILE_ROWS rows; depth >= 1."""
    rows, columns = c.shape
    depth = a.shape[0] if a_turned else a.shape[1]
    down, along = (1, rows) if a_turned else (depth, 1)
    panel = empty_panel(a)
    wanted = a if a_turned else b
    width = TILE_REGISTERS * lanes(a)
    stretches = (depth + PANEL_DEPTH - 1) // PANEL_DEPTH
    deep = (depth + stretches - 1) // stretches
    for k in range(0, depth, deep):
        height = min(deep, depth - k)
        for j in range(0, columns, width):
            wide = min(width, columns - j)
            pack(b_turned, b, k, height, j, wide, panel)
            for i in range(0, rows, TILE_ROWS):
                # The last tile begins earlier where rows are left over: what it has again it does not store.
                first = min(i, rows - TILE_ROWS)
                at, to = first * down + k * along, first * columns + j
                start, step = 0, 0
                if a_turned:
                    start, step = at + AHEAD * along, along
                elif i == 0 and j + width < columns:
                    start, step = ((j + width) * depth + k, width) if b_turned else (k * columns + j + width, columns)
                add_tile(a, at, down, along, panel, height, c, to, columns, wide, i - first, k > 0, wanted, start, step)


def pack(turned: bool, b: Array, k: int, height: int, j: int, wide: int, panel: Array) -> None:
    """Rows k to k + height - 1 of columns j to j + wide - 1 of B, or of Bᵀ, into a panel."""
    side = lanes(b)
    width = TILE_REGISTERS * side
    stride = b.shape[1]
    if turned:
        for across in range(0, width, side):
            for down in range(0, height, side):
                start = (j + across) * stride + k + down
                copy_turned(b, start, stride, wide - across, height - down, panel, down * width + across)
    else:
        for down in range(height):
            copy_row(b, (k + down) * stride + j, wide, panel, down * width)

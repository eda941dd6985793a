"""The innermost part of a product: a tile of C, kept in registers while it is summed.

TILE_ROWS x TILE_REGISTERS totals, as many numbers of B and one of A take 29 of the 32 registers AVX-512 has. For every
k the tile takes one row of a packed panel of B (see `panels`) and a column of TILE_ROWS numbers of A where they stand,
each spread over a register: 15 loads for 26 multiply-adds, of which two are begun in a cycle. Of sides up to 14 rows,
13 leaves the least over in multiples of 64.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from bnsim.engine.kernels.vectors import Vectors, element, spread, whole

TILE_ROWS = 13
TILE_REGISTERS = 2

_BASES = 3
"""Rows that share an address register: the processor's addresses reach a base, and one and two strides on."""

_intrinsic: Any = intrinsic


@_intrinsic
def add_tile(
    typing: Any,
    a: Any,
    a_start: Any,
    a_down: Any,
    a_along: Any,
    panel: Any,
    depth: Any,
    c: Any,
    c_start: Any,
    c_stride: Any,
    width: Any,
    done: Any,
    more: Any,
    wanted: Any,
    wanted_start: Any,
    wanted_step: Any,
) -> Any:
    """A tile of A B into C, TILE_ROWS x `width` numbers; added to what is there if `more`. Nothing is checked.

    A begins at number `a_start`, its rows are `a_down` numbers apart and its columns `a_along`. `panel` is `depth` >= 1
    rows of B. The first `done` rows of the tile stand in C already and stay as they are. From `wanted`, beginning at
    number `wanted_start`, a piece is called into the nearest cache for every k, each `wanted_step` numbers on.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, a_start, a_down, a_along, panel, depth, c, c_start, c_stride, width, done, more, *wanted, step = arguments
        vectors = Vectors(context, builder, signature.args[0].dtype)
        a_at = element(context, builder, signature.args[0], a, a_start)
        panel_at = element(context, builder, signature.args[4], panel, whole(0))
        c_at = element(context, builder, signature.args[6], c, c_start)
        wanted_at = element(context, builder, signature.args[12], *wanted)
        totals = _sums(builder, vectors, (a_at, a_down, a_along), panel_at, depth, (wanted_at, step))
        _put(builder, vectors, totals, (c_at, c_stride), width, done, more)
        return context.get_dummy_value()

    size, yes = types.intp, types.boolean
    tile = (a, size, size, size, panel, size, c, size, size, size, size, yes)
    return types.void(*tile, wanted, size, size), codegen


def _sums(
    builder: Any, vectors: Vectors, a: tuple[Any, Any, Any], panel: Any, depth: Any, wanted: tuple[Any, Any]
) -> list[list[Any]]:
    """The loop over k: totals of each row, TILE_REGISTERS of them. `a` is where it begins, and its strides."""
    at, down, along = a
    bases = [builder.gep(at, [builder.mul(down, whole(first))]) for first in range(0, TILE_ROWS, _BASES)]
    before, loop, after = builder.block, builder.append_basic_block("k"), builder.append_basic_block("summed")

    def carried(start: Any) -> Any:
        value = builder.phi(start.type)
        value.add_incoming(start, before)
        return value

    builder.branch(loop)
    builder.position_at_end(loop)
    left, b_at, wanted_at = carried(depth), carried(panel), carried(wanted[0])
    at_rows = [carried(base) for base in bases]
    totals = [[carried(vectors.zero) for _ in range(TILE_REGISTERS)] for _ in range(TILE_ROWS)]
    _fetch(builder, wanted_at, max(TILE_ROWS - 1, vectors.lanes))
    b = [vectors.load(builder.gep(b_at, [whole(k * vectors.lanes)])) for k in range(TILE_REGISTERS)]
    sums = []
    for row, total in enumerate(totals):
        number = builder.load(builder.gep(at_rows[row // _BASES], [builder.mul(down, whole(row % _BASES))]))
        factor = spread(builder, number, vectors.lanes)
        sums.append([vectors.multiply_add(factor, b[k], total[k]) for k in range(TILE_REGISTERS)])
    following = [builder.sub(left, whole(1)), builder.gep(b_at, [whole(TILE_REGISTERS * vectors.lanes)])]
    following += [builder.gep(wanted_at, [wanted[1]])]
    following += [builder.gep(at_row, [along]) for at_row in at_rows]
    for value, next_value in zip((left, b_at, wanted_at, *at_rows), following, strict=True):
        value.add_incoming(next_value, loop)
    for total, added in zip(totals, sums, strict=True):
        for k in range(TILE_REGISTERS):
            total[k].add_incoming(added[k], loop)
    _keep_rolled(builder, builder.cbranch(builder.icmp_signed(">", following[0], whole(0)), loop, after))
    builder.position_at_end(after)
    return sums


def _fetch(builder: Any, at: Any, further: int) -> None:
    """Call two lines of memory into the nearest cache: at an address, and so many numbers on."""
    byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
    function = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
    prefetch = cgutils.get_or_insert_function(builder.module, function, "llvm.prefetch.p0")
    to_read, to_stay, data = (ir.Constant(flag, value) for value in (0, 3, 1))
    for place in (at, builder.gep(at, [whole(further)])):
        builder.call(prefetch, [builder.bitcast(place, byte), to_read, to_stay, data])


def _keep_rolled(builder: Any, branch: Any) -> None:
    """No copies of the loop's body: they gain nothing and take long to compile."""
    module = builder.module
    branch.set_metadata("llvm.loop", module.add_metadata([module.add_metadata(["llvm.loop.unroll.disable"])]))


def _put(
    builder: Any, vectors: Vectors, totals: list[list[Any]], c: tuple[Any, Any], width: Any, done: Any, more: Any
) -> None:
    """Totals into C, or added to it. `c` is where the tile begins, and its stride."""
    at, stride = c
    masks = [vectors.first(width, k * vectors.lanes) for k in range(TILE_REGISTERS)]
    for row, total in enumerate(totals):
        wanted = builder.icmp_signed("<=", done, whole(row))
        at_row = builder.gep(at, [builder.mul(stride, whole(row))])
        for k, mask in enumerate(masks):
            kept, at_part = vectors.only_if(mask, wanted), builder.gep(at_row, [whole(k * vectors.lanes)])
            before = vectors.load_masked(at_part, vectors.only_if(kept, more))
            vectors.store_masked(builder.fadd(before, total[k]), at_part, kept)

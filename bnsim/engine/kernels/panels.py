"""Panels: a few columns of a matrix copied to one place, row behind row, in the order a tile reads them.

A panel is `panel_width` numbers wide, zeros where the matrix ends, and at most PANEL_DEPTH rows deep: 32 KiB, which
lie on the stack of the thread that multiplies.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj

from bnsim.engine.kernels.tile import TILE_REGISTERS
from bnsim.engine.kernels.vectors import REGISTER_BYTES, Vectors, element, lanes_of, transposed, whole

PANEL_DEPTH = 256

_intrinsic: Any = intrinsic


@_intrinsic
def lanes(typing: Any, a: Any) -> Any:
    """How many numbers of a matrix a register holds."""
    count = lanes_of(a.dtype)
    return types.intp(a), lambda context, builder, signature, arguments: whole(count)


@_intrinsic
def empty_panel(typing: Any, a: Any) -> Any:
    """Room for one, as a vector of what matrix `a` holds; gone when the function that asked returns."""
    number = a.dtype
    panel = types.Array(number, 1, "C")
    size = PANEL_DEPTH * TILE_REGISTERS * lanes_of(number)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        item = context.get_data_type(number)
        with builder.goto_entry_block():
            room = builder.alloca(ir.ArrayType(item, size))
        room.align = REGISTER_BYTES
        made = arrayobj.make_array(panel)(context, builder)
        width = whole(number.bitwidth // 8)
        data = builder.bitcast(room, item.as_pointer())
        arrayobj.populate_array(made, data=data, shape=(whole(size),), strides=(width,), itemsize=width, meminfo=None)
        return made._getvalue()

    return panel(a), codegen


@_intrinsic
def copy_row(typing: Any, b: Any, start: Any, count: Any, panel: Any, to: Any) -> Any:
    """`count` numbers of a matrix, from number `start`, to a panel's row that begins at `to`; zeros behind them."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        b, start, count, panel, to = arguments
        vectors = Vectors(context, builder, signature.args[0].dtype)
        source = element(context, builder, signature.args[0], b, start)
        target = element(context, builder, signature.args[3], panel, to)
        for before in range(0, TILE_REGISTERS * vectors.lanes, vectors.lanes):
            part = vectors.load_masked(builder.gep(source, [whole(before)]), vectors.first(count, before))
            vectors.store(part, builder.gep(target, [whole(before)]))
        return context.get_dummy_value()

    size = types.intp
    return types.void(b, size, size, panel, size), codegen


@_intrinsic
def copy_turned(typing: Any, b: Any, start: Any, stride: Any, rows: Any, columns: Any, panel: Any, to: Any) -> Any:
    """A square of a register's width from a matrix, from number `start`, transposed, to a panel from number `to`.

    Of it `rows` and `columns` are there, the rest becomes zero.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        b, start, stride, rows, columns, panel, to = arguments
        vectors = Vectors(context, builder, signature.args[0].dtype)
        source = element(context, builder, signature.args[0], b, start)
        target = element(context, builder, signature.args[5], panel, to)
        mask = vectors.first(columns)
        square = []
        for k in range(vectors.lanes):
            there = vectors.only_if(mask, builder.icmp_signed("<", whole(k), rows))
            square.append(vectors.load_masked(builder.gep(source, [builder.mul(stride, whole(k))]), there))
        for k, row in enumerate(transposed(builder, square)):
            vectors.store(row, builder.gep(target, [whole(k * TILE_REGISTERS * vectors.lanes)]))
        return context.get_dummy_value()

    size = types.intp
    return types.void(b, size, size, size, size, panel, size), codegen

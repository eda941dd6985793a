"""What kernels need and Numba's Python has no words for: arrays without checks, BLAS on parts of arrays, vectors."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

TILE_BYTES = 64
"""A row of what `transpose_tile` turns: an AVX-512 register. Narrower ones take several."""

_intrinsic: Any = intrinsic


@_intrinsic
def window(typing: Any, memory: Any, start: Any, rows: Any, columns: Any) -> Any:
    """A matrix over part of `memory`, which must outlive it: no reference is counted and nothing is checked.

    Slicing and reshaping give the same and take several times as long to compile, and a tenth of a microsecond to run.
    """
    matrix = types.Array(memory.dtype, 2, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = arrayobj.make_array(memory)(context, builder, arguments[0])
        item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(memory.dtype)))
        made = arrayobj.make_array(matrix)(context, builder)
        arrayobj.populate_array(
            made,
            data=builder.gep(source.data, [arguments[1]]),
            shape=arguments[2:],
            strides=[builder.mul(arguments[3], item), item],
            itemsize=item,
            meminfo=None,
        )
        return made._getvalue()

    return matrix(memory, types.intp, types.intp, types.intp), codegen


@_intrinsic
def stretch(typing: Any, memory: Any, start: Any, size: Any) -> Any:
    """A vector over part of `memory`; see `window`."""
    vector = types.Array(memory.dtype, 1, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = arrayobj.make_array(memory)(context, builder, arguments[0])
        item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(memory.dtype)))
        made = arrayobj.make_array(vector)(context, builder)
        arrayobj.populate_array(
            made,
            data=builder.gep(source.data, [arguments[1]]),
            shape=[arguments[2]],
            strides=[item],
            itemsize=item,
            meminfo=None,
        )
        return made._getvalue()

    return vector(memory, types.intp, types.intp), codegen


@_intrinsic
def integers(typing: Any, vector: Any) -> Any:
    """A vector's memory as integers of the same width; see `window`."""
    numbers = types.Array(types.int32 if vector.dtype.bitwidth == 32 else types.int64, 1, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = arrayobj.make_array(vector)(context, builder, arguments[0])
        made = arrayobj.make_array(numbers)(context, builder)
        arrayobj.populate_array(
            made,
            data=builder.bitcast(source.data, ir.IntType(vector.dtype.bitwidth).as_pointer()),
            shape=source.shape,
            strides=source.strides,
            itemsize=source.itemsize,
            meminfo=None,
        )
        return made._getvalue()

    return numbers(vector), codegen


@_intrinsic
def gemm(
    typing: Any,
    a_turned: Any,
    b_turned: Any,
    rows: Any,
    columns: Any,
    depth: Any,
    a: Any,
    a_start: Any,
    a_stride: Any,
    b: Any,
    b_start: Any,
    b_stride: Any,
    more: Any,
    c: Any,
    c_start: Any,
    c_stride: Any,
) -> Any:
    """BLAS's product of parts of C-ordered matrices: A B into C, added if `more`; with Aᵀ or Bᵀ for those turned.

    A part begins `start` numbers into its array, and its rows are `stride` apart. Nothing is checked. BLAS counts in
    columns: there it is Cᵀ = Bᵀ Aᵀ.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a_turned, b_turned, rows, columns, depth, *operands, more, c, c_start, c_stride = arguments
        number = context.get_data_type(signature.args[5].dtype)
        byte, size, pointer = ir.IntType(8), ir.IntType(64), ir.IntType(8).as_pointer()

        def part(position: int, array: Any, start: Any) -> Any:
            data = arrayobj.make_array(signature.args[position])(context, builder, array).data
            return builder.bitcast(builder.gep(data, [start]), pointer)

        def scalar(value: Any) -> Any:
            return builder.bitcast(cgutils.alloca_once_value(builder, value), pointer)

        one, zero = ir.Constant(number, 1.0), ir.Constant(number, 0.0)
        normal, transposed = ir.Constant(byte, ord("n")), ir.Constant(byte, ord("t"))
        shape = [byte, byte, byte, size, size, size]
        strided = [pointer, size, pointer, size, pointer, pointer, size]
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.IntType(32), [*shape, pointer, *strided]), "numba_xxgemm"
        )
        a, a_start, a_stride, b, b_start, b_stride = operands
        builder.call(
            function,
            [
                ir.Constant(byte, ord("s" if isinstance(number, ir.FloatType) else "d")),
                builder.select(b_turned, transposed, normal),
                builder.select(a_turned, transposed, normal),
                columns,
                rows,
                depth,
                scalar(one),
                part(8, b, b_start),
                b_stride,
                part(5, a, a_start),
                a_stride,
                scalar(builder.select(more, one, zero)),
                part(12, c, c_start),
                c_stride,
            ],
        )
        return context.get_dummy_value()

    whole, yes = types.intp, types.boolean
    return types.void(yes, yes, whole, whole, whole, a, whole, whole, b, whole, whole, yes, c, whole, whole), codegen


@_intrinsic
def transpose_tile(typing: Any, source: Any, start: Any, stride: Any, target: Any, to: Any, to_stride: Any) -> Any:
    """A square as wide as `tile_width` from one matrix, transposed, into another; nothing is checked.

    Interleaving each row with the one half a square below, log2(width) times over, transposes.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, start, stride, target, to, to_stride = arguments
        number = context.get_data_type(signature.args[0].dtype)
        item = context.get_abi_sizeof(number)
        width = TILE_BYTES // item
        half = width // 2
        vector = ir.VectorType(number, width)

        def row(position: int, array: Any, begin: Any, step: Any, k: int) -> Any:
            data = arrayobj.make_array(signature.args[position])(context, builder, array).data
            offset = builder.add(begin, builder.mul(step, ir.Constant(ir.IntType(64), k)))
            return builder.bitcast(builder.gep(data, [offset]), vector.as_pointer())

        def interleaved(first: int) -> Any:
            lanes = [first + k // 2 + (width if k % 2 else 0) for k in range(width)]
            return ir.Constant(ir.VectorType(ir.IntType(32), width), lanes)

        low, high = interleaved(0), interleaved(half)
        rows = [builder.load(row(0, source, start, stride, k), align=item) for k in range(width)]
        for _ in range(width.bit_length() - 1):
            rows = [
                builder.shuffle_vector(rows[k], rows[k + half], lanes) for k in range(half) for lanes in (low, high)
            ]
        for k in range(width):
            builder.store(rows[k], row(3, target, to, to_stride, k), align=item)
        return context.get_dummy_value()

    whole = types.intp
    return types.void(source, whole, whole, target, whole, whole), codegen

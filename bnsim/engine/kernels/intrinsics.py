"""What kernels need and Numba's Python has no words for: arrays without checks, BLAS on parts of arrays, vectors."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, lower_builtin, type_callable
from numba.np import arrayobj

from bnsim.engine.kernels import sums, views
from bnsim.engine.kernels.vectors import REGISTER_BYTES, Vectors, element, transposed

_intrinsic: Any = intrinsic


@_intrinsic
def call(typing: Any, address: Any, memory: Any, data: Any, clock: Any, at: Any, scalars: Any) -> Any:
    """A kernel, by the address of its C form."""
    return _called(address, memory, data, clock, at, scalars)


@_intrinsic
def call_product(typing: Any, address: Any, a_turned: Any, b_turned: Any, a: Any, b: Any, c: Any) -> Any:
    """A product of matrices (see `tiled`), by the address of its C form."""
    return _called(address, types.boolean, types.boolean, a, b, c)


def _called(address: Any, *operands: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = ir.FunctionType(context.get_value_type(types.none), [context.get_value_type(t) for t in operands])
        builder.call(builder.inttoptr(arguments[0], function.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(address, *operands), codegen


@type_callable(views.mat)
def _type_of_mat(context: Any) -> Any:
    return lambda memory, at, k: types.Array(memory.dtype, 2, "C")


@type_callable(views.vec)
def _type_of_vec(context: Any) -> Any:
    return lambda memory, at, k: types.Array(memory.dtype, 1, "C")


@type_callable(views.wide)
def _type_of_wide(context: Any) -> Any:
    return lambda memory, at, k: types.Array(types.float64, 1, "C")


@type_callable(views.piece)
def _type_of_piece(context: Any) -> Any:
    return lambda array, start, count: types.Array(array.dtype, 1, "C")


@type_callable(sums.strip)
def _type_of_strip(context: Any) -> Any:
    return lambda memory: types.Array(memory.dtype, 1, "C")


@type_callable(sums.wide_strip)
def _type_of_wide_strip(context: Any) -> Any:
    return lambda memory: types.Array(types.float64, 1, "C")


@type_callable(views.bits_of)
def _type_of_bits(context: Any) -> Any:
    return lambda vector: types.Array(types.Integer.from_bitwidth(vector.dtype.bitwidth), 1, "C")


@lower_builtin(views.mat, types.Array, types.Array, types.Integer)
def _mat(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    data, rows, columns = _operand(context, builder, signature, arguments)
    return _array(context, builder, signature.return_type, data, (rows, columns))


@lower_builtin(views.vec, types.Array, types.Array, types.Integer)
def _vec(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    data, rows, columns = _operand(context, builder, signature, arguments)
    return _array(context, builder, signature.return_type, data, (builder.mul(rows, columns),))


@lower_builtin(views.wide, types.Array, types.Array, types.Integer)
def _wide(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    data, rows, columns = _operand(context, builder, signature, arguments)
    result = signature.return_type
    data = builder.bitcast(data, context.get_data_type(result.dtype).as_pointer())
    numbers = builder.mul(rows, columns)
    room = 64 // signature.args[0].dtype.bitwidth
    count = builder.sdiv(numbers, ir.Constant(numbers.type, room))
    return _array(context, builder, result, data, (count,))


@lower_builtin(views.piece, types.Array, types.Integer, types.Integer)
def _piece(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    array, start, count = arguments
    data = element(context, builder, signature.args[0], array, start)
    return _array(context, builder, signature.return_type, data, (count,))


@lower_builtin(sums.strip, types.Array)
@lower_builtin(sums.wide_strip, types.Array)
def _strip(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    number = context.get_data_type(signature.return_type.dtype)
    with builder.goto_entry_block():
        room = builder.alloca(ir.ArrayType(number, sums.STRIP))
    room.align = REGISTER_BYTES
    data = builder.bitcast(room, number.as_pointer())
    return _array(context, builder, signature.return_type, data, (context.get_constant(types.intp, sums.STRIP),))


@lower_builtin(views.bits_of, types.Array)
def _bits_of(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    source = arrayobj.make_array(signature.args[0])(context, builder, arguments[0])
    data = builder.bitcast(source.data, context.get_data_type(signature.return_type.dtype).as_pointer())
    return _array(context, builder, signature.return_type, data, cgutils.unpack_tuple(builder, source.shape))


def _operand(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, Any, Any]:
    """Where operand k begins, its rows and its columns."""
    memory_type, at_type, _ = signature.args
    memory, at, k = arguments
    first = builder.mul(k, ir.Constant(k.type, 3))
    places = (builder.add(first, ir.Constant(k.type, number)) for number in range(3))
    start, rows, columns = (builder.load(element(context, builder, at_type, at, place)) for place in places)
    return element(context, builder, memory_type, memory, start), rows, columns


def _array(context: Any, builder: Any, array_type: Any, data: Any, shape: tuple[Any, ...]) -> Any:
    """An array over memory that must outlive it: no reference is counted and nothing is checked.

    Slicing and reshaping give the same and take several times as long to compile, and a tenth of a microsecond to run.
    """
    item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array_type.dtype)))
    made = arrayobj.make_array(array_type)(context, builder)
    strides = (item,) if len(shape) == 1 else (builder.mul(shape[1], item), item)
    arrayobj.populate_array(made, data=data, shape=shape, strides=strides, itemsize=item, meminfo=None)
    return made._getvalue()


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
            return builder.bitcast(element(context, builder, signature.args[position], array, start), pointer)

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
    """A square as wide as a vector (see `vectors`) from one matrix, transposed, into another; nothing is checked."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source, start, stride, target, to, to_stride = arguments
        vectors = Vectors(context, builder, signature.args[0].dtype)

        def row(position: int, array: Any, begin: Any, step: Any, k: int) -> Any:
            offset = builder.add(begin, builder.mul(step, ir.Constant(ir.IntType(64), k)))
            return element(context, builder, signature.args[position], array, offset)

        square = [vectors.load_anywhere(row(0, source, start, stride, k)) for k in range(vectors.lanes)]
        for k, turned in enumerate(transposed(builder, square)):
            vectors.store_anywhere(turned, row(3, target, to, to_stride, k))
        return context.get_dummy_value()

    whole = types.intp
    return types.void(source, whole, whole, target, whole, whole), codegen

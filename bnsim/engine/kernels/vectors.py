"""Vectors of a register's size, in LLVM's words: what code written for certain registers is put together from."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.np import arrayobj

REGISTER_BYTES = 64
"""Of AVX-512. On narrower registers LLVM takes several for one vector."""
WHOLE = ir.IntType(64)
_SHORT = ir.IntType(32)
_BIT = ir.IntType(1)


def whole(value: int) -> Any:
    """A constant of 64 bits."""
    return ir.Constant(WHOLE, value)


def lanes_of(number: Any) -> int:
    """How many numbers of that type (Numba's) a register holds."""
    bits: int = number.bitwidth
    return 8 * REGISTER_BYTES // bits


def element(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Where an array holds the number of that index, counted through all rows."""
    return builder.gep(arrayobj.make_array(array_type)(context, builder, array).data, [index])


def spread(builder: Any, scalar: Any, lanes: int) -> Any:
    """A vector of one number."""
    empty = ir.Constant(ir.VectorType(scalar.type, lanes), ir.Undefined)
    first = builder.insert_element(empty, scalar, ir.Constant(_SHORT, 0))
    return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(_SHORT, lanes), None))


def transposed(builder: Any, square: list[Any]) -> list[Any]:
    """The rows of a square as wide as a vector, transposed.

    Interleaving each row with the one half a square below, log2(width) times over, does it.
    """
    width = len(square)
    half = width // 2

    def interleaved(first: int) -> Any:
        chosen = [first + k // 2 + (width if k % 2 else 0) for k in range(width)]
        return ir.Constant(ir.VectorType(_SHORT, width), chosen)

    low, high = interleaved(0), interleaved(half)
    for _ in range(width.bit_length() - 1):
        square = [
            builder.shuffle_vector(square[k], square[k + half], chosen) for k in range(half) for chosen in (low, high)
        ]
    return square


class Vectors:
    """Loads, stores and multiply-adds of whole registers of `number` (Numba's type), at addresses of numbers.

    A mask says which lanes are there: the others are loaded as zero, and not stored.
    """

    def __init__(self, context: Any, builder: Any, number: Any) -> None:
        self._builder = builder
        self._item = number.bitwidth // 8
        self.number = context.get_data_type(number)
        self.lanes = lanes_of(number)
        self.type = ir.VectorType(self.number, self.lanes)
        self.zero = ir.Constant(self.type, None)
        self._mask = ir.VectorType(_BIT, self.lanes)
        self._pointer = self.type.as_pointer()

    def load(self, at: Any) -> Any:
        """From an address that is a multiple of a register's size."""
        return self._builder.load(self._at(at), align=REGISTER_BYTES)

    def store(self, vector: Any, at: Any) -> None:
        """To an address that is a multiple of a register's size."""
        self._builder.store(vector, self._at(at), align=REGISTER_BYTES)

    def load_anywhere(self, at: Any) -> Any:
        """From any address."""
        return self._builder.load(self._at(at), align=self._item)

    def store_anywhere(self, vector: Any, at: Any) -> None:
        """To any address."""
        self._builder.store(vector, self._at(at), align=self._item)

    def load_masked(self, at: Any, mask: Any) -> Any:
        """From any address; lanes left out are not touched, and may lie outside of all arrays."""
        arguments = [self._at(at), ir.Constant(_SHORT, self._item), mask, self.zero]
        return self._call("masked.load", self.type, arguments, ".p0")

    def store_masked(self, vector: Any, at: Any, mask: Any) -> None:
        """To any address."""
        arguments = [vector, self._at(at), ir.Constant(_SHORT, self._item), mask]
        self._call("masked.store", ir.VoidType(), arguments, ".p0")

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """Vector a b + c, rounded once."""
        return self._call("fma", self.type, [a, b, c])

    def first(self, count: Any, before: int = 0) -> Any:
        """Mask of the first `count` of many lanes, `before` of which precede this vector's."""
        numbers = ir.Constant(ir.VectorType(WHOLE, self.lanes), list(range(before, before + self.lanes)))
        return self._builder.icmp_signed("<", numbers, spread(self._builder, count, self.lanes))

    def only_if(self, mask: Any, condition: Any) -> Any:
        """The mask, or no lane at all."""
        return self._builder.and_(mask, spread(self._builder, condition, self.lanes))

    def _at(self, address: Any) -> Any:
        return self._builder.bitcast(address, self._pointer)

    def _call(self, name: str, result: Any, arguments: list[Any], suffix: str = "") -> Any:
        function = ir.FunctionType(result, [argument.type for argument in arguments])
        full = f"llvm.{name}.v{self.lanes}f{8 * self._item}{suffix}"
        return self._builder.call(cgutils.get_or_insert_function(self._builder.module, function, full), arguments)

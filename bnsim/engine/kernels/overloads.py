"""How Numba compiles what kernels call: helpers as they stand, and functions of which it takes a form of its own."""

from __future__ import annotations

from bnsim.engine.kernels.processor import WIDE  # isort: skip  (before Numba)

import math
from functools import wraps
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from bnsim.engine.kernels import (
    counter,
    elementary,
    exponential,
    logarithm,
    products,
    record,
    record_distribution,
    record_update,
    squares,
    subnormal,
    sums,
    tiled,
    watch,
)
from bnsim.engine.kernels.composed import COMPOSED
from bnsim.engine.kernels.elementwise import ELEMENTWISE, SCALARS
from bnsim.engine.kernels.intrinsics import call_product, gemm, transpose_tile
from bnsim.engine.kernels.precision import Forms, Function
from bnsim.engine.kernels.products import BLOCK_COLUMNS, BLOCK_DEPTH, BLOCK_ROWS, LARGE
from bnsim.engine.kernels.vectors import lanes_of
from bnsim.engine.operation import Array

_EXACT: Any = {"error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Nothing but kernels calls these: they are compiled without a way in from Python or C."""
_CONTRACTED: Any = _EXACT | {"fastmath": {"contract"}}
_INLINED: Any = _EXACT | {"forceinline": True}
"""A loop with a call left in it is not vectorized."""
_SMALL = products.SMALL if WIDE else 0

_HELPERS = (
    products.is_tiled,
    tiled.pack,
    sums.clear,
    sums.gather,
    sums.add_rows,
    sums.add_deviations,
    sums.add_squares,
    sums.add_products,
    sums.add_by_deviations,
    counter.mix,
    counter.fold,
    counter.unit,
    counter.shuffled,
    record.is_ordinary,
    record.root_of,
    record.norm_of,
    record_distribution.count_slots,
    record_distribution.find_slots,
    record_distribution.gather,
    record_distribution.select,
    record_distribution.before_slot,
    record_update.descend,
    watch.folded_lanes,
    watch.sum_lanes,
    watch.sum_square_lanes,
    watch.norm_lanes,
    watch.least_lanes,
    *SCALARS,
)
for _helper in _HELPERS:
    register_jitable(**_EXACT)(_helper)
for _total in (sums.block_total, sums.row_total):
    register_jitable(**_INLINED)(_total)


def _of_each_precision(function: Function, single: Function, double: Function, options: Any) -> None:
    @overload(function, jit_options=options)
    @wraps(function)
    def _form(first: Any, *_: Any) -> Any:
        return single if getattr(first, "dtype", first) == types.float32 else double


_FORMS: tuple[tuple[Forms, Forms, Any], ...] = (
    (exponential.SINGLE, exponential.DOUBLE, _CONTRACTED),
    (logarithm.SINGLE, logarithm.DOUBLE, _CONTRACTED),
    (subnormal.SINGLE, subnormal.DOUBLE, _EXACT),
    (record_distribution.SINGLE, record_distribution.DOUBLE, _EXACT),
)
for _single, _double, _options in _FORMS:
    for _helper in (*_single.helpers, *_double.helpers):
        register_jitable(**_options)(_helper)
    for _function in _double.of:
        _of_each_precision(_function, _single.of[_function], _double.of[_function], _options)


def _as_it_stands(call: Function, function: Function) -> None:
    @overload(call, jit_options=_INLINED, strict=False)
    def _plain(*arguments: Any) -> Any:
        return function


_SCALAR_FORMS: dict[Function, Function] = {
    elementary.where: lambda condition, yes, no: yes if condition else no,
    elementary.maximum: lambda a, b: a if b < a else b,
    elementary.minimum: lambda a, b: a if b > a else b,
    elementary.neither: lambda one, other: not (one or other),
    elementary.absolute: lambda x: abs(x),
    elementary.tanh: lambda x: np.tanh(x),
    elementary.erfc: lambda x: math.erfc(x),
    elementary.erf: lambda x: math.erf(x),
}
for _call, _function in (COMPOSED | _SCALAR_FORMS).items():
    _as_it_stands(_call, _function)
for _function in dict.fromkeys(function for known in ELEMENTWISE for function in (known.value, known.slope)):
    register_jitable(**_INLINED)(_function)


@overload(elementary.through, jit_options=_INLINED, strict=False)
def _through(n: Any, g: Any, slope: Any) -> Any:
    if isinstance(slope, types.Boolean):
        return lambda n, g, slope: g if slope else n(0)
    return lambda n, g, slope: g * slope


@overload(record.sum_of_squares, jit_options=_EXACT)
def _sum_of_squares(g: Array) -> Any:
    def sum_of_squares(g: Array) -> Any:
        return squares.vector_sum(g)

    return sum_of_squares


@overload(products.multiply, jit_options=_EXACT)
def _multiply(a: Array, b: Array, c: Array, tiled: int) -> Any:
    def multiply(a: Array, b: Array, c: Array, tiled: int) -> None:
        if tiled and products.is_tiled(c.shape[0], c.shape[1], a.shape[1], a.itemsize):
            call_product(tiled, False, False, a, b, c)
        else:
            _product(False, a, b, c, a.shape[1])

    return multiply


@overload(products.multiply_turned, jit_options=_EXACT)
def _multiply_turned(a: Array, b: Array, c: Array, tiled: int) -> Any:
    def multiply_turned(a: Array, b: Array, c: Array, tiled: int) -> None:
        if tiled and products.is_tiled(c.shape[0], c.shape[1], a.shape[0], a.itemsize):
            call_product(tiled, True, False, a, b, c)
        else:
            _product(True, a, b, c, a.shape[0])

    return multiply_turned


@overload(products.multiply_by_turned, jit_options=_EXACT)
def _multiply_by_turned(a: Array, b: Array, c: Array, turned: Array, tiled: int) -> Any:
    def multiply_by_turned(a: Array, b: Array, c: Array, turned: Array, tiled: int) -> None:
        rows, columns = c.shape
        depth = a.shape[1]
        if tiled and products.is_tiled(rows, columns, depth, a.itemsize):
            call_product(tiled, False, True, a, b, c)
        elif turned.shape[0]:
            products.transpose(b, turned)
            _product(False, a, turned, c, depth)
        else:
            gemm(False, True, rows, columns, depth, a, 0, depth, b, 0, depth, False, c, 0, columns)

    return multiply_by_turned


@register_jitable(**_EXACT)
def _product(turned: bool, a: Array, b: Array, c: Array, depth: int) -> None:
    """C = A B, or Aᵀ B, in blocks where these are quicker."""
    rows, columns = c.shape
    high, wide, deep = rows, columns, depth
    if _SMALL < rows * columns * depth < LARGE and _SMALL > 0:
        high, wide, deep = BLOCK_ROWS, BLOCK_COLUMNS, BLOCK_DEPTH
    down, along = (1, a.shape[1]) if turned else (a.shape[1], 1)
    for i in range(0, rows, high):
        height = high if high < rows - i else rows - i
        for j in range(0, columns, wide):
            width = wide if wide < columns - j else columns - j
            for k in range(0, depth, deep):
                gemm(
                    turned,
                    False,
                    height,
                    width,
                    deep if deep < depth - k else depth - k,
                    a,
                    i * down + k * along,
                    a.shape[1],
                    b,
                    k * columns + j,
                    columns,
                    k > 0,
                    c,
                    i * columns + j,
                    columns,
                )


@overload(products.transpose, jit_options=_EXACT)
def _transpose(a: Array, out: Array) -> Any:
    number: Any = a.dtype  # Numba's
    side = lanes_of(number)

    def transpose(a: Array, out: Array) -> None:
        rows, columns = a.shape
        down, along = rows - rows % side, columns - columns % side
        for i in range(0, down, side):
            for j in range(0, along, side):
                transpose_tile(a, i * columns + j, columns, out, j * rows + i, rows)
        for i in range(rows):
            for j in range(along if i < down else 0, columns):
                out[j, i] = a[i, j]

    return transpose

"""Sum of squares in an order of its own, written in vectors: the same bits in whatever kernel it stands.

`np.dot` is as fast on long arrays, but a call of it takes as long as a thousand numbers do. Only `compile` imports it.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

from bnsim.engine.operation import Array

LANES = 16
CHAINS = 4
"""Vectors that are summed side by side: an addition takes four steps of the processor to be done."""

_intrinsic: Any = intrinsic


@_intrinsic
def vector_sum(typing: Any, g: Array) -> Any:
    """Of a vector's elements, in its precision: 64 partial sums, then these and the rest one after another."""
    array_type: Any = g

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = arrayobj.make_array(array_type)(context, builder, arguments[0])
        number = context.get_data_type(array_type.dtype)
        vector = ir.VectorType(number, LANES)
        size = builder.extract_value(array.shape, 0)
        count = ir.Constant(size.type, LANES * CHAINS)
        whole = builder.sub(size, builder.srem(size, count))
        sums = [cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * LANES)) for _ in range(CHAINS)]
        zero = ir.Constant(size.type, 0)
        with cgutils.for_range_slice(builder, zero, whole, count, inc=True) as (index, _):
            for k, place in enumerate(sums):
                at = builder.gep(array.data, [builder.add(index, ir.Constant(size.type, k * LANES))])
                part = builder.load(builder.bitcast(at, vector.as_pointer()), align=array_type.dtype.bitwidth // 8)
                builder.store(builder.fadd(builder.load(place), builder.fmul(part, part)), place)
        a, b, c, d = (builder.load(place) for place in sums)
        together = builder.fadd(builder.fadd(a, b), builder.fadd(c, d))
        total = builder.extract_element(together, ir.Constant(ir.IntType(32), 0))
        for lane in range(1, LANES):
            total = builder.fadd(total, builder.extract_element(together, ir.Constant(ir.IntType(32), lane)))
        out = cgutils.alloca_once_value(builder, total)
        with cgutils.for_range_slice(builder, whole, size, ir.Constant(size.type, 1), inc=True) as (index, _):
            one = builder.load(builder.gep(array.data, [index]))
            builder.store(builder.fadd(builder.load(out), builder.fmul(one, one)), out)
        return builder.load(out)

    return array_type.dtype(array_type), codegen

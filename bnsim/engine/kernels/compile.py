"""Kernels compiled with Numba: one signature for all, cached on disk, called from one loop that holds no GIL.

Only what a program uses is compiled. The cache's folder is named by a hash of all kernel sources and of
the versions that matter, because Numba looks at a function's own file only and would miss a change in a helper's.
"""

from __future__ import annotations

from bnsim.engine.kernels.processor import WIDE  # isort: skip  (before Numba)

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  np.dot's BLAS, else loaded by the first product, too late to limit its threads
from numba import types
from numba.core import config as numba_config
from numba.extending import overload, register_jitable
from numba.typed import List
from platformdirs import user_cache_path

from bnsim.engine.blas import find_libraries, one_thread
from bnsim.engine.exceptions import clear_flags, flags_raised
from bnsim.engine.fusing import fast
from bnsim.engine.kernels import counter, exponential, linear, products, record, record_distribution, subnormal, views
from bnsim.engine.kernels.intrinsics import TILE_BYTES, gemm, integers, stretch, transpose_tile, window
from bnsim.engine.kernels.products import BLOCK_COLUMNS, BLOCK_DEPTH, BLOCK_ROWS, LARGE
from bnsim.engine.operation import Array, Operation
from bnsim.engine.program import Program

MAX_OPERANDS = 16
MAX_SCALARS = 8

_OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy"}
"""Division as NumPy has it: no test for zero, which would also keep loops from being vectorized."""

llvmlite.binding.set_option("", "--runtime-memory-check-threshold=128")

_SMALL = products.SMALL if WIDE else 0

_LOCK = Lock()
_COMPILED: dict[tuple[Any, str], Any] = {}
_LOOPS: dict[str, Any] = {}

_HELPERS = (
    linear.product_with_weight,
    counter.mix,
    counter.fold,
    counter.unit,
    counter.shuffled,
    record.norm_of,
    record_distribution.range_of,
    record_distribution.slots_of,
    record_distribution.select,
    record_distribution.gather,
    record_distribution.slot_of_rank,
    record_distribution.rank_among,
)
for _helper in _HELPERS:
    register_jitable(error_model="numpy")(_helper)


@overload(exponential.exp, jit_options={"error_model": "numpy", "fastmath": {"contract"}})
def _exp(x: Any) -> Any:
    """Of the argument's own precision."""
    return exponential.exp32 if x == types.float32 else exponential.exp64


@overload(exponential.exp_beside_one, jit_options={"error_model": "numpy", "fastmath": {"contract"}})
def _exp_beside_one(x: Any) -> Any:
    return exponential.exp_beside_one32 if x == types.float32 else exponential.exp_beside_one64


_EXACT: Any = {"error_model": "numpy"}


@overload(views.mat, jit_options=_EXACT)
def _mat(memory: Array, at: Array, k: int) -> Any:
    def mat(memory: Array, at: Array, k: int) -> Any:
        return window(memory, at[3 * k], at[3 * k + 1], at[3 * k + 2])

    return mat


@overload(views.vec, jit_options=_EXACT)
def _vec(memory: Array, at: Array, k: int) -> Any:
    def vec(memory: Array, at: Array, k: int) -> Any:
        return stretch(memory, at[3 * k], at[3 * k + 1] * at[3 * k + 2])

    return vec


@overload(views.bits_of, jit_options=_EXACT)
def _bits_of(vector: Array) -> Any:
    def bits_of(vector: Array) -> Any:
        return integers(vector)

    return bits_of


@overload(products.multiply, jit_options=_EXACT)
def _multiply(a: Array, b: Array, c: Array) -> Any:
    def multiply(a: Array, b: Array, c: Array) -> None:
        _product(False, a, b, c, a.shape[1])

    return multiply


@overload(products.multiply_turned, jit_options=_EXACT)
def _multiply_turned(a: Array, b: Array, c: Array) -> Any:
    def multiply_turned(a: Array, b: Array, c: Array) -> None:
        _product(True, a, b, c, a.shape[0])

    return multiply_turned


@overload(products.multiply_by_turned, jit_options=_EXACT)
def _multiply_by_turned(a: Array, b: Array, c: Array) -> Any:
    def multiply_by_turned(a: Array, b: Array, c: Array) -> None:
        rows, columns = c.shape
        depth = a.shape[1]
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
    side = TILE_BYTES // number.bitwidth * 8

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


@overload(subnormal.has_vanished, jit_options=_EXACT)
def _has_vanished(g: Array) -> Any:
    return subnormal.has_vanished32 if g.dtype == types.float32 else subnormal.has_vanished64


@overload(subnormal.raise_to, jit_options=_EXACT)
def _raise_to(g: Array, out: Array) -> Any:
    return subnormal.raise_to32 if g.dtype == types.float32 else subnormal.raise_to64


@overload(subnormal.lower, jit_options=_EXACT)
def _lower(product: Array) -> Any:
    return subnormal.lower32 if product.dtype == types.float32 else subnormal.lower64


def cache_folder() -> Path:
    """Where compiled kernels are kept; BNSIM_CACHE_DIR moves it."""
    base = os.environ.get("BNSIM_CACHE_DIR")
    folder = Path(base) if base else user_cache_path("bnsim", appauthor=False)
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return folder / f"kernels-{digest.hexdigest()[:16]}"


def compile_operations(
    operations: Iterable[type[Operation]], precision: str, wanted: Callable[[], bool] = lambda: True
) -> bool:
    """Make the kernels of `operations`, and the loop, ready for one precision; slow when the cache is cold.

    `wanted` is asked before each; False once it has said no.
    """
    with _LOCK:
        settings: Any = numba_config
        before = settings.CACHE_DIR
        settings.CACHE_DIR = str(cache_folder())
        try:
            for operation in operations:
                slot = (operation.kernel, precision)
                if not wanted():
                    return False
                if slot not in _COMPILED:
                    _COMPILED[slot] = numba.cfunc(_signature(precision), **_OPTIONS)(operation.kernel)
            if precision not in _LOOPS:
                _LOOPS[precision] = numba.njit(_loop_signature(precision), nogil=True, **_OPTIONS)(_loop)
        finally:
            settings.CACHE_DIR = before
    return True


def are_compiled(operations: Iterable[type[Operation]], precision: str) -> bool:
    """Whether `compile_operations` has been here."""
    return all((operation.kernel, precision) in _COMPILED for operation in operations)


class Kernels:
    """Executor of compiled kernels; the program's operations must have been compiled before.

    Runs of several iterations use the program's fast form as soon as that is compiled too. The last iteration of a
    run is always a full one: afterwards every place holds what stepping would have left there.
    """

    def __init__(self, program: Program, memory: Array, data: Array) -> None:
        self.suspect = False
        find_libraries()
        self._memory = memory
        self._full = _Code(program, memory, data)
        self._fast_program = fast(program)
        self._fast: _Code | None = None
        self._data = data

    def execute(self, iteration: int, start: int, stop: int) -> None:
        with one_thread():
            clear_flags()
            self._full.execute(iteration, start, stop)
            self.suspect = flags_raised()

    def run(self, iteration: int, rows: Array) -> None:
        with one_thread():
            clear_flags()
            if len(rows) > 1:
                code = self._fast_code() or self._full
                code.run(iteration, rows[:-1])
            if len(rows):
                self._full.run(iteration + len(rows) - 1, rows[-1:])
            self.suspect = flags_raised()

    def _fast_code(self) -> _Code | None:
        if self._fast is None:
            used = (instruction.operation for instruction in self._fast_program.instructions)
            if are_compiled(used, self._memory.dtype.name):
                self._fast = _Code(self._fast_program, self._memory, self._data)
        return self._fast


class _Code:
    """A program as the compiled loop takes it."""

    def __init__(self, program: Program, memory: Array, data: Array) -> None:
        precision = memory.dtype.name
        used = list(dict.fromkeys(instruction.operation for instruction in program.instructions))
        self._functions = List.empty_list(types.FunctionType(_signature(precision)))
        for operation in used:
            self._functions.append(_COMPILED[operation.kernel, precision])
        self._which = np.array([used.index(i.operation) for i in program.instructions], np.int64)
        self._at, self._scalars = _tables(program)
        self._loop = _LOOPS[precision]
        self._memory, self._data = memory, data
        self._record_index = program.record_index
        self._first_update = program.first_update
        self._late = program.late_record
        self._clock = np.zeros(1, np.int64)
        self._no_rows = np.empty((0, self._record_index.size), memory.dtype)

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Instructions `start` to `stop - 1` of one iteration."""
        self._call(iteration, start, stop, self._no_rows)

    def run(self, iteration: int, rows: Array) -> None:
        """A whole iteration for each row."""
        self._call(iteration, 0, self._which.size, rows)

    def _call(self, iteration: int, start: int, stop: int, rows: Array) -> None:
        self._clock[0] = iteration
        self._loop(
            self._functions,
            self._which,
            self._at,
            self._scalars,
            self._memory,
            self._data,
            self._clock,
            np.int64(start),
            np.int64(stop),
            self._record_index,
            np.int64(self._first_update),
            np.int64(self._late),
            rows,
        )


def _loop(
    functions: Any,
    which: Array,
    at: Array,
    scalars: Array,
    memory: Array,
    data: Array,
    clock: Array,
    start: int,
    stop: int,
    record_index: Array,
    first_update: int,
    late: int,
    rows: Array,
) -> None:
    """Instructions start to stop - 1: once without rows, else once for each row, with the record taken into it.

    The record's numbers from `late` on are taken when the update is done, the others before.
    """
    for k in range(max(1, rows.shape[0])):
        for position in range(start, stop):
            if position == first_update and k < rows.shape[0]:
                for j in range(late):
                    rows[k, j] = memory[record_index[j]]
            functions[which[position]](memory, data, clock, at[position], scalars[position])
        if k < rows.shape[0]:
            for j in range(late, record_index.shape[0]):
                rows[k, j] = memory[record_index[j]]
        clock[0] += 1


def _tables(program: Program) -> tuple[Array, Array]:
    """Addresses and scalars of every instruction, as kernels read them."""
    count = len(program.instructions)
    at = np.zeros((count, 3 * MAX_OPERANDS), np.int64)
    scalars = np.zeros((count, MAX_SCALARS))
    for position, instruction in enumerate(program.instructions):
        for k, place in enumerate(instruction.places):
            rows, columns = place.shape if len(place.shape) == 2 else (1, place.size)
            at[position, 3 * k : 3 * k + 3] = program.offsets[place], rows, columns
        scalars[position, : len(instruction.scalars)] = instruction.scalars
    return at, scalars


def _signature(precision: str) -> Any:
    real = types.Array(numba.from_dtype(np.dtype(precision)), 1, "C")
    data = types.Array(numba.from_dtype(np.dtype(precision)), 1, "C", readonly=True)
    ints, scalars = types.Array(types.int64, 1, "C"), types.Array(types.float64, 1, "C")
    return types.void(real, data, ints, ints, scalars)


def _loop_signature(precision: str) -> Any:
    number = numba.from_dtype(np.dtype(precision))
    list_type: Any = types.ListType
    functions = list_type(types.FunctionType(_signature(precision)))
    ints = types.Array(types.int64, 1, "C")
    return types.void(
        functions,
        ints,
        types.Array(types.int64, 2, "C"),
        types.Array(types.float64, 2, "C"),
        types.Array(number, 1, "C"),
        types.Array(number, 1, "C", readonly=True),
        ints,
        types.int64,
        types.int64,
        ints,
        types.int64,
        types.int64,
        types.Array(number, 2, "C"),
    )

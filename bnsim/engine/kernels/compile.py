"""Kernels compiled with Numba: one signature for all, cached on disk, called from one loop that holds no GIL.

Only what a program uses is compiled. The cache's folder is named by a hash of all kernel sources and of
the versions that matter, because Numba looks at a function's own file only and would miss a change in a helper's.
"""

from __future__ import annotations

from bnsim.engine.kernels import processor  # isort: skip  (before Numba)

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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

from bnsim.engine.blas import find_libraries, one_thread
from bnsim.engine.exceptions import clear_flags, flags_raised
from bnsim.engine.fusing import fast_if_made
from bnsim.engine.kernel_cache import KernelCache, base_folder
from bnsim.engine.kernels import overloads  # noqa: F401  registers what kernels call
from bnsim.engine.kernels.intrinsics import call
from bnsim.engine.kernels.products import is_tiled
from bnsim.engine.kernels.tiled import multiply_in_tiles
from bnsim.engine.operation import Array, Operation
from bnsim.engine.program import Program

MAX_OPERANDS = 16
MAX_SCALARS = 8

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""Division as NumPy has it: no test for zero, which would also keep loops from being vectorized. And no counting of
references: kernels allocate nothing, and what they do not count need not be compiled."""

llvmlite.binding.set_option("", "--runtime-memory-check-threshold=128")

_LOCK = Lock()
_COMPILED: dict[tuple[Any, str], Any] = {}
_LOOPS: dict[str, Any] = {}
_PRODUCTS: dict[str, Any] = {}
_CACHES: dict[str, KernelCache] = {}


def cache_folder() -> Path:
    """Where compiled kernels are kept; BNSIM_CACHE_DIR moves it. OSError where there is no such place."""
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return base_folder() / f"kernels-{digest.hexdigest()[:16]}"


def _cache_of(precision: str) -> KernelCache:
    """The cache of one precision, in a folder of its own.

    Numba numbers the forms of a function in an index that it reads and writes without a lock: of two processes that add
    different ones at once, one could later be given the other's.
    """
    if precision not in _CACHES:
        _CACHES[precision] = KernelCache(lambda: cache_folder() / precision, Path(_loop.__code__.co_filename))
    return _CACHES[precision]


@contextmanager
def _compiling(precision: str) -> Iterator[Callable[..., Any]]:
    """One thread at a time, and into our own cache. Gives what compiles: (decorator, signature, function)."""
    with _LOCK:
        cache = _cache_of(precision)
        settings: Any = numba_config
        before = settings.CACHE_DIR
        folder = cache.open()

        def compiled(decorator: Callable[..., Any], signature: Any, function: Any, **options: Any) -> Any:
            return cache.build(lambda cached: decorator(signature, cache=cached, **_OPTIONS, **options)(function))

        settings.CACHE_DIR = str(folder or "")
        try:
            yield compiled
        finally:
            settings.CACHE_DIR = before


def compile_operations(
    operations: Iterable[type[Operation]], precision: str, wanted: Callable[[], bool] = lambda: True
) -> bool:
    """Make the kernels of `operations`, and the loop, ready for one precision; slow when the cache is cold.

    `wanted` is asked before each; False once it has said no.
    """
    with _compiling(precision) as compiled:
        for operation in operations:
            slot = (operation.kernel, precision)
            if not wanted():
                return False
            if slot not in _COMPILED:
                _COMPILED[slot] = compiled(numba.cfunc, _signature(precision), operation.kernel)
        if precision not in _LOOPS:
            _LOOPS[precision] = compiled(numba.njit, _loop_signature(precision), _loop, nogil=True)
    return True


def compile_product(programs: Iterable[Program], precision: str) -> None:
    """Make the product in tiles ready for one precision, if one of these programs has use for it."""
    wanted = any(_has_tiled_product(program, precision) for program in programs)
    if wanted and precision not in _PRODUCTS:
        with _compiling(precision) as compiled:
            if precision not in _PRODUCTS:
                _PRODUCTS[precision] = compiled(numba.cfunc, _product_signature(precision), multiply_in_tiles)


def _product_address(program: Program, precision: str) -> int:
    """Where a program finds the product in tiles; 0 if it has no use for it."""
    compile_product([program], precision)
    return int(_PRODUCTS[precision].address) if _has_tiled_product(program, precision) else 0


def _has_tiled_product(program: Program, precision: str) -> bool:
    """Whether one of the three products of a layer is quicker in tiles."""
    batch, item = program.inputs.shape[0], np.dtype(precision).itemsize
    shapes = {parameter.value.shape for parameter in program.parameters if parameter.is_weight}
    products = {product for u, i in shapes for product in ((batch, u, i), (u, i, batch), (batch, i, u))}
    return processor.WIDE and any(is_tiled(*product, item) for product in products)


def are_compiled(operations: Iterable[type[Operation]], precision: str) -> bool:
    """Whether `compile_operations` has been here."""
    return all((operation.kernel, precision) in _COMPILED for operation in operations)


class Kernels:
    """Executor of compiled kernels; the program's operations must have been compiled before.

    Runs of several iterations use the program's fast form as soon as that is compiled too. The last iteration of a
    run is a full one where it is to be looked at: then every place holds what stepping would have left there.
    """

    def __init__(self, program: Program, memory: Array, data: Array) -> None:
        self.suspect = False
        find_libraries()
        self._memory = memory
        self._full = _Code(program, memory, data)
        self._every = program.details_every
        columns = np.flatnonzero(np.diff(program.detail_columns, prepend=False, append=False))
        self._details = list(zip(columns[::2].tolist(), columns[1::2].tolist(), strict=True))
        self._detailed = _Later(program, memory, data)
        self._plain = _Later(program, memory, data, details=False) if self._every > 1 else self._detailed

    def execute(self, iteration: int, start: int, stop: int) -> None:
        with one_thread():
            clear_flags()
            self._full.execute(iteration, start, stop)
            self.suspect = flags_raised()

    def run(self, iteration: int, rows: Array, *, full_end: bool = True) -> None:
        fast = len(rows) - 1 if full_end and len(rows) else len(rows)
        with one_thread():
            clear_flags()
            self._run_fast(iteration, rows[:fast])
            if fast < len(rows):
                self._full.run(iteration + fast, rows[fast:])
            self.suspect = flags_raised()

    def _run_fast(self, iteration: int, rows: Array) -> None:
        every = self._every
        done = 0
        while done < len(rows):
            since = (iteration + done) % every
            part = rows[done:] if every == 1 else rows[done : done + (every - since if since else 1)]
            later = self._plain if since else self._detailed
            (later.code() or self._full).run(iteration + done, part)
            if since:
                for first, end in self._details:
                    part[:, first:end] = np.nan
            done += len(part)


class _Later:
    """The code of a program's fast form, as soon as that is made and its operations are compiled."""

    def __init__(self, program: Program, memory: Array, data: Array, *, details: bool = True) -> None:
        self._program, self._memory, self._data, self._has_details = program, memory, data, details
        self._code: _Code | None = None

    def code(self) -> _Code | None:
        """None as long as something is missing."""
        if self._code is None:
            form = fast_if_made(self._program, details=self._has_details)
            if form is not None:
                used = (instruction.operation for instruction in form.instructions)
                if are_compiled(used, self._memory.dtype.name):
                    self._code = _Code(form, self._memory, self._data)
        return self._code


class _Code:
    """A program as the compiled loop takes it."""

    def __init__(self, program: Program, memory: Array, data: Array) -> None:
        precision = memory.dtype.name
        kernels = [_COMPILED[instruction.operation.kernel, precision] for instruction in program.instructions]
        self._kernels = np.array([kernel.address for kernel in kernels], np.int64)
        self._at, self._scalars = _tables(program)
        self._loop = _LOOPS[precision]
        self._memory, self._data = memory, data
        self._early, self._rest = program.stretches
        self._first_update = program.first_update
        self._clock = np.array([0, _product_address(program, precision)], np.int64)
        self._no_rows = np.empty((0, program.row_size + sum(place.size for place in program.watched)), memory.dtype)

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Instructions `start` to `stop - 1` of one iteration."""
        self._call(iteration, start, stop, self._no_rows)

    def run(self, iteration: int, rows: Array) -> None:
        """A whole iteration for each row."""
        self._call(iteration, 0, self._kernels.size, rows)

    def _call(self, iteration: int, start: int, stop: int, rows: Array) -> None:
        self._clock[0] = iteration
        self._loop(
            self._kernels,
            self._at,
            self._scalars,
            self._memory,
            self._data,
            self._clock,
            np.int64(start),
            np.int64(stop),
            self._early,
            self._rest,
            np.int64(self._first_update),
            rows,
        )


def _loop(
    kernels: Array,
    at: Array,
    scalars: Array,
    memory: Array,
    data: Array,
    clock: Array,
    start: int,
    stop: int,
    early: Array,
    rest: Array,
    first_update: int,
    rows: Array,
) -> None:
    """Instructions start to stop - 1, by their kernels' addresses: once without rows, else once for each row, with the
    record taken into it.

    Stretches of the record in `early` are taken before the update, the `rest` when it is done.
    """
    for k in range(max(1, rows.shape[0])):
        for position in range(start, stop):
            if position == first_update and k < rows.shape[0]:
                for stretch in range(early.shape[0]):
                    start_at, column, length = early[stretch]
                    for j in range(length):
                        rows[k, column + j] = memory[start_at + j]
            call(kernels[position], memory, data, clock, at[position], scalars[position])
        if k < rows.shape[0]:
            for stretch in range(rest.shape[0]):
                start_at, column, length = rest[stretch]
                for j in range(length):
                    rows[k, column + j] = memory[start_at + j]
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


def _product_signature(precision: str) -> Any:
    matrix = types.Array(numba.from_dtype(np.dtype(precision)), 2, "C")
    return types.void(types.boolean, types.boolean, matrix, matrix, matrix)


def _loop_signature(precision: str) -> Any:
    number = numba.from_dtype(np.dtype(precision))
    ints = types.Array(types.int64, 1, "C")
    return types.void(
        ints,
        types.Array(types.int64, 2, "C"),
        types.Array(types.float64, 2, "C"),
        types.Array(number, 1, "C"),
        types.Array(number, 1, "C", readonly=True),
        ints,
        types.int64,
        types.int64,
        types.Array(types.int64, 2, "C"),
        types.Array(types.int64, 2, "C"),
        types.int64,
        types.Array(number, 2, "C"),
    )

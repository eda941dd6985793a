"""Operands as arrays: what a kernel's addresses mean. Compiled, these are a few instructions each (`intrinsics`).

Operand k stands at `at[3k:3k + 3]` as (offset into memory, rows, columns); a vector has one row.
"""

from __future__ import annotations

from typing import Any

from bnsim.engine.operation import Array


def mat(memory: Array, at: Array, k: int) -> Array:
    """Operand k as a C-ordered matrix."""
    start = at[3 * k]
    rows = at[3 * k + 1]
    columns = at[3 * k + 2]
    return memory[start : start + rows * columns].reshape((rows, columns))


def vec(memory: Array, at: Array, k: int) -> Array:
    """Operand k as a vector, whatever its shape."""
    start = at[3 * k]
    return memory[start : start + at[3 * k + 1] * at[3 * k + 2]]


def piece(array: Array, start: Any, count: Any) -> Array:
    """`count` numbers of a C-ordered array, from number `start` on, as a vector."""
    return array.reshape(-1)[start : start + count]


def wide(memory: Array, at: Array, k: int) -> Array:
    """Operand k, in the room of whose numbers float64s stand, as a vector of these."""
    return vec(memory, at, k).view("f8")


def bits_of(vector: Array) -> Array:
    """The same memory as whole numbers of the same width."""
    return vector.view(f"i{vector.itemsize}")

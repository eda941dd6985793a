"""What watches measure: arithmetic in float64 on arrays of the run, down to one number. All are hidden operations.

NumPy's functions here and the kernels give the same bits: a sum has LANES totals, each of every LANES-th element, which
are added up in pairs. In the network's memory a float64 takes the room of one or two of its numbers (`views.wide`).
Where all operands are finite no operation raises the processor's flags, which would make a run look for a NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from bnsim.engine.kernels import sums
from bnsim.engine.kernels.views import mat, piece, wide
from bnsim.engine.operation import Array, Operation

LANES = 64
TINY, HUGE = 1e-280, 1e280
UP = 2.0**600


def total(rows: Array) -> Array:
    """The sum of each row of a matrix."""
    length = rows.shape[1]
    lanes = np.zeros((len(rows), -(-length // LANES) * LANES))
    lanes[:, :length] = rows
    sums_of_lanes: Array = lanes.reshape(len(rows), -1, LANES).sum(axis=1)
    while sums_of_lanes.shape[1] > 1:
        half = sums_of_lanes.shape[1] // 2
        sums_of_lanes = sums_of_lanes[:, :half] + sums_of_lanes[:, half:]
    found: Array = sums_of_lanes[:, 0] + 0.0
    return found


def norm(rows: Array) -> Array:
    """Euclidean norm of each row; where the squares leave the range of the numbers they are taken of scaled ones."""
    squares = total(np.square(rows))
    out: Array = np.sqrt(squares)
    odd = np.flatnonzero(~((squares > TINY) & (squares < HUGE)))
    if len(odd):
        scale = np.where(squares[odd] < 1, UP, 1 / UP)
        out[odd] = np.sqrt(total(np.square(rows[odd] * scale[:, None]))) / scale
    return out


def mean(rows: Array) -> Array:
    """The mean of each row."""
    found: Array = total(rows) / rows.shape[1]
    return found


def variance(rows: Array) -> Array:
    """The mean square of each row's deviations from its mean."""
    return mean(np.square(rows - mean(rows)[:, None]))


REDUCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "norm": norm,
    "mean": mean,
    "std": lambda rows: np.sqrt(variance(rows)),
    "var": variance,
    "min": lambda rows: rows.min(axis=1) + 0.0,
    "max": lambda rows: rows.max(axis=1) + 0.0,
    "sum": total,
    "rms": lambda rows: norm(rows) / np.sqrt(rows.shape[1]),
    "element": lambda rows: rows[:, 0],
}
"""Of each row of a float64 matrix one number; a zero has no sign, but in "element", which is of one alone."""
NUMBERS = {name: number for number, name in enumerate(REDUCTIONS)}
COMBINED: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
OPERATORS = {name: number for number, name in enumerate(COMBINED)}
APPLIED: Mapping[str, Callable[[Array], Array]] = {
    "negative": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "square": np.square,
}
FUNCTIONS = {name: number for number, name in enumerate(APPLIED)}


def _named(table: Mapping[str, Callable[..., Array]], number: float) -> Callable[..., Array]:
    return list(table.values())[int(number)]


def sum_lanes(x: Array, totals: Array) -> float:
    """The sum of a vector (kernels)."""
    sums.clear(totals, LANES)
    for start in range(0, x.shape[0], LANES):
        part = piece(x, start, min(LANES, x.shape[0] - start))
        for j in range(part.shape[0]):
            totals[j] += part[j]
    return folded_lanes(totals)


def sum_square_lanes(x: Array, scale: float, less: float, totals: Array) -> float:
    """The sum of the squares of `x * scale - less` (kernels)."""
    sums.clear(totals, LANES)
    for start in range(0, x.shape[0], LANES):
        part = piece(x, start, min(LANES, x.shape[0] - start))
        for j in range(part.shape[0]):
            a = part[j] * scale - less
            totals[j] += a * a
    return folded_lanes(totals)


def folded_lanes(totals: Array) -> float:
    """The sum of all totals, in pairs (kernels)."""
    half = LANES // 2
    while half > 0:
        for j in range(half):
            totals[j] += totals[half + j]
        half //= 2
    result: float = totals[0] + 0.0
    return result


def norm_lanes(x: Array, totals: Array) -> float:
    """As `norm` (kernels)."""
    squares = sum_square_lanes(x, 1.0, 0.0, totals)
    if squares > TINY and squares < HUGE:
        ordinary: float = np.sqrt(squares)
        return ordinary
    scale = UP if squares < 1 else 1 / UP
    scaled: float = np.sqrt(sum_square_lanes(x, scale, 0.0, totals)) / scale
    return scaled


def least_lanes(x: Array, sign: float, totals: Array) -> float:
    """The least of `x * sign`, a NaN where there is one (kernels)."""
    for j in range(LANES):
        totals[j] = x[0] * sign
    bad = 0
    for start in range(0, x.shape[0], LANES):
        part = piece(x, start, min(LANES, x.shape[0] - start))
        for j in range(part.shape[0]):
            a = part[j] * sign
            totals[j] = a if a < totals[j] else totals[j]
            bad += 1 if a != a else 0
    for j in range(LANES):
        totals[0] = totals[j] if totals[j] < totals[0] else totals[0]
    least: float = np.nan if bad else totals[0]
    return least


class WatchRead(Operation):
    """Part of an array in float64: rows and columns from the first to before the second of two numbers."""

    key = "watch read"
    title = "watch"
    reads = ("x",)
    writes = ("y",)
    scalars = ("top", "bottom", "left", "right")

    @staticmethod
    def twin(x: Array, y: Array, top: float, bottom: float, left: float, right: float) -> None:
        rows = x.reshape(x.shape if x.ndim == 2 else (1, -1))
        y.view(np.float64).reshape(-1)[...] = rows[int(top) : int(bottom), int(left) : int(right)].reshape(-1)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        y = wide(memory, at, 1)
        top = np.int64(s[0])
        left = np.int64(s[2])
        whole = s[3] - s[2] == x.shape[1]
        height = 1 if whole else np.int64(s[1] - s[0])
        width = np.int64((s[1] - s[0] if whole else 1) * (s[3] - s[2]))
        for i in range(height):
            source = piece(x, (top + i) * x.shape[1] + left, width)
            target = piece(y, i * width, width)
            for j in range(width):
                target[j] = source[j]


class WatchConstant(Operation):
    """A number that is written in an expression."""

    key = "watch constant"
    title = "watch"
    writes = ("y",)
    scalars = ("number",)

    @staticmethod
    def twin(y: Array, number: float) -> None:
        y.view(np.float64)[...] = number

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        wide(memory, at, 0)[0] = s[0]


class WatchCombine(Operation):
    """Sum, difference, product or quotient, element by element; a row, a column or a number stands for all."""

    key = "watch combine"
    title = "watch"
    reads = ("a", "b")
    writes = ("y",)
    scalars = ("operator", "a's rows", "a's columns", "b's rows", "b's columns")

    @staticmethod
    def twin(a: Array, b: Array, y: Array, operator: float, *_: float) -> None:
        y.view(np.float64)[...] = _named(COMBINED, operator)(a.view(np.float64), b.view(np.float64))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        a, b, y = wide(memory, at, 0), wide(memory, at, 1), wide(memory, at, 2)
        operator = np.int64(s[0])
        a_rows, a_columns, b_rows, b_columns = np.int64(s[1]), np.int64(s[2]), np.int64(s[3]), np.int64(s[4])
        width = max(a_columns, b_columns)
        for i in range(max(a_rows, b_rows)):
            one = piece(a, i * a_columns if a_rows > 1 else 0, a_columns)
            other = piece(b, i * b_columns if b_rows > 1 else 0, b_columns)
            out = piece(y, i * width, width)
            for j in range(width):
                p = one[j if a_columns > 1 else 0]
                q = other[j if b_columns > 1 else 0]
                if operator == 0:
                    out[j] = p + q
                elif operator == 1:
                    out[j] = p - q
                elif operator == 2:
                    out[j] = p * q
                else:
                    # A division by zero would raise a flag of the processor.
                    by_zero = np.nan if p == 0 or p != p else np.copysign(np.inf, p) * np.copysign(1.0, q)
                    out[j] = by_zero if q == 0 else p / (1.0 if q == 0 else q)


class WatchApply(Operation):
    """A function of each element."""

    key = "watch apply"
    title = "watch"
    reads = ("x",)
    writes = ("y",)
    scalars = ("function",)

    @staticmethod
    def twin(x: Array, y: Array, function: float) -> None:
        y.view(np.float64)[...] = _named(APPLIED, function)(x.view(np.float64))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x, y = wide(memory, at, 0), wide(memory, at, 1)
        function = np.int64(s[0])
        for j in range(y.shape[0]):
            a = x[j]
            if function == 0:
                y[j] = -a
            elif function == 1:
                y[j] = abs(a)
            elif function == 2:
                y[j] = np.nan if a < 0 else np.sqrt(0.0 if a < 0 else a)
            else:
                y[j] = a * a


class WatchReduce(Operation):
    """One number of all elements (see `REDUCTIONS`)."""

    key = "watch reduce"
    title = "watch"
    reads = ("x",)
    writes = ("number",)
    scalars = ("function",)

    @staticmethod
    def twin(x: Array, number: Array, function: float) -> None:
        number.view(np.float64)[...] = _named(REDUCTIONS, function)(x.view(np.float64).reshape(1, -1))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = wide(memory, at, 0)
        function = np.int64(s[0])
        totals = sums.wide_strip(memory)
        count = x.shape[0]
        number = x[0]
        if function == 0:
            number = norm_lanes(x, totals)
        elif function == 1:
            number = sum_lanes(x, totals) / count
        elif function == 2 or function == 3:
            middle = sum_lanes(x, totals) / count
            number = sum_square_lanes(x, 1.0, middle, totals) / count
            if function == 2:
                number = np.sqrt(number)
        elif function == 4:
            number = least_lanes(x, 1.0, totals) + 0.0
        elif function == 5:
            number = -least_lanes(x, -1.0, totals) + 0.0
        elif function == 6:
            number = sum_lanes(x, totals)
        elif function == 7:
            number = norm_lanes(x, totals) / np.sqrt(float(count))
        wide(memory, at, 1)[0] = number

"""An expression looked up in the programs of lanes: where its numbers stand, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import DETAILS, Place, Program
from bnsim.session.arrays import places
from bnsim.session.lane import Lane
from bnsim.spec.errors import InputError
from bnsim.spec.expressions import Applied, Combined, Item, Named, Negated, Node, Number, in_quotes, walk, wrong
from bnsim.spec.numerals import count
from bnsim.spec.symbols import REDUCTIONS
from bnsim.spec.tree import Path, leaves
from bnsim.spec.watches import path_of

NORMS = {
    "weight": "weight_norm",
    "dweight": "weight_gradient_norm",
    "gradient": "gradient_norm",
}
"""The record that has the norm of an array of a Linear."""
RUNNING = ("running_mean", "running_var")
"""Recorded as the forward pass leaves them; the arrays of these names are so only once the update is done."""


class NotComputedError(Exception):
    """Something that the expression reads is not computed yet in the present iteration."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Where an array stands: in a lane's memory and, if it is recorded, in the columns of a row of its history.

    `trained`: the update overwrites it.
    """

    lane: Lane
    place: Place
    columns: Array | None
    trained: bool


Read = Callable[[Named], Array]
Norm = Callable[[Named], Array | None]
Columns = Callable[[Lane, Array], Array]
"""Reads of a lane's rows the columns of these numbers: an array (rows, columns)."""


class Bound:
    """An expression of lanes whose programs have all that it names: `lane_of` says which lane each name is of.

    Its value after iteration k, in a series, is that of the arrays as that iteration's update begins: parameters are
    those that the forward pass used, and running statistics those that it left. All arithmetic is in float64.
    InputError says what cannot be found, what shapes do not fit, or that it is not one number.
    """

    def __init__(self, node: Node, lane_of: Callable[[Named], Lane]) -> None:
        self.node = node
        self._readings = {each: _reading(each, lane_of(each)) for each in walk(node) if isinstance(each, Named)}
        if not self._readings:
            raise InputError("Column 1: this names nothing of a run; watch an array or the loss.")
        self._norms = {
            each.of: norm
            for each in walk(node)
            if isinstance(each, Applied) and each.function == "norm" and isinstance(each.of, Named)
            if (norm := _norm(each.of, self._readings[each.of])) is not None
        }
        shape = self._shape(node)
        if shape:
            raise InputError(
                f"Column 1: this has {_times(shape)} numbers and a watch is one; put norm(…) or mean(…) around it, or "
                "say which element in brackets."
            )

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that it reads."""
        return tuple(dict.fromkeys(each.lane for each in self._readings.values()))

    @property
    def is_recorded(self) -> bool:
        """Whether every row of history has all that it reads."""
        return all(each in self._norms or reading.columns is not None for each, reading in self._readings.items())

    def now(self) -> float | None:
        """Its value of the arrays as they stand; None while one is not computed in the present iteration."""

        def read(one: Named) -> Array:
            reading = self._readings[one]
            seen = reading.lane.peek(reading.place)
            if seen is None:
                raise NotComputedError
            return seen[None]

        try:
            return float(self._value(self.node, read, _no_norm)[0])
        except NotComputedError:
            return None

    def from_rows(self, columns: Columns) -> Array:
        """Its values from rows of the lanes' histories, of which `columns` reads numbers; for one that is recorded."""

        def read(one: Named) -> Array:
            return _numbers(self._readings[one], columns)

        def norm(one: Named) -> Array | None:
            reading = self._norms.get(one)
            return None if reading is None else _numbers(reading, columns)

        return self._value(self.node, read, norm)

    def before_update(self, memory: Callable[[Lane], Array]) -> dict[Named, Array]:
        """Copies of what the update overwrites, from memory in which an iteration is about to begin."""
        trained = {one: each for one, each in self._readings.items() if each.trained}
        return {one: each.lane.program.view(memory(each.lane), each.place).copy() for one, each in trained.items()}

    def after_update(self, memory: Callable[[Lane], Array], before: Mapping[Named, Array]) -> float:
        """Its value in memory in which an iteration has just been done."""

        def view(reading: Reading) -> Array:
            return reading.lane.program.view(memory(reading.lane), reading.place)[None]

        def read(one: Named) -> Array:
            return before[one][None] if one in before else view(self._readings[one])

        def norm(one: Named) -> Array | None:
            reading = self._norms.get(one)
            return None if reading is None else view(reading).astype(np.float64)

        return float(self._value(self.node, read, norm)[0])

    def _value(self, node: Node, read: Read, norm: Norm) -> Array:
        with np.errstate(all="ignore"):
            return _evaluated(node, read, norm)

    def _shape(self, node: Node) -> tuple[int, ...]:
        if isinstance(node, Number):
            return ()
        if isinstance(node, Named):
            return _chosen_shape(node, self._readings[node].place.shape)
        if isinstance(node, Applied):
            inside = self._shape(node.of)
            return () if node.function in REDUCTIONS else inside
        if isinstance(node, Negated):
            return self._shape(node.of)
        left, right = self._shape(node.left), self._shape(node.right)
        try:
            return np.broadcast_shapes(left, right)
        except ValueError as error:
            raise wrong(
                node.at, f"shapes {_shape_text(left)} and {_shape_text(right)} do not fit", "take parts of one size"
            ) from error


def _no_norm(one: Named) -> None:
    """The norms that are recorded are not those of the present arrays, which may be updated already."""


def _evaluated(node: Node, read: Read, norm: Norm) -> Array:
    """Values with the iterations along the first axis, float64."""
    if isinstance(node, Number):
        return np.full(1, node.value)
    if isinstance(node, Named):
        return np.asarray(read(node)[(slice(None), *map(_index, node.items))], np.float64)
    if isinstance(node, Negated):
        return -_evaluated(node.of, read, norm)
    if isinstance(node, Combined):
        left, right = _evaluated(node.left, read, norm), _evaluated(node.right, read, norm)
        axes = max(left.ndim, right.ndim)
        combined: Array = _OPERATORS[node.operator](_aligned(left, axes), _aligned(right, axes))
        return combined
    if node.function == "norm" and isinstance(node.of, Named) and (known := norm(node.of)) is not None:
        return known
    inside = _evaluated(node.of, read, norm)
    if node.function in REDUCTIONS:
        return _REDUCTIONS[node.function](inside.reshape(len(inside), -1))
    applied: Array = _ELEMENTWISE[node.function](inside)
    return applied


_OPERATORS: Mapping[str, Callable[[Array, Array], Array]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
_ELEMENTWISE: Mapping[str, Callable[[Array], Array]] = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "log": np.log,
    "log10": np.log10,
}
_REDUCTIONS: Mapping[str, Callable[[Array], Array]] = {
    "norm": lambda rows: np.linalg.norm(rows, axis=1),
    "mean": lambda rows: rows.mean(axis=1),
    "std": lambda rows: rows.std(axis=1),
    "var": lambda rows: rows.var(axis=1),
    "min": lambda rows: rows.min(axis=1),
    "max": lambda rows: rows.max(axis=1),
    "sum": lambda rows: rows.sum(axis=1),
    "rms": lambda rows: np.sqrt(np.square(rows).mean(axis=1)),
}


def _aligned(array: Array, axes: int) -> Array:
    """An array with axes of length 1 put after the first one, so that the others broadcast as without it."""
    return array.reshape(len(array), *(1,) * (axes - array.ndim), *array.shape[1:])


def _index(item: Item) -> int | slice:
    return slice(*item) if isinstance(item, tuple) else item


def _numbers(reading: Reading, columns: Columns) -> Array:
    assert reading.columns is not None
    rows = columns(reading.lane, reading.columns)
    return rows.astype(np.float64).reshape(len(rows), *reading.place.shape)


def _chosen_shape(one: Named, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the elements that an expression names. InputError if they are not there."""
    if len(one.items) > len(shape):
        raise (
            wrong(one.at, f"{one.spelled} has {count(len(shape))} axes, not {len(one.items)}", "take indices out")
            if shape
            else wrong(one.at, f"{one.spelled} is one number", "take the brackets after it out")
        )
    chosen = []
    for axis, (item, size) in enumerate(zip(one.items, shape, strict=False)):
        if isinstance(item, tuple):
            stretch = len(range(*slice(*item).indices(size)))
            if not stretch:
                raise wrong(
                    one.at, f"axis {axis} of {one.spelled} has nothing there", f"its indices are 0 to {size - 1}"
                )
            chosen.append(stretch)
        elif not -size <= item < size:
            raise wrong(one.at, f"{one.spelled} has no element {item} on axis {axis}", f"they are 0 to {size - 1}")
    return (*chosen, *shape[len(one.items) :])


def _reading(one: Named, lane: Lane) -> Reading:
    program = lane.program
    if one.symbol.record:
        place = _recorded_place(one, lane)
    else:
        place = _array_place(one, lane)
    trained = any(parameter.value is place and parameter.trained for parameter in program.parameters)
    columns = columns_of(program, place)
    if one.symbol.array in RUNNING:
        columns = _columns_of_record(program, one.symbol.array, path_of(one, lane.stack))
    return Reading(lane, place, columns, trained)


def _columns_of_record(program: Program, name: str, path: Path) -> Array | None:
    """The columns of a row of history that a record has for a layer; None if it is not recorded."""
    record = next((each for each in program.records if each.name == name and path in each.paths), None)
    return None if record is None else columns_of(program, record.places[record.paths.index(path)])


def _array_place(one: Named, lane: Lane) -> Place:
    symbol, stack = one.symbol, lane.stack
    if symbol.of_layer:
        path = path_of(one, stack)
        found = places(lane, path).get(symbol.array)
        if found is None:
            kind = one.spelled if one.layer is None else f"{one.spelled} of layer {one.layer}"
            raise wrong(one.at, f"“{stack.name}” does not compute {kind}", "watch something else of that layer")
        return found
    ends: tuple[Path, ...] = ((len(stack.layers),), *(leaf.path for leaf in list(leaves(stack.layers))[:1]))
    for path in ends:
        if symbol.array in (there := places(lane, path)):
            return there[symbol.array]
    raise wrong(one.at, f"“{stack.name}” does not compute {one.spelled}", "watch something else")


def _recorded_place(one: Named, lane: Lane) -> Place:
    symbol, program, stack = one.symbol, lane.program, lane.stack
    if symbol.record == "loss":
        return program.loss
    record = next((each for each in program.records if each.name == symbol.record), None)
    path = path_of(one, stack) if symbol.of_layer else None
    if record is None or (path is not None and path not in record.paths):
        of = f"layer {in_quotes(one.layer) if isinstance(one.layer, str) else one.layer}" if path else f"“{stack.name}”"
        raise wrong(one.at, f"{one.spelled} of {of} is not recorded", "record more, or watch something else")
    return record.places[record.paths.index(path) if path is not None else 0]


def _norm(one: Named, reading: Reading) -> Reading | None:
    """Where the norm of a whole array is recorded; None if it is not."""
    name = NORMS.get(one.symbol.array)
    program = reading.lane.program
    record = next((each for each in program.records if each.name == name), None)
    if one.items or record is None:
        return None
    path = path_of(one, reading.lane.stack)
    whole = {parameter.value: parameter.path for parameter in program.parameters if parameter.is_weight}
    path = whole.get(reading.place, path)
    if path not in record.paths:
        return None
    place = record.places[record.paths.index(path)]
    return Reading(reading.lane, place, columns_of(program, place), trained=False)


def columns_of(program: Program, place: Place) -> Array | None:
    """The columns of a row of history that have an array as an iteration's update begins; None if none have."""
    start = 0
    for record in program.records:
        for recorded in record.places:
            late = record.late and any(parameter.value is place for parameter in program.parameters)
            if recorded is place and not late and record.name not in DETAILS:
                return np.arange(start, start + place.size)
            start += recorded.size
    return None


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(count, shape))


def _shape_text(shape: Sequence[int]) -> str:
    return f"({', '.join(map(str, shape))})"

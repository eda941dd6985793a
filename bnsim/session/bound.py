"""An expression looked up in the programs of lanes: where its numbers stand, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bnsim.engine import watched as compiled
from bnsim.engine.kernels import watch as reductions
from bnsim.engine.operation import Array
from bnsim.engine.program import DETAILS, Place, Program
from bnsim.engine.watched import Measure, Part, Term
from bnsim.session.arrays import optimizer_places, program_places
from bnsim.session.lane import Form, Lane
from bnsim.spec.errors import InputError
from bnsim.spec.expressions import Applied, Combined, Item, Named, Negated, Node, Number, in_quotes, walk, wrong
from bnsim.spec.numerals import count
from bnsim.spec.symbols import REDUCTIONS, SYMBOLS
from bnsim.spec.tree import Path, leaves, with_parameters
from bnsim.spec.watches import path_of

NORMS = {
    "weight": "weight_norm",
    "dweight": "weight_gradient_norm",
    "gradient": "gradient_norm",
}
"""The record that has the norm of an array of a Linear."""
PARAMETERS = ("weight", "bias", "running_mean", "running_var")
"""Arrays that tied copies share."""
RUNNING = ("running_mean", "running_var")
"""Recorded as the forward pass leaves them; the arrays of these names are so only once the update is done."""


class NotComputedError(Exception):
    """Something that the expression reads is not computed yet in the present iteration."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Where an array stands: in a lane's memory and, if it is recorded, in the columns of a row of its history.

    `trained`: the update overwrites it. `stands`: as the update begins it is what an expression means by it.
    """

    lane: Lane
    place: Place
    columns: Array | None
    trained: bool
    stands: bool = False


Read = Callable[[Named], Array]
Known = Callable[[Node], Array | None]
Measured = Callable[[Lane, Measure], Array]
"""The values, one a row, of what a lane's program measures."""
Columns = Callable[[Lane, Array], Array]
"""Reads of a lane's rows the columns of these numbers: an array (rows, columns)."""


class Bound:
    """An expression of lanes whose programs have all that it names: `lane_of` says which lane each name is of.

    Its value after iteration k, in a series, is that of the arrays as that iteration's update begins: parameters are
    those that the forward pass used, and running statistics those that it left. All arithmetic is in float64.
    InputError says what cannot be found, what shapes do not fit, or that it is not one number.
    """

    def __init__(
        self, node: Node, lane_of: Callable[[Named], Lane], form_of: Callable[[Lane], Form] = lambda lane: lane.form
    ) -> None:
        self.node = node
        found = {each: lane_of(each) for each in walk(node) if isinstance(each, Named)}
        self._readings = {each: _reading(each, lane, form_of(lane)) for each, lane in found.items()}
        if not self._readings:
            raise InputError("Column 1: this names nothing of a run; watch an array or the loss.")
        self._norms = {
            each.of: norm
            for each in walk(node)
            if isinstance(each, Applied) and each.function == "norm" and isinstance(each.of, Named)
            if (norm := _norm(each.of, reading := self._readings[each.of], form_of(reading.lane))) is not None
        }
        shape = self._shape(node)
        if shape:
            raise InputError(
                f"Column 1: this has {_times(shape)} numbers and a watch is one; put norm(…) or mean(…) around it, or "
                "say which element in brackets."
            )
        self.measures: dict[Node, tuple[Lane, Measure]] = {}
        """What is not recorded and a program can measure, by the part of the expression that it stands for."""
        self.can_be_compiled = self._measure(node)
        """Whether that, and what is recorded, is all that it reads."""

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that it reads."""
        return tuple(dict.fromkeys(each.lane for each in self._readings.values()))

    @property
    def is_recorded(self) -> bool:
        """Whether every row of history has all that it reads."""
        return self._is_recorded(self.node)

    def _is_recorded(self, node: Node) -> bool:
        return all(
            each in self._norms or self._readings[each].columns is not None
            for each in walk(node)
            if isinstance(each, Named)
        )

    def _measure(self, node: Node) -> bool:
        """Find what of an expression, one number, is to be measured; False if something can be neither had nor that."""
        if self._is_recorded(node):
            return True
        if isinstance(node, Named) or (isinstance(node, Applied) and node.function in REDUCTIONS):
            of = node if isinstance(node, Named) else node.of
            term = self._term(of)
            lanes = {self._readings[each].lane for each in walk(of) if isinstance(each, Named)}
            if term is None or len(lanes) != 1:
                return False
            function = node.function if isinstance(node, Applied) else "element"
            self.measures[node] = lanes.pop(), Measure(function, term)
            return True
        if isinstance(node, Combined):
            return self._measure(node.left) and self._measure(node.right)
        return self._measure(node.of) if isinstance(node, Applied | Negated) else True

    def _term(self, node: Node) -> Term | None:
        """What a program computes of part of an expression; None if it cannot."""
        if isinstance(node, Number):
            return compiled.Constant(node.value)
        if isinstance(node, Named):
            return self._part(node)
        if isinstance(node, Combined):
            if _is_square(node):
                base = self._term(node.left)
                return None if base is None else compiled.Applied("square", base)
            left, right = self._term(node.left), self._term(node.right)
            if left is None or right is None or not compiled.can_combine(node.operator):
                return None
            return compiled.Combined(node.operator, left, right)
        inside = self._term(node.of)
        if inside is None:
            return None
        if isinstance(node, Applied) and node.function in REDUCTIONS:
            return Measure(node.function, inside)
        function = "negative" if isinstance(node, Negated) else node.function
        return compiled.Applied(function, inside) if compiled.can_apply(function) else None

    def _part(self, one: Named) -> Part | None:
        """The elements that it names, if they stand in memory as the update begins."""
        place, reading = self._readings[one].place, self._readings[one]
        if not reading.stands or len(place.shape) > 2:
            return None
        spans = [_span(item, size) for item, size in zip(one.items, place.shape, strict=False)]
        spans += [(0, size) for size in place.shape[len(spans) :]]
        rows, columns = ((0, 1), (0, 1), *spans)[-2:]
        turned = len(one.items) == 2 and not isinstance(one.items[0], int) and isinstance(one.items[1], int)
        return Part(place, *rows, *columns, turned)

    def now(self) -> float | None:
        """Its value of the arrays as they stand; None while one is not computed in the present iteration."""

        def read(one: Named) -> Array:
            reading = self._readings[one]
            seen = reading.lane.peek(reading.place)
            if seen is None:
                raise NotComputedError
            return seen[None]

        try:
            return float(self._value(self.node, read, _nothing)[0])
        except NotComputedError:
            return None

    def from_rows(self, columns: Columns, measured: Measured) -> Array:
        """Its values from rows of the lanes' histories, of which `columns` reads numbers, and from what is measured."""

        def read(one: Named) -> Array:
            return _numbers(self._readings[one], columns)

        def known(node: Node) -> Array | None:
            if node in self.measures:
                return measured(*self.measures[node])
            reading = self._norm_of(node)
            return None if reading is None else _numbers(reading, columns)

        return self._value(self.node, read, known)

    def _norm_of(self, node: Node) -> Reading | None:
        """Where a part of the expression is recorded that is the norm of an array."""
        is_norm = isinstance(node, Applied) and node.function == "norm" and isinstance(node.of, Named)
        return self._norms.get(node.of) if is_norm else None  # type: ignore[union-attr, arg-type]

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

        def known(node: Node) -> Array | None:
            reading = self._norm_of(node)
            return None if reading is None else view(reading).astype(np.float64)

        return float(self._value(self.node, read, known)[0])

    def _value(self, node: Node, read: Read, known: Known) -> Array:
        with np.errstate(all="ignore"):
            return _evaluated(node, read, known)

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


def _nothing(node: Node) -> None:
    """The norms that are recorded are not those of the present arrays, which may be updated already."""


def _evaluated(node: Node, read: Read, known: Known) -> Array:
    """Values with the iterations along the first axis, float64."""
    if isinstance(node, Number):
        return np.full(1, node.value)
    if (found := known(node)) is not None:
        return found
    if isinstance(node, Named):
        return np.asarray(read(node)[(slice(None), *map(_index, node.items))], np.float64)
    if isinstance(node, Negated):
        return -_evaluated(node.of, read, known)
    if isinstance(node, Combined):
        left = _evaluated(node.left, read, known)
        if _is_square(node):
            return np.square(left)
        right = _evaluated(node.right, read, known)
        axes = max(left.ndim, right.ndim)
        combined: Array = _OPERATORS[node.operator](_aligned(left, axes), _aligned(right, axes))
        return combined
    inside = _evaluated(node.of, read, known)
    if node.function in REDUCTIONS:
        return reductions.REDUCTIONS[node.function](inside.reshape(len(inside), -1))
    applied: Array = _ELEMENTWISE[node.function](inside)
    return applied


def _is_square(node: Combined) -> bool:
    return node.operator == "**" and isinstance(node.right, Number) and node.right.value == 2


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


def _aligned(array: Array, axes: int) -> Array:
    """An array with axes of length 1 put after the first one, so that the others broadcast as without it."""
    return array.reshape(len(array), *(1,) * (axes - array.ndim), *array.shape[1:])


def _index(item: Item) -> int | slice:
    return slice(*item) if isinstance(item, tuple) else item


def _span(item: Item, size: int) -> tuple[int, int]:
    """The first and the last (exclusive) index."""
    if isinstance(item, tuple):
        start, stop, _ = slice(*item).indices(size)
        return start, stop
    return item % size, item % size + 1


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


def _reading(one: Named, lane: Lane, form: Form) -> Reading:
    program = form.program
    if one.symbol.record:
        place = _recorded_place(one, form)
    else:
        place = _array_place(one, form)
    kept = next((parameter for parameter in program.parameters if parameter.value is place), None)
    # What an optimizer keeps is overwritten as parameters are, and has no key.
    trained = kept is not None and (kept.trained or not kept.key)
    stands = trained if kept else program.written_by.get(place, program.first_update) < program.first_update
    columns = columns_of(program, place)
    if one.symbol.array in RUNNING:
        columns = _columns_of_record(program, one.symbol.array, path_of(one, form.stack))
    return Reading(lane, place, columns, trained, stands)


def _columns_of_record(program: Program, name: str, path: Path) -> Array | None:
    """The columns of a row of history that a record has for a layer; None if it is not recorded."""
    record = next((each for each in program.records if each.name == name and path in each.paths), None)
    return None if record is None else columns_of(program, record.places[record.paths.index(path)])


def _array_place(one: Named, form: Form) -> Place:
    symbol, program, stack = one.symbol, form.program, form.stack
    if symbol.of_layer:
        path = path_of(one, stack)
        if symbol.keeps:
            return _kept_place(one, form, path)
        found = program_places(program, path).get(symbol.array)
        if found is None and symbol.array in PARAMETERS:
            found = program_places(program, with_parameters(stack.layers, path)).get(symbol.array)
        if found is None:
            kind = one.spelled if one.layer is None else f"{one.spelled} of layer {one.layer}"
            raise wrong(one.at, f"“{stack.name}” does not compute {kind}", "watch something else of that layer")
        return found
    ends: tuple[Path, ...] = ((len(stack.layers),), *(leaf.path for leaf in list(leaves(stack.layers))[:1]))
    for path in ends:
        if symbol.array in (there := program_places(program, path)):
            return there[symbol.array]
    raise wrong(one.at, f"“{stack.name}” does not compute {one.spelled}", "watch something else")


def _kept_place(one: Named, form: Form, path: Path) -> Place:
    """Where the optimizer keeps what an expression names."""
    symbol, optimizer = one.symbol, form.training.optimizer
    kept = optimizer_places(form.program)
    owner = with_parameters(form.stack.layers, path)
    found = kept.get((symbol.array, owner, symbol.keeps)) if type(optimizer) in symbol.optimizers else None
    if found is None:
        own = [each for each in SYMBOLS if type(optimizer) in each.optimizers]
        there = [each.shown for each in own if (each.array, owner, each.keeps) in kept]
        mend = f"it keeps {' and '.join(there)} there" if there else "watch something else of that layer"
        raise wrong(one.at, f"{type(optimizer).__name__} keeps no {one.spelled} there", mend)
    return found


def _recorded_place(one: Named, form: Form) -> Place:
    symbol, program, stack = one.symbol, form.program, form.stack
    if symbol.record == "loss":
        return program.loss
    record = next((each for each in program.records if each.name == symbol.record), None)
    path = path_of(one, stack) if symbol.of_layer else None
    if record is None or (path is not None and path not in record.paths):
        of = f"layer {in_quotes(one.layer) if isinstance(one.layer, str) else one.layer}" if path else f"“{stack.name}”"
        raise wrong(one.at, f"{one.spelled} of {of} is not recorded", "record more, or watch something else")
    return record.places[record.paths.index(path) if path is not None else 0]


def _norm(one: Named, reading: Reading, form: Form) -> Reading | None:
    """Where the norm of a whole array is recorded; None if it is not."""
    name = NORMS.get(one.symbol.array)
    program = form.program
    record = next((each for each in program.records if each.name == name), None)
    if one.items or record is None:
        return None
    path = path_of(one, form.stack)
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

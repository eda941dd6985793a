"""A sweep: one experiment, one or two of its parameters over a grid, some seeds, and what is measured of every run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Literal, NamedTuple, get_args

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count, significant
from bnsim.sweeps.parameters import Value, parameter, with_value

Scale = Literal["linear", "log"]
Measure = Literal["accuracy", "loss", "test_accuracy", "test_loss", "gradient_factor"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
MAX_VALUES = 1000
MAX_RUNS = 100_000
MAX_ITERATIONS = 1_000_000


class Axis(Struct, frozen=True):
    """A parameter and the values it takes, each once, in their order. `scale` is that of numbers on a figure's axis."""

    path: str
    values: tuple[Value, ...]
    title: str = ""
    scale: Scale = "linear"

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers, in ascending or descending order, so that an axis can have them."""
        numbers = [each for each in self.values if isinstance(each, int | float) and not isinstance(each, bool)]
        return len(numbers) == len(self.values) and list(numbers) in (sorted(numbers), sorted(numbers)[::-1])

    def words(self, value: Value) -> str:
        """A value in words: "on", "0.1", "ReLU"."""
        if isinstance(value, bool):
            return "on" if value else "off"
        return value if isinstance(value, str) else count(value) if isinstance(value, int) else significant(value, 3)


class Point(NamedTuple):
    """One run of one lane: the number of each axis's value, that of the seed, and that of the lane."""

    values: tuple[int, ...]
    seed: int
    lane: int


class Sweep(Struct, frozen=True, kw_only=True):
    """Every combination of the axes' values is run once for each seed, `iterations` updates, and measured.

    Lanes are run one by one: each gives the numbers that it has beside the others. InputError, in one sentence, for
    what cannot be: no or more than two axes, a path or a value that there is not, too many runs.
    """

    experiment: Experiment
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...] = (1,)
    iterations: int = 300
    measure: Measure = "accuracy"

    def __post_init__(self) -> None:
        if not 1 <= len(self.axes) <= 2:
            raise InputError(f"A sweep goes over one or two parameters, not {len(self.axes)}; name one or two.")
        if len({axis.path for axis in self.axes}) < len(self.axes):
            raise InputError(f"A sweep cannot go over {self.axes[0].path} twice; name another second parameter.")
        if not self.experiment.stacks:
            raise InputError("There is nothing to sweep: the experiment has no lane; add one.")
        if self.measure not in MEASURES:
            raise InputError(f"There is no measure {self.measure!r}; choose from {', '.join(MEASURES)}.")
        if not 0 <= self.iterations <= MAX_ITERATIONS:
            raise InputError(
                f"Cannot run {count(self.iterations)} iterations in a sweep; choose from 0 to {count(MAX_ITERATIONS)}."
            )
        if not self.seeds or min(self.seeds) < 0:
            raise InputError("A sweep needs at least one seed, of 0 or more; give 1 or more seeds.")
        if self.runs > MAX_RUNS:
            raise InputError(f"{count(self.runs)} runs are too many for a sweep; {count(MAX_RUNS)} are the most.")
        for axis in self.axes:
            parameter(self.experiment, axis.path)
            # Of numbers the ends say whether all are allowed: a form checks at every key.
            for value in sorted(axis.values)[:: max(len(axis.values) - 1, 1)] if axis.numeric else axis.values:
                with_value(self.experiment, axis.path, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lanes, values of each axis, seeds."""
        return (len(self.experiment.stacks), *(len(axis.values) for axis in self.axes), len(self.seeds))

    @property
    def runs(self) -> int:
        """How many runs of one lane it has."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    def points(self) -> Iterator[Point]:
        """All runs: seed by seed, so that a figure has something everywhere soon."""
        for seed in range(len(self.seeds)):
            for values in product(*(range(len(axis.values)) for axis in self.axes)):
                for lane in range(len(self.experiment.stacks)):
                    yield Point(values, seed, lane)

    def at(self, values: tuple[int, ...], seed: int) -> Experiment:
        """The experiment at a point of the grid. InputError if these values do not go together."""
        made = self.experiment
        chosen = list(zip(self.axes, values, strict=True))
        # Paths to a layer count those of the experiment as it is, so they come before what adds or removes layers.
        for axis, number in sorted(chosen, key=lambda each: ".layers." not in each[0].path):
            made = with_value(made, axis.path, axis.values[number])
        return replace(made, training=replace(made.training, seed=self.seeds[seed]))

"""bnsim's own numbers for a script to be held to: where it starts, what it draws, its loss and its gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim import data
from bnsim.data import Dataset
from bnsim.engine.kernels.batch import batch_rows
from bnsim.engine.operation import Array
from bnsim.interop.names import module_name
from bnsim.session import Session
from bnsim.session.lane import Lane
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.forks import stages
from bnsim.spec.layers import Dropout, Noise
from bnsim.spec.naming import quoted
from bnsim.spec.numerals import count, counted
from bnsim.spec.problems import find_problems, out_width
from bnsim.spec.tree import leaves

ROUNDING = 100.0
"""How much more than rounding was seen to do it is allowed to do."""
DISTURBED = 4
"""Runs with other last bits by which it is seen."""
LAST_BITS = 2.0**-52
NEAR_ZERO = 1e-10
"""What is exactly 0 in bnsim is rounding elsewhere: at most so much of the network's largest gradient norm."""
RESULTS = "loss_and_norms"
"""Under this name, after the lane's, are an iteration's loss and gradient norms by layer, a row each."""
DRAWN = {"dropout mask": "masks", "noise": "noise", "noise factor": "factors"}

Reported = Callable[[float], bool]
"""Told the fraction that is done; answers whether to go on."""


class Reference(Struct, frozen=True, eq=False):
    """What a script needs beside it. `names[k]` is what lane k is called in code and in the names of `arrays`.

    `experiment` is what was run: in float64, and each fork as its source.
    """

    experiment: Experiment
    dataset: Dataset
    names: tuple[str, ...]
    iterations: int
    arrays: dict[str, Array]


def comparable(experiment: Experiment, iterations: int) -> Experiment:
    """What a script does: everything in float64, and forks, up to where they begin, as their source.

    InputError for a fork that begins earlier.
    """
    training = replace(experiment.training, precision="float64")
    stacks = tuple(_before_fork(stack, iterations) for stack in experiment.stacks)
    return replace(experiment, training=training, stacks=stacks)


def _before_fork(stack: Stack, iterations: int) -> Stack:
    if stack.fork is None:
        return stack
    start = stages(stack)[1][0]
    if iterations > start:
        raise InputError(
            f"Cannot write {quoted(stack)} as code for {counted(iterations, 'iteration')}: it is a fork from iteration "
            f"{count(start)} on; ask for at most {count(start)} iterations, or leave that lane out."
        )
    return stages(stack)[0][1]


def measured(experiment: Experiment, iterations: int, names: Sequence[str], going_on: Reported) -> Reference:
    """Run the experiment for that many iterations and keep what a script needs to do the same.

    It is run some more times with the last bits of all initial weights changed, to see what rounding alone does.
    InputError if the experiment cannot run, becomes NaN on the way, or takes more memory than there is.
    """
    experiment = comparable(experiment, iterations)
    dataset = data.load(experiment.data)
    problems = find_problems(experiment, dataset.shape)
    if problems:
        raise InputError(problems[0].sentence())
    budget.request(_size(experiment, dataset, iterations), budget.SCRIPT)
    arrays = _shared(experiment, dataset, iterations)
    run = _Run(experiment, names, iterations)
    try:
        arrays |= _results(run, going_on)
    finally:
        run.release()
    return Reference(experiment, dataset, tuple(names), iterations, arrays)


def _results(run: _Run, going_on: Reported) -> dict[str, Array]:
    """Where a run starts, what it draws, what comes of it, and how far rounding alone moves that."""
    arrays = run.start()
    results = run.results(arrays, _part_of(going_on, 0))
    for number in range(1, DISTURBED + 1):
        run.disturb(number)
        again = run.results(None, _part_of(going_on, number))
        for key, wanted in results.items():
            moved = np.abs(again[key] - wanted)
            kept = arrays.get(f"{key}_rounding", _near_zero(wanted))
            arrays[f"{key}_rounding"] = np.maximum(kept, ROUNDING * moved)
    return arrays | results


def _part_of(going_on: Reported, number: int) -> Reported:
    """Tells the fraction of all runs from that of one of them."""
    return lambda part: going_on((number + part) / (DISTURBED + 1))


def _near_zero(wanted: Array) -> Array:
    """What is allowed where bnsim has a 0, in the shape of `wanted`; of rows of norms a row's largest counts."""
    largest = np.abs(wanted[..., 1:]).max(axis=-1, initial=0.0, keepdims=True) if wanted.ndim > 1 else 0.0
    return np.where(wanted == 0.0, NEAR_ZERO * largest, 0.0)


def _shared(experiment: Experiment, dataset: Dataset, iterations: int) -> dict[str, Array]:
    """The data, and which of its rows each mini-batch takes."""
    training = experiment.training
    each = training.accumulate
    rows = [
        batch_rows(number, len(dataset.x), training.batch_size, training.shuffle, training.seed)
        for number in range(iterations * each)
    ]
    shape = (iterations, training.batch_size) if each == 1 else (iterations, each, training.batch_size)
    arrays: dict[str, Array] = {"x": dataset.x, "y": dataset.y, "rows": np.array(rows, np.int64).reshape(shape)}
    if training.evaluate_every and len(dataset.test_x):
        arrays |= {"x_test": dataset.test_x, "y_test": dataset.test_y}
    return arrays


def _size(experiment: Experiment, dataset: Dataset, iterations: int) -> int:
    """About how many bytes the arrays take."""
    training = experiment.training
    updates = iterations * training.accumulate
    size = dataset.nbytes + 8 * updates * training.batch_size
    for stack in experiment.stacks:
        width = dataset.shape.features
        found = list(leaves(stack.layers))
        size += 8 * 3 * iterations * (1 + len(found))
        for leaf in found:
            width = out_width(leaf.layer, width)
            drawn = {Dropout: 1, Noise: 8}.get(type(leaf.layer), 0)
            size += drawn * updates * training.batch_size * width
    return size


class _Run:
    """The experiment in motion, from its start as often as wanted."""

    def __init__(self, experiment: Experiment, names: Sequence[str], iterations: int) -> None:
        self._session = Session(experiment, recording="none")
        self._names = names
        self._iterations = iterations
        self._states = [lane.state_dict() for lane in self._session.lanes]

    def release(self) -> None:
        """Give its threads and its memory back."""
        self._session.release()

    def start(self) -> dict[str, Array]:
        """Initial weights and running statistics, and the names of the layers that have a gradient."""
        found: dict[str, Array] = {}
        for name, lane, state in zip(self._names, self._session.lanes, self._states, strict=True):
            found |= {f"{name}/start/{key}": value for key, value in state.items()}
            found[f"{name}/layers"] = np.array(list(_layers(lane)))
        return found

    def disturb(self, number: int) -> None:
        """Begin anew, with other last bits in all weights."""
        self._session.reset()
        generator = np.random.Generator(np.random.Philox(number))
        for lane, state in zip(self._session.lanes, self._states, strict=True):
            moved = {
                key: value * (1 + LAST_BITS * generator.choice((-1.0, 1.0), value.shape))
                for key, value in state.items()
                if value.dtype.kind == "f"
            }
            lane.load_state_dict(state | moved)

    def results(self, drawn: dict[str, Array] | None, going_on: Reported) -> dict[str, Array]:
        """Loss and gradient norms, and losses on held-out data; what was drawn goes into `drawn`."""
        rows: dict[str, list[list[float]]] = {name: [] for name in self._names}
        draws: dict[str, list[Array]] = {}
        for iteration in range(self._iterations):
            if not going_on(iteration / self._iterations):
                raise InputError("The script was not written: it was given up.")
            self._session.step("iteration")
            if self._session.stopped is not None:
                raise InputError(
                    f"Cannot hold a script to {counted(self._iterations, 'iteration')}: "
                    f"{self._session.stopped.sentence}; ask for at most {count(iteration)} of them."
                )
            for name, lane in zip(self._names, self._session.lanes, strict=True):
                assert lane.loss is not None
                rows[name].append([lane.loss, *_layers(lane).values()])
                if drawn is not None:
                    _keep_drawn(name, lane, draws)
        if drawn is not None:
            drawn |= {key: np.stack(each) for key, each in draws.items()}
        found = {f"{name}/{RESULTS}": np.array(each).reshape(self._iterations, -1) for name, each in rows.items()}
        for name, lane in zip(self._names, self._session.lanes, strict=True):
            if self._session.experiment.training.evaluate_every:
                found[f"{name}/tests"] = lane.tests["test_loss"][lane.tests.kept > 0]
        return found


def _layers(lane: Lane) -> dict[str, float]:
    """The norm of the gradient of all parameters of each layer, by the name that its module has."""
    squares: dict[str, list[float]] = {}
    for key, gradient in lane.gradients().items():
        norm = 0.0 if gradient is None else float(np.linalg.norm(gradient.astype(np.float64)))
        squares.setdefault(key.rpartition(".")[0], []).append(norm)
    return {name: float(np.hypot.reduce(norms)) for name, norms in squares.items()}


def _keep_drawn(name: str, lane: Lane, draws: dict[str, list[Array]]) -> None:
    """Add what this iteration drew, by the name of the module and what it is, in the order of its calls."""
    for instruction in lane.program.instructions:
        what = DRAWN.get(instruction.operation.key)
        if what is not None:
            value = lane.read(instruction.places[-1])
            assert value is not None
            key = f"{name}/{what}/{module_name(lane.stack.layers, instruction.path)}"
            draws.setdefault(key, []).append(value.astype(bool) if what == "masks" else value)

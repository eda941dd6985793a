"""What keeps an experiment from running, in words. Problems never block editing; they are shown on the card."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import MAX_LAYERS, MAX_STACKS, Experiment, Stack
from bnsim.spec.layers import BatchNorm, Layer, Linear

MAX_NUMBERS = 2**28
"""Largest number of values a lane may hold (2 GiB in float64); checked before any memory is taken."""


class Problem(Struct, frozen=True):
    """`message` says what is wrong, `mend` what to do. `layer_id` 0 means the loss or the whole stack."""

    stack_id: int
    layer_id: int
    message: str
    mend: str

    def sentence(self) -> str:
        """Both in one line."""
        return f"{self.message}; {self.mend}."


def find_problems(experiment: Experiment, data: DataShape | None) -> tuple[Problem, ...]:
    """Every problem, in document order; without `data` the checks that need its shape are left out."""
    found = _experiment_problems(experiment, data)
    for stack in experiment.stacks:
        found += _stack_problems(experiment, stack, data)
    return tuple(found)


def widths(stack: Stack, features: int) -> tuple[int, ...]:
    """Output width of every layer, for `features` inputs."""
    out = []
    for layer in stack.layers:
        features = layer.units if isinstance(layer, Linear) else features
        out.append(features)
    return tuple(out)


def _experiment_problems(experiment: Experiment, data: DataShape | None) -> list[Problem]:
    messages = _range_messages(experiment.training, "Training") + _range_messages(experiment.data, "Data")
    found = [Problem(0, 0, message, "correct that value") for message in messages]
    if not experiment.stacks:
        found.append(Problem(0, 0, "The experiment has no stack", "add one"))
    if len(experiment.stacks) > MAX_STACKS:
        found.append(Problem(0, 0, f"The experiment has {len(experiment.stacks)} stacks", f"keep at most {MAX_STACKS}"))
    batch = experiment.training.batch_size
    if data is not None and batch > data.rows:
        found.append(
            Problem(
                0, 0, f"The batch size {batch} is larger than the data set's {data.rows} rows", "lower the batch size"
            )
        )
    return found


def _stack_problems(experiment: Experiment, stack: Stack, data: DataShape | None) -> list[Problem]:
    found = []
    batch = experiment.training.batch_size
    for layer in stack.layers:
        name = type(layer).__name__
        found += [Problem(stack.id, layer.id, text, "correct that value") for text in _range_messages(layer, name)]
        if isinstance(layer, BatchNorm) and batch == 1:
            found.append(
                Problem(
                    stack.id,
                    layer.id,
                    "BatchNorm got a batch of one: expected more than 1 value per channel when training",
                    "set the batch size to 2 or more",
                )
            )
    if len(stack.layers) > MAX_LAYERS:
        found.append(Problem(stack.id, 0, f"{stack.name} has {len(stack.layers)} layers", f"keep at most {MAX_LAYERS}"))
    if not any(isinstance(layer, Linear) for layer in stack.layers):
        found.append(Problem(stack.id, 0, f"{stack.name} has no Linear before the loss", "drag a Linear onto it"))
    elif data is not None and not found:
        found += _shape_problems(experiment, stack, data)
    return found


def _shape_problems(experiment: Experiment, stack: Stack, data: DataShape) -> list[Problem]:
    found = []
    out = widths(stack, data.features)
    index = len(stack.layers) - 1
    while not isinstance(stack.layers[index], Linear):
        index -= 1
    last, width = stack.layers[index], out[-1]
    loss = type(stack.loss).__name__
    if loss == "CrossEntropy" and not data.classification:
        found.append(Problem(stack.id, 0, "CrossEntropy needs classes and the data has numbers to predict", "use MSE"))
    elif loss == "CrossEntropy" and width < data.outputs:
        found.append(_width_problem(stack, last, width, f"the data has {data.outputs} classes", data.outputs))
    elif loss == "MSE" and width != data.outputs:
        found.append(_width_problem(stack, last, width, f"the target has width {data.outputs}", data.outputs))
    numbers = values_held(stack, data.features, experiment.training.batch_size)
    if numbers > MAX_NUMBERS:
        found.append(
            Problem(
                stack.id,
                0,
                f"{stack.name} would hold {numbers:,} numbers, more than {MAX_NUMBERS:,}",
                "lower the units, the depth or the batch size",
            )
        )
    return found


def _width_problem(stack: Stack, layer: Layer, width: int, wanted: str, units: int) -> Problem:
    return Problem(stack.id, layer.id, f"The last width is {width} and {wanted}", f"set this Linear to {units} units")


def values_held(stack: Stack, features: int, batch: int) -> int:
    """About how many numbers a lane keeps: parameters and gradients, and each layer's values with their gradients."""
    total, width = 0, features
    for layer, out in zip(stack.layers, widths(stack, features), strict=True):
        total += 2 * (width + 1) * out if isinstance(layer, Linear) else 8 * out
        total += 5 * batch * out
        width = out
    return total


def _range_messages(record: Struct, name: str) -> list[str]:
    """Fields outside their declared type or range, as msgspec's own checker words it."""
    try:
        msgspec.convert(msgspec.to_builtins(record), type(record))
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = where.strip("`").removeprefix("$.")
        return [f"{name}: {message[:1].lower()}{message[1:]}" + (f" for {place}" if place else "")]
    return []

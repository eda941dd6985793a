"""What keeps an experiment from running, in words. Problems never block editing; they are shown on the card."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec import budget
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import MAX_LAYERS, MAX_STACKS, Experiment, Stack
from bnsim.spec.fork_problems import mates_problems
from bnsim.spec.forks import fork_records, source_name
from bnsim.spec.layers import (
    BatchNorm,
    Block,
    Dropout,
    GroupNorm,
    Hardtanh,
    Layer,
    LayerNorm,
    Linear,
    Noise,
    Repeat,
    Residual,
    RMSNorm,
)
from bnsim.spec.naming import kind_name
from bnsim.spec.normalizations import Normalization
from bnsim.spec.numerals import count
from bnsim.spec.training import SGD, Adagrad, Adam, AdamW, NoClip, Optimizer, RMSprop, Training
from bnsim.spec.tree import leaf_count, walk

NESTEROV_MEND = "set the momentum above 0 or turn Nesterov off"
NUMBER_BYTES = {"float32": 4, "float64": 8}

ARRAYS: dict[type, int] = {BatchNorm: 4, LayerNorm: 4, GroupNorm: 4, RMSNorm: 4, Dropout: 3, Noise: 3, Repeat: 0}
"""Arrays of a mini-batch's shape that a layer's forward and backward pass write; 2 for all others: output and gradient.

A Linear has one more, of its output's shape, to work in."""


class Problem(Struct, frozen=True):
    """`message` says what is wrong, `mend` what to do. `layer_id` 0 means the loss or the whole stack.

    `empty`: nothing is wrong, there is just nothing in the stack yet; a window invites to begin, and warns of nothing.
    """

    stack_id: int
    layer_id: int
    message: str
    mend: str
    empty: bool = False

    def sentence(self) -> str:
        """The message and the remedy in one line."""
        return f"{self.message}; {self.mend}."


def find_problems(experiment: Experiment, data: DataShape | None) -> tuple[Problem, ...]:
    """Every problem, in document order; without `data` the checks that need its shape are left out."""
    found = _experiment_problems(experiment, data)
    for stack in experiment.stacks:
        found += _stack_problems(experiment, stack, data)
        found += _past_problems(experiment, stack, data)
    return tuple(found)


def widths(stack: Stack, features: int) -> tuple[int, ...]:
    """Output width of every layer, for `features` inputs."""
    out = []
    for layer in stack.layers:
        features = out_width(layer, features)
        out.append(features)
    return tuple(out)


def out_width(layer: Layer, width: int) -> int:
    """Output width of one layer for an input of `width`."""
    if isinstance(layer, Linear):
        return layer.units
    if isinstance(layer, Block):
        for inner in layer.layers:
            width = out_width(inner, width)
    return width


def _experiment_problems(experiment: Experiment, data: DataShape | None) -> list[Problem]:
    messages = _range_messages(experiment.training, "Training") + _range_messages(experiment.data, "Data")
    found = [Problem(0, 0, message, "correct that value") for message in messages]
    if _lacks_momentum(experiment.training.optimizer):
        found.append(Problem(0, 0, "Nesterov needs a momentum", NESTEROV_MEND))
    if not experiment.stacks:
        found.append(Problem(0, 0, "The experiment has no stack", "add one"))
    if len(experiment.stacks) > MAX_STACKS:
        found.append(Problem(0, 0, f"The experiment has {len(experiment.stacks)} stacks", f"keep at most {MAX_STACKS}"))
    batch = experiment.training.batch_size
    if data is not None and batch > data.rows:
        found.append(
            Problem(
                0,
                0,
                f"The batch size {batch} is larger than the data set's {data.rows} rows",
                "lower the batch size",
            )
        )
    return found


def _stack_problems(experiment: Experiment, stack: Stack, data: DataShape | None) -> list[Problem]:
    found: list[Problem] = []
    leaves = leaf_count(stack.layers)
    if leaves > MAX_LAYERS:
        return [Problem(stack.id, 0, f"{stack.name} has {count(leaves)} layers", f"keep at most {count(MAX_LAYERS)}")]
    for message in _range_messages(stack.training, f"{stack.name}'s training"):
        found.append(Problem(stack.id, 0, message, "correct that value"))
    if _lacks_momentum(stack.training.optimizer):
        found.append(Problem(stack.id, 0, f"{stack.name}'s Nesterov needs a momentum", NESTEROV_MEND))
    for message, mend in mates_problems(stack, experiment.training.batch_size, data):
        found.append(Problem(stack.id, 0, message, mend))
    for layer in walk(stack.layers):
        texts = _range_messages(layer, kind_name(layer))
        found += [Problem(stack.id, layer.id, text, "correct that value") for text in texts]
        found += _layer_problems(stack, layer, experiment.training.batch_size)
    if not any(isinstance(layer, Linear) for layer in walk(stack.layers)):
        message = f"{stack.name} has no Linear before the loss"
        found.append(Problem(stack.id, 0, message, "drag a Linear onto it", empty=not stack.layers))
    elif data is not None and not found:
        found += _shape_problems(experiment, stack, data)
    return found


def _past_problems(experiment: Experiment, stack: Stack, data: DataShape | None) -> list[Problem]:
    """The first problem of each stack that a fork runs before it is its own; no edit of the lane can mend it."""
    found = []
    for fork in fork_records(stack):
        name = source_name(fork, experiment.stacks)
        source = replace(fork.source, fork=None, name=name)
        for problem in _stack_problems(experiment, source, data)[:1]:
            where = f"the frozen copy of {name} that {stack.name} runs up to iteration {count(fork.iteration)}"
            mend = "undo what was changed for all lanes, or remove this one"
            found.append(Problem(stack.id, 0, f"{problem.message}, in {where}", mend))
    return found


def _lacks_momentum(optimizer: Optimizer | None) -> bool:
    return isinstance(optimizer, SGD) and optimizer.nesterov and optimizer.momentum == 0


def _layer_problems(stack: Stack, layer: Layer, batch: int) -> list[Problem]:
    """The problems of one layer by itself, at this batch size."""
    found: list[Problem] = []

    def add(message: str, mend: str) -> None:
        found.append(Problem(stack.id, layer.id, message, mend))

    if isinstance(layer, BatchNorm) and layer.mode == "train":
        part, rest = divmod(batch, layer.virtual_devices)
        if rest:
            message = f"A batch of {batch} does not divide into {layer.virtual_devices} equal parts"
            add(message, "change the batch size or the virtual devices")
        elif part == 1:
            message = "BatchNorm got a batch of one: expected more than 1 value per channel when training"
            add(message, "set the batch size to 2 or more for each virtual device")
    if isinstance(layer, BatchNorm) and layer.mode == "eval" and not layer.track_running_stats:
        add("BatchNorm in eval mode has no running statistics", "turn running statistics on")
    if isinstance(layer, Block) and not layer.layers:
        add(f"{kind_name(layer)} holds no layer", "drag layers into it, or remove it")
    if isinstance(layer, Hardtanh) and layer.min_val >= layer.max_val:
        add("Hardtanh's minimum is not below its maximum", "lower the minimum")
    return found


def _shape_problems(experiment: Experiment, stack: Stack, data: DataShape) -> list[Problem]:
    found, width = _width_changes(stack, stack.layers, data.features)
    last = [layer for layer in walk(stack.layers) if isinstance(layer, Linear)][-1]
    loss = type(stack.loss).__name__
    if loss == "CrossEntropy" and not data.classification:
        found.append(Problem(stack.id, 0, "CrossEntropy needs classes and the data has numbers to predict", "use MSE"))
    elif loss == "CrossEntropy" and width < data.outputs:
        found.append(_width_problem(stack, last, width, f"the data has {data.outputs} classes", data.outputs))
    elif loss == "BCEWithLogits" and data.classification and data.outputs == 2 and width == 1:
        pass
    elif loss != "CrossEntropy" and width != data.outputs:
        found.append(_width_problem(stack, last, width, f"the target has width {data.outputs}", data.outputs))
    held = bytes_held(stack.layers, data.features, experiment.training_of(stack))
    if held > budget.LANE.limit:
        limit = budget.in_words(budget.LANE.limit)
        message = f"{stack.name} would hold {budget.in_words(held)} of numbers, more than the {limit} a lane may have"
        found.append(Problem(stack.id, 0, message, "lower the units, the depth or the batch size"))
    return found + _evaluation_problems(stack, data)


def _evaluation_problems(stack: Stack, data: DataShape) -> list[Problem]:
    """In eval mode a BatchNorm without running statistics normalizes all rows of a part of the data together."""
    own = [layer for layer in walk(stack.layers) if isinstance(layer, BatchNorm) and not layer.track_running_stats]
    part = "test" if data.test_rows == 1 else "training" if data.rows == 1 else ""
    if not part:
        return []
    message = (
        f"The {part} part has one row, which BatchNorm without running statistics would make the same as any other"
    )
    mend = "take more rows for it, or turn running statistics on"
    return [Problem(stack.id, layer.id, message, mend) for layer in own]


def _width_problem(stack: Stack, layer: Layer, width: int, wanted: str, units: int) -> Problem:
    return Problem(stack.id, layer.id, f"The last width is {width} and {wanted}", f"set this Linear to {units} units")


def _width_changes(stack: Stack, layers: Sequence[Layer], width: int) -> tuple[list[Problem], int]:
    """Widths that do not fit: of blocks whose inside must keep it, of groups that must divide it; and the last one."""
    found: list[Problem] = []
    for layer in layers:
        after = out_width(layer, width)
        if isinstance(layer, GroupNorm) and width % layer.num_groups:
            message = f"{count(width)} features do not divide into {count(layer.num_groups)} equal groups"
            found.append(Problem(stack.id, layer.id, message, f"set the groups to {_groups(layer, width)}"))
        if isinstance(layer, Block):
            inner, inside = _width_changes(stack, layer.layers, width)
            found += inner
            again = isinstance(layer, Repeat) and layer.times > 1 and layer.tied
            if inside != width and (isinstance(layer, Residual) or again):
                name = (
                    "Residual adds its input to its output"
                    if isinstance(layer, Residual)
                    else "Tied copies share weights"
                )
                message = f"{name}, but the width goes from {width} to {inside} inside"
                found.append(Problem(stack.id, layer.id, message, f"end its inside with {width} units"))
        width = after
    return found, width


def _groups(layer: GroupNorm, width: int) -> int:
    """The number of groups nearest below the wanted one that divides the width."""
    return next(groups for groups in range(min(layer.num_groups, width), 0, -1) if width % groups == 0)


def bytes_held(layers: Sequence[Layer], features: int, training: Training) -> int:
    """About what a lane's numbers take: parameters, and all that a training step writes. `features` are the data's."""
    held = _Held()
    last = held.add(layers, features)
    per_update = training.accumulate * (training.batch_size * (features + held.per_sample + 4 * last) + held.statistics)
    # Value, gradient and the copy that the update ratio is measured with; each mini-batch's gradient, and their sums.
    per_weight = 3 + 2 * (training.accumulate - 1) + _states_held(training)
    # Weights of one shape share a transposed copy and a place for their move.
    shared = 2 * sum(width * units for width, units in held.shapes)
    total = per_update + per_weight * held.parameters + shared
    return total * NUMBER_BYTES[training.precision]


def _states_held(training: Training) -> int:
    """Arrays of a parameter's shape that its update keeps or writes on the way."""
    optimizer = training.optimizer
    kept = 2 if isinstance(optimizer, Adam | AdamW) else int(isinstance(optimizer, RMSprop | Adagrad))
    if isinstance(optimizer, RMSprop) and optimizer.centered:
        kept += 2
    if isinstance(optimizer, SGD | RMSprop) and optimizer.momentum:
        kept += 2 if isinstance(optimizer, RMSprop) or optimizer.nesterov else 1
    decayed = bool(optimizer.weight_decay) and not isinstance(optimizer, AdamW)
    return kept + decayed + (not isinstance(training.clip, NoClip))


class _Held:
    """Counts what layers keep: numbers a sample and a mini-batch, parameters, and the weights' shapes."""

    def __init__(self) -> None:
        self.per_sample = self.statistics = self.parameters = 0
        self.shapes: set[tuple[int, int]] = set()

    def add(self, layers: Sequence[Layer], width: int, times: int = 1, owned: int = 1) -> int:
        """Layers that stand there so many times, `owned` times with parameters of their own; the width at their end."""
        for layer in layers:
            out = out_width(layer, width)
            if isinstance(layer, Block):
                copies = layer.times if isinstance(layer, Repeat) else 1
                own = 1 if isinstance(layer, Repeat) and layer.tied else copies
                self.add(layer.layers, width, times * copies, owned * own)
            if isinstance(layer, Linear):
                self.per_sample += times * (2 * out + width)
                self.parameters += owned * (width + 1) * out
                self.shapes.add((width, out))
            else:
                self.per_sample += times * ARRAYS.get(type(layer), 2) * out
                if isinstance(layer, Normalization):
                    self.statistics += times * 12 * out
                    self.parameters += owned * 4 * out
                if isinstance(layer, GroupNorm):
                    self.per_sample += times * 5 * layer.num_groups
            width = out
        return width


def _range_messages(record: Struct, name: str) -> list[str]:
    """Fields outside their declared type or range, as msgspec's own checker words it."""
    try:
        msgspec.convert(msgspec.to_builtins(record), type(record))
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = where.strip("`").removeprefix("$.")
        return [f"{name}: {message[:1].lower()}{message[1:]}" + (f" for {place}" if place else "")]
    return []

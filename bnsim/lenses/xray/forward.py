"""A forward pass beside the run: any rows, at a lane's present parameters, by the operations' NumPy twins.

The lane is only read. What nothing reads any more is let go, so that the whole training set can be one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from bnsim import data
from bnsim.engine.mates import loaded_rows
from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place, Program
from bnsim.session.lane import Lane
from bnsim.session.session import Session

LOAD = "batch"
"""Key of the operation that loads a mini-batch: here rows are handed in instead."""


def forward(
    program: Program,
    parameters: Mapping[str, Array],
    given: Mapping[Place, Array],
    wanted: Sequence[Place],
    iteration: int = 0,
    go_on: Callable[[float], bool] = lambda share: True,
) -> dict[Place, Array] | None:
    """The arrays at `wanted` after the forward pass of the update's last mini-batch; None if `go_on` says stop.

    `given` are arrays that are known, such as those of `program.inputs`; `parameters` have `state_dict` keys.
    `iteration` is what masks and noise are drawn for.
    """
    kind = next(iter(given.values())).dtype
    steps = _needed(program, frozenset(given), frozenset(wanted))
    last = {place: number for number, step in enumerate(steps) for place in step.places}
    arrays = dict(given)
    for parameter in program.parameters:
        if parameter.key in parameters:
            arrays[parameter.value] = np.asarray(parameters[parameter.key]).astype(kind, copy=False)
    keep = {*wanted, *given}
    with np.errstate(all="ignore"):
        for number, step in enumerate(steps):
            if not go_on(number / len(steps)):
                return None
            for place in step.places:
                if place not in arrays:
                    arrays[place] = np.zeros(place.shape, kind)
            context = (np.empty(0, kind), iteration) if step.operation.clock else ()
            step.operation.twin(*context, *(arrays[place] for place in step.places), *step.scalars)
            for place in step.places:
                if last[place] == number and place not in keep:
                    arrays.pop(place, None)
    return {place: arrays[place] for place in wanted}


@lru_cache(maxsize=16)
def _needed(program: Program, given: frozenset[Place], wanted: frozenset[Place]) -> tuple[Instruction, ...]:
    """The instructions of the forward pass and the loss that `wanted` needs, starting from `given`."""
    last = max(step.micro for step in program.instructions)
    steps: list[Instruction] = []
    missing = set(wanted - given)
    for step in reversed(program.instructions):
        if step.phase not in ("forward", "loss") or step.micro != last or step.operation.key == LOAD:
            continue
        operands = dict(zip(step.operation.operands(), step.places, strict=True))
        written = {operands[name] for name in step.operation.writes}
        if written & missing:
            steps.append(step)
            missing = (missing - written) | ({operands[name] for name in step.operation.reads} - given)
    return tuple(steps[::-1])


def operation_at(program: Program, path: tuple[int, ...]) -> Instruction:
    """The first operation of the layer at a path, in the update's last mini-batch."""
    last = max(step.micro for step in program.instructions)
    return next(
        step
        for step in program.instructions
        if (step.path, step.phase, step.micro, step.hidden) == (path, "forward", last, False)
        and step.operation.key != LOAD
    )


def parameters_before(session: Session, lane: Lane) -> dict[str, Array]:
    """The parameters as the forward pass of the present iteration used them, by `state_dict` key."""
    state = session.state_before(lane)
    kept = [parameter for parameter in lane.program.parameters if parameter.key]
    return {parameter.key: lane.program.view(state, parameter.value).copy() for parameter in kept}


def training_rows(session: Session) -> tuple[Array, Array]:
    """Inputs (rows, features) and targets (rows, 1 or outputs) of the training part, in the network's precision."""
    loaded = data.load(session.experiment.data)
    kind = session.experiment.training.precision
    return loaded.x.astype(kind), loaded.y.reshape(len(loaded.y), -1).astype(kind)


def present_rows(lane: Lane) -> Array:
    """Numbers of the rows in the present mini-batch, the last of those that make an update, shape (batch,)."""
    return loaded_rows(lane.program, lane.iteration, lane.program.written_by[lane.program.inputs])

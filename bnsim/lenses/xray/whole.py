"""What a BatchNorm would measure if the whole training set were one mini-batch, and the loss in both modes."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim import data
from bnsim.engine.lowering import lower, lower_evaluation
from bnsim.engine.operation import Array
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.xray.forward import forward, operation_at, present_rows, training_rows
from bnsim.lenses.xray.lens import batchnorm_at, moment_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm, Block, Layer
from bnsim.spec.tree import Path


class Whole(Struct, frozen=True, eq=False):
    """Mean and biased variance of the layer's input over all `rows` of the training part, each (features,).

    `moment` is where the session stood: (iteration, position of the lane). Losses are of the present mini-batch and of
    the training part, in train mode and in eval mode, at the same parameters.
    """

    moment: tuple[int, int]
    rows: int
    mean: Array
    var: Array
    batch_train: float
    batch_eval: float
    all_train: float
    all_eval: float


class WholeSet(Inquiry, frozen=True):
    """The whole training part through the lane as one mini-batch, in train mode: every BatchNorm on the way, too,
    normalizes with the statistics of all rows. Dropout and noise are drawn.
    """

    stack: int
    path: Path

    def inquire(self, session: Session, go_on: GoOn) -> Whole | None:
        """Statistics and losses; None if `go_on` says stop or there is no such layer. InputError during an update."""
        found = batchnorm_at(session, self.stack, self.path)
        if found is None:
            return None
        lane, _ = found
        if lane.program.first_update < lane.position < len(lane.program.instructions):
            raise InputError("Cannot measure amid an update: some parameters are new, some old; finish the iteration.")
        x, t = training_rows(session)
        whole = _at_once(session, lane, self.path, x, t, go_on)
        if whole is None:
            return None
        mean, var, all_train = whole
        chosen = present_rows(lane)
        batch_train = _train_loss(lane, x[chosen], t[chosen])
        batch_eval = _eval_loss(session, lane, x[chosen], t[chosen])
        if not go_on(0.9):
            return None
        all_eval = lane.evaluate("train").loss
        return Whole(moment_of(lane), len(x), mean, var, batch_train, batch_eval, all_train, all_eval)


def _at_once(
    session: Session, lane: Lane, path: Path, x: Array, t: Array, go_on: GoOn
) -> tuple[Array, Array, float] | None:
    """Mean and variance of what the layer reads, and the loss."""
    training = replace(lane.training, batch_size=len(x), accumulate=1)
    stack = replace(lane.stack, layers=_undivided(lane.stack.layers))
    shape = data.load(session.experiment.data).shape
    program = lower(stack, training, shape, recording="none", draws=lane.draws)
    place = operation_at(program, path).places[0]
    given = {program.inputs: x, program.targets: t}
    found = forward(
        program, lane.state_dict(), given, (place, program.loss), lane.iteration, lambda share: go_on(0.8 * share)
    )
    if found is None:
        return None
    read = found[place].astype(np.float64)
    return read.mean(axis=0), read.var(axis=0), float(found[program.loss])


def _undivided(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers without virtual devices, so that all rows are one batch."""
    done: list[Layer] = []
    for layer in layers:
        if isinstance(layer, BatchNorm):
            done.append(replace(layer, virtual_devices=1))
        elif isinstance(layer, Block):
            done.append(replace(layer, layers=_undivided(layer.layers)))
        else:
            done.append(layer)
    return tuple(done)


def _train_loss(lane: Lane, x: Array, t: Array) -> float:
    program = lane.program
    last = [step for step in program.instructions if step.phase == "loss" and not step.hidden][-1].places[-1]
    found = forward(program, lane.state_dict(), {program.inputs: x, program.targets: t}, (last,), lane.iteration)
    assert found is not None
    return float(found[last])


def _eval_loss(session: Session, lane: Lane, x: Array, t: Array) -> float:
    program = lower_evaluation(lane.stack, lane.training, data.load(session.experiment.data).shape, len(x))
    found = forward(program, lane.state_dict(), {program.inputs: x, program.targets: t}, (program.loss,))
    assert found is not None
    return float(found[program.loss])

"""Lowering of the update: what happens to gradients and parameters once the backward pass is done.

The rate, what is counted and the total norm come first, at the first parameter's layer; then, parameter by
parameter, clipping, weight decay and the optimizer's own operations. A parameter's `gradient` stays what the
backward pass computed: every later stage writes a place of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnsim.engine.builder import Builder
from bnsim.engine.program import Parameter, Place
from bnsim.spec.training import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    ClipNorm,
    ClipValue,
    ConstantRate,
    Cosine,
    RMSprop,
    Schedule,
    StepDecay,
    Training,
    WarmUp,
)

Stage = Callable[[Parameter, Place], Place]
"""Emits from a parameter's gradient the array that replaces it in later stages."""

Update = Callable[[Parameter, Place], None]
"""Emits a parameter's update from what became of its gradient."""


def lower_update(b: Builder, training: Training) -> None:
    """Lower the update of every parameter, and the commit of running statistics."""
    parameters = list(b.parameters.values())
    if not parameters:
        return
    b.at(parameters[0].path, parameters[0].path)
    rate = _rate(b, training)
    update = OPTIMIZERS[type(training.optimizer)](b, training.optimizer, rate)
    stages = (_clipping(b, training, parameters), _decay(b, training, rate))
    for parameter in parameters:
        b.at(parameter.path, parameter.path)
        if parameter.gradient is not None:
            gradient = parameter.gradient
            for stage in stages:
                gradient = stage(parameter, gradient)
            update(parameter, gradient)
        elif parameter.key in b.commits:
            b.emit("bn commit", *b.commits[parameter.key])


def lower_sgd(b: Builder, optimizer: SGD, rate: Place | None) -> Update:
    """Lower SGD: a single operation without momentum."""

    def update(parameter: Parameter, d: Place) -> None:
        if optimizer.momentum:
            v = _averaged(b, parameter, d, optimizer.momentum)
            if optimizer.nesterov:
                u = b.like("u", d)
                b.emit("nesterov", d, v, u, scalars=(optimizer.momentum,))
                d = u
            else:
                d = v
        _descend(b, parameter, d, optimizer.lr, rate)

    return update


def lower_adagrad(b: Builder, optimizer: Adagrad, rate: Place | None) -> Update:
    """Lower Adagrad: a sum of squares that only grows, and a rate that may fall with the count of updates."""
    assert rate is not None
    if optimizer.lr_decay:
        count, step = b.optimizer_count("t"), b.place("η'")
        b.emit("adagrad rate", rate, count, step, scalars=(optimizer.lr_decay,))
        rate = step

    def update(parameter: Parameter, d: Place) -> None:
        total = b.optimizer_state("s", parameter, start=optimizer.initial_accumulator_value)
        b.emit("square sum", d, total)
        b.emit("adagrad", d, total, rate, parameter.value, scalars=(optimizer.eps,))

    return update


def lower_rmsprop(b: Builder, optimizer: RMSprop, rate: Place | None) -> Update:
    """Lower RMSprop: a running mean square, or variance; with momentum, the average of what its root divides."""
    assert rate is not None

    def update(parameter: Parameter, d: Place) -> None:
        square = b.optimizer_state("s", parameter)
        b.emit("mean square", d, square, scalars=(optimizer.alpha,))
        if optimizer.centered:
            mean, centered = b.optimizer_state("m", parameter), b.like("c", d)
            b.emit("running mean", d, mean, scalars=(optimizer.alpha,))
            b.emit("centered", square, mean, centered)
            square = centered
        if not optimizer.momentum:
            b.emit("rmsprop", d, square, rate, parameter.value, scalars=(optimizer.eps,))
            return
        u = b.like("u", d)
        b.emit("rmsprop direction", d, square, u, scalars=(optimizer.eps,))
        _descend(b, parameter, _averaged(b, parameter, u, optimizer.momentum), optimizer.lr, rate)

    return update


def lower_adam(b: Builder, optimizer: Adam | AdamW, rate: Place | None) -> Update:
    """Lower Adam: running mean and mean square, corrected by the count of updates, which all parameters share."""
    assert rate is not None
    count = b.optimizer_count("t")
    step, root = b.place("η'"), b.place("r")
    b.emit("adam correction", rate, count, step, root, scalars=(optimizer.beta1, optimizer.beta2))

    def update(parameter: Parameter, d: Place) -> None:
        mean, square = b.optimizer_state("m", parameter), b.optimizer_state("s", parameter)
        b.emit("adam mean", d, mean, scalars=(optimizer.beta1,))
        b.emit("mean square", d, square, scalars=(optimizer.beta2,))
        b.emit("adam", mean, square, step, root, parameter.value, scalars=(optimizer.eps,))

    return update


def _averaged(b: Builder, parameter: Parameter, d: Place, momentum: float) -> Place:
    v = b.optimizer_state("v", parameter)
    b.emit("momentum", d, v, scalars=(momentum,))
    return v


def _descend(b: Builder, parameter: Parameter, d: Place, lr: float, rate: Place | None) -> None:
    if rate is None:
        b.emit("sgd", d, parameter.value, scalars=(lr,))
    else:
        b.emit("sgd scheduled", d, rate, parameter.value)


def _rate(b: Builder, training: Training) -> Place | None:
    """The place of this iteration's rate; None if it is constant and SGD's operation can hold it."""
    optimizer, schedule = training.optimizer, training.schedule
    if isinstance(schedule, ConstantRate) and isinstance(optimizer, SGD):
        return None
    rate = b.place("η")
    key, scalars = SCHEDULES[type(schedule)](schedule)
    b.emit(key, rate, scalars=(optimizer.lr, *scalars))
    return rate


def _clipping(b: Builder, training: Training, parameters: list[Parameter]) -> Stage:
    clip = training.clip
    if isinstance(clip, ClipValue):
        limit = clip.limit

        def by_value(parameter: Parameter, gradient: Place) -> Place:
            clipped = b.like(gradient.name, gradient)
            b.emit("clip value", gradient, clipped, scalars=(limit,))
            return clipped

        return by_value
    if isinstance(clip, ClipNorm):
        factor = _clip_factor(b, clip, [p.gradient for p in parameters if p.gradient is not None])

        def by_norm(parameter: Parameter, gradient: Place) -> Place:
            clipped = b.like(gradient.name, gradient)
            b.emit("clip norm", gradient, factor, clipped)
            return clipped

        return by_norm
    return _as_it_is


def _clip_factor(b: Builder, clip: ClipNorm, gradients: list[Place]) -> Place:
    """Emit the total norm as a single step, however many parameters there are, and the clipping factor."""
    total = b.place("N")
    b.emit("norm", gradients[0], total)
    for gradient in gradients[1:]:
        so_far, norm, total = total, b.place("n"), b.place("N")
        b.emit("norm", gradient, norm, hidden=True)
        b.emit("total norm", so_far, norm, total, hidden=True)
    b.record_at("clip_norm", b.path, total, late=True)
    factor = b.place("f")
    b.emit("clip factor", total, factor, scalars=(clip.limit,))
    return factor


def _decay(b: Builder, training: Training, rate: Place | None) -> Stage:
    optimizer = training.optimizer
    decay = optimizer.weight_decay
    if not decay:
        return _as_it_is

    def stage(parameter: Parameter, gradient: Place) -> Place:
        if not (training.decay_all or parameter.is_weight):
            return gradient
        if isinstance(optimizer, AdamW):
            assert rate is not None
            b.emit("decoupled decay", rate, parameter.value, scalars=(decay,))
            return gradient
        decayed = b.like("d", gradient)
        b.emit("weight decay", gradient, parameter.value, decayed, scalars=(decay,))
        return decayed

    return stage


def _as_it_is(parameter: Parameter, gradient: Place) -> Place:
    return gradient


def _step_decay(schedule: StepDecay) -> tuple[str, tuple[float, ...]]:
    return "rate step", (schedule.every, schedule.gamma)


def _cosine(schedule: Cosine) -> tuple[str, tuple[float, ...]]:
    return "rate cosine", (schedule.period, schedule.lr_min)


def _warm_up(schedule: WarmUp) -> tuple[str, tuple[float, ...]]:
    return "rate warm-up", (schedule.updates, schedule.start)


SCHEDULES: dict[type[Schedule], Callable[[Any], tuple[str, tuple[float, ...]]]] = {
    ConstantRate: lambda schedule: ("rate", ()),
    StepDecay: _step_decay,
    Cosine: _cosine,
    WarmUp: _warm_up,
}
OPTIMIZERS: dict[type, Callable[[Builder, Any, Place | None], Update]] = {
    SGD: lower_sgd,
    Adagrad: lower_adagrad,
    RMSprop: lower_rmsprop,
    Adam: lower_adam,
    AdamW: lower_adam,
}

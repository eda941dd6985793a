"""How a lane's own training is told: what it does otherwise than the experiment's, as few words as say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import fields

from bnsim.spec.experiment import Experiment, Stack, copied_name
from bnsim.spec.naming import lane_names
from bnsim.spec.numerals import counted, significant, times
from bnsim.spec.training import (
    Clip,
    ClipNorm,
    ClipValue,
    Cosine,
    LaneTraining,
    Optimizer,
    Schedule,
    StepDecay,
    Training,
    WarmUp,
)

NOTHING_OWN = LaneTraining()
MOST_IN_LABEL = 20
"""Characters of what differs that a lane's label in a figure has at most."""
_NAMES = {"nesterov": "Nesterov", "alpha": "α", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}
"""Of fields of optimizers that are not called as they are spelled."""


def differences(experiment: Experiment, stack: Stack) -> tuple[str, ...]:
    """What the stack's training does otherwise than the experiment's: "Adam", "lr 0.01", "gain 3"; () for nothing."""
    if stack.training == NOTHING_OWN:
        return ()
    return tuple(_differences(experiment.training_of(stack), experiment.training))


def lane_labels(experiment: Experiment) -> list[str]:
    """What figures call the lanes: their names, but a copy that is trained otherwise is called by what differs.

    So "with BN 2" is "with BN, lr 1". Where that is long, or two lanes would be called the same, names stay.
    """
    names = lane_names(experiment.stacks)
    told = [_label(experiment, *each, names) for each in zip(experiment.stacks, names, strict=True)]
    often = Counter([*told, *names])
    return [label if often[label] == 1 else name for label, name in zip(told, names, strict=True)]


def _label(experiment: Experiment, stack: Stack, name: str, names: list[str]) -> str:
    stem, words = copied_name(name, names), ", ".join(differences(experiment, stack))
    return f"{stem}, {words}" if stem != name and words and len(words) <= MOST_IN_LABEL else name


def _differences(own: Training, shared: Training) -> Iterator[str]:
    yield from _of_record(own.optimizer, shared.optimizer)
    if own.schedule != shared.schedule:
        yield _schedule(own.schedule)
    if own.clip != shared.clip:
        yield _clip(own.clip)
    if own.decay_all != shared.decay_all:
        yield "γ, β, biases decay too" if own.decay_all else "only weights decay"
    if own.gain != shared.gain:
        yield f"gain {significant(own.gain)}"


def _of_record(own: Optimizer, shared: Optimizer) -> Iterator[str]:
    """The fields in which two optimizers differ; of another kind its name, its rate and what is not its default."""
    same = type(own) is type(shared)
    if not same:
        yield type(own).name
    for field in fields(type(own)):
        value = getattr(own, field.name)
        before = getattr(shared, field.name) if same else field.default
        if value != before or (field.name == "lr" and not same):
            yield _said(field.name, value)


def _said(name: str, value: object) -> str:
    name = _NAMES.get(name, name.replace("_", " "))
    if isinstance(value, bool):
        return name if value else f"no {name}"
    assert isinstance(value, int | float)
    return f"{name} {significant(value)}"


def _schedule(schedule: Schedule) -> str:
    match schedule:
        case StepDecay(every=every, gamma=gamma):
            return f"lr {times(gamma)} every {counted(every, 'update')}"
        case Cosine(period=period, lr_min=lr_min):
            return f"cosine over {counted(period, 'update')}" + (f" to {significant(lr_min)}" if lr_min else "")
        case WarmUp(updates=updates, start=start):
            return f"warm-up over {counted(updates, 'update')} from {times(start)}"
    return "constant lr"


def _clip(clip: Clip) -> str:
    match clip:
        case ClipNorm(limit=limit):
            return f"norm clipped at {significant(limit)}"
        case ClipValue(limit=limit):
            return f"clipped at ±{significant(limit)}"
    return "not clipped"

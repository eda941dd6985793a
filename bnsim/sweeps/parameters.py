"""What a sweep can go over: every number, switch and choice of an experiment, by its path.

A path is that of the file: `training.optimizer.lr`, `data.noise`, `stacks.0.layers.2.units`. Beside these there is what
is changed in all layers at once: `depth`, `width`, `gain`, `activation` and `batchnorm`, of all lanes, or of one of
them as `stacks.0.depth`. `stacks.0.training.optimizer.lr` is of one lane, also if it is trained as all of them are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.edits import map_layers
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.layers import BatchNorm, Layer, Linear
from bnsim.spec.stack_actions import (
    change_activations,
    insert_batchnorm_before_activations,
    remove_batchnorm,
    set_hidden_depth,
    set_hidden_width,
)
from bnsim.spec.training import LaneTraining
from bnsim.spec.tree import walk

Value = bool | int | float | str
"""One value of a parameter; a str is the name of a kind, or one of a few words."""

Form = Literal["number", "whole", "switch", "choice"]

_LEFT_OUT = frozenset({"id", "next_id", "name", "color", "hidden", "kind"})
_SEED = "training.seed"


class Parameter(Struct, frozen=True):
    """Something that can be varied. `title` is what axes and lists call it, `present` its value now, None for mixed."""

    path: str
    title: str
    form: Form
    present: Value | None = None
    choices: tuple[str, ...] = ()


def parameters(experiment: Experiment, *, layers: bool = True) -> tuple[Parameter, ...]:
    """All parameters of an experiment: what is asked for most first, then the fields of training, data and layers.

    Without `layers` the fields of single layers, of which there may be thousands, are left out.
    """
    scopes = ["", *(f"stacks.{number}." for number in range(len(experiment.stacks)))] if experiment.stacks else []
    if len(experiment.stacks) == 1:
        scopes = [""]
    rates = [f"{scope}training.optimizer.lr" for scope in scopes or [""]]
    first = [parameter(experiment, path) for path in (*rates, "training.batch_size")]
    whole = [parameter(experiment, f"{scope}{name}") for scope in scopes for name in _WHOLE]
    fields = [
        _parameter(experiment, path, value)
        for path, value in _leaves(msgspec.to_builtins(experiment), "")
        if path != _SEED and (layers or ".layers." not in path)
    ]
    return tuple({each.path: each for each in (*first, *whole, *fields)}.values())


def parameter(experiment: Experiment, path: str) -> Parameter:
    """The parameter at a path. InputError, with what paths there are, if there is none."""
    lane, name = _whole(experiment, path)
    if name:
        words = _WHOLE[name].title
        return Parameter(path, words if lane is None else f"{words} of {experiment.stacks[lane].name}", *_form(name))
    if path == _SEED:
        raise InputError("Cannot sweep over training.seed: seeds are repetitions; give their number with --seeds.")
    said = _said(experiment, path)
    return _parameter(said, path, _found(said, path))


def _parameter(experiment: Experiment, path: str, found: Any) -> Parameter:
    if isinstance(found, dict):
        return Parameter(path, _title(experiment, path), "choice", str(found["kind"]))
    form: Form = "switch" if isinstance(found, bool) else "whole" if isinstance(found, int) else "number"
    form = "choice" if isinstance(found, str) else form
    return Parameter(path, _title(experiment, path), form, found)


def with_value(experiment: Experiment, path: str, value: Value) -> Experiment:
    """The experiment with another value at a path. InputError if the path is none, or the value cannot be there."""
    lane, name = _whole(experiment, path)
    if not name:
        return _with_field(experiment, path, value)
    try:
        return _WHOLE[name].edit(experiment, value, None if lane is None else (experiment.stacks[lane].id,))
    except InputError as error:
        said = str(error)[:1].lower() + str(error)[1:]
        raise InputError(f"Cannot set {path} to {_shown(value)}: {said}") from error


def _with_field(experiment: Experiment, path: str, value: Value) -> Experiment:
    said = _said(experiment, path)
    _found(said, path)
    first, *parts = path.split(".")
    # Only that part is converted: stacks may have thousands of layers.
    holder = raw = msgspec.to_builtins({first: getattr(said, first)})
    for part in [first, *parts[:-1]]:
        holder = holder[int(part)] if isinstance(holder, list | tuple) else holder[part]
    holder[parts[-1]] = {"kind": value} if isinstance(holder[parts[-1]], dict) else value
    try:
        converted = getattr(msgspec.convert(raw, Experiment), first)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at ")[0]
        reason = message[:1].lower() + message[1:]
        raise InputError(f"Cannot set {path} to {_shown(value)}: {reason}; choose another value.") from error
    return replace(experiment, **{first: converted})


def _shown(value: Value) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


# Fields of the file


def _said(experiment: Experiment, path: str) -> Experiment:
    """The experiment, with what a path names of a lane's training said by the lane, which may have left it unsaid."""
    scope, number, training, name = (*path.split("."), "", "", "")[:4]
    if (scope, training) != ("stacks", "training") or number not in _inside(experiment.stacks):
        return experiment
    stack = experiment.stacks[int(number)]
    fields = [name] if name in LaneTraining.__struct_fields__ else LaneTraining.__struct_fields__
    used = experiment.training_of(stack)
    own = replace(stack.training, **{field: getattr(used, field) for field in fields})
    stacks = tuple(replace(each, training=own) if each is stack else each for each in experiment.stacks)
    return replace(experiment, stacks=stacks)


def _found(experiment: Experiment, path: str) -> Any:
    """What is at a path of the file: a number, a switch, a word, or the fields of a kind. InputError if none of it."""
    first = path.partition(".")[0]
    here: Any = dict.fromkeys(("data", "training", "stacks"))
    if first in here:
        here[first] = msgspec.to_builtins(getattr(experiment, first))
    walked: list[str] = []
    for part in path.split("."):
        inside = _inside(here)
        if part not in inside:
            where = ".".join(walked)
            if not inside:
                raise InputError(f"Cannot sweep over {path}: {where} has no parts; leave out what follows it.")
            raise InputError(_no_such(path, part, where, inside, experiment if not walked else None))
        here = here[int(part)] if isinstance(here, list | tuple) else here[part]
        walked.append(part)
    # One of several in a row, such as what a fork changes, is no field that has a name.
    in_a_row = walked[-1].isdecimal()
    if in_a_row and not _inside(here):
        raise InputError(f"Cannot sweep over {path}: it is one of several; name a field that has one value.")
    if isinstance(here, list | tuple) or (isinstance(here, dict) and (in_a_row or not _is_choice(here))):
        inside = _inside(here)
        raise InputError(
            f"Cannot sweep over {path}: it has parts; name one of {_listed(f'{path}.{p}' for p in inside)}."
        )
    return here


def _no_such(path: str, part: str, where: str, inside: Collection[str], top: Experiment | None) -> str:
    names = list(inside)
    if top is not None:
        names = [*_WHOLE, "training.optimizer.lr", "training.batch_size", *(f"{name}." for name in names)]
        names = [f"{name}…" if name.endswith(".") else name for name in names]
        return f"Cannot sweep over {path}: there is no {part!r}; there are {_listed(names)}."
    if where.startswith("stacks.") and where.count(".") == 1:
        names = [*_WHOLE, *names]
    return f"Cannot sweep over {path}: there is no {part!r} at {where}; there are {_listed(names)}."


def _inside(here: Any) -> list[str]:
    if isinstance(here, list | tuple):
        return [str(number) for number in range(len(here))]
    return [name for name in here if name not in _LEFT_OUT] if isinstance(here, dict) else []


def _is_choice(here: Any) -> bool:
    """Whether something is one of several kinds that may stand in its place, such as an optimizer; a layer is not."""
    return isinstance(here, dict) and "kind" in here and "id" not in here


def _listed(names: Collection[str] | Iterator[str]) -> str:
    return ", ".join(names)


def _leaves(here: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name in _inside(here):
        inner = here[int(name)] if isinstance(here, list | tuple) else here[name]
        below = f"{path}.{name}" if path else name
        if isinstance(here, dict) and (isinstance(inner, bool | int | float) or _is_choice(inner)):
            yield below, inner
        yield from _leaves(inner, below)


def _title(experiment: Experiment, path: str) -> str:
    """What the field is called where it is edited, with its lane and layer if it is of one."""
    holder: Any = experiment
    parts = path.split(".")
    for part in parts[:-1]:
        holder = holder[int(part)] if isinstance(holder, tuple) else getattr(holder, part)
    words = _field_title(holder, parts[-1])
    if parts[0] != "stacks":
        return words
    stack = experiment.stacks[int(parts[1])]
    if parts[2] == "training":
        return f"{words} of {stack.name}"
    return f"{words} of {'.'.join(parts[2:-1]) or 'the lane'} in {stack.name}"


def _field_title(record: Struct, name: str) -> str:
    field = next(each for each in msgspec.structs.fields(type(record)) if each.name == name)
    meta = next((each for each in getattr(field.type, "__metadata__", ()) if isinstance(each, msgspec.Meta)), None)
    return (meta and meta.title) or name.replace("_", " ").capitalize()


# What is changed in all layers at once


class _Whole(Struct, frozen=True):
    title: str
    form: Form
    edit: Callable[[Experiment, Any, tuple[int, ...] | None], Experiment]
    choices: tuple[str, ...] = ()


def _form(name: str) -> tuple[Form, None, tuple[str, ...]]:
    return _WHOLE[name].form, None, _WHOLE[name].choices


def _whole(experiment: Experiment, path: str) -> tuple[int | None, str]:
    """(number of the lane, None for all; name) of what is changed everywhere at once; the name is "" for a field."""
    if path in _WHOLE:
        return None, path
    parts = path.split(".")
    if len(parts) == 3 and parts[0] == "stacks" and parts[2] in _WHOLE and parts[1].isdecimal():
        number = int(parts[1])
        if number < len(experiment.stacks):
            return number, parts[2]
        names = ", ".join(f"{place} ({stack.name})" for place, stack in enumerate(experiment.stacks))
        raise InputError(f"Cannot sweep over {path}: there is no lane {number}; there are {names or 'none'}.")
    return None, ""


def _batchnorm(experiment: Experiment, on: bool, stacks: tuple[int, ...] | None) -> Experiment:
    chosen = [stack for stack in experiment.stacks if stacks is None or stack.id in stacks]
    if not on:
        return remove_batchnorm(experiment, [stack.id for stack in chosen])
    without = [stack for stack in chosen if not any(isinstance(layer, BatchNorm) for layer in walk(stack.layers))]
    return insert_batchnorm_before_activations(experiment, [stack.id for stack in without])


def _activation(experiment: Experiment, name: str, stacks: tuple[int, ...] | None) -> Experiment:
    kind = next((kind for kind in ACTIVATIONS if kind.__name__.lower() == str(name).lower()), None)
    if kind is None:
        raise InputError(f"there is no such activation; there are {_listed(kind.__name__ for kind in ACTIVATIONS)}.")
    return change_activations(experiment, cast(Layer, kind()), stacks)


def _gain(experiment: Experiment, gain: float, stacks: tuple[int, ...] | None) -> Experiment:
    chosen = [stack for stack in experiment.stacks if stacks is None or stack.id in stacks]
    linears = {layer.id for stack in chosen for layer in walk(stack.layers) if isinstance(layer, Linear)}
    if not 0 <= gain <= 1e6:
        raise InputError("a gain is from 0 to 1e6; choose another value.")

    def changed(layer: Layer) -> tuple[Layer]:
        if isinstance(layer, Linear) and layer.id in linears:
            return (replace(layer, init=replace(layer.init, gain=float(gain))),)
        return (layer,)

    return map_layers(experiment, changed)


_WHOLE: dict[str, _Whole] = {
    "batchnorm": _Whole("BatchNorm", "switch", _batchnorm),
    "depth": _Whole("Hidden layers", "whole", set_hidden_depth),
    "width": _Whole("Units per hidden layer", "whole", set_hidden_width),
    "gain": _Whole("Gain of the weights", "number", _gain),
    "activation": _Whole("Activation", "choice", _activation, tuple(kind.__name__ for kind in ACTIVATIONS)),
}

"""The values of a parameter, as one writes them: `0.01:10:log:9`, `2:20`, `on,off`, `ReLU,Tanh`, `32`."""

from __future__ import annotations

import math
from itertools import pairwise

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count
from bnsim.sweeps.parameters import Form, Parameter, Value, parameter
from bnsim.sweeps.sweep import MAX_VALUES, Axis, Scale

_DIGITS = 6
"""Significant digits of values between the ends of a range, so that a finer grid has those of a coarser one."""
_SCALES: dict[str, Scale] = {"log": "log", "lin": "linear", "linear": "linear"}
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def read_axis(experiment: Experiment, text: str) -> Axis:
    """The axis of `PATH=VALUES`. InputError says in one sentence what is wrong with the path or the values."""
    path, equals, values = text.partition("=")
    path = path.strip()
    if not equals or not values.strip():
        raise InputError(
            f"Cannot sweep over {text!r}: give a path and its values, such as training.optimizer.lr=0.01:1:log:5."
        )
    return axis(experiment, path, values)


def axis(experiment: Experiment, path: str, text: str) -> Axis:
    """The axis of a path over values as one writes them."""
    found = parameter(experiment, path)
    if ":" in text:
        values, scale = _range(found, text.strip())
    else:
        values = tuple(_value(found, part.strip()) for part in text.split(",") if part.strip())
        scale = _natural(values)
    if not values:
        raise InputError(f"Cannot sweep over {path}: there are no values; give some, such as {_example(found.form)}.")
    return Axis(path=path, title=found.title, values=tuple(dict.fromkeys(values)), scale=scale)


def _range(found: Parameter, text: str) -> tuple[tuple[Value, ...], Scale]:
    if found.form not in ("number", "whole"):
        raise InputError(
            f"Cannot sweep {found.path} from {text}: it is no number; list values, such as {_example(found.form)}."
        )
    first, last, *rest = text.split(":")
    scale: Scale = "linear"
    for word in [each for each in rest if each in _SCALES]:
        scale = _SCALES[word]
        rest.remove(word)
    low, high = _number(found, first), _number(found, last)
    if len(rest) > 1 or (rest and not rest[0].isdecimal()):
        raise InputError(
            f"Cannot sweep {found.path} over {text!r}: write a range as FROM:TO:log:NUMBER or FROM:TO:lin:NUMBER."
        )
    number = int(rest[0]) if rest else int(abs(high - low)) + 1 if found.form == "whole" and scale == "linear" else 5
    if not 1 <= number <= MAX_VALUES:
        raise InputError(
            f"Cannot sweep {found.path} over {count(number)} values; choose from 1 to {count(MAX_VALUES)}."
        )
    if scale == "log" and not (low > 0 and high > 0):
        raise InputError(f"Cannot sweep {found.path} from {first} to {last} on a log scale; both ends must be above 0.")
    values = [_between(low, high, k / max(number - 1, 1), scale) for k in range(number)]
    return tuple(round(each) if found.form == "whole" else each for each in values), scale


def _between(low: float, high: float, share: float, scale: Scale) -> float:
    if share in (0.0, 1.0):
        return high if share else low
    value = low * (high / low) ** share if scale == "log" else low + (high - low) * share
    return float(f"{value:.{_DIGITS}g}")


def _natural(values: tuple[Value, ...]) -> Scale:
    """Log for numbers that are listed with equal ratios, or over more than two decades; else linear."""
    numbers = [float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) < 3 or len(numbers) < len(values) or min(numbers) <= 0:
        return "linear"
    ratios = [math.log(later / earlier) for earlier, later in pairwise(numbers)]
    equal = abs(ratios[0]) > 0 and all(math.isclose(each, ratios[0], rel_tol=0.05) for each in ratios)
    return "log" if equal or max(numbers) > 100 * min(numbers) else "linear"


def _value(found: Parameter, text: str) -> Value:
    if found.form == "switch":
        if text.lower() not in _SWITCH:
            raise InputError(f"Cannot set {found.path} to {text!r}; it is on or off.")
        return _SWITCH[text.lower()]
    return text if found.form == "choice" else _number(found, text)


def _number(found: Parameter, text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise InputError(f"Cannot set {found.path} to {text!r}: it is no number; write one such as 0.1.") from error
    if not math.isfinite(number):
        raise InputError(f"Cannot set {found.path} to {text}: it is not finite; write a number such as 0.1.")
    if found.form == "whole":
        if number != int(number):
            raise InputError(f"Cannot set {found.path} to {text}: it takes whole numbers; write one such as 4.")
        return int(number)
    return number


def _example(form: Form) -> str:
    return {"number": "0.01:10:log:9", "whole": "2:20", "switch": "on,off", "choice": "ReLU,Sigmoid"}[form]

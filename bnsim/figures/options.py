"""What can be chosen of a kind of figure: declared on its record, given by name in scripts, menus and commands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from bnsim.spec.errors import InputError
from bnsim.spec.expressions import parse as parse_expression
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.watches import Watch

AN_EPOCH = phrase("forward passes over an epoch")
"""What it costs to look at every row."""

SWITCH = ("on", "off")
"""The names of the choices of what is there or not; the first of an option's is its default."""

Value = str | int
"""What an option is set to: the name of a choice, or a whole number."""


class Choice(Struct, frozen=True):
    """One of several: `choices` are names and the words for them, in the order of a menu; the first is the default.

    `costs` are pairs of a choice and what the figure computes of its own with it, in words, where that is much, as a
    kind that is costly does always. `records` are pairs of a choice and a name in the session's history that it reads
    too.
    """

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    costs: tuple[tuple[str, str], ...] = ()
    records: tuple[tuple[str, str], ...] = ()

    @property
    def default(self) -> str:
        """The name of the first choice."""
        return self.choices[0][0]

    def read(self, value: Value) -> str:
        """The name of a choice; ValueError, with what it may be, if there is none of that name."""
        names = [name for name, _ in self.choices]
        if value not in names:
            raise ValueError(f"is one of {', '.join(names)}")
        return str(value)


class Number(Struct, frozen=True):
    """A whole number from `least` to `most`; `words` says in a menu what the default means, "" for the number itself.

    `cost` says in words what the figure computes of its own with any number but the default, "" if that is not much.
    `only_with`, an option's name and one of its choices: the number has no effect with any other; () if it always has.
    """

    name: str
    label: str
    least: int = 0
    most: int = 1_000_000_000
    default: int = 0
    words: str = ""
    cost: str = ""
    only_with: tuple[str, str] | tuple[()] = ()

    def read(self, value: Value) -> int:
        """The number; ValueError, with what it may be, if it is none or beyond the range."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if isinstance(value, bool) or not self.least <= number <= self.most:
            raise ValueError(f"is a whole number from {self.least} to {self.most}")
        return number


class Expression(Struct, frozen=True):
    """The expression of a watch (`bnsim.spec.expressions`)."""

    name: str
    label: str
    default: str

    def read(self, value: Value) -> str:
        """The expression; ValueError, with the column, if it cannot be read."""
        try:
            parse_expression(str(value))
        except InputError as error:
            raise ValueError(f"cannot be read: {str(error).removesuffix('.')}") from error
        return str(value)


Option = Choice | Number | Expression


def settings(
    kind: str, options: Sequence[Option], given: Mapping[str, object], what: str = "figure"
) -> dict[str, Value]:
    """What each option is set to, those not given as by default. InputError names what there is none of."""
    unknown = [name for name in given if name not in {option.name for option in options}]
    if unknown:
        known = ", ".join(option.name for option in options)
        raise InputError(f"The {what} {kind!r} has no option {unknown[0]!r}; it has {known or 'none'}.")
    found: dict[str, Value] = {}
    for option in options:
        value = given.get(option.name, option.default)
        try:
            if not isinstance(value, str | int):
                raise ValueError("is a word or a whole number")
            found[option.name] = option.read(value)
        except ValueError as error:
            raise InputError(f"The {what} {kind!r} cannot have {option.name}={value}: {option.name} {error}.") from None
    return found


def cost_of(options: Sequence[Option], chosen: Mapping[str, Value]) -> str:
    """What a figure computes of its own because of what is chosen, in words; "" if that is not much."""
    found = []
    for option in options:
        value = chosen.get(option.name, option.default)
        if isinstance(option, Choice):
            found += [words for name, words in option.costs if name == value]
        elif isinstance(option, Number) and option.cost and value != option.default:
            found.append(option.cost)
    return joined(phrase(" and "), found)


def has_effect(option: Option, options: Sequence[Option], chosen: Mapping[str, Value]) -> bool:
    """Whether the figure is another one with another value of that option, given what is chosen of the others."""
    if not isinstance(option, Number) or not option.only_with:
        return True
    name, choice = option.only_with
    return any(chosen.get(each.name, each.default) == choice for each in options if each.name == name)


def records_of(options: Sequence[Option], chosen: Mapping[str, Value]) -> tuple[str, ...]:
    """Names in the session's history that what is chosen reads besides those of the kind."""
    found: list[str] = []
    for option in options:
        chosen_value = chosen.get(option.name, option.default)
        if isinstance(option, Choice):
            found += [record for value, record in option.records if value == chosen_value]
        elif isinstance(option, Expression):
            found += Watch(str(chosen_value)).records
    return tuple(found)


def parse(given: str, what: str = "figure") -> tuple[str, dict[str, str]]:
    """A kind and its options as they are written in a command: "loss_slice:direction=random,points=3".

    A comma that no other option follows belongs to the one before it, as in "watch:expression=W[0][1, 2]".
    """
    name, colon, rest = given.partition(":")
    chosen: dict[str, str] = {}
    for part in re.split(r",(?=\s*\w+\s*=|\s*$|\s*,)", rest) if colon else ():
        option, equals, value = part.partition("=")
        if not (option.strip() and equals and value.strip()):
            raise InputError(f"Cannot read the {what} {given!r}; write NAME:option=value,option=value.")
        chosen[option.strip()] = value.strip()
    return name, chosen


def suffix(options: Sequence[Option], chosen: Mapping[str, Value]) -> str:
    """What is said of options in the name of a file: "-random-unit3", "-theory"; "" where all are as by default."""
    said = ""
    for option in options:
        value = chosen.get(option.name, option.default)
        if value == option.default:
            continue
        if value in SWITCH:
            said += f"-{option.name}" if value == "on" else f"-no-{option.name}"
        else:
            said += f"-{_in_a_name(value)}" if isinstance(option, Choice | Expression) else f"-{option.name}{value}"
    return said


def _in_a_name(value: Value) -> str:
    """A value as it can be in the name of a file."""
    return re.sub(r"\W+", "-", str(value)).strip("-")[:60]

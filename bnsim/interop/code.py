"""Pieces of Python code: numbers, calls, lists of modules, as a formatter would lay them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

WIDTH = 100
"""A line is at most that long, where it can be broken."""
LONGEST_PERIOD, FEWEST_TIMES = 8, 3
"""Modules that come again at least so many times, so many at a time, are written once."""

Lines = tuple[str, ...]
"""An expression, one line or several; its first line has no indent."""


def number(value: object) -> str:
    """A number, a bool, a string or None as Python writes it."""
    return repr(value)


def call(name: str, *arguments: object, **named: object) -> str:
    """A call with those arguments."""
    parts = [number(value) for value in arguments] + [f"{key}={number(value)}" for key, value in named.items()]
    return f"{name}({', '.join(parts)})"


def unlike(**pairs: tuple[object, object]) -> Mapping[str, object]:
    """Of (value, default) by name those values that are not the default."""
    return {name: value for name, (value, default) in pairs.items() if value != default}


def listed(head: str, items: Sequence[Lines], tail: str) -> Lines:
    """`head`, the items with a comma each, `tail`: on one line if it fits and has at most two items."""
    if all(len(item) == 1 for item in items):
        line = head + ", ".join(item[0] for item in items) + tail
        if len(items) <= 2 and len(line) < WIDTH - 20:
            return (line,)
    inside = [line for item in items for line in indented((*item[:-1], f"{item[-1]},"))]
    return (head, *inside, tail)


def indented(lines: Iterable[str], by: int = 1) -> list[str]:
    """The lines, each deeper by that many steps; empty ones stay empty."""
    return [f"{'    ' * by}{line}" if line else line for line in lines]


def folded(items: Sequence[Lines]) -> list[Lines]:
    """The items, those that come again and again as a single one that unpacks a generator."""
    done: list[Lines] = []
    at = 0
    while at < len(items):
        period, times = _again(items, at)
        if times < FEWEST_TIMES:
            done.append(items[at])
            at += 1
            continue
        done.append(_unpacked(items[at : at + period], times))
        at += period * times
    return done


def _unpacked(part: Sequence[Lines], times: int) -> Lines:
    """Some modules, made so many times, as one item of a list."""
    again = f"for _ in range({times})"
    if len(part) == 1:
        return ("*(", *indented((*part[0], again)), ")") if len(part[0]) > 1 else (f"*({part[0][0]} {again})",)
    of = listed("for module in (", part, ")")
    if len(of) == 1 and len(line := f"*(module {again} {of[0]})") < WIDTH - 20:
        return (line,)
    return ("*(", *indented(("module", again, *of)), ")")


def _again(items: Sequence[Lines], at: int) -> tuple[int, int]:
    """(length, times) of what stands there several times in a row and covers most."""
    best = 1, 1
    for period in range(1, LONGEST_PERIOD + 1):
        part, times = items[at : at + period], 1
        while items[at + times * period : at + (times + 1) * period] == part and len(part) == period:
            times += 1
        if times >= FEWEST_TIMES and times * period > best[0] * best[1]:
            best = period, times
    return best

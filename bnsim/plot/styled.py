"""What a style leaves of a figure's marks, and what tells them apart where there are no hues: for every format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from msgspec.structs import replace

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Line, Mark, Marker, Role, Rule, Series
from bnsim.plot.style import Style

_LINES: tuple[Line, ...] = get_args(Line)[:-1]
_MARKERS: tuple[Marker, ...] = get_args(Marker)[1:]
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\s\da-z])")
_THEORY = re.compile("theor(y|ie)", re.IGNORECASE)
"""What sentences about theory have, in every language that a caption may be in."""


def styled(figure: Figure, style: Style) -> Figure:
    """The figure as that style draws it: its numbers are those of the figure, without the lines it leaves out."""
    if not style.theory:
        figure = without_theory(figure)
    return told_apart(figure) if style.palette == "gray" else figure


def without_theory(figure: Figure) -> Figure:
    """The figure without lines that a measurement is held against, and without what the caption says of theory."""
    marks = tuple(mark for mark in figure.marks if not _is_theory(mark))
    if len(marks) == len(figure.marks):
        return figure
    caption = " ".join(part for part in _SENTENCE.split(figure.caption) if not _THEORY.search(part))
    return replace(figure, marks=marks, caption=caption)


def told_apart(figure: Figure) -> Figure:
    """The figure with dashes and markers for lines of several roles that only their color tells apart.

    Where dashes mean something in the figure, or there is a line that has markers already, they stay what they are.
    """
    lines = [line for line in figure.series if _counts(line)]
    roles = list(dict.fromkeys(line.role for line in lines))
    looks = [{(line.line, line.marker) for line in lines if line.role == role} for role in roles]
    if not any(looks[k] & other for k in range(len(looks)) for other in looks[:k]):
        return figure
    dashed = any(line.line not in ("solid", "none") for line in lines)
    given: dict[Marker, Role] = {line.marker: line.role for line in lines if line.marker != "none"}
    return replace(figure, marks=tuple(_with_look(mark, roles, given, dashed) for mark in figure.marks))


def _with_look(mark: Mark, roles: Sequence[Role], given: dict[Marker, Role], dashed: bool) -> Mark:
    if not (isinstance(mark, Series) and _counts(mark)):
        return mark
    place = roles.index(mark.role)
    own = next((marker for marker, role in given.items() if role == mark.role), _MARKERS[place % len(_MARKERS)])
    marker = own if mark.marker == "none" and given.get(own, mark.role) == mark.role else mark.marker
    return replace(mark, marker=marker, line=mark.line if dashed else _dashes(mark.line, place))


def _dashes(line: Line, place: int) -> Line:
    return _LINES[place % len(_LINES)] if line == "solid" else line


def _counts(line: Series) -> bool:
    """Whether a line has to be told from others: not one of many thin ones, of an earlier moment or of theory."""
    return line.weight != "thin" and not line.ghost and not line.theory


def _is_theory(mark: Mark) -> bool:
    return isinstance(mark, Rule) or (isinstance(mark, Series) and mark.theory)

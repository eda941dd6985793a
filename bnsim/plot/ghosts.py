"""A figure with what it showed at an earlier moment behind it, paler and dashed: compare with now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Bars, Figure, Image, Mark, Regions, Ridge, Series

_DASHES = {"solid": "dashed", "dashed": "dotted", "dotted": "dotted", "none": "none"}
_FEW = 2
"""From more named lines on only the first ghost has a name, lest there be more words than lines."""


class Ghost(Struct, frozen=True):
    """A figure as it was, and when, in words such as "iteration 120"."""

    figure: Figure
    when: str


def can_be_ghost(figure: Figure) -> bool:
    """Whether a figure can lie behind another: colors that fill the axes cannot."""
    return figure.has_data and not any(isinstance(mark, Image | Regions) for mark in figure.marks)


def with_ghost(figure: Figure, ghost: Ghost) -> Figure:
    """The figure with the lines, bars and ridges of an earlier one behind its own, each with `ghost` set.

    Their names end in when they are of, "plain, iteration 120". Axes hold both. Bands, rules and thin lines beside
    others are left out. Where the figure itself has nothing to show, the axes are those of the earlier one.
    """
    before = ghost.figure
    marks = tuple(_ghosts(figure, before, ghost.when))
    if not (marks and can_be_ghost(before)) or any(isinstance(mark, Image | Regions) for mark in figure.marks):
        return figure
    words = f"Dashed and pale: {ghost.when}."
    bare = not figure.has_data
    return replace(
        figure,
        x=before.x if bare else _holding(figure.x, before.x, [values for mark in marks for values in mark.xs()]),
        y=before.y if bare else _holding(figure.y, before.y, [values for mark in marks for values in mark.ys()]),
        marks=(*marks, *figure.marks),
        caption=f"{figure.caption} {words}".lstrip(),
    )


def _ghosts(figure: Figure, before: Figure, when: str) -> list[Mark]:
    lines = [line for line in before.series if line.weight != "thin"] or list(before.series)
    others = [mark for mark in before.marks if isinstance(mark, Bars | Ridge)]
    named = sum(bool(_label(mark)) for mark in (*lines, *others))
    found: list[Mark] = []
    for mark in (*lines, *others):
        name = f"{mark.name}, {when}"
        label = when if _label(mark) and (named <= _FEW or not any(_label(each) for each in found)) else ""
        if isinstance(mark, Series):
            single = np.isfinite(mark.y).sum() < 2 or mark.line == "none"
            line = _DASHES[mark.line]
            marker = mark.marker if single else "none"
            found.append(replace(mark, name=name, label=label, line=line, marker=marker, ghost=True))
        elif isinstance(mark, Bars):
            found.append(replace(mark, name=name, label=label, ghost=True))
        else:
            shift = next((own.shift for own in figure.of_kind(Ridge) if own.name == mark.name), mark.shift)
            found.append(replace(mark, name=name, label="", notes=(), shift=shift, ghost=True))
    return found


def _label(mark: Mark) -> str:
    return mark.label if isinstance(mark, Series | Bars) else ""


def _holding(axis: Axis, before: Axis, values: Sequence[np.ndarray]) -> Axis:
    """The axis with limits, if it has any, that hold the earlier figure's too."""
    if axis.limits is None:
        return axis
    low, high = axis.limits
    if before.limits is not None:
        ends = list(before.limits)
    else:
        finite = np.concatenate([np.ravel(each) for each in values] or [np.empty(0)])
        ends = [float(end) for end in finite[np.isfinite(finite)]]
    if axis.scale == "log":
        ends = [end for end in ends if end > 0]
    return replace(axis, limits=(min([low, *ends]), max([high, *ends])))

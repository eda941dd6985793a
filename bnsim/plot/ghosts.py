"""A figure with what it showed at an earlier moment behind it, paler and dashed: compare with now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.borders import borders
from bnsim.plot.earlier_images import can_be_parted, earlier_below
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Bars, Image, Mark, Regions, Ridge, Series, frozen
from bnsim.plot.marks import Line as Dashes
from bnsim.spec.phrases import joined, phrase

_DASHES: dict[str, Dashes] = {"solid": "dashed", "none": "none"}
"""Of lines of then; those that were not solid are dotted."""
Line = TypeVar("Line", Series, Bars, Ridge, Image)
_FEW = 2
"""From more named lines on only the first ghost has a name, lest there be more words than lines."""


class Ghost(Struct, frozen=True):
    """A figure as it was, and when, in words such as "iteration 120", and how its solid lines are drawn."""

    figure: Figure
    when: str
    line: Literal["dashed", "dotted"] = "dashed"


def can_be_ghost(figure: Figure) -> bool:
    """Whether a figure can be compared with later ones: it shows something, and its images can make room."""
    return figure.has_data and (can_be_parted(figure) or not figure.of_kind(Image))


def with_ghosts(figure: Figure, ghosts: Sequence[Ghost]) -> Figure:
    """The figure with what several earlier ones showed; images are compared with the first of them alone."""
    images = False
    for ghost in ghosts:
        if not (images and ghost.figure.of_kind(Image)):
            figure = with_ghost(figure, ghost)
        images = images or bool(ghost.figure.of_kind(Image))
    return figure


def with_ghost(figure: Figure, ghost: Ghost) -> Figure:
    """The figure with what an earlier one showed, its names ending in when that was: "plain, iteration 120".

    Lines, bars and ridges of then lie behind, each with `ghost` set, over a map of classes the borders of then; an
    image of then stands below the present one. Axes hold both. Bands, rules and thin lines beside others are left out.
    Where the figure itself has nothing to show, the axes are those of the earlier one.
    """
    before, when = ghost.figure, ghost.when
    if not can_be_ghost(before):
        return figure
    bare = not figure.has_data
    marks = _ghosts(before if bare else figure, before, ghost)
    if bare:
        images = [_named(image, when, when) for image in before.of_kind(Image)]
        return replace(
            figure,
            x=before.x,
            y=before.y,
            marks=(*marks, *images),
            caption=_said(figure, phrase("All: {when}.", when=when)),
        )
    if marks and not figure.of_kind(Regions):
        figure = replace(
            figure,
            x=_holding(figure.x, before.x, [values for mark in marks for values in mark.xs()]),
            y=_holding(figure.y, before.y, [values for mark in marks for values in mark.ys()]),
        )
    if marks:
        figure = replace(figure, marks=(*marks, *figure.marks), caption=_said(figure, _pale(ghost)))
    parted = earlier_below(figure, before, when)
    return (
        parted
        if parted is figure
        else replace(parted, caption=_said(figure, phrase("Below each image: {when}.", when=when)))
    )


def _said(figure: Figure, words: str) -> str:
    return joined(" ", (figure.caption, words))


def _pale(ghost: Ghost) -> str:
    """What lines of then look like."""
    return phrase("Dashed and pale: {when}." if ghost.line == "dashed" else "Dotted and pale: {when}.", when=ghost.when)


def _named(mark: Line, when: str, label: str) -> Line:
    return replace(mark, name=joined(", ", (mark.name, when)), label=label)


def _ghosts(figure: Figure, before: Figure, ghost: Ghost) -> list[Mark]:
    when = ghost.when
    lines = [line for line in before.series if line.weight != "thin"] or list(before.series)
    others = [mark for mark in before.marks if isinstance(mark, Bars | Ridge)]
    named = sum(bool(_label(mark)) for mark in (*lines, *others))
    found: list[Mark] = []
    for mark in (*lines, *others):
        label = when if _label(mark) and (named <= _FEW or not any(_label(each) for each in found)) else ""
        if isinstance(mark, Series):
            single = np.isfinite(mark.y).sum() < 2 or mark.line == "none"
            line = ghost.line if mark.line == "solid" else _DASHES.get(mark.line, "dotted")
            marker = mark.marker if single else "none"
            found.append(replace(_named(mark, when, label), line=line, marker=marker, ghost=True))
        elif isinstance(mark, Bars):
            found.append(replace(_named(mark, when, label), ghost=True))
        else:
            shift = next((own.shift for own in figure.of_kind(Ridge) if own.name == mark.name), mark.shift)
            found.append(replace(_named(mark, when, ""), notes=(), shift=shift, ghost=True))
    return found + _borders(figure, before, when)


def _borders(figure: Figure, before: Figure, when: str) -> list[Mark]:
    """The borders of earlier maps, as lines over the present maps of the same name and place."""
    found: list[Mark] = []
    earlier = {regions.name: regions for regions in before.of_kind(Regions)}
    for now in figure.of_kind(Regions):
        then = earlier.get(now.name)
        if then is None or not np.allclose(
            (*now.across, *now.up), (*np.add(then.across, now.shift - then.shift), *then.up)
        ):
            continue
        x, y = borders(then)
        label = when if x.size and not found else ""
        line = Series(
            joined(", ", (then.name, when)), frozen(x + now.shift - then.shift), y, "text", label, "dashed", ghost=True
        )
        found.append(line)
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

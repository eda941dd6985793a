"""Figures of one kind on the same axes: frames of a film, lanes that come one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, ColorScale, Image, Mark
from bnsim.plot.writers.axes import limits

_ROOM = 0.06
"""As a figure alone has it above and below its data."""


def on_same_axes(figures: Sequence[Figure]) -> list[Figure]:
    """The figures with axes that hold the data of all of them, scaled as those of the last one are.

    Colors of cells have one scale, too.
    """
    if not figures:
        return []
    x = _axis(figures, lambda figure: figure.x, lambda mark: mark.xs(), 0.0)
    y = _axis(figures, lambda figure: figure.y, lambda mark: mark.ys(), _ROOM)
    scale = _scale([figure.color_scale for figure in figures])
    return [
        replace(figure, x=x, y=y, marks=tuple(_colored(mark, scale) for mark in figure.marks)) for figure in figures
    ]


def _axis(
    figures: Sequence[Figure],
    axis: Callable[[Figure], Axis],
    values: Callable[[Mark], tuple[Array, ...]],
    room: float,
) -> Axis:
    last = axis(figures[-1])
    filled = [figure for figure in figures if figure.has_data]
    own = [pair for each in filled if (pair := axis(each).limits) is not None and _fits(pair, last.scale)]
    found = list(own)
    if len(own) < len(filled):
        arrays = [array for figure in filled for mark in figure.marks for array in values(mark)]
        found.append(limits(replace(last, limits=None), arrays, room))
    if not found:
        return last
    return replace(last, limits=(min(low for low, _ in found), max(high for _, high in found)))


def _fits(pair: tuple[float, float], scale: str) -> bool:
    return bool(np.isfinite(pair).all()) and (scale != "log" or pair[0] > 0)


def _scale(scales: Sequence[ColorScale | None]) -> ColorScale | None:
    found = [scale for scale in scales if scale is not None]
    if not found:
        return None
    lows, highs = zip(*(scale.limits for scale in found), strict=True)
    return replace(found[-1], limits=(min(lows), max(highs)))


def _colored(mark: Mark, scale: ColorScale | None) -> Mark:
    return replace(mark, scale=scale) if isinstance(mark, Image) and scale is not None else mark

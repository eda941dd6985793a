"""An image with an earlier one below it, at the same place: colors cannot lie over one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import ColorScale, Image, Mark, frozen
from bnsim.spec.phrases import joined, phrase

_NAME, _MOST = 0.11, 0.3
"""The room for a name, as a share of the axis; none is left where that is more than this share of an image's place."""
_GAP = 0.14
"""Between the present image and the earlier one where there is no room for a name, as a share of their place."""

Span = tuple[float, float]


def can_be_parted(figure: Figure) -> bool:
    """Whether the images of a figure can make room for others: the numbers on the axis are then said by its ticks."""
    return bool(figure.of_kind(Image)) and bool(figure.y.ticks)


def earlier_below(figure: Figure, before: Figure, when: str) -> Figure:
    """The figure with each of its images in the upper part of its place, and in the lower one what it was.

    Both have the colors of a scale that holds both. Images side by side keep their columns: what an earlier one has
    beyond those is left out. The figure itself if it has no image of an earlier one's name.
    """
    earlier = {image.name: image for image in before.of_kind(Image)}
    pairs = {image.name: (image, earlier[image.name]) for image in figure.of_kind(Image) if image.name in earlier}
    if not pairs:
        return figure
    gap, named = _room(figure, [now for now, _ in pairs.values()])
    scale = _of_both(*(image.scale for pair in pairs.values() for image in pair))
    marks: list[Mark] = []
    ticks: dict[float, str] = {}
    for mark in figure.marks:
        if not isinstance(mark, Image) or mark.name not in pairs:
            marks.append(replace(mark, scale=scale) if isinstance(mark, Image) else mark)
            continue
        now, then = pairs[mark.name]
        below, above = _parts(now.up, gap)
        ticks |= _moved(figure.y, now.up, above) | _moved(before.y, then.up, below)
        label = now.label if named or any(isinstance(each, Image) for each in marks) else _both(now.label, when)
        marks.append(replace(now, up=above, label=label, scale=scale))
        then = _within(then, now) if figure.x.ticks else then
        name, label = joined(", ", (then.name, when)), when if named else ""
        marks.append(replace(then, name=name, label=label, up=below, scale=scale))
    x = figure.x
    if x.limits is not None and not x.ticks:
        ends = [*x.limits, *(end for _, then in pairs.values() for end in then.across)]
        x = replace(x, limits=(min(ends), max(ends)))
    return replace(figure, marks=tuple(marks), x=x, y=replace(figure.y, ticks=tuple(sorted(ticks.items()))))


def _room(figure: Figure, images: Sequence[Image]) -> tuple[float, bool]:
    """The gap between a present image and the earlier one, and whether it has room for a name."""
    low, high = figure.y.limits or (min(image.up[0] for image in images), max(image.up[1] for image in images))
    tallest = max(image.up[1] - image.up[0] for image in images)
    name = _NAME * (high - low)
    return (name, True) if name <= _MOST * tallest else (_GAP * tallest, False)


def _both(label: str, when: str) -> str:
    return joined(" · ", (label, phrase("below: {when}", when=when)))


def _parts(up: Span, gap: float) -> tuple[Span, Span]:
    """The lower and the upper half of a place, with a gap between them."""
    low, high = up
    half = (high - low - gap) / 2
    return (low, low + half), (high - half, high)


def _moved(axis: Axis, up: Span, to: Span) -> dict[float, str]:
    """The lowest and the highest of an axis's ticks beside a place, moved to another place with less room."""
    (low, high), (start, end) = up, to
    inside = [(at, words) for at, words in axis.ticks if low <= at <= high]
    return {start + (at - low) / (high - low) * (end - start): words for at, words in (*inside[:1], *inside[-1:])}


def _of_both(first: ColorScale, *others: ColorScale) -> ColorScale:
    """The first scale with limits that hold those of all of them."""
    lows, highs = zip(*(scale.limits for scale in (first, *others)), strict=True)
    return replace(first, limits=(min(lows), max(highs)))


def _within(then: Image, now: Image) -> Image:
    """The earlier image where the same numbers are along x in the present one, cut or filled up to be as wide."""
    left = now.across[0] + _begins(then) - _begins(now)
    wide = (then.across[1] - then.across[0]) / max(len(then.x), 1)
    # Cells of the same size as before, of which the outermost reach at most half beyond the present image.
    before, after = round((left - now.across[0]) / wide), round((now.across[1] - left) / wide) - len(then.x)
    values, x = then.values[:, max(-before, 0) :], then.x[max(-before, 0) :]
    values, x = values[:, : values.shape[1] + min(after, 0)], x[: len(x) + min(after, 0)]
    filled = np.pad(values, ((0, 0), (max(before, 0), max(after, 0))), constant_values=np.nan)
    step = wide if len(then.x) < 2 else float(then.x[1] - then.x[0])
    numbers = (then.x[0] - before * step if before > 0 else x[0]) + step * np.arange(filled.shape[1])
    start = left - before * wide
    return replace(then, values=frozen(filled), x=frozen(numbers), across=(start, start + wide * filled.shape[1]))


def _begins(image: Image) -> float:
    """The number at an image's left edge."""
    step = (float(image.x[-1]) - float(image.x[0])) / (len(image.x) - 1) if len(image.x) > 1 else 1.0
    return float(image.x[0]) - step / 2

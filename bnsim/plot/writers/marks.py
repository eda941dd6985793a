"""How each kind of mark is drawn with matplotlib: a function (page, axes, mark) for each, listed in `DRAW`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from bnsim.plot.colors import Colors, image_colors, region_colors
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array, Band, Bars, Image, Mark, Regions, Ridge, Rule, Series
from bnsim.plot.part_names import LINE, Room, broken, parts
from bnsim.plot.writers.looks import DASHES, FINER, RULE_DASHES, look_of
from bnsim.plot.writers.page import Page
from bnsim.spec.printable import printable

MARKERS = {"none": "", "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "triangle-down": "v", "star": "*"}
LINES: dict[str, object] = {"none": "", "solid": "-"} | {line: (0, dashes) for line, dashes in DASHES.items() if dashes}
_TALL = 0.85
"""Height of a note's letters, in sizes of its font."""
_BEHIND = 0.72
"""Opacity of the background behind words that lie over something."""
FILLED = 0.35
"""Opacity of a histogram: another one is seen through it."""
_ORDER = {"thin": 3.0, "normal": 4.0, "bold": 5.0}


def band(page: Page, axes: Axes, mark: Band) -> None:
    """Draw a band, behind all lines."""
    color, alpha = page.theme.color(mark.role), page.theme.size("band-alpha")
    axes.fill_between(mark.x, mark.low, mark.high, color=color, alpha=alpha, linewidth=0, zorder=2)


def rule(page: Page, axes: Axes, mark: Rule) -> None:
    """Draw a rule, over the bands and behind the lines."""
    color, width = page.theme.color(mark.role), 1.1 * page.scale
    axes.axhline(mark.y, color=color, linewidth=width, linestyle=(0, RULE_DASHES), zorder=2.5)


def series(page: Page, axes: Axes, mark: Series) -> None:
    """Draw a line; bold lines are in front of the others. Markers at the ends of the axes are whole."""
    look = look_of(mark, page.theme, page.size)
    y = np.where(mark.y > 0, mark.y, np.nan) if axes.get_yscale() == "log" else mark.y
    common: dict[str, Any] = {"color": look.color, "alpha": look.alpha if look.alpha < 1 else None}
    common["zorder"] = _ORDER[mark.weight]
    axes.plot(
        mark.x,
        y,
        linewidth=look.width,
        linestyle=LINES[mark.line],
        solid_capstyle="round",
        solid_joinstyle="round",
        **common,
    )
    if not MARKERS[look.marker]:
        return
    x, y = mark.x[:: look.every], y[:: look.every]
    within = _between(x, axes.get_xlim()) & _between(y, axes.get_ylim())
    axes.plot(
        x[within],
        y[within],
        linestyle="",
        marker=MARKERS[look.marker],
        markersize=look.marker_size,
        markeredgecolor=page.ground,
        markeredgewidth=0.8 * page.scale,
        clip_on=False,
        **common,
    )


def _between(values: Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    low, high = limits
    room = 1e-9 * (high - low)
    return (values >= low - room) & (values <= high + room)


def zeros(page: Page, axes: Axes, figure: Figure) -> None:
    """Write a 0 at the lower end of a logarithmic axis where a line is exactly that, as many as have room."""
    size = page.size("figure-tick")
    for row, (line, xs) in enumerate(figure.zeros):
        last = -math.inf
        for x in xs.tolist():
            across = float(page.points(axes, np.array([x]), np.array([1.0]))[0, 0])
            if across - last > 0.9 * size:
                axes.annotate(
                    "0",
                    (x, 0.0),
                    (0.0, 3.0 + 1.1 * size * row),
                    xycoords=axes.get_xaxis_transform(),
                    textcoords="offset points",
                    ha="center",
                    color=page.theme.text_color(line.role),
                    fontsize=size,
                    fontweight="bold",
                )
                last = across


def bars(page: Page, axes: Axes, mark: Bars) -> None:
    """Draw a histogram: its outline, filled."""
    x, y = mark.outline()
    _filled(page, axes, mark, (x, mark.base, y), 2.6)


def ridge(page: Page, axes: Axes, mark: Ridge) -> None:
    """Draw histograms one above the other, the lower ones in front, and their notes."""
    for depth, (base, x, y) in enumerate(mark.outlines()):
        _filled(page, axes, mark, (x, base, y), 2.6 + 1e-3 * depth, line=0.6)
    _notes(page, axes, mark)


def image(page: Page, axes: Axes, mark: Image) -> None:
    """Draw a matrix as cells with sharp edges."""
    _cells(page, axes, image_colors(mark, page.theme), mark)


def regions(page: Page, axes: Axes, mark: Regions) -> None:
    """Draw a map of classes and its points, each class with a marker of its own."""
    _cells(page, axes, region_colors(mark, page.theme), mark)
    inside = [marker for marker in MARKERS.values() if marker]
    for number in np.unique(mark.point_classes):
        own = mark.points[mark.point_classes == number]
        axes.plot(
            own[:, 0] + mark.shift,
            own[:, 1],
            color=page.theme.color(mark.roles[int(number) % len(mark.roles)]),
            linestyle="",
            marker=inside[int(number) % len(inside)],
            markersize=FINER * page.size("figure-marker") * 1.3,
            markeredgecolor=page.ground,
            markeredgewidth=0.5 * page.scale,
            zorder=3.0,
        )


def _filled(
    page: Page,
    axes: Axes,
    mark: Bars | Ridge,
    outline: tuple[Array, float, Array],
    order: float,
    line: float = 1.0,
) -> None:
    """A filled outline (x, base, y) in the color of its role; a ghost's is dashed, and not filled."""
    x, base, y = outline
    color, width = page.theme.color(mark.role), line * page.size("figure-line-normal")
    if mark.ghost:
        look: dict[str, Any] = {"linestyle": LINES["dashed"], "alpha": page.theme.size("ghost-alpha")}
        axes.plot(x, y, color=color, linewidth=width, zorder=order, **look)
        return
    axes.fill_between(x, base, y, color=color, alpha=FILLED, linewidth=0, zorder=order)
    axes.plot(x, y, color=color, linewidth=width, solid_joinstyle="miter", zorder=order)


def _cells(page: Page, axes: Axes, colors: Colors, mark: Image | Regions) -> None:
    (left, right), (low, high) = mark.across, mark.up
    axes.imshow(
        colors,
        extent=(left, right, low, high),
        origin="lower",
        aspect="auto",
        interpolation="none",
        zorder=1.5,
    )


def _notes(page: Page, axes: Axes, mark: Ridge) -> None:
    """Write the notes of rows over their bases, where no histogram is if there is such a place."""
    start, end = page.points(axes, np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    across, tall = map(float, end - start)
    by = mark.note_size(across, lambda words: page.measure(words, "figure-rule"))
    apart = tall * float(np.diff(np.sort(mark.bases)).min(initial=np.inf))
    by = min(by, apart / (_TALL * page.size("figure-rule")))
    by = by if by * page.size("figure-rule") >= page.style.least else 0.0
    room, size = 3.0 * page.scale, by * page.size("figure-rule")
    for row, (base, note) in enumerate(zip(mark.bases, mark.notes, strict=False)):
        if not (by and note):
            continue
        width = page.measure(note, "figure-rule", by=by) + 2 * room
        at, free = mark.note_end(row, width / across, LINE * size / tall)
        look: dict[str, Any] = {"fontsize": size, "color": page.theme.text_color(mark.role), "ha": "right"}
        if not free:
            look["bbox"] = page.patch(0.5, _BEHIND)
        _write(page, axes, (at, float(base)), note, xytext=(-room, room / 3), **look)


def part_names(page: Page, axes: Axes, figure: Figure) -> None:
    """Write the names of lanes side by side, or one above the other, over them."""
    top = axes.get_ylim()[1]
    found = parts(figure, top)
    if not found:
        return
    corners = [page.points(axes, np.array([part.left, part.right]), np.array([part.low, part.high])) for part in found]
    above = 0.8 * page.size("figure-axis")  # free between the plot and the name of its y axis
    inset = 0.25 * page.size("figure-label")  # free between a name and the y axis
    rooms = [
        Room(float(across) - inset, float(up) + (above if part.high >= top else 0.0))
        for part, (across, up) in zip(found, (end - start for start, end in corners), strict=True)
    ]
    size = page.size("figure-label")
    made = broken(
        [part.label for part in found], rooms, size, lambda words: page.measure(words, "figure-label", "bold")
    )
    size = page.size("figure-label", made.by)
    look = {"fontsize": size, "fontweight": "bold", "color": page.theme.text_color("text"), "ha": "left"}
    for part, lines, room in zip(found, made.lines, rooms, strict=True):
        for number, line in enumerate(reversed(lines)):
            words = page.shorten(line, room.width, "figure-label", "bold", made.by)
            up = (0.15 + LINE * number) * size
            _write(page, axes, (part.left, part.low), words, xytext=(inset, up), **look)


def _write(page: Page, axes: Axes, at: tuple[float, float], words: str, **look: Any) -> None:
    axes.annotate(
        printable(words),
        at,
        textcoords="offset points",
        va="bottom",
        fontfamily=page.families,
        annotation_clip=False,
        zorder=10,
        **look,
    )


DRAW: Mapping[type[Mark], Callable[[Page, Axes, Any], None]] = {
    Band: band,
    Bars: bars,
    Image: image,
    Regions: regions,
    Ridge: ridge,
    Rule: rule,
    Series: series,
}

"""The time line as a diagram, from what the strip in the window shows. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size, least_for, sheet_for
from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import width_of
from bnsim.session.track import Mark, Track
from bnsim.spec.branches import branches
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import phrase
from bnsim.ui.model.lane_roles import lane_role
from bnsim.ui.timeline.branching import begun, branched
from bnsim.ui.timeline.scale import Scale, loss_range, name_columns, own_part, placed_names, range_words, round_end

NAME = "timeline"
TOP, BELOW = 22.0, 34.0
HIGH = 0.42
"""The plot is at most so many times as high as the page is wide."""
LEFT = 84.0
LONGEST_NAME = 0.3
"""The share of the width that a column of names has at most, and two of them each three quarters of."""
COLUMN_GAP = 12.0
RING = 3.5


class TimelineShown(Struct, frozen=True, eq=False):
    """All that was recorded of the experiment, and the moment, after `present` updates."""

    experiment: Experiment
    track: Track
    present: int


def timeline_diagram(shown: TimelineShown, size: Size = SLIDE) -> Diagram:
    """The losses of all lanes, dashed ahead of the present; where something stopped, was changed or forked.

    It is laid out for a page of that `size`, in points.
    """
    track, forks = shown.track, branches(shown.experiment)
    names = [lane.name for lane in track.lanes]
    roles = [lane_role(shown.experiment, lane.stack_id) for lane in track.lanes]
    tick = load_theme("light").size("tick")
    pen = Pen(load_theme("light"), least_for(size, tick))
    page, high = sheet_for(size, tick)
    plot = min(high - TOP - BELOW, HIGH * page)
    columns = 1 if 1.2 * tick * len(names) <= plot else name_columns(len(names))
    widest = max((width_of(name, pen.size("tick"), bold=True) for name in names), default=0.0)
    room = min(widest, LONGEST_NAME * page * (1.0 if columns == 1 else 0.75)) + 2
    right = page - 24 - columns * room - (columns - 1) * COLUMN_GAP
    low, high, log = loss_range([lane.losses for lane in track.lanes])
    end = round_end(max(track.recorded, shown.present))
    scale = Scale(LEFT, right, TOP, TOP + plot, end, low, high, log)
    _draw_axis(pen, scale, empty=not any(np.isfinite(lane.losses).any() for lane in track.lanes))
    ends = _draw_losses(pen, scale, branched(track, forks), roles, shown.present, begun(track, forks))
    _draw_names(pen, scale, names, roles, ends, room, columns)
    for stack, iteration in begun(track, forks).items():
        x = scale.x(iteration)
        color = lane_role(shown.experiment, stack)
        pen.line((x, scale.top - 4), (x, scale.bottom + 2.5), stroke=color, dashed=True, line=0.8)
    _draw_changes(pen, scale, track.changes)
    _draw_present(pen, scale, shown.present, page)
    _draw_stops(pen, scale, track.marks)
    counts = {"recorded": count(track.recorded), "present": count(shown.present)}
    told = f"{', '.join(names)}: {words_now(phrase('{recorded} recorded, after {present}', **counts))}"
    height = TOP + plot + BELOW
    return Diagram(
        NAME, words_now(phrase("Time line")), page, height, tuple(pen.shapes), description=told, text=_table(track)
    )


def _draw_axis(pen: Pen, scale: Scale, *, empty: bool) -> None:
    pen.line((scale.left, scale.bottom + 2.5), (scale.right, scale.bottom + 2.5), stroke="plot-line")
    edge, room = LEFT - 8, LEFT - 12
    middle = (scale.top + scale.bottom) / 2
    words = words_now(phrase("loss, log" if scale.log else "loss"))
    pen.words(14, middle, words, "tick", "text-muted", anchor="middle", turned=True, room=scale.bottom - scale.top)
    if empty:
        return
    for y, told in zip((scale.bottom, scale.top), range_words(scale.low, scale.high), strict=True):
        pen.line((scale.left - 4, y), (scale.left, y), stroke="plot-line")
        pen.words(edge, y, told, "tick", "text-muted", anchor="end", room=room)


def _draw_losses(
    pen: Pen, scale: Scale, track: Track, roles: Sequence[str], present: int, forked: dict[int, int]
) -> list[float]:
    """Draw every lane's loss, a ring where that of a fork begins; returns the heights at which the lines end."""
    ends = []
    for lane, role in zip(track.lanes, roles, strict=True):
        points = scale.points(lane.iterations, lane.losses)
        past = lane.iterations <= present
        ahead = ~past
        ahead[:-1] |= ahead[1:]  # the line between the two
        for part in _whole_parts(points[ahead]) if ahead.any() and not past.all() else []:
            pen.line(*part, stroke=role, line=1.0, dashed=True)
        for part in _whole_parts(points[past]):
            pen.line(*part, stroke=role, line=2.0)
        seen = points[~np.isnan(points[:, 1])]
        if lane.stack_id in forked and len(seen):
            x, y = seen[0].tolist()
            pen.circle(x, y, RING, fill="plot-background", stroke=role, line=1.6)
        ends.append(float(seen[-1, 1]) if len(seen) else scale.bottom)
    return ends


def _whole_parts(points: NDArray[np.float64]) -> list[list[tuple[float, float]]]:
    """The parts of a line between gaps; a single point becomes a short dash."""
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in points.tolist():
        if np.isnan(y):
            parts.append([])
        else:
            parts[-1].append((x, y))
    return [part if len(part) > 1 else [*part, (part[0][0] + 1.5, part[0][1])] for part in parts if part]


def _draw_names(
    pen: Pen, scale: Scale, names: Sequence[str], roles: Sequence[str], ends: Sequence[float], room: float, columns: int
) -> None:
    places = placed_names(ends, 1.2 * pen.size("tick"), scale.top, scale.bottom, columns)
    for name, role, (column, y) in zip(names, roles, places, strict=True):
        fits = width_of(name, pen.size("tick"), bold=True) <= room
        told = name if fits else own_part(name, names)  # names of forks begin alike
        pen.words(scale.right + 12 + column * (room + COLUMN_GAP), y, told, "tick", role, room=room, bold=True)


def _draw_changes(pen: Pen, scale: Scale, changes: Sequence[Mark]) -> None:
    """A dashed line where weights were changed, with the factor; no words over those of one before."""
    free = -1e9
    for mark in changes:
        x = scale.x(mark.iteration)
        pen.line((x, scale.top - 4), (x, scale.bottom + 2.5), stroke="text-muted", dashed=True, line=0.8)
        told = words_now(mark.short)
        width = width_of(told, pen.size("tick"))
        left = x + 3 if x + 3 + width < scale.right + 8 else x - 3 - width
        if left > free:
            pen.box(left - 1, scale.top - 17, width + 2, 14, fill="plot-background", alpha=0.8)
            pen.words(left, scale.top - 10, told, "tick")
            free = left + width


def _draw_present(pen: Pen, scale: Scale, present: int, width_of_page: float) -> None:
    """A line at the present iteration with its number below, beside those at both ends."""
    x, middle, size = scale.x(present), scale.bottom + 17, pen.size("tick")
    pen.line((x, scale.top - 6), (x, scale.bottom + 8), stroke="accent", line=2.0)
    words = count(present)
    width = width_of(words, size, bold=True) + 10
    left = min(max(x - width / 2, scale.left - 4), scale.right - width + 8)
    ends: tuple[tuple[int, Anchor, float], ...] = (0, "start", scale.left), (scale.end, "end", scale.right)
    for number, anchor, edge in ends:
        told = count(number)
        wide = width_of(told, size) + 4
        start = edge if anchor == "start" else edge - wide
        if start > left + width + 4 or start + wide < left - 4:
            pen.words(edge, middle, told, "tick", "text-muted", anchor=anchor)
    pen.box(left, middle - 8, width, 16, fill="accent", radius=3)
    pen.words(left + width / 2, middle, words, "tick", "accent-text", anchor="middle", bold=True)
    told = words_now(phrase("iteration"))
    pen.words(scale.right + 12, middle, told, "tick", "text-muted", room=width_of_page - scale.right - 20)


def _draw_stops(pen: Pen, scale: Scale, marks: Sequence[Mark]) -> None:
    """A diamond on the axis where something stopped; overlapping ones are merged."""
    last = -1e9
    for mark in marks:
        x, y, size = scale.x(mark.iteration), scale.bottom + 2.5, 5.0
        if x - last >= size:
            last = x
            corners = (x, y - size), (x + size, y), (x, y + size), (x - size, y)
            pen.polygon(*corners, fill="danger", stroke="plot-background")


def _table(track: Track) -> str:
    rows = ["lane\titeration\tloss"]
    for lane in track.lanes:
        pairs = zip(lane.iterations.tolist(), lane.losses.tolist(), strict=True)
        rows += [f"{lane.name}\t{iteration}\t{significant(loss, 9)}" for iteration, loss in pairs]
    return "\n".join(rows)

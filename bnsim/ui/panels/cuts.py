"""From places in an area to the splits that Qt's docks are made by: side by side, or one below the other. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bnsim.spec.layout import Panel, Place

TOUCH = 0.01
"""Places that overlap by no more than this lie beside each other."""


class Tabs(NamedTuple):
    """Panels at one place, one of them in front."""

    at: Place
    names: tuple[str, ...]
    front: str


class Split(NamedTuple):
    """Parts side by side, or one below the other, with the share that each has."""

    side_by_side: bool
    parts: tuple[Node, ...]
    shares: tuple[float, ...]


Node = Tabs | Split


def tabs_of(panels: Iterable[Panel]) -> list[Tabs]:
    """The panels of an area, those at one place together, in their order."""
    found: dict[Place, list[Panel]] = {}
    for panel in panels:
        left, top, width, height = (round(share, 3) for share in panel.at)
        found.setdefault((left, top, width, height), []).append(panel)
    return [
        Tabs(at, tuple(panel.figure for panel in there), next((each for each in there if each.front), there[0]).figure)
        for at, there in found.items()
    ]


def cut(groups: Sequence[Tabs], across: int, down: int) -> Node | None:
    """The splits that put groups where they are, with at most `across` side by side and `down` below each other.

    What there is no room for becomes tabs of the last. Where places overlap, they are side by side. None without any.
    """
    if not groups:
        return None
    if len(groups) == 1:
        return groups[0]
    columns, rows = _parts(groups, 0), _parts(groups, 1)
    side_by_side = len(columns) >= len(rows)
    parts = columns if side_by_side else rows
    if len(parts) == 1:
        side_by_side, parts = True, [[group] for group in sorted(groups, key=lambda group: group.at[0])]
    room = max(1, across if side_by_side else down)
    if room == 1:
        return _together(groups)
    if len(parts) > room:
        parts = [*parts[: room - 1], [_together([group for part in parts[room - 1 :] for group in part])]]
    inner = (max(1, across // len(parts)), down) if side_by_side else (across, max(1, down // len(parts)))
    axis = 0 if side_by_side else 1
    sizes = [max(_end(group, axis) for group in part) - min(group.at[axis] for group in part) for part in parts]
    whole = sum(sizes) or 1.0
    nodes = [node for part in parts if (node := cut(part, *inner)) is not None]
    return Split(side_by_side, tuple(nodes), tuple(max(size, TOUCH) / whole for size in sizes))


def leaves(node: Node) -> Iterator[Tabs]:
    """All groups, from the upper left."""
    if isinstance(node, Tabs):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


def _parts(groups: Sequence[Tabs], axis: int) -> list[list[Tabs]]:
    """The groups divided wherever a straight cut goes past all of them."""
    parts: list[list[Tabs]] = []
    end = 0.0
    for group in sorted(groups, key=lambda group: group.at[axis]):
        if not parts or group.at[axis] >= end - TOUCH:
            parts.append([])
        parts[-1].append(group)
        end = max(end, _end(group, axis))
    return parts


def _together(groups: Sequence[Tabs]) -> Tabs:
    return Tabs(groups[0].at, tuple(name for group in groups for name in group.names), groups[0].front)


def _end(group: Tabs, axis: int) -> float:
    return group.at[axis] + group.at[axis + 2]

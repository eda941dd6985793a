"""Which layer a figure of one layer is about: the selected one or the nearest that fits, and its like in every lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import Session
from bnsim.figures.present import Link, links
from bnsim.spec.layers import Layer
from bnsim.spec.naming import layer_name
from bnsim.spec.phrases import joined
from bnsim.spec.tree import path_in


class Found(NamedTuple):
    """A lane with the layer that the figure is about in it; `title` names both where there are several lanes."""

    shown: Shown
    link: Link
    title: str


def in_each_lane(session: Session, layer_id: int | None, fits: Callable[[Layer], bool]) -> list[Found]:
    """The layer that fits and is nearest to the selected one, and in other lanes the one that follows as many weights.

    Of two as near, the later one; where nothing is selected, the first. A lane in which none fits is left out. Of a
    Repeat the first copy is meant, of a block what is in it.
    """
    lanes = [(shown, links(shown.lane.stack.layers)) for shown in shown_lanes(session)]
    fitting = [(shown, [link for link in there if fits(link.layer)]) for shown, there in lanes]
    chosen = _selected(lanes, layer_id, fits) or next((there[0] for _, there in fitting if there), None)
    found = []
    for shown, there in fitting:
        if chosen is None or not there:
            continue
        ordinal = chosen.ordinal
        own = next((link for link in there if link is chosen), None)
        link = own or min(there, key=lambda link: (abs(link.ordinal - ordinal), link.ordinal < ordinal))
        title = layer_name(shown.lane.stack, link.path)
        found.append(Found(shown, link, joined(", ", (shown.name, title)) if len(lanes) > 1 else title))
    return found


def _selected(
    lanes: Sequence[tuple[Shown, Sequence[Link]]], layer_id: int | None, fits: Callable[[Layer], bool]
) -> Link | None:
    """The fitting layer nearest to the selected one in its lane; None if there is none."""
    if not layer_id:
        return None
    for shown, there in lanes:
        path = path_in(shown.lane.stack.layers, layer_id, {})
        numbers = [number for number, link in enumerate(there) if fits(link.layer)]
        if not path or not numbers:
            continue
        at = next((number for number, link in enumerate(there) if link.path[: len(path)] == path), 0)
        inside = [number for number in numbers if there[number].path[: len(path)] == path]
        return there[min(inside or numbers, key=lambda number: (abs(number - at), number < at))]
    return None

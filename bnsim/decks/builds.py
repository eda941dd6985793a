"""Before and after: the same axes, lanes appear one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.figures.options import Value
from bnsim.plot.figure import Figure
from bnsim.session import Session


class _SomeLanes:
    """A session that shows some of its lanes alone, by their numbers; all else is its own."""

    def __init__(self, session: Session, numbers: Iterable[int]) -> None:
        self._session = session
        numbers = list(numbers)
        self.lanes = [session.lanes[number] for number in numbers]
        stacks = session.experiment.stacks
        colored = [replace(stack, color=stack.lane_color(place) + 1) for place, stack in enumerate(stacks)]
        self.experiment = replace(session.experiment, stacks=tuple(colored[number] for number in numbers))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def builds(session: Session, figure: Figure, options: dict[str, Value]) -> list[Figure]:
    """The figure with its first lane, with two, and so on up to itself, all on the same axes.

    Those are left out that have nothing to draw, or nothing more than the one before.
    """
    kind = FIGURES[figure.name]
    found: list[Figure] = []
    for number in range(1, len(session.lanes)):
        if kind.costly or figure.name == "watch":  # a watch asks for the lanes by itself
            break
        part = kind(cast("Session", _SomeLanes(session, range(number))), None, **options)
        if part.has_data and len(part.marks) > (len(found[-1].marks) if found else 0):
            found.append(part)
    found = [part for part in found if len(part.marks) < len(figure.marks)]
    return _on_same_axes([*found, figure])


def branch_builds(session: Session, source: int, fork: int) -> list[Figure]:
    """The losses of a lane and of its fork, by their numbers: of the lane alone, then of both, on the same axes."""
    loss = FIGURES["loss"]
    made = [loss(cast("Session", _SomeLanes(session, lanes))) for lanes in ([source], [source, fork])]
    return _on_same_axes(made) if all(figure.has_data for figure in made) else []


def _on_same_axes(figures: list[Figure]) -> list[Figure]:
    if len(figures) < 2:
        return figures
    from bnsim.plot.writers.together import on_same_axes

    return on_same_axes(figures)

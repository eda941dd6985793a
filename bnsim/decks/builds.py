"""Before and after: the same axes, lanes appear one by one."""

from __future__ import annotations

from typing import Any, cast

from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.figures.options import Value
from bnsim.plot.figure import Figure
from bnsim.session import Session


class _FirstLanes:
    """A session that shows its first lanes alone; all else is its own."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self.lanes = session.lanes[:number]
        stacks = session.experiment.stacks
        colored = [replace(stack, color=stack.lane_color(place) + 1) for place, stack in enumerate(stacks)]
        self.experiment = replace(session.experiment, stacks=tuple(colored[:number]))

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
        part = kind(cast("Session", _FirstLanes(session, number)), None, **options)
        if part.has_data and len(part.marks) > (len(found[-1].marks) if found else 0):
            found.append(part)
    found = [part for part in found if len(part.marks) < len(figure.marks)]
    if not found:
        return [figure]
    from bnsim.plot.writers.together import on_same_axes

    return on_same_axes([*found, figure])

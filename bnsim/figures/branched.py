"""The past of a fork in a figure of its lane alone: it is the source's, and drawn pale up to a mark at the fork."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from bnsim.figures.lanes import forked_at
from bnsim.figures.measured import Lane, Session
from bnsim.plot.marks import Array, Band, Mark, Role, Series, frozen
from bnsim.spec.branches import branches
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase
from bnsim.spec.training_words import lane_labels

LANE = "lane"


class Past(NamedTuple):
    """Up to `iteration` a lane is its source, which has that name and role."""

    iteration: int
    source: str
    role: Role

    @property
    def caption(self) -> str:
        """The sentence of a caption that says what is pale."""
        return phrase(
            "Pale: before it was forked from {lane} at iteration {number}.",
            lane=self.source,
            number=count(self.iteration),
        )


def past_of(session: Session, lane: Lane) -> Past | None:
    """What a lane was before it branched off; None for one that does not."""
    experiment = session.experiment
    branch = branches(experiment).get(lane.stack.id)
    if branch is None:
        return None
    place = next(number for number, stack in enumerate(experiment.stacks) if stack.id == branch.source)
    source = experiment.stacks[place]
    return Past(branch.iteration, lane_labels(experiment)[place], f"lane{source.lane_color(place)}")


def branched(past: Past | None, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Marks over iterations, those of before the fork pale and in the source's color, with a mark where it is.

    A line's own part begins with the last point that both share; a band is of the fork alone, once it has numbers.
    """
    if past is None:
        return tuple(marks)
    found = [part for mark in marks for part in _parts(past, mark)]
    return (*(mark for mark in found if _is_pale(mark)), *(mark for mark in found if not _is_pale(mark)))


def _is_pale(mark: Mark) -> bool:
    return isinstance(mark, Series) and mark.ghost


def _parts(past: Past, mark: Mark) -> Iterator[Mark]:
    if not isinstance(mark, Series | Band) or not mark.x.size or mark.x[0] >= past.iteration:
        yield mark
        return
    first = int(np.searchsorted(mark.x, past.iteration)) - 1
    alone = first + 1 < mark.x.size
    if isinstance(mark, Band):
        part = slice(first if alone else 0, None)
        yield replace(mark, x=_part(mark.x, part), low=_part(mark.low, part), high=_part(mark.high, part))
        return
    yield replace(
        _cut(mark, slice(0, first + 1)),
        name=phrase("{line}, before the fork", line=mark.name),
        label="" if alone else mark.label,
        role=past.role if mark.role.startswith(LANE) else mark.role,
        ghost=True,
    )
    if alone:
        own = _cut(mark, slice(first, None))
        yield own
        if mark.label:
            yield forked_at(mark.name, own.x, own.y, mark.role)


def _cut(line: Series, part: slice) -> Series:
    watches = line.watches[part] if len(line.watches) > 1 else line.watches
    return replace(line, x=_part(line.x, part), y=_part(line.y, part), watches=watches)


def _part(values: Array, part: slice) -> Array:
    return frozen(values[part].copy())

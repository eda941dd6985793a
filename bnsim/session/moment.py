"""Moments of a run: which iteration, and how far into it."""

from __future__ import annotations

from typing import NamedTuple


class Moment(NamedTuple):
    """A moment: the first `tick` ticks of iteration number `iteration`, from 0, are done (see `lockstep`).

    Moments compare in the order of the run. The last tick of an iteration and tick 0 of the next one have the same
    parameters, but for changes made as it begins (see `changes`); at the former everything the iteration computed is
    still readable.
    """

    iteration: int
    tick: int


START = Moment(0, 0)

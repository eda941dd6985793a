"""Runs that are over and still looked at: the one before the last edit, and those that a person has named.

Each is a session that moves no more, so that figures of it are made as of the present one, with the same options.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from bnsim.figures import FIGURES
from bnsim.plot.figure import Figure
from bnsim.plot.ghosts import Ghost, can_be_ghost
from bnsim.runner.updates import FormerRun
from bnsim.session.recording import records
from bnsim.spec.errors import InputError
from bnsim.spec.phrases import phrase
from bnsim.spec.tree import walk

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

log = logging.getLogger(__name__)

FEWEST = 5
"""A run of fewer iterations is not worth being compared with."""
MOST_KEPT = 6
BEFORE = phrase("run before")
"""What the run before the last edit is called."""


class _Former:
    """A run that is over; `name` "" for the one before the last edit. `figures` are those made of it so far."""

    def __init__(self, number: int, name: str, session: Session) -> None:
        self.number = number
        self.name = name
        self.session = session
        self.figures: dict[object, Figure | None] = {}


class FormerRuns:
    """Holds them, their sessions' memory with them, until they are dismissed."""

    def __init__(self) -> None:
        self.compares = True
        """Whether the run before an edit stays."""
        self._numbers = count(1)
        self._runs: list[_Former] = []

    @property
    def facts(self) -> tuple[FormerRun, ...]:
        """The runs for a menu, the one before the last edit last."""
        return tuple(FormerRun(each.number, each.name, each.session.iteration) for each in self._runs)

    def wants(self, session: Session | None) -> bool:
        """Whether a session that is about to be replaced is to stay as the run before."""
        return self.compares and session is not None and session.recorded[0] >= FEWEST

    def take(self, session: Session) -> None:
        """Have a session, which is then this one's, as the run before; the one that was it is dismissed."""
        self.dismiss()
        session.freeze()
        self._runs.append(_Former(next(self._numbers), "", session))

    def keep(self, session: Session, name: str) -> None:
        """Have a copy of a run under a name of its own. InputError if there are too many."""
        if sum(bool(each.name) for each in self._runs) >= MOST_KEPT:
            session.release()
            raise InputError(f"There are {MOST_KEPT} kept runs; remove one first (View > Compare runs).")
        session.freeze()
        self._runs.insert(self._named, _Former(next(self._numbers), self._free(name), session))

    def rename(self, number: int, name: str) -> None:
        """Call a run by another name; the run before the last edit then stays until it is removed."""
        for each in self._runs:
            if each.number == number:
                each.name = ""
                each.name = self._free(name)
        self._runs.sort(key=lambda each: not each.name)

    def remove(self, number: int) -> None:
        """Drop a run, and give its memory back."""
        for each in [run for run in self._runs if run.number == number]:
            self._runs.remove(each)
            each.session.release()

    def dismiss(self) -> bool:
        """Drop the run before the last edit; whether there was one."""
        numbers = [each.number for each in self._runs if not each.name]
        for number in numbers:
            self.remove(number)
        return bool(numbers)

    def clear(self) -> None:
        """Drop all of them, as for another document."""
        for each in self.facts:
            self.remove(each.number)

    def ghosts(self, name: str, layer_id: int | None, options: Mapping[str, str | int]) -> tuple[Ghost, ...]:
        """What the figure of that name shows of each run, where it shows anything."""
        kind = FIGURES[name]
        if kind.is_costly(options):
            return ()
        found = []
        for number, each in enumerate(self._runs):
            key = name, layer_id, tuple(sorted(options.items()))
            if key not in each.figures:
                each.figures[key] = self._figure(each.session, name, layer_id, options)
            figure = each.figures[key]
            if figure is not None:
                found.append(
                    Ghost(figure, each.name or BEFORE, "dotted" if each.name and number % 2 == 0 else "dashed")
                )
        return tuple(found)

    def _figure(
        self, session: Session, name: str, layer_id: int | None, options: Mapping[str, str | int]
    ) -> Figure | None:
        kind = FIGURES[name]
        if not records(session.recording, kind.needs(options)):
            return None
        stacks = session.experiment.stacks
        if layer_id and not any(layer_id == layer.id for stack in stacks for layer in walk(stack.layers)):
            return None
        try:
            with np.errstate(all="ignore"):
                figure = kind(session, layer_id, max_points=kind.live_points, **options)
        except InputError:  # a watch of a lane that the run did not have
            return None
        except Exception:
            log.exception("cannot make the figure %s of a former run", name)
            return None
        return figure if can_be_ghost(figure) else None

    @property
    def _named(self) -> int:
        """How many have a name; they come first."""
        return sum(bool(each.name) for each in self._runs)

    def _free(self, name: str) -> str:
        """The name, with a number behind it if another run has it."""
        taken = {each.name for each in self._runs} | {BEFORE}
        name = name.strip()[:60] or "run"
        return next(each for each in (name, *(f"{name} {k}" for k in range(2, 99))) if each not in taken)

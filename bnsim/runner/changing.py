"""What is done to a run's weights: multiplied by a gesture, undone, and told of where it ends with the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.session.changes import Changes, scaled_to, until, words
from bnsim.spec.numerals import count, counted

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session


class Changing:
    """Knows the last gesture, whose factors are one change. `notify(sentence)` tells the person something."""

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self._gesture: tuple[int, Changes] = (0, ())
        """Its number, and the changes before it."""

    def scale(self, session: Session, layers: tuple[int, ...], factor: float, gesture: int) -> bool:
        """Have the weights of these layers multiplied by a factor, in all by one gesture, from the next iteration on.

        True if what was known of the run is so no more. InputError if that cannot be.
        """
        at = session.next_iteration
        known = session.moment.tick == 0 or session.recorded[0] > at
        there = until(session.changes, at)
        number, before = self._gesture
        if number != gesture or there[: len(before)] != before:
            before = there
        self._gesture = gesture, before
        last = there[len(before)] if len(there) > len(before) else None
        session.changes = scaled_to(before, last, layers, factor, at)
        return known

    def undo(self, session: Session) -> None:
        """Go back to where the last change of the run was made, if that is behind, and undo it."""
        if not session.changes:
            self._notify("No weights were multiplied in this run.")
            return
        last, before = session.changes[-1], session.iteration
        session.changes = session.changes[:-1]
        back = f"; the run is back at iteration {count(session.iteration)}" if session.iteration != before else ""
        self._notify(f"Undone: {words(last, session.experiment.stacks)}{back}.")

    def say_end(self, session: Session, why: str) -> None:
        """Notify that what was done to weights ends with the run that it was done in; `why` is what ends that."""
        if session.changes:
            what = words(session.changes[-1], session.experiment.stacks)
            more = f", and {counted(len(session.changes) - 1, 'change')} before" if session.changes[1:] else ""
            self._notify(f"{why} starts the run anew; gone with the old one: {what}{more}.")

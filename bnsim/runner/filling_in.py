"""The past that was not recorded when it was run: replayed bit by bit, at first by a session that records more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.runner.updates import Filling
from bnsim.spec.errors import InputError

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

FILL_SECONDS = 0.012
"""How long the past is filled in at a stretch: short, so that an order is answered within a frame."""


class FillingIn:
    """`wanted`: whether what the session's history lacks is to be filled in.

    `successor` records more than the session, and takes over from it once its kernels are there; None if there is none.
    """

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self.wanted = True
        self.successor: Session | None = None

    def prepare(self, make: Callable[[], Session | None]) -> bool:
        """Make the session that is to take over; False if there is no room for two."""
        if self.successor is None:
            try:
                self.successor = make()
            except InputError:
                return False
            self.wanted = True
        return self.successor is not None

    def drop(self) -> None:
        """Have no successor any more."""
        successor, self.successor = self.successor, None
        if successor is not None:
            successor.release()

    def state(self, session: Session | None) -> Filling | None:
        """How things stand with the past of a session; None if nothing is missing."""
        if session is None:
            return None
        if self.successor is not None:
            return Filling(session.iteration, 0.0, under_way=True)
        return Filling(session.unfilled, session.filled_share, self.wanted) if session.unfilled else None

    def fill(self, session: Session) -> None:
        """Fill in some of the past of a session."""
        try:
            session.fill(FILL_SECONDS)
        except InputError as error:
            self.wanted = False
            self._notify(f"The past is not filled in. {error}", "problem")

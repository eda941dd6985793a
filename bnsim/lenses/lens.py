"""A lens is a question answered anew at every moment; an inquiry is one that takes a while and is answered once.

Both are frozen, hashable records that cross from the window to the runner; answers are frozen records that cross back,
with arrays nobody writes to any more. Nothing here changes a session but a `Change`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct

if TYPE_CHECKING:  # it brings the engine along, which a question does not need
    from bnsim.session.session import Session

GoOn = Callable[[float], bool]
"""Called with the fraction that is done, from 0 to 1; returns whether to go on."""


class Lens(Struct, frozen=True):
    """Base of all questions answered anew whenever the session has moved; each takes at most a few milliseconds.

    One that is `relaxed` is answered at rest, after the moment is painted, and now and then while the session plays:
    until then its answer is missing, or that of an earlier moment.
    """

    relaxed: ClassVar[bool] = False

    def answer(self, session: Session) -> Any:
        """The answer at this moment; None where there is nothing to see, as of a layer that is not there."""
        raise NotImplementedError


class Inquiry(Struct, frozen=True):
    """Base of all questions asked once, which may take seconds."""

    def inquire(self, session: Session, go_on: GoOn) -> Any:
        """The answer; None if `go_on` returned False."""
        raise NotImplementedError


class Change(Inquiry, frozen=True):
    """Base of inquiries that change the state a session has between two iterations; a replay makes the change again.

    `inquire` makes the change and says how to take it back; InputError, in a sentence, where it cannot be made.
    """

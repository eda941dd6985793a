"""From a session to what the window shows of it: cards, figures and answers, made in the worker's thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from bnsim.figures import FIGURES, Known
from bnsim.lenses.lens import Lens
from bnsim.plot.figure import Figure
from bnsim.session.frame import Frame
from bnsim.session.track import Track

log = logging.getLogger(__name__)

CARDS_SHARE = 0.1
CARDS_SECONDS = 0.125
"""While whole iterations fly by, cards and answers come no oftener and take at most this part of the time; the panels
follow at the full rate."""


class Publisher:
    """Makes what is wanted of a session, and keeps what need not be made anew.

    `layer_id` and `panels` say which layer the panels are about and which are wanted; `lenses` what the window asks.
    `say(sentence, kind)` tells the window.
    """

    def __init__(self, say: Callable[..., None]) -> None:
        self._say = say
        self._failed: set[type[Lens]] = set()
        self.layer_id: int | None = None
        self.panels: tuple[str, ...] = ()
        self.lenses: tuple[Lens, ...] = ()
        self._cards: Frame | None = None
        self._answers: dict[Lens, Any] = {}
        self._next_cards = 0.0
        self._known: Known | None = None
        self._track: Track | None = None
        self._track_of: tuple[int, int] = (0, 0)
        self._operations: Mapping[int, tuple[tuple[str, str], ...]] | None = None

    def forget(self) -> None:
        """The past may have been rewritten."""
        self._known = None
        self._track = None

    def forget_all(self) -> None:
        """The session is another one."""
        self.forget()
        self._cards = None
        self._answers = {}
        self._operations = None
        self._failed.clear()

    def figures(self, session: Any, *, flying: bool) -> dict[str, Figure]:
        """Those wanted, thinned to what can be seen."""
        kinds = [FIGURES[name] for name in self.panels]
        points = {kind.name: kind.fast_points if flying else kind.live_points for kind in kinds}
        return {name: self.figure(session, name, points[name]) for name in points}

    def figure(self, session: Any, name: str, max_points: int | None) -> Figure:
        """One figure; with all its points if `max_points` is None."""
        if self._known is None:
            self._known = Known()
        known = None if max_points is None else self._known
        return FIGURES[name](session, self.layer_id, max_points=max_points, known=known)

    def frame(self, session: Any, *, flying: bool) -> tuple[Frame, dict[Lens, Any]]:
        """The cards, and the answers to the lenses: of this moment, or while flying of one not long ago."""
        now = time.monotonic()
        if self._cards is None or not flying or now > self._next_cards:
            self._cards = session.frame()
            self._answers = {lens: self._answer(session, lens) for lens in self.lenses}
            done = time.monotonic()
            self._next_cards = now + max(CARDS_SECONDS, (done - now) / CARDS_SHARE)
        return self._cards, self._answers

    def _answer(self, session: Any, lens: Lens) -> Any:
        """A lens that fails must not keep the rest from being shown."""
        try:
            return lens.answer(session)
        except Exception as error:
            if type(lens) not in self._failed:
                self._failed.add(type(lens))
                log.exception("cannot look through %r", lens)
                self._say(f"Something went wrong in a view ({type(error).__name__}: {error}).", "problem")
            return None

    def track(self, session: Any) -> Track:
        """All that was recorded; the same object while nothing was added."""
        of = session.recorded
        if self._track is None or of != self._track_of:
            self._track, self._track_of = session.track(), of
        return self._track

    def operations(self, session: Any) -> Mapping[int, tuple[tuple[str, str], ...]]:
        """What each layer does, by its id; the same object for the same session."""
        if self._operations is None:
            self._operations = MappingProxyType(session.operations())
        return self._operations

"""Small figures for the gallery, made one at a time while the session has nothing better to do."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from bnsim.figures import FIGURES, FigureKind
from bnsim.plot.figure import Axis, Figure
from bnsim.runner.orders import SetPreviews
from bnsim.session.moment import Moment
from bnsim.session.recording import records
from bnsim.spec.giving_up import NotWantedError
from bnsim.spec.phrases import phrase

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

log = logging.getLogger(__name__)

POINTS = 100
"""Points along the x axis of a preview: about one for every two pixels."""
REST_SECONDS = 0.02
PLAYING_SECONDS = 0.3
"""Seconds between two previews, in which the window scrolls and the session plays."""
RECORDED_ONCE_OPEN = phrase("Open it to record what it shows; the past is filled in")


class Previews:
    """Which previews are wanted and which are of the present moment."""

    def __init__(self) -> None:
        self._wanted = SetPreviews(())
        self._made: dict[str, Moment] = {}
        self._failed: set[str] = set()
        self._next_at = 0.0

    def want(self, order: SetPreviews) -> None:
        """Set what is wanted. What was made stays, unless it was of another layer."""
        layers = order.layer_id, self._wanted.layer_id
        kept = self._made if layers[0] == layers[1] else {}
        self._made = {name: moment for name, moment in kept.items() if name in order.names}
        self._wanted = order

    @property
    def layer_id(self) -> int | None:
        """The layer that they are about, as it was asked for."""
        return self._wanted.layer_id

    def forget(self) -> None:
        """All of them are to be made anew, since the session or what it recorded is another one."""
        self._made.clear()
        self._failed.clear()

    def next(self, session: Session, *, moving: bool) -> str:
        """The name of what is to be made next, "" for nothing.

        While the session moves, costly ones wait; others are made anew when each of them is there.
        """
        names = [name for name in self._wanted.names if not (moving and FIGURES[name].costly)]
        missing = [name for name in names if name not in self._made]
        if missing:
            return missing[0]
        old = [name for name in names if self._made[name] != session.moment]
        return min(old, key=lambda name: self._made[name], default="")

    def until_due(self) -> float:
        """Seconds until the next one may be made."""
        return max(0.0, self._next_at - time.monotonic())

    def make(self, session: Session, name: str, *, moving: bool) -> Figure:
        """The figure, with few points; NotWantedError if it is given up."""
        kind, moment = FIGURES[name], session.moment
        try:
            figure = self._figure(session, kind)
        except NotWantedError:
            raise
        except Exception as error:
            if name not in self._failed:
                self._failed.add(name)
                log.error("cannot make the preview %s", name, exc_info=error)
            figure = _words(kind, phrase("Something went wrong in this figure."))
        self._made[name] = moment
        self._next_at = time.monotonic() + (PLAYING_SECONDS if moving else REST_SECONDS)
        return figure

    def _figure(self, session: Session, kind: FigureKind) -> Figure:
        if not records(session.recording, kind.needs({})):
            return _words(kind, RECORDED_ONCE_OPEN)
        return kind(session, self._wanted.layer_id if kind.about_layer else None, max_points=POINTS)


def _words(kind: FigureKind, verdict: str) -> Figure:
    return Figure(kind.name, kind.title, verdict, Axis(""), Axis(""))

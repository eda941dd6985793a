"""Makes from a session what the window shows of it: cards, answers, time line and figures, as immutable records."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from bnsim.figures import FIGURES, Known
from bnsim.figures.watch import WATCH
from bnsim.lenses.lens import Lens
from bnsim.plot.figure import Axis, Figure, same
from bnsim.runner.measuring import Measuring
from bnsim.runner.updates import Measurement, Update
from bnsim.session.frame import Frame, OperationName
from bnsim.session.recording import records
from bnsim.session.track import Track
from bnsim.session.watch_seen import WatchSeen
from bnsim.spec.giving_up import NotWantedError
from bnsim.spec.watches import Watch

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

log = logging.getLogger(__name__)

CARDS_SHARE = 0.1
CARDS_SECONDS = 0.125
"""While whole iterations go by fast, cards and answers are made at most once in so many seconds, and take at most this
share of the time; figures are made for every update."""
RELAXED_SECONDS = 0.5
"""While the session moves, relaxed lenses are answered at most once in so many seconds; at rest with the figures."""


class Snapshots:
    """Makes the records that are wanted, and keeps those that need not be made anew.

    `layer_id` and `wanted` say which layer the figures are about and which are wanted, `layers` has other layers by the
    names of figures that stay with one, `options` what is chosen of them by name, `lenses` what is to be answered,
    `watches` the numbers that are followed.
    `measuring` keeps the figures that take long.
    `notify(sentence, kind)` tells the person something.
    """

    def __init__(self, notify: Callable[..., None]) -> None:
        self._notify = notify
        self.layer_id: int | None = None
        self.layers: Mapping[str, int] = MappingProxyType({})
        self.wanted: tuple[str, ...] = ()
        self.options: Mapping[str, Mapping[str, str | int]] = MappingProxyType({})
        self.lenses: tuple[Lens, ...] = ()
        self.watches: tuple[Watch, ...] = ()
        self._failed: set[object] = set()
        """What has failed in this session and was reported: kinds of lenses, names of figures."""
        self._cards: Frame | None = None
        self._answers: Mapping[Lens, Any] = MappingProxyType({})
        self._watched: tuple[WatchSeen, ...] = ()
        self._next_cards = self._next_relaxed = 0.0
        self._known: Known | None = None
        self.measuring = Measuring(self._measured, self.about)
        self._made: dict[str, Figure] = {}
        """The figures as they were made last."""
        self._track: Track | None = None
        self._track_recorded: tuple[int, int] = (0, 0)
        self._operations: Mapping[int, tuple[OperationName, ...]] | None = None

    def forget_history(self) -> None:
        """Drop all that was made from records of the history, which may have changed."""
        self._known = None
        self.measuring.forget()
        self._made.clear()
        self._track = None

    def forget_rows(self) -> None:
        """Drop the rows read of the history, of which some may have been filled in."""
        self._known = None

    def forget_session(self) -> None:
        """Drop everything that was made from the session before."""
        self.forget_history()
        self._cards = None
        self._answers = MappingProxyType({})
        self._watched = ()
        self._operations = None
        self._failed.clear()

    def add_moment(self, update: Update, session: Session, *, fast: bool) -> Update:
        """The update with cards, answers, time line and operations of the present moment; `fast`: some reused."""
        frame, answers = self._frame(session, fast=fast, moving=update.playing)
        operations = self._operations_of(session)
        made = {"track": self.track(session), "changes": session.changes, "loaded": session.loaded}
        return replace(update, frame=frame, answers=answers, watches=self._watched, operations=operations, **made)

    def figures(self, session: Session, *, fast: bool, moving: bool) -> Mapping[str, Figure]:
        """The wanted figures by name, with no more points than can be seen; one that fails says so in its place.

        One that shows what the last one did is the same object, so that a panel need not draw it again. Costly ones
        are as they were measured last, which their verdict says unless that was here and now.
        """
        made = {}
        for kind in (FIGURES[name] for name in self.wanted):
            if not records(session.recording, kind.needs(self._options_of(kind.name))):
                continue  # a session that records it takes over soon
            if kind.is_costly(self._options_of(kind.name)):
                made[kind.name] = self.measuring.shown(session, kind.name, moving=moving)
                continue
            refined = self.measuring.here(session, kind.name) if kind.refined else None
            points = kind.fast_points if fast else kind.live_points
            made[kind.name] = refined if refined is not None else self._live_figure(session, kind.name, points)
        for name, before in self._made.items():
            if name in made and same(made[name], before):
                made[name] = before
        self._made = dict(made)
        return MappingProxyType(made)

    @property
    def costly(self) -> tuple[str, ...]:
        """Those of the wanted figures that take long."""
        return tuple(name for name in self.wanted if FIGURES[name].is_costly(self._options_of(name)))

    @property
    def refined(self) -> tuple[str, ...]:
        """Those of the wanted figures that are made in full once the session rests."""
        return tuple(name for name in self.wanted if FIGURES[name].refined and name not in self.costly)

    def measurements(self, session: Session, *, moving: bool) -> Mapping[str, Measurement]:
        """How things stand with the wanted figures that take long."""
        stand = self.measuring.measurement
        return MappingProxyType({name: stand(session, name, moving=moving) for name in self.costly})

    def _measured(self, session: Session, name: str) -> Figure:
        return self._live_figure(session, name, None if FIGURES[name].refined else FIGURES[name].live_points)

    def about(self, name: str) -> tuple[int | None, Mapping[str, str | int]]:
        """What a figure is about besides the moment: its layer and its options."""
        return self._layer_of(name), self._options_of(name)

    def _options_of(self, name: str) -> Mapping[str, str | int]:
        return self.options.get(name, {})

    def _layer_of(self, name: str) -> int | None:
        """The layer that a figure is about; None for the first that fits, and for one that is about whole lanes."""
        if not FIGURES[name].about_layer:
            return None
        return self.layers[name] or None if name in self.layers else self.layer_id

    def _live_figure(self, session: Session, name: str, max_points: int | None) -> Figure:
        try:
            return self.figure(session, name, max_points)
        except NotWantedError:
            raise
        except Exception as error:
            self._report(name, error, f"cannot make the figure {name}")
            self._known = None  # it may be half done
            return Figure(name, FIGURES[name].title, "Something went wrong in this figure.", Axis(""), Axis(""))

    def figure(self, session: Session, name: str, max_points: int | None) -> Figure:
        """One figure; with all its points if `max_points` is None."""
        if self._known is None:
            self._known = Known()
        known = None if max_points is None else self._known
        options = self._options_of(name)
        return FIGURES[name](session, self._layer_of(name), max_points=max_points, known=known, **options)

    def track(self, session: Session) -> Track:
        """The losses and stops of the recorded run; the same object while nothing was added."""
        recorded = session.recorded
        if self._track is None or recorded != self._track_recorded:
            self._track, self._track_recorded = session.track(), recorded
        return self._track

    def _frame(self, session: Session, *, fast: bool, moving: bool) -> tuple[Frame, Mapping[Lens, Any]]:
        now = time.monotonic()
        if self._cards is None or not fast or now > self._next_cards:
            self._cards = session.frame()
            self._answers = MappingProxyType(self._all_answers(session, moving=moving))
            self._watched = self._seen(session)
            done = time.monotonic()
            self._next_cards = now + max(CARDS_SECONDS, (done - now) / CARDS_SHARE)
        return self._cards, self._answers

    def answer_relaxed(self, session: Session) -> Mapping[Lens, Any] | None:
        """All answers, those of relaxed lenses made now; None if these are what they were."""
        relaxed = {lens: self._answer(session, lens) for lens in self.lenses if lens.relaxed}
        if all(lens in self._answers and self._answers[lens] == answer for lens, answer in relaxed.items()):
            return None
        self._answers = MappingProxyType({**self._answers, **relaxed})
        return self._answers

    def _seen(self, session: Session) -> tuple[WatchSeen, ...]:
        """The watches at this moment; where that fails, it is logged and none is shown."""
        drawn = [str(value) for name in self.wanted for value in self._options_of(name).values() if name == WATCH]
        session.watches.follow((*(each.expression for each in self.watches), *drawn))
        try:
            return tuple(session.watches.seen(each.expression) for each in self.watches)
        except Exception as error:
            self._report(Watch, error, "cannot watch")
            return ()

    def _all_answers(self, session: Session, *, moving: bool) -> dict[Lens, Any]:
        """The answers of all lenses; those of relaxed ones are as they were, but for now and then while it moves."""
        now = time.monotonic()
        stay = not moving or now < self._next_relaxed
        if not stay:
            self._next_relaxed = now + RELAXED_SECONDS
        kept = {lens: answer for lens, answer in self._answers.items() if lens.relaxed and lens in self.lenses}
        asked = [lens for lens in self.lenses if not (stay and lens.relaxed)]
        return kept | {lens: self._answer(session, lens) for lens in asked}

    def _answer(self, session: Session, lens: Lens) -> Any:
        """The answer of a lens; one that fails is logged and does not keep the rest from being shown."""
        try:
            with np.errstate(all="ignore"):  # squares of what explodes overflow
                return lens.answer(session)
        except Exception as error:
            self._report(type(lens), error, f"cannot look through {lens!r}")
            return None

    def _report(self, failed: object, error: Exception, words: str) -> None:
        """Log a failure and tell the person of it, of each that failed once in a session."""
        if failed not in self._failed:
            self._failed.add(failed)
            log.error(words, exc_info=error)
            where = "a figure" if isinstance(failed, str) else "a view"
            self._notify(f"Something went wrong in {where} ({type(error).__name__}: {error}).", "problem")

    def _operations_of(self, session: Session) -> Mapping[int, tuple[OperationName, ...]]:
        """The operations of the session's layers; the same object for the same session."""
        if self._operations is None:
            self._operations = MappingProxyType(session.operations())
        return self._operations

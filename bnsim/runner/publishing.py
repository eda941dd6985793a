"""Publishes moments of the session: an update, its figures once that is painted, then what takes longer."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.plot.ghosts import Ghost
from bnsim.runner.exchange import Exchange
from bnsim.runner.filling_in import FILL_SECONDS
from bnsim.runner.former_runs import FormerRuns
from bnsim.runner.playback import Playback
from bnsim.runner.previews import Previews
from bnsim.runner.snapshots import Snapshots
from bnsim.runner.updates import Figures, Preview, Update
from bnsim.spec.errors import InputError
from bnsim.spec.giving_up import NotWantedError, giving_up

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

FRAME_SECONDS = 0.016
"""While it plays, updates are made no more often than this."""
LIGHT_SECONDS = 0.02
SHOWING_SHARE = 0.1
"""What an update takes, to be made and to be painted, beyond the first, is at most the second of the time while it
plays at full speed: many panels of deep stacks are shown less often, and the lanes keep their speed."""
RAREST_SECONDS = 0.4
"""However much it takes, an update is made this often."""
PUBLISH_SECONDS = 0.033
"""While orders come faster than updates are made, one is made at least this often."""
FIGURES_SECONDS = 0.1
"""While orders come faster than figures are made, those of one moment are made this often."""
PAINT_SECONDS = 0.03
"""Figures wait at most so long until the window has painted the moment that they are of."""
BEHIND_SECONDS = 0.02
"""A window that has not taken an update for so long is behind."""
FILLED_SECONDS = 0.2
"""Seconds between two showings of the figures while the past is filled in."""


class Publishing:
    """Makes what the window shows of the session, and publishes it when the window has time for it.

    `about` has the fields of every update that are about the experiment, whatever the session does; `last_order` is
    the number of the last order that is done.
    """

    def __init__(
        self, exchange: Exchange, playback: Playback, snapshots: Snapshots, previews: Previews, former: FormerRuns
    ) -> None:
        self._exchange = exchange
        self._playback = playback
        self._snapshots = snapshots
        self._previews = previews
        self._former = former
        self.about = self._update = Update()
        self.last_order = 0
        self.pending_figures = False
        """Whether the figures of the moment published last are still to be made."""
        self.pending_costly: Figures | None = None
        """The figures published last, if costly ones of them are still to be measured."""
        self._unwatched: Session | None = None
        """A session for which there was no memory to replay the past of watches."""
        self._published_at = self._figures_at = -math.inf
        self._publish_took = 0.0

    # What was made of a session before

    def forget_history(self) -> None:
        """Drop all that was made from records of the history, which may have changed."""
        self._snapshots.forget_history()
        self._previews.forget()

    def forget_session(self) -> None:
        """Drop everything that was made from the session before."""
        self._snapshots.forget_session()
        self._previews.forget()

    def drop_pending(self) -> None:
        """Make nothing more of the moment published last: an order comes, and another moment after it."""
        self.pending_figures, self.pending_costly = False, None

    # When

    @property
    def pending(self) -> bool:
        """Whether something is still to be made of the present moment."""
        pending = self.pending_figures or self.pending_costly is not None
        return pending or self.watches_lack or bool(self.next_preview)

    @property
    def age(self) -> float:
        """Seconds since the last moment was published."""
        return time.monotonic() - self._published_at

    @property
    def overdue(self) -> bool:
        """Whether an update is to be made though more orders wait."""
        return self.age > PUBLISH_SECONDS

    @property
    def window_behind(self) -> bool:
        """Whether the window has had no time for the last update."""
        return not self._exchange.taken and self.age > BEHIND_SECONDS

    @property
    def update_due(self) -> bool:
        """Whether the next update of a session that plays is to be made."""
        return self._exchange.taken and self.age > self._least_age

    @property
    def _least_age(self) -> float:
        """Seconds from one update to the next while it plays."""
        takes = self._publish_took + self._exchange.painting_took
        heavy = (takes - LIGHT_SECONDS) / SHOWING_SHARE if self._playback.fast else 0.0
        # Where an update costs more than iterations, it gets half of the time.
        return max(FRAME_SECONDS, min(self._publish_took, PUBLISH_SECONDS), min(heavy, RAREST_SECONDS))

    @property
    def until_figures(self) -> float:
        """Seconds that pending figures wait at most."""
        return max(0.0, PAINT_SECONDS - self.age)

    @property
    def figures_due(self) -> bool:
        """Whether to make pending figures: not before the window has painted, since until then it needs the GIL.

        Where orders wait, the figures would be of a moment gone by, unless none were made for a while.
        """
        if not self.pending_figures:
            return False
        if self._exchange.orders_waiting:
            return time.monotonic() - self._figures_at > FIGURES_SECONDS
        return self._exchange.shown or not self.until_figures

    @property
    def watches_lack(self) -> bool:
        """Whether the past of watches is to be filled in; not while it plays, nor after there was no memory for it."""
        session, playback = self._playback.session, self._playback
        if session is None or session is self._unwatched or playback.is_playing() or playback.activity:
            return False
        return session.watches.lacks

    @property
    def next_preview(self) -> str:
        """The name of the preview that is to be made next, "" for none."""
        session = self._playback.session
        return "" if session is None else self._previews.next(session, moving=self._playback.is_playing())

    @property
    def until_preview(self) -> float:
        """Seconds until the next preview is to be made, infinite if there is none."""
        return self._previews.until_due() if self.next_preview else math.inf

    @property
    def preview_due(self) -> bool:
        """Whether a preview is to be made now."""
        return not self.until_preview

    def until_measured(self, session: Session | None) -> int | None:
        """Updates until a costly figure is to be measured while the session plays; None if none is."""
        return None if session is None else self._snapshots.measuring.until_due(session, self._snapshots.costly)

    # What

    def publish(self, *, figures: bool = True) -> None:
        """Publish the present moment. Its figures follow once it is painted; while the session moves, at once.

        Without `figures` they are left out: another moment follows soon.
        """
        playback, session = self._playback, self._playback.session
        started, fast = time.monotonic(), playback.fast
        moving = playback.is_playing() or bool(playback.activity)
        update = replace(
            self.about,
            hits=playback.hits,
            playing=moving,
            reverse=playback.reverse,
            fast=fast,
            activity=playback.activity,
            last_order=self.last_order,
            former=self._former.facts,
        )
        made = None
        if session is not None:
            update = self._snapshots.add_moment(update, session, fast=fast)
            if moving and figures:
                made = self._figures(session, fast=fast, moving=True)
        self._update = update
        self._exchange.publish(update, made)
        self.pending_costly = None
        self.pending_figures = figures and session is not None and not moving
        self._published_at = time.monotonic()
        self._publish_took = self._published_at - started

    def report_making(self, share: float) -> None:
        """Publish how much of a session is made."""
        self._exchange.publish(replace(self.about, preparing=True, prepared=share))
        self._published_at = time.monotonic()

    def publish_figures(self) -> None:
        """Publish the figures of the moment published last, and the answers that could wait."""
        self.pending_figures = False
        session = self._playback.session
        if session is not None:
            answers = self._snapshots.answer_relaxed(session)
            if answers is not None:
                self._update = replace(self._update, answers=answers)
                self._exchange.publish(self._update)
            made = self._figures(session, fast=False, moving=False)
            self._exchange.publish_figures(made)
            self.pending_costly = made if self._due(session) else None

    def measure(self) -> None:
        """Measure one of the costly figures and publish it with the others; given up as soon as an order waits."""
        before, self.pending_costly = self.pending_costly, None
        session = self._playback.session
        names = () if session is None else self._due(session)
        if session is None or before is None or not names or not self._measured(session, names[0]):
            return
        made = self._figures(session, fast=False, moving=False, before=before)
        self._exchange.publish_figures(made)
        self.pending_costly = made if names[1:] else None

    def measure_while_it_plays(self, session: Session) -> bool:
        """Measure what is due now, if anything is: the moment is shown first, the run goes on after it."""
        names = self._due(session, moving=True)
        if names:
            self.publish()
            for name in names:
                if not self._measured(session, name):
                    return True
            self.publish()
        return bool(names)

    def fill_in(self) -> None:
        """Fill in some of the past, and show now and then what is there by now."""
        playback = self._playback
        if playback.fill():  # another session stands where the one before stood
            self.forget_session()
            self.publish()
            return
        ended = not playback.goes_on_filling
        late = time.monotonic() - self._figures_at > FILLED_SECONDS
        if not playback.prepares and playback.session is not None and (ended or (late and self._exchange.taken)):
            self._snapshots.forget_rows()
            if not playback.is_playing():
                self.publish_figures()

    def fill_watches(self) -> None:
        """Replay some of the past of watches, and show now and then what is there by now."""
        session = self._playback.session
        assert session is not None
        try:
            session.watches.fill(FILL_SECONDS)
        except InputError as error:
            self._unwatched = session
            self._exchange.notify(f"The past of watches is not replayed: {error}", "problem")
        if not session.watches.lacks or (self.age > FILLED_SECONDS and self._exchange.taken):
            self.publish()

    def show_preview(self) -> None:
        """Make one preview and publish it; a costly one is given up as soon as an order waits."""
        session, name = self._playback.session, self.next_preview
        assert session is not None
        try:
            with giving_up(self._nothing_waits):
                figure = self._previews.make(session, name, moving=self._playback.is_playing())
        except NotWantedError:
            return
        self._exchange.show_preview(Preview(self.about.experiment, name, self._previews.layer_id, figure))

    def _nothing_waits(self) -> bool:
        return not self._exchange.orders_waiting and not self._exchange.closing

    def _measured(self, session: Session, name: str) -> bool:
        """Measure a figure that takes long; False if an order waits, for which that is given up."""
        try:
            self._snapshots.measuring.measure(session, name, self._nothing_waits)
        except NotWantedError:
            return False
        return True

    def _due(self, session: Session, *, moving: bool = False) -> tuple[str, ...]:
        names = self._snapshots.costly if moving else (*self._snapshots.refined, *self._snapshots.costly)
        return self._snapshots.measuring.due(session, names, moving=moving)

    def _figures(self, session: Session, *, fast: bool, moving: bool, before: Figures | None = None) -> Figures:
        """The wanted figures; only those that take long are new if `before` has the others of this moment."""
        snapshots = self._snapshots
        if before is None:
            self._figures_at = time.monotonic()
            made = snapshots.figures(session, fast=fast, moving=moving)
        else:
            measuring = snapshots.measuring
            costly = {name: measuring.shown(session, name, moving=moving) for name in snapshots.costly}
            refined = {name: full for name in snapshots.refined if (full := measuring.here(session, name)) is not None}
            made = MappingProxyType({**before.by_name, **costly, **refined})
        stand = snapshots.measurements(session, moving=moving)
        return Figures(
            self.about.experiment,
            made,
            fast,
            updates=session.iteration,
            iteration=session.moment.iteration,
            measurements=stand,
            filling=self._playback.filling,
            former=self._former_of(made),
        )

    def _former_of(self, names: Iterable[str]) -> Mapping[str, tuple[Ghost, ...]]:
        """What former runs show behind these figures."""
        if not self._former.facts:
            return MappingProxyType({})
        snapshots = self._snapshots
        ghosts = {name: self._former.ghosts(name, *snapshots.about(name)) for name in names}
        return MappingProxyType({name: found for name, found in ghosts.items() if found})

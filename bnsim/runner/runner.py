"""One thread that owns the session; nothing mutable crosses it.

While the session plays, the next update is made only once the window has taken the last. So the window answers
within a frame whatever the engine does, and the engine hardly ever waits for the window.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.lenses.lens import Inquiry
from bnsim.plot.ghosts import with_ghost
from bnsim.runner.data import DataReader, located, read_file, refuse_unasked
from bnsim.runner.exchange import Exchange
from bnsim.runner.export import FigureWriter
from bnsim.runner.orders import (
    Ask,
    Export,
    FillIn,
    Measure,
    Order,
    Pause,
    Play,
    ReadData,
    Reset,
    Return,
    RunToBreakpoint,
    RunToLayer,
    Seek,
    SetBreakpoints,
    SetExperiment,
    SetFigures,
    SetLenses,
    SetPreviews,
    Step,
    StopMeasuring,
)
from bnsim.runner.playback import Playback
from bnsim.runner.previews import Previews
from bnsim.runner.runnable import left_out, problem_of, problems_of, runnable, same_numbers
from bnsim.runner.snapshots import Snapshots
from bnsim.runner.updates import Figures, Found, Output, Preview, Update
from bnsim.session.moment import Moment
from bnsim.spec.errors import InputError, readable
from bnsim.spec.giving_up import NotWantedError, giving_up

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session
    from bnsim.spec.experiment import Experiment

log = logging.getLogger(__name__)

FRAME_SECONDS = 0.016
"""While it plays, updates are made no more often than this."""
LIGHT_SECONDS = 0.02
SHOWING_SHARE = 0.1
"""What an update takes, to be made and to be painted, beyond the first, is at most the second of the time while it
plays at full speed: many panels of deep stacks are shown less often, and the lanes keep their speed."""
PUBLISH_SECONDS = 0.033
"""While orders come faster than updates are made, one is made at least this often."""
FIGURES_SECONDS = 0.1
"""While orders come faster than figures are made, those of one moment are made this often."""
RAREST_SECONDS = 0.4
"""However much it takes, an update is made this often."""
PAINT_SECONDS = 0.03
"""Figures wait at most so long until the window has painted the moment that they are of."""
BEHIND_SECONDS = 0.02
MAKE_WAY_SECONDS = 0.004
"""On few cores the engine can starve the window of time: where an update is not taken for as long as the first, the
engine pauses for as long as the second at a time."""
POLL_SECONDS = 0.1
"""Seconds between two checks whether the kernels are compiled."""
FILLED_SECONDS = 0.2
"""Seconds between two showings of the figures while the past is filled in."""
PREPARE_SECONDS = 0.02
"""Seconds between two checks whether the kernels are there that record more."""
PROGRESS_SECONDS = 0.1
"""Seconds between two reports of how much of a session is made."""
CLOSE_SECONDS = 0.5
"""How long closing waits for what cannot be given up, such as reading a large file; the thread then ends by itself."""


class Runner:
    """Runs sessions in a thread of its own: orders go in by `give`, updates come out by `take`.

    `on_output` is called, in the runner's threads, when there is something to take. The other methods are for the
    window's thread; all but `close` return at once.
    """

    def __init__(self, on_output: Callable[[], None], name: str = "bnsim-runner") -> None:
        self._exchange = exchange = Exchange(on_output)
        self._writer = FigureWriter(exchange.notify)
        self._playback = Playback(exchange.notify, lambda: exchange.interrupted, self._go_on_making)
        self._snapshots = Snapshots(exchange.notify)
        self._previews = Previews()
        self._data = DataReader()
        self._about = Update()
        """The fields of every update that are about the experiment, whatever the session does."""
        self._last_order = 0
        """The number of the last order that is done."""
        self._refused: Experiment | None = None
        """What there was no memory for."""
        self._pending_figures = False
        """Whether the figures of the moment published last are still to be made."""
        self._pending_costly: Figures | None = None
        """The figures published last, if costly ones of them are still to be measured."""
        self._published_at = self._figures_at = -math.inf
        self._publish_took = 0.0
        self._compiling = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    # For the window's thread

    def give(self, order: Order) -> int:
        """Queue an order and return its number; it is done once `Update.last_order` has reached that."""
        return self._exchange.give(order)

    def take(self) -> Output:
        """Everything new since the last call."""
        return self._exchange.take()

    def painted(self) -> None:
        """Report that what was taken is on the screen; figures wait for it, for a short time."""
        self._exchange.painted()

    @property
    def busy(self) -> bool:
        """Whether an order is not done or the session plays, so that something new may come any moment."""
        return self._exchange.busy

    @property
    def busy_in_background(self) -> bool:
        """Whether something slow may still report: kernels being compiled, a figure being written."""
        return self._writer.busy or self._compiling

    @property
    def session(self) -> Session | None:
        """The runner's session; for tests, while the runner is not `busy`."""
        return self._playback.session

    def close(self) -> None:
        """Give up what is under way and end the thread."""
        self._exchange.close()
        self._thread.join(CLOSE_SECONDS)
        self._writer.close()

    # In the thread

    def _run(self) -> None:
        while not self._exchange.closing:
            if not self._guarded(self._turn):
                # Nothing is under way after a failure: who waits for the order need not wait for ever.
                self._exchange.finish(moving=False)
                time.sleep(POLL_SECONDS)  # what fails each time must not take a whole core
        self._guarded(self._playback.close)

    def _turn(self) -> None:
        """Carry out the next order, or do what needs none. What it does is guarded, so that each part has its turn."""
        exchange, playback = self._exchange, self._playback
        if self._pending_figures and self._figures_due():
            self._guarded(self._publish_figures)
            # There may be nothing left to do: else it would seem busy until the window takes the figures.
            exchange.finish(moving=self._goes_on)
        order = exchange.next_order(self._patience())
        if order is not None:
            self._pending_figures, self._pending_costly = False, None
            self._guarded(partial(self._carry_out, order))
            self._last_order = exchange.last_order
            if not exchange.orders_waiting or self._age > PUBLISH_SECONDS:
                self._guarded(self._publish)
        elif not exchange.closing and not self._pending_figures and not self._guarded(self._go_on):
            self._guarded(self._publish)
        if self._pending_costly is not None and not exchange.orders_waiting:
            self._guarded(partial(self._measure, self._pending_costly))
        elif order is None and self._next_preview and not exchange.orders_waiting and not self._previews.until_due():
            self._guarded(self._show_preview)
        if order is None and playback.goes_on_filling and not exchange.orders_waiting:
            self._guarded(self._fill_in)
        self._compiling = playback.compiling
        exchange.finish(moving=self._goes_on)

    @property
    def _goes_on(self) -> bool:
        """Whether something new comes without an order."""
        pending = self._pending_figures or self._pending_costly is not None or self._playback.goes_on_filling
        return self._playback.is_playing() or pending or bool(self._next_preview)

    def _guarded(self, work: Callable[[], None]) -> bool:
        """True if `work` succeeded. A failure becomes a notice, and the thread lives on."""
        try:
            work()
            return True
        except InputError as error:
            self._exchange.notify(str(error), "problem")
        except Exception as error:
            log.exception("the runner failed")
            what = f"{type(error).__name__}: {readable(str(error))}"
            self._exchange.notify(f"Something went wrong while computing ({what}); press Reset.", "problem")
        try:
            self._playback.rest()
        except Exception:
            log.exception("the runner failed to rest, too")
        return False

    def _patience(self) -> float | None:
        """Seconds to wait for an order before doing something without one; None for no limit."""
        if self._pending_figures:
            return max(0.0, PAINT_SECONDS - self._age)
        if self._pending_costly is not None:
            return 0.0
        if self._playback.is_playing():
            due = MAKE_WAY_SECONDS if self._window_behind else self._playback.until_due()
            return min(due, self._previews.until_due()) if self._next_preview else due
        if self._playback.prepares:
            return PREPARE_SECONDS
        if self._playback.goes_on_filling:
            return 0.0
        if self._next_preview:
            return self._previews.until_due()
        # Also once it has just ended, which is to be told.
        return POLL_SECONDS if self._compiling or self._playback.compiling else None

    @property
    def _age(self) -> float:
        """Seconds since the last moment was published."""
        return time.monotonic() - self._published_at

    @property
    def _window_behind(self) -> bool:
        return not self._exchange.taken and self._age > BEHIND_SECONDS

    def _go_on(self) -> None:
        """Do what needs no order: play, and switch to the compiled kernels."""
        playback, session = self._playback, self._playback.session
        if session is not None and playback.compiling and session.poll():
            self._snapshots.forget_history()
            self._previews.forget()
            self._publish()
        if playback.report_kernels():
            self._publish()
        if not playback.is_playing():
            return
        if session is not None and not playback.activity and self._measure_while_it_plays(session):
            return
        if not self._window_behind:
            playback.at_most = self._until_measured(session)
            playback.advance()
            playback.report_stop()
            if not playback.is_playing():  # it stopped by itself: that must be seen, whatever is due
                self._publish()
                return
        if self._exchange.taken and self._age > self._least_age:
            self._publish()

    @property
    def _least_age(self) -> float:
        """Seconds from one update to the next while it plays."""
        takes = self._publish_took + self._exchange.painting_took
        heavy = (takes - LIGHT_SECONDS) / SHOWING_SHARE if self._playback.fast else 0.0
        # Where an update costs more than iterations, it gets half of the time.
        return max(FRAME_SECONDS, min(self._publish_took, PUBLISH_SECONDS), min(heavy, RAREST_SECONDS))

    # Orders

    def _carry_out(self, order: Order) -> None:
        playback, snapshots = self._playback, self._snapshots
        if order.rewrites_history:
            snapshots.forget_history()
            self._previews.forget()
        match order:
            case SetExperiment():
                self._set_experiment(order)
            case Step():
                playback.step(order.size, back=order.back)
            case Play():
                playback.play(order.pace, reverse=order.reverse)
            case Pause():
                playback.rest()
            case Seek():
                self._follow(playback.seek(order.iteration))
            case Return():
                playback.return_to(Moment(order.iteration, order.tick))
            case Reset():
                if self._refused is not None:
                    self._try_again()
                playback.reset()
            case RunToBreakpoint():
                self._follow(playback.run_to_breakpoint(reverse=order.reverse))
            case RunToLayer():
                playback.run_to_layer(order.layer_id, reverse=order.reverse)
            case SetBreakpoints():
                if playback.set_breakpoints(order.breakpoints):
                    snapshots.forget_session()
                    self._previews.forget()
            case SetFigures():
                snapshots.wanted, snapshots.layer_id, snapshots.options = order.names, order.layer_id, order.options
                snapshots.layers, snapshots.measuring.every = order.layers, order.every
                chosen = ((FIGURES[name], order.options.get(name, {})) for name in order.names)
                needed = [record for kind, options in chosen for record in kind.needs(options)]
                if playback.show_records(needed, beside=True):
                    snapshots.forget_session()
                    self._previews.forget()
            case FillIn():
                playback.fills = order.wanted
            case SetPreviews():
                self._previews.want(order)
            case Measure():
                snapshots.measuring.ask(order.name)
            case StopMeasuring():
                if playback.session is not None:
                    snapshots.measuring.decline(playback.session, snapshots.costly)
            case SetLenses():
                snapshots.lenses = order.lenses
            case Ask():
                self._answer(order.inquiry)
            case ReadData():
                self._exchange.report_read(read_file(order.data, order.folder))
            case Export():
                self._export(order)
        playback.report_stop()

    def _follow(self, parts: Iterator[bool]) -> None:
        """Run an order that is done in parts, and publish moments worth showing, until a newer order waits."""
        for worth_showing in parts:
            if worth_showing:
                self._publish(figures=False)
            if self._exchange.newer_seek_waiting:
                break

    def _set_experiment(self, order: SetExperiment) -> None:
        self._snapshots.forget_session()
        self._previews.forget()
        experiment = order.experiment
        try:
            refuse_unasked(experiment.data, may_read=order.may_read)
            with giving_up(lambda: not self._exchange.newer_experiment_waiting):
                data = self._data.read(experiment.data, order.folder)
            problems = problems_of(experiment, data.shape)
        except NotWantedError:
            return
        except InputError as error:
            data, problems = None, problems_of(experiment, error)
        self._about = Update(experiment, problems, left_out(experiment, problems), data=data)
        there = located(experiment.data, order.folder) if order.may_read else experiment.data
        rest = runnable(replace(experiment, data=there), problems)
        session = self._playback.session
        if not order.restart and rest and session is not None and same_numbers(session.experiment, rest):
            session.experiment = rest
            for lane in session.lanes:
                lane.stack = rest.stack(lane.stack.id)
            return
        if rest is not None:  # making a session may take a while
            self._report_making(0.0)
        self._start(rest)

    def _start(self, rest: Experiment | None) -> None:
        """Make the session; where there is no memory for it that is a problem like others, and Reset tries again."""
        self._refused = None
        try:
            self._playback.start(rest)
        except InputError as error:
            self._refused = rest
            about = self._about
            assert about.experiment is not None
            names = tuple(stack.name for stack in about.experiment.stacks)
            self._about = replace(about, problems=(*about.problems, problem_of(error)), left_out=names)

    def _try_again(self) -> None:
        """Make the session that there was no memory for."""
        problems = tuple(each for each in self._about.problems[:-1])
        experiment = self._about.experiment
        assert experiment is not None
        self._about = replace(self._about, problems=problems, left_out=left_out(experiment, problems))
        self._start(self._refused)

    def _go_on_making(self, share: float) -> bool:
        """Report how much of the session is made, now and then; False if it is not wanted any more."""
        if time.monotonic() - self._published_at > PROGRESS_SECONDS:
            self._report_making(share)
        return not self._exchange.newer_experiment_waiting

    def _report_making(self, share: float) -> None:
        self._exchange.publish(replace(self._about, preparing=True, prepared=share))
        self._published_at = time.monotonic()

    def _answer(self, inquiry: Inquiry) -> None:
        exchange, session = self._exchange, self._playback.session
        self._playback.rest()
        answer = None

        def go_on(share: float) -> bool:
            exchange.report(Found(inquiry, share))
            return not exchange.orders_waiting and not exchange.closing

        go_on(0.0)
        try:
            if session is not None:
                answer = inquiry.inquire(session, go_on)
        finally:
            exchange.report(Found(inquiry, 1.0, ended=True, answer=answer))

    def _export(self, order: Export) -> None:
        figure, session = order.figure, self._playback.session
        if figure is None:
            if session is None:
                self._exchange.notify("There is nothing to export: no stack can run.", "problem")
                return
            figure = self._snapshots.figure(session, order.name, None)
            figure = figure if order.ghost is None else with_ghost(figure, order.ghost)
        self._writer.write(figure, order.path, order.options)

    # Moments

    def _publish(self, *, figures: bool = True) -> None:
        """Publish the present moment. Its figures follow once it is painted; while the session moves, at once.

        Without `figures` they are left out: another moment follows soon.
        """
        playback, session = self._playback, self._playback.session
        started, fast = time.monotonic(), playback.fast
        moving = playback.is_playing() or bool(playback.activity)
        update = replace(
            self._about,
            hits=playback.hits,
            playing=moving,
            reverse=playback.reverse,
            fast=fast,
            activity=playback.activity,
            last_order=self._last_order,
        )
        made = None
        if session is not None:
            update = self._snapshots.add_moment(update, session, fast=fast)
            if moving:
                made = self._figures(session, fast=fast, moving=True)
        self._exchange.publish(update, made)
        self._pending_costly = None
        self._pending_figures = figures and session is not None and not moving
        self._published_at = time.monotonic()
        self._publish_took = self._published_at - started

    def _figures_due(self) -> bool:
        """Whether to make the figures: not before the window has painted, since until then it needs the GIL.

        Where orders wait, the figures would be of a moment gone by, unless none were made for a while.
        """
        if self._exchange.orders_waiting:
            return time.monotonic() - self._figures_at > FIGURES_SECONDS
        return self._exchange.shown or self._age >= PAINT_SECONDS

    def _publish_figures(self) -> None:
        self._pending_figures = False
        session = self._playback.session
        if session is not None:
            made = self._figures(session, fast=False, moving=False)
            self._exchange.publish_figures(made)
            self._pending_costly = made if self._due(session) else None

    def _measure(self, before: Figures) -> None:
        """Measure one of the costly figures and publish it with the others; given up as soon as an order waits."""
        self._pending_costly = None
        exchange, session = self._exchange, self._playback.session
        names = () if session is None else self._due(session)
        if session is None or not names:
            return
        if not self._measured(session, names[0]):
            return
        made = self._figures(session, fast=False, moving=False, before=before)
        exchange.publish_figures(made)
        self._pending_costly = made if names[1:] else None

    def _fill_in(self) -> None:
        """Fill in some of the past, and show now and then what is there by now."""
        playback = self._playback
        if playback.fill():  # another session stands where the one before stood
            self._snapshots.forget_session()
            self._previews.forget()
            self._publish()
            return
        ended = not playback.goes_on_filling
        late = time.monotonic() - self._figures_at > FILLED_SECONDS
        if not playback.prepares and playback.session is not None and (ended or (late and self._exchange.taken)):
            self._snapshots.forget_rows()
            if not playback.is_playing():
                self._publish_figures()

    @property
    def _next_preview(self) -> str:
        """The name of the preview that is to be made next, "" for none."""
        playback = self._playback
        session = playback.session
        return "" if session is None else self._previews.next(session, moving=playback.is_playing())

    def _show_preview(self) -> None:
        """Make one preview and publish it; a costly one is given up as soon as an order waits."""
        exchange, session, name = self._exchange, self._playback.session, self._next_preview
        assert session is not None
        try:
            with giving_up(lambda: not exchange.orders_waiting and not exchange.closing):
                figure = self._previews.make(session, name, moving=self._playback.is_playing())
        except NotWantedError:
            return
        exchange.show_preview(Preview(self._about.experiment, name, self._previews.layer_id, figure))

    def _measure_while_it_plays(self, session: Session) -> bool:
        """Measure what is due now, if anything is: the moment is shown first, the run goes on after it."""
        names = self._due(session, moving=True)
        if names:
            self._publish()
            for name in names:
                if not self._measured(session, name):
                    return True
            self._publish()
        return bool(names)

    def _measured(self, session: Session, name: str) -> bool:
        """Measure a figure that takes long; False if an order waits, for which that is given up."""
        exchange = self._exchange
        try:
            self._snapshots.measuring.measure(
                session, name, lambda: not exchange.orders_waiting and not exchange.closing
            )
        except NotWantedError:
            return False
        return True

    def _due(self, session: Session, *, moving: bool = False) -> tuple[str, ...]:
        names = self._snapshots.costly if moving else (*self._snapshots.refined, *self._snapshots.costly)
        return self._snapshots.measuring.due(session, names, moving=moving)

    def _until_measured(self, session: Session | None) -> int | None:
        return None if session is None else self._snapshots.measuring.until_due(session, self._snapshots.costly)

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
            self._about.experiment,
            made,
            fast,
            updates=session.iteration,
            iteration=session.moment.iteration,
            measurements=stand,
            filling=self._playback.filling,
        )

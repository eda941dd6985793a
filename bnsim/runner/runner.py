"""One thread that owns the session; nothing mutable crosses it.

While the session plays, the next update is made only once the window has taken the last. So the window answers
within a frame whatever the engine does, and the engine hardly ever waits for the window.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.figures import FIGURES
from bnsim.lenses.lens import Inquiry
from bnsim.plot.figure import Figure
from bnsim.plot.ghosts import Ghost, with_ghosts
from bnsim.runner.data import DataReader, located, read_file, refuse_unasked
from bnsim.runner.exchange import Exchange
from bnsim.runner.export import FileWriter
from bnsim.runner.former_runs import FormerRuns
from bnsim.runner.orders import (
    Ask,
    Collect,
    CompareBefore,
    DrawFigure,
    FillIn,
    GoBehind,
    GoToOperation,
    KeepRun,
    LoadWeights,
    Measure,
    Order,
    Pause,
    Play,
    ReadData,
    ReadRun,
    RemoveRun,
    RenameRun,
    Reset,
    Return,
    RunToBreakpoint,
    RunToLayer,
    SaveRun,
    SaveWeights,
    ScaleWeights,
    Seek,
    SetBreakpoints,
    SetExperiment,
    SetFigures,
    SetLenses,
    SetPreviews,
    SetWatches,
    Step,
    StepToLandmark,
    StopMeasuring,
    TellPast,
    UndoChange,
    WritePyTorch,
)
from bnsim.runner.playback import Playback
from bnsim.runner.previews import Previews
from bnsim.runner.publishing import Publishing
from bnsim.runner.run_files import RunFiles
from bnsim.runner.runnable import left_out, problem_of, problems_of, runnable, same_numbers
from bnsim.runner.snapshots import Snapshots
from bnsim.runner.updates import Found, Output, Update
from bnsim.session.moment import Moment
from bnsim.spec.errors import InputError, readable
from bnsim.spec.giving_up import NotWantedError, giving_up

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.saved_run import SavedRun
    from bnsim.session.session import Session
    from bnsim.spec.experiment import Experiment

log = logging.getLogger(__name__)

MAKE_WAY_SECONDS = 0.004
"""On few cores the engine can starve the window of time: while the window is behind, the engine pauses for so long at a
time."""
POLL_SECONDS = 0.1
"""Seconds between two checks whether the kernels are compiled."""
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
        self._writer = FileWriter(exchange.notify)
        self._playback = Playback(exchange.notify, lambda: exchange.interrupted, self._go_on_making)
        self._snapshots = Snapshots(exchange.notify)
        self._previews = Previews()
        self._files = RunFiles(self._playback, self._writer, exchange.notify, exchange.report_run)
        self._former = FormerRuns()
        self._publishing = Publishing(exchange, self._playback, self._snapshots, self._previews, self._former)
        self._data = DataReader()
        self._refused: Experiment | None = None
        """What there was no memory for."""
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
        """Whether something slow may still report: kernels being compiled, a file being written."""
        return self._writer.busy or self._compiling or self._files.waits

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
        self._guarded(self._former.clear)

    def _turn(self) -> None:
        """Carry out the next order, or do what needs none. What it does is guarded, so that each part has its turn."""
        exchange, playback, publishing = self._exchange, self._playback, self._publishing
        if publishing.figures_due:
            self._guarded(publishing.publish_figures)
            # There may be nothing left to do: else it would seem busy until the window takes the figures.
            exchange.finish(moving=self._goes_on)
        order = exchange.next_order(self._patience())
        if order is not None:
            publishing.drop_pending()
            self._guarded(partial(self._carry_out, order))
            publishing.last_order = exchange.last_order
            if not exchange.orders_waiting or publishing.overdue:
                self._guarded(publishing.publish)
        elif not exchange.closing and not publishing.pending_figures and not self._guarded(self._go_on):
            self._guarded(publishing.publish)
        if publishing.pending_costly is not None and not exchange.orders_waiting:
            self._guarded(publishing.measure)
        elif order is None and publishing.watches_lack and not exchange.orders_waiting:
            self._guarded(publishing.fill_watches)
        elif order is None and publishing.preview_due and not exchange.orders_waiting:
            self._guarded(publishing.show_preview)
        if order is None and playback.goes_on_filling and not exchange.orders_waiting:
            self._guarded(publishing.fill_in)
        self._compiling = playback.compiling
        exchange.finish(moving=self._goes_on)

    @property
    def _goes_on(self) -> bool:
        """Whether something new comes without an order."""
        return self._playback.is_playing() or self._playback.goes_on_filling or self._publishing.pending

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
        playback, publishing = self._playback, self._publishing
        if publishing.pending_figures:
            return publishing.until_figures
        if publishing.pending_costly is not None:
            return 0.0
        if playback.is_playing():
            due = MAKE_WAY_SECONDS if publishing.window_behind else playback.until_due()
            return min(due, publishing.until_preview)
        if playback.prepares:
            return PREPARE_SECONDS
        if playback.goes_on_filling:
            return 0.0
        if publishing.watches_lack:
            return 0.0
        if publishing.next_preview:
            return publishing.until_preview
        # Also once it has just ended, which is to be told.
        return POLL_SECONDS if self._compiling or playback.compiling else None

    def _go_on(self) -> None:
        """Do what needs no order: play, and switch to the compiled kernels."""
        playback, publishing, session = self._playback, self._publishing, self._playback.session
        if session is not None and playback.compiling and session.poll():
            publishing.forget_history()
            publishing.publish()
        if playback.report_kernels():
            publishing.publish()
        self._files.save_what_waits()
        if not playback.is_playing():
            return
        if session is not None and not playback.activity and publishing.measure_while_it_plays(session):
            return
        if not publishing.window_behind:
            playback.at_most = publishing.until_measured(session)
            playback.advance(self._something_else_wanted)
            if not playback.is_playing():  # it stopped by itself: that must be seen, whatever is due
                publishing.publish()
                return
        if publishing.update_due:
            publishing.publish()

    def _something_else_wanted(self) -> bool:
        """Whether the engine is to stop at the next occasion while it plays at full speed."""
        exchange, publishing = self._exchange, self._publishing
        return (
            exchange.orders_waiting
            or exchange.closing
            or publishing.update_due
            or publishing.window_behind
            or publishing.preview_due
            or self._playback.goes_on_filling
        )

    # Orders

    def _carry_out(self, order: Order) -> None:
        playback, snapshots = self._playback, self._snapshots
        if order.rewrites_history:
            self._publishing.forget_history()
        match order:
            case SetExperiment():
                self._set_experiment(order)
            case Step():
                playback.step(order.size, back=order.back)
            case StepToLandmark():
                playback.step_to_landmark(back=order.back)
            case Play():
                playback.play(order.pace, reverse=order.reverse)
            case Pause():
                playback.rest()
            case Seek():
                self._follow(playback.seek(order.iteration))
            case Return():
                playback.return_to(Moment(order.iteration, order.tick), order.changes)
            case Reset():
                if self._refused is not None:
                    self._try_again()
                playback.reset()
            case ScaleWeights():
                if playback.scale_weights(order.layers, order.factor, order.gesture):
                    self._publishing.forget_history()
            case UndoChange():
                playback.undo_change()
            case RunToBreakpoint():
                self._follow(playback.run_to_breakpoint(reverse=order.reverse, only=order.only))
            case RunToLayer():
                playback.run_to_layer(order.layer_id, reverse=order.reverse)
            case GoToOperation():
                playback.go_to_operation(order.stack_id, order.iteration, order.position)
            case SetWatches():
                self._snapshots.watches = order.watches
                if playback.watch_records(name for each in order.watches for name in each.records):
                    self._publishing.forget_session()
            case SetBreakpoints():
                if playback.set_breakpoints(order.breakpoints):
                    self._publishing.forget_session()
            case SetFigures():
                snapshots.wanted, snapshots.layer_id, snapshots.options = order.names, order.layer_id, order.options
                snapshots.layers, snapshots.measuring.every = order.layers, order.every
                chosen = ((FIGURES[name], order.options.get(name, {})) for name in order.names)
                needed = [record for kind, options in chosen for record in kind.needs(options)]
                if playback.show_records(needed, beside=True):
                    self._publishing.forget_session()
            case FillIn():
                playback.filling_in.wanted = order.wanted
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
            case GoBehind():
                playback.go_behind(order.phase, order.updates, order.layer_id)
            case ReadData():
                self._exchange.report_read(read_file(order.data, order.folder, order.precision))
            case CompareBefore():
                self._former.compares = order.on
                if not order.on:
                    self._former.dismiss()
            case KeepRun():
                copied = playback.copy()
                if copied is not None:
                    self._former.keep(copied, order.name)
            case RenameRun():
                self._former.rename(order.number, order.name)
            case RemoveRun():
                if order.number:
                    self._former.remove(order.number)
                else:
                    self._former.dismiss()
            case ReadRun():
                self._files.read(order.path)
            case SaveRun():
                self._files.save(order)
            case SaveWeights():
                self._files.save_weights(order)
            case WritePyTorch():
                self._files.write_pytorch(order)
            case LoadWeights():
                self._files.load_weights(order)
            case DrawFigure():
                self._draw(order)
            case TellPast():
                self._tell_past(order)
            case Collect():
                self._collect(order)

    def _follow(self, parts: Generator[bool]) -> None:
        """Run an order that is done in parts, and publish moments worth showing, until that is not wanted any more."""
        with closing(parts):
            for worth_showing in parts:
                if worth_showing:
                    self._publishing.publish(figures=False)
                if self._exchange.seek_unwanted:
                    break

    def _set_experiment(self, order: SetExperiment) -> None:
        self._publishing.forget_session()
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
        self._publishing.about = Update(experiment, problems, left_out(experiment, problems), data=data)
        there = located(experiment.data, order.folder) if order.may_read else experiment.data
        rest = runnable(replace(experiment, data=there), problems)
        session = self._playback.session
        if not order.restart and rest and session is not None and same_numbers(session.experiment, rest):
            session.rename(rest)
            return
        if not order.restart and rest is not None and self._playback.branch_off(rest):
            return
        if not order.restart:
            self._playback.say_changes_end("The edit")
        if rest is not None:  # making a session may take a while
            self._publishing.report_making(0.0)
        self._files.give_up()
        self._leave(restart=order.restart)
        self._start(rest, order.run)

    def _leave(self, *, restart: bool) -> None:
        """Have the session that is about to be replaced stay as the run before, unless another document comes."""
        if restart:
            self._former.clear()
        elif self._former.wants(self._playback.session):
            self._playback.go_to_newest()
            before = self._playback.part()
            assert before is not None
            self._former.take(before)

    def _start(self, rest: Experiment | None, run: SavedRun | None = None) -> None:
        """Make the session; where there is no memory for it that is a problem like others, and Reset tries again."""
        self._refused = None
        try:
            try:
                self._playback.start(rest, run)
            except InputError:
                if not self._former.dismiss():
                    raise
                self._playback.start(rest, run)  # what the run before took may be enough
        except InputError as error:
            self._refused = rest
            about = self._publishing.about
            assert about.experiment is not None
            names = tuple(stack.name for stack in about.experiment.stacks)
            self._publishing.about = replace(about, problems=(*about.problems, problem_of(error)), left_out=names)

    def _try_again(self) -> None:
        """Make the session that there was no memory for."""
        about = self._publishing.about
        assert about.experiment is not None
        problems = about.problems[:-1]
        left = left_out(about.experiment, problems)
        self._publishing.about = replace(about, problems=problems, left_out=left)
        self._start(self._refused)

    def _go_on_making(self, share: float) -> bool:
        """Report how much of the session is made, now and then; False if it is not wanted any more."""
        if self._publishing.age > PROGRESS_SECONDS:
            self._publishing.report_making(share)
        return not self._exchange.newer_experiment_waiting

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

    def _draw(self, order: DrawFigure) -> None:
        if not order.drawn.set_running_or_notify_cancel():
            return
        try:
            order.drawn.set_result(self._in_full(order.name, order.ghosts))
        except Exception as error:  # it is told by whoever waits for the figure
            order.drawn.set_exception(error)

    def _collect(self, order: Collect) -> None:
        if not order.made.set_running_or_notify_cancel():
            return
        try:
            session = self._playback.session
            if session is None:
                raise InputError(f"There is nothing to {order.purpose}: no stack can run.")
            order.made.set_result(order.collect(session))
        except Exception as error:  # it is told by whoever waits for it
            order.made.set_exception(error)

    def _tell_past(self, order: TellPast) -> None:
        from bnsim.session.past import past_at_start, past_of  # the engine comes with it

        if not order.told.set_running_or_notify_cancel():
            return
        try:
            session = self._playback.session
            if session is None:
                order.told.set_result(past_at_start(order.document))
            else:
                order.told.set_result(past_of(session, order.document, with_data=order.with_data))
        except Exception as error:  # it is told by whoever waits for it
            order.told.set_exception(error)

    def _in_full(self, name: str, ghosts: tuple[Ghost, ...]) -> Figure:
        session = self._playback.session
        if session is None:
            raise InputError("There is nothing to export: no stack can run.")
        return with_ghosts(self._snapshots.figure(session, name, None), ghosts)

"""One thread that owns the session; nothing mutable crosses it. No Qt here.

Commands go in through a queue, one immutable `Update` comes out: the latest wins, and while it plays the next
one is only made once the window took the last. So the window answers within a frame whatever the engine does,
and the engine never waits for the window.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from bnsim.figures import FIGURES
from bnsim.lenses.lens import Inquiry, Lens
from bnsim.plot.figure import Figure
from bnsim.runner.delivery import Delivery
from bnsim.runner.driver import Driver
from bnsim.runner.exporter import Exporter
from bnsim.runner.publisher import Publisher
from bnsim.runner.runnable import located, problems_of, runnable, same_numbers
from bnsim.runner.updates import Found, Notice, Pace, Size, Update
from bnsim.session.breakpoints import Breakpoint
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment

log = logging.getLogger(__name__)

PUBLISH_SECONDS = 0.033
POLL_SECONDS = 0.1
BEHIND_SECONDS = 0.02
MAKE_WAY_SECONDS = 0.004
GLANCE_SECONDS = 0.002


class _Command(Struct, frozen=True):
    """`generation` 0 is never stale; `order` counts what gives up a longer run, `seek` seeks."""

    run: Callable[[], None]
    generation: int = 0
    order: int = 0
    keeps: bool = False
    seek: int = 0


class Worker:
    """Runs sessions in a thread of its own. Every method returns at once and is safe to call from the window."""

    def __init__(self, name: str = "bnsim-worker") -> None:
        self._commands: queue.SimpleQueue[_Command | None] = queue.SimpleQueue()
        self._notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[tuple[int, Found]] = queue.SimpleQueue()
        self._sent = 0
        self._done = 0
        self._generation = 0
        self._orders = 0
        self._seeks = 0
        self._mood: Literal["idle", "compiling", "playing"] = "idle"
        self._exporter = Exporter(self._say)
        # Below: the thread's own.
        self._order = self._seek_order = 0
        self._driver = Driver(
            self._say,
            lambda: self.delivery.send(brief=True),
            interrupted=lambda: self._orders != self._order,
            changed_mind=lambda: self._seeks != self._seek_order,
        )
        self._publisher = Publisher(self._say)
        self.delivery = Delivery(self._driver, self._publisher)
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    # For the window

    def set_experiment(self, experiment: Experiment, folder: Path | None = None, *, anew: bool = True) -> None:
        """From the start with this one; commands meant for the one before are dropped.

        `folder` is where a data file is looked for first. Unless `anew`, the run goes on where only names and looks
        are others, or lanes that cannot run.
        """
        self._generation += 1
        self._send(lambda: self._set_experiment(experiment, folder, anew))

    def step(self, size: Size = "layer") -> None:
        """Pause if it plays, then one step."""
        self._send(lambda: self._driver.step(size, back=False), keeps=True)

    def step_back(self, size: Size = "layer") -> None:
        """Pause if it plays, then one step back."""
        self._send(lambda: self._driver.step(size, back=True), keeps=True)

    def play(self, pace: Pace, *, reverse: bool = False) -> None:
        """Play at `pace`, to the end or back to the start; while playing, go on at the new one."""
        self._send(lambda: self._driver.play(pace, reverse), keeps=True)

    def pause(self) -> None:
        """Rest; gives up a longer run, too."""
        self._send(self._driver.rest, keeps=True)

    def run_to_breakpoint(self, *, reverse: bool = False) -> None:
        """Run until one stops it; any other order gives it up."""
        self._send(lambda: self._driver.run_to_breakpoint(reverse), keeps=True)

    def run_to_layer(self, layer_id: int, *, reverse: bool = False) -> None:
        """Run until the cursor comes to that layer."""
        self._send(lambda: self._driver.run_to_layer(layer_id, reverse), keeps=True)

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Where playing and running stop; this session and those to come record what they ask for."""
        self._send(lambda: self._set_breakpoints(breakpoints), stale=False)

    def reset(self) -> None:
        """Pause and go back to the very start."""
        self._send(self._driver.reset)

    def seek(self, iteration: int) -> int:
        """Pause and go to the state after that many updates; drops earlier wishes of that kind.

        The number of this one: it is done once an update has it as `sought`.
        """
        self._seeks += 1
        self._send(lambda: self._driver.seek(iteration), keeps=True, seek=self._seeks)
        return self._seeks

    def seek_newest(self) -> None:
        """Pause and go to the last iteration there is a record of."""
        self._seeks += 1
        self._send(self._driver.seek_newest, keeps=True, seek=self._seeks)

    def watch(self, layer_id: int | None, panels: tuple[str, ...]) -> None:
        """Which layer the panels are about, and which panels are wanted at all; what they need is recorded."""
        self._send(lambda: self._watch(layer_id, panels), stale=False, keeps=True)

    def set_lenses(self, lenses: tuple[Lens, ...]) -> None:
        """The lenses that each update answers from now on."""
        self._send(lambda: self._set_lenses(lenses), stale=False, keeps=True)

    def ask(self, inquiry: Inquiry) -> None:
        """Pause, and answer something that takes a while; what comes of it is found by `take_found`.

        Any other command gives it up, and so does `pause`. Once the experiment is another one, nothing comes of it.
        """
        generation = self._generation
        self._send(lambda: self._ask(inquiry, generation), lapses=False)

    def take_found(self) -> list[Found]:
        """What inquiries came to since the last call."""
        found = _drained(self._found)
        return [
            each if generation == self._generation else Found(each.inquiry, 1.0, ended=True)
            for generation, each in found
            if generation == self._generation or each.ended
        ]

    def export(
        self, name: str, path: Path, options: Mapping[str, Any] = MappingProxyType({}), figure: Figure | None = None
    ) -> None:
        """Write `figure`, or the present one of that name with all of its points; a notice tells when it is done."""
        self._send(lambda: self._export(name, path, dict(options), figure), stale=False)

    def take_notices(self) -> list[Notice]:
        """Sentences since the last call."""
        return _drained(self._notices)

    @property
    def busy(self) -> bool:
        """Whether a command is unfinished or it plays: something new may come any moment."""
        return self._done != self._sent or self.delivery.owed is not None or self._mood == "playing"

    @property
    def waiting(self) -> bool:
        """Whether something slow may still report: kernels being compiled, a figure being written."""
        return self._exporter.busy or self._mood == "compiling"

    def close(self) -> None:
        """Stop at the next chance and wait for it."""
        self._generation += 1
        self._orders += 1
        self._seeks += 1
        self._commands.put(None)
        self._thread.join()
        self._exporter.close()

    # In the thread

    @property
    def _compiling(self) -> bool:
        session = self._driver.session
        return session is not None and not session.kernels_ready

    def _send(
        self, run: Callable[[], None], *, stale: bool = True, lapses: bool = True, keeps: bool = False, seek: int = 0
    ) -> None:
        """`stale`: an order about this experiment, which gives up others; it lapses with the experiment if it `lapses`.

        `keeps`: it cannot rewrite the past.
        """
        self._sent += 1
        self._orders += stale
        self._commands.put(_Command(run, self._generation if stale and lapses else 0, self._orders, keeps, seek))

    def _main(self) -> None:
        while True:
            if self.delivery.owed is not None and self.delivery.may_settle(pressed=not self._commands.empty()):
                self._guard(self.delivery.settle)
            try:
                command = self._commands.get(timeout=self._patience())
            except queue.Empty:
                if self.delivery.owed is not None:
                    continue
                if not self._guard(self._tick):
                    self._guard(self.delivery.send)
                self._feel()
                continue
            if command is None:
                break
            if command.seek not in (0, self._seeks):
                self._done += 1
                continue
            self._order, self._seek_order = command.order, command.seek or self._seek_order
            self.delivery.owed = None
            if command.generation in (0, self._generation):
                if not command.keeps:
                    self._publisher.forget()
                self._guard(command.run)
                self._driver.tell_stop()
            self.delivery.sought = self._seek_order
            if self._commands.empty() or self.delivery.age > PUBLISH_SECONDS:
                self._guard(self.delivery.send)
            self._feel()
            self._done += 1
        self._driver.rest()
        self._driver.drop()

    def _feel(self) -> None:
        # Told only now that all is published: who sees nothing going on may stop looking for updates.
        self._mood = "playing" if self._driver.player.pace is not None else "compiling" if self._compiling else "idle"

    def _guard(self, work: Callable[[], None]) -> bool:
        """Whether it went well. A failure becomes a sentence; the thread lives on."""
        try:
            work()
            return True
        except InputError as error:
            self._say(str(error), "problem")
            self._driver.rest()
        except Exception as error:
            log.exception("the worker failed")
            what = f"{type(error).__name__}: {error}"
            self._say(f"Something went wrong while computing ({what}); press Reset.", "problem")
            self._driver.rest()
        return False

    def _say(self, text: str, kind: Literal["info", "done", "problem"] = "info") -> None:
        self._notices.put(Notice(text, kind))

    def _patience(self) -> float | None:
        """How long to wait for a command before doing something unasked; None for ever."""
        if self.delivery.owed is not None:
            return GLANCE_SECONDS
        if self._driver.player.unbounded:
            # On few cores the engine can starve the window of time to draw: then it makes way.
            behind = not self.delivery.taken and self.delivery.age > BEHIND_SECONDS
            return MAKE_WAY_SECONDS if behind else 0.0
        if self._driver.player.pace is not None:
            return self._driver.player.until_due()
        return POLL_SECONDS if self._compiling else None

    def _tick(self) -> None:
        if self._compiling and self._driver.session.poll():
            self._publisher.forget()
            self.delivery.send()
        if not self._driver.player.is_playing():
            return
        delivery = self.delivery
        if delivery.taken or not self._driver.player.unbounded or delivery.age < BEHIND_SECONDS:
            self._driver.advance()
            self._driver.tell_stop()
            if not self._driver.player.is_playing():  # it stopped by itself: that must be seen, whatever is due
                self.delivery.send()
                return
        # Where figures cost more than iterations, they get half of the time.
        if delivery.taken and delivery.age > min(delivery.took, PUBLISH_SECONDS):
            self.delivery.send()

    def _set_experiment(self, experiment: Experiment, folder: Path | None, anew: bool) -> None:
        at_hand = located(experiment, folder)
        self._publisher.forget_all()
        problems, left_out = problems_of(at_hand)
        self.delivery.about = Update(experiment=experiment, problems=problems, left_out=left_out)
        rest = runnable(at_hand, problems)
        session = self._driver.session
        if not anew and rest is not None and session is not None and same_numbers(session.experiment, rest):
            session.experiment = rest
            for lane in session.lanes:
                lane.stack = rest.stack(lane.stack.id)
            return
        if rest is not None:
            self.delivery.announce()
        self._driver.start(rest)

    def _set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        if self._driver.set_breakpoints(breakpoints):
            self._publisher.forget_all()

    def _watch(self, layer_id: int | None, panels: tuple[str, ...]) -> None:
        self._publisher.layer_id, self._publisher.panels = layer_id, panels
        if self._driver.show_records(record for name in panels for record in FIGURES[name].records):
            self._publisher.forget_all()

    def _set_lenses(self, lenses: tuple[Lens, ...]) -> None:
        self._publisher.lenses = lenses

    def _ask(self, inquiry: Inquiry, generation: int) -> None:
        self._driver.rest()
        answer = None

        def go_on(share: float) -> bool:
            self._found.put((generation, Found(inquiry, share)))
            return self._commands.empty()

        go_on(0.0)
        try:
            if self._driver.session is not None and generation == self._generation:
                answer = inquiry.inquire(self._driver.session, go_on)
        finally:
            self._found.put((generation, Found(inquiry, 1.0, ended=True, answer=answer)))

    def _export(self, name: str, path: Path, options: dict[str, Any], figure: Figure | None) -> None:
        if figure is None:
            if self._driver.session is None:
                self._say("There is nothing to export: no stack can run.", "problem")
                return
            figure = self._publisher.figure(self._driver.session, name, None)
        self._exporter.write(figure, path, options)


def _drained(items: queue.SimpleQueue[Any]) -> list[Any]:
    found = []
    while not items.empty():
        found.append(items.get())
    return found

"""What the Run menu does: orders to the runner, and which of them make sense just now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from bnsim.runner.updates import Pace, Size, Update
from bnsim.runner.worker import Worker
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.state import State
from bnsim.ui.model.selection import Selection

START = "this is the start"
NOTHING = "no stack can run yet"


class PaceControl(Protocol):
    """Where the pace of playing is set."""

    @property
    def pace(self) -> Pace: ...
    def slower(self) -> None: ...
    def faster(self) -> None: ...


class RunCommands:
    """Gives orders to the runner. `shown` is the last update; `wake` tells the window to look for the next."""

    def __init__(
        self,
        worker: Worker,
        wake: Callable[[], object],
        selection: Selection,
        paces: PaceControl,
        shown: Callable[[], Update],
    ) -> None:
        self._worker = worker
        self._wake = wake
        self._selection = selection
        self._paces = paces
        self._shown = shown

    def step(self, size: Size) -> None:
        self._worker.step(size)
        self._wake()

    def step_back(self, size: Size) -> None:
        self._worker.step_back(size)
        self._wake()

    def play_or_pause(self, *, reverse: bool = False) -> None:
        """Pause if it plays, in whichever direction."""
        if self._shown().playing:
            self._worker.pause()
        else:
            self._worker.play(self._paces.pace, reverse=reverse)
        self._wake()

    def stop(self) -> None:
        """Pause, and give up what takes long."""
        self._worker.pause()
        self._wake()

    def reset(self) -> None:
        self._worker.reset()
        self._wake()

    def run_to_selected(self, *, reverse: bool = False) -> None:
        """Until the cursor comes to the selected layer."""
        self._worker.run_to_layer(self._selection.current, reverse=reverse)
        self._wake()

    def run_to_breakpoint(self, *, reverse: bool = False) -> None:
        """Until one stops it."""
        self._worker.run_to_breakpoint(reverse=reverse)
        self._wake()

    def seek(self, iteration: int) -> int:
        """To the moment after that many updates; the number of this order (see `Worker.seek`)."""
        number = self._worker.seek(iteration)
        self._wake()
        return number

    def seek_newest(self) -> None:
        """To the last iteration there is a record of."""
        self._worker.seek_newest()
        self._wake()

    def slower(self) -> None:
        self._paces.slower()

    def faster(self) -> None:
        self._paces.faster()

    def pace_changed(self) -> None:
        """Go on at the new one, if it plays."""
        shown = self._shown()
        if shown.playing and not shown.errand:
            self._worker.play(self._paces.pace, reverse=shown.reverse)
            self._wake()


def _can_run(state: State) -> bool:
    return state.can_run


def _has_past(state: State) -> bool:
    return not state.at_start


def _forward(name: str, text: str, size: Size, keys: tuple[str, ...], icon: str, tip: str) -> Action[RunCommands]:
    return Action(name, text, partial(RunCommands.step, size=size), keys, icon, tip, enabled=_can_run, why=NOTHING)


def _back(name: str, text: str, size: Size, keys: tuple[str, ...], icon: str, tip: str) -> Action[RunCommands]:
    return Action(name, text, partial(RunCommands.step_back, size=size), keys, icon, tip, enabled=_has_past, why=START)


ACTIONS: tuple[Action[RunCommands], ...] = (
    _forward("run.step", "&Layer forward", "layer", ("Right", "PgDown"), "layer", "Run to the next layer"),
    _back("run.stepBack", "Layer &back", "layer", ("Left", "PgUp"), "layer-back", "Back by one layer"),
    _forward("run.stepOp", "&Operation forward", "op", ("Shift+Right",), "op", "Run one operation"),
    _back("run.stepOpBack", "Operation bac&k", "op", ("Shift+Left",), "op-back", "Back by one operation"),
    _forward(
        "run.stepIteration", "&Iteration forward", "iteration", ("Ctrl+Right",), "iteration", "Run one whole update"
    ),
    _back(
        "run.stepIterationBack", "Iteration b&ack", "iteration", ("Ctrl+Left",), "iteration-back", "Back by one update"
    ),
    _forward("run.stepEpoch", "&Epoch forward", "epoch", ("Alt+Right",), "epoch", "Run to the end of the epoch"),
    _back(
        "run.stepEpochBack", "Epoch ba&ckward", "epoch", ("Alt+Left",), "epoch-back", "Back to where the epoch began"
    ),
    Action(
        "run.toCard",
        "Run &to the selected card",
        RunCommands.run_to_selected,
        keys=("F7",),
        icon="to-card",
        tip="Until the cursor comes to it",
        enabled=lambda state: state.can_run and bool(state.current),
        why=SELECT,
    ),
    Action(
        "run.toCardBack",
        "Run back to the selecte&d card",
        partial(RunCommands.run_to_selected, reverse=True),
        keys=("Shift+F7",),
        icon="to-card-back",
        tip="To where the cursor last came to it",
        enabled=lambda state: not state.at_start and bool(state.current),
        why=SELECT,
    ),
    Action(
        "run.toBreakpoint",
        "Run to the next &breakpoint",
        RunCommands.run_to_breakpoint,
        keys=("F8",),
        icon="to-breakpoint",
        tip="Until one stops it; Escape gives up",
        enabled=_can_run,
        why=NOTHING,
    ),
    Action(
        "run.toBreakpointBack",
        "Run back to a breakpoi&nt",
        partial(RunCommands.run_to_breakpoint, reverse=True),
        keys=("Shift+F8",),
        icon="to-breakpoint-back",
        tip="To the last moment before this where one holds",
        enabled=_has_past,
        why=START,
    ),
    Action(
        "run.toStart",
        "To the star&t",
        partial(RunCommands.seek, iteration=0),
        keys=("Home",),
        icon="to-start",
        tip="The time line keeps what was recorded",
        enabled=_has_past,
        why=START,
    ),
    Action(
        "run.toNewest",
        "To the ne&west iteration",
        RunCommands.seek_newest,
        keys=("Ctrl+End",),
        icon="to-newest",
        tip="The last iteration there is a record of",
        enabled=lambda state: state.update.frame is not None and state.recorded > state.update.frame.iteration,
        why="this is the newest iteration there is a record of",
    ),
    Action(
        "run.play",
        "&Play",
        RunCommands.play_or_pause,
        keys=("Space",),
        icon="play",
        tip="Run at the chosen pace",
        enabled=_can_run,
        why=NOTHING,
        shown=lambda state: "&Pause" if state.update.playing else "&Play",
    ),
    Action(
        "run.playBack",
        "Play in re&verse",
        partial(RunCommands.play_or_pause, reverse=True),
        keys=("Shift+Space",),
        icon="play-back",
        tip="Back at the chosen pace",
        enabled=_has_past,
        why=START,
    ),
    Action(
        "run.stop",
        "St&op",
        RunCommands.stop,
        keys=("Esc",),
        icon="stop",
        tip="Stop at the current position, and give up what takes long",
        enabled=lambda state: state.update.playing,
        why="nothing is running",
    ),
    Action(
        "run.reset",
        "&Reset",
        RunCommands.reset,
        keys=("Alt+R",),
        icon="reset",
        tip="Back to the start: the same weights, the same batches",
        enabled=lambda state: not state.at_start or state.recorded > 0,
        why=START,
    ),
    Action(
        "run.slower",
        "&Slower",
        RunCommands.slower,
        keys=("Ctrl+Down",),
        icon="slower",
        tip="Play at a lower pace",
    ),
    Action(
        "run.faster",
        "&Faster",
        RunCommands.faster,
        keys=("Ctrl+Up",),
        icon="faster",
        tip="Play at a higher pace",
    ),
)
RUNNING = ("run.step", "run.stepOp", "run.stepIteration", "run.stepEpoch", "run.play", "run.toBreakpoint")
BACK = (
    "run.stepBack",
    "run.stepOpBack",
    "run.stepIterationBack",
    "run.stepEpochBack",
    "run.toBreakpointBack",
    "run.toStart",
    "run.playBack",
)
CLEARING = (*RUNNING, *BACK)
"""Orders to run: a sentence about a problem that stands in the status bar is of the past then."""

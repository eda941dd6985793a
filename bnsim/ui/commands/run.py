"""Commands of the Run menu: orders to the runner."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from bnsim.runner.orders import (
    GoToOperation,
    Order,
    Pace,
    Pause,
    Play,
    Reset,
    RunToBreakpoint,
    RunToLayer,
    Seek,
    Size,
    Step,
    StepToLandmark,
)
from bnsim.runner.updates import Update
from bnsim.ui.commands.action import SELECT, Action
from bnsim.ui.commands.state import State
from bnsim.ui.model.selection import Selection

START = "this is the start"
NOTHING = "no stack can run yet"


class PaceControl(Protocol):
    """The control for the pace of playing."""

    @property
    def pace(self) -> Pace: ...
    def slower(self) -> None: ...
    def faster(self) -> None: ...


class RunCommands:
    """Gives orders to the runner. `give` takes an order and returns its number (see `Runner.give`)."""

    def __init__(self, give: Callable[[Order], int], selection: Selection, paces: PaceControl) -> None:
        self._give = give
        self._selection = selection
        self._paces = paces
        self._shown = Update()

    def show_update(self, update: Update) -> None:
        """Set the update from which the next orders start."""
        self._shown = update

    def step(self, size: Size) -> None:
        self._give(Step(size))

    def step_back(self, size: Size) -> None:
        self._give(Step(size, back=True))

    def step_to_landmark(self, *, back: bool = False) -> None:
        """Go on to the next moment worth a look, or back to the last."""
        self._give(StepToLandmark(back))

    def play_or_pause(self, *, reverse: bool = False) -> None:
        """Play, or pause if it plays in either direction."""
        self._give(Pause() if self._shown.playing else Play(self._paces.pace, reverse))

    def stop(self) -> None:
        """Pause, and give up a longer run."""
        self._give(Pause())

    def reset(self) -> None:
        self._give(Reset())

    def run_to_selected(self, *, reverse: bool = False) -> None:
        """Run until the cursor comes to the selected layer."""
        self._give(RunToLayer(self._selection.current, reverse))

    def go_to_operation(self, stack_id: int, iteration: int, position: int) -> None:
        """Stand where the lane of that stack's id has just done the instruction at a position of its program."""
        self._give(GoToOperation(stack_id, iteration, position))

    def run_to_breakpoint(self, *, reverse: bool = False) -> None:
        """Run until a breakpoint stops it."""
        self._give(RunToBreakpoint(reverse))

    def seek(self, iteration: int | None) -> int:
        """Go to just after that many updates (None: the last recorded one); returns the order's number."""
        return self._give(Seek(iteration))

    def slower(self) -> None:
        self._paces.slower()

    def faster(self) -> None:
        self._paces.faster()

    def pace_changed(self) -> None:
        """Play on at the new pace, if it plays."""
        if self._shown.playing and not self._shown.activity:
            self._give(Play(self._paces.pace, self._shown.reverse))


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
    _back("run.stepBack", "La&yer back", "layer", ("Left", "PgUp"), "layer-back", "Back by one layer"),
    _forward("run.stepOp", "&Operation forward", "op", ("Shift+Right",), "op", "Run one operation"),
    _back("run.stepOpBack", "Operation bac&k", "op", ("Shift+Left",), "op-back", "Back by one operation"),
    _forward("run.stepPhase", "P&hase forward", "phase", ("Ctrl+Shift+Right",), "phase", "Run to the end of the phase"),
    _back(
        "run.stepPhaseBack", "Phase backwar&d", "phase", ("Ctrl+Shift+Left",), "phase-back", "Back to where it began"
    ),
    _forward(
        "run.stepIteration", "&Iteration forward", "iteration", ("Ctrl+Right",), "iteration", "Run one whole update"
    ),
    _back(
        "run.stepIterationBack", "Iter&ation back", "iteration", ("Ctrl+Left",), "iteration-back", "Back by one update"
    ),
    _forward("run.stepEpoch", "&Epoch forward", "epoch", ("Alt+Right",), "epoch", "Run to the end of the epoch"),
    _back(
        "run.stepEpochBack", "Epo&ch backward", "epoch", ("Alt+Left",), "epoch-back", "Back to where the epoch began"
    ),
    Action(
        "run.toLandmark",
        "To what is worth a &look",
        RunCommands.step_to_landmark,
        keys=("F12",),
        icon="to-landmark",
        tip="The end of a phase, where lanes first differ, a layer with a finding, a breakpoint",
        enabled=_can_run,
        why=NOTHING,
    ),
    Action(
        "run.toLandmarkBack",
        "&Back to what is worth a look",
        partial(RunCommands.step_to_landmark, back=True),
        keys=("Shift+F12",),
        icon="to-landmark-back",
        tip="To the last such moment before this",
        enabled=_has_past,
        why=START,
    ),
    Action(
        "run.toCard",
        "R&un to the selected card",
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
        "Run to the ne&xt breakpoint",
        RunCommands.run_to_breakpoint,
        keys=("F8",),
        icon="to-breakpoint",
        tip="Until one stops it; Escape gives up",
        enabled=_can_run,
        why=NOTHING,
    ),
    Action(
        "run.toBreakpointBack",
        "Ru&n back to a breakpoint",
        partial(RunCommands.run_to_breakpoint, reverse=True),
        keys=("Shift+F8",),
        icon="to-breakpoint-back",
        tip="To the last moment before this where one holds",
        enabled=_has_past,
        why=START,
    ),
    Action(
        "run.toStart",
        "To t&he start",
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
        partial(RunCommands.seek, iteration=None),
        keys=("Ctrl+End",),
        icon="to-newest",
        tip="The last iteration there is a record of",
        enabled=lambda state: state.recorded_later,
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
        shown=lambda state: "&Pause" if state.playing else "&Play",
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
        "S&top",
        RunCommands.stop,
        keys=("Esc",),
        icon="stop",
        tip="Stop at the current position, and give up what takes long",
        enabled=lambda state: state.playing,
        why="nothing is running",
    ),
    Action(
        "run.reset",
        "&Reset",
        RunCommands.reset,
        keys=("Alt+R",),
        icon="reset",
        tip="Back to the start: the same weights, the same batches",
        enabled=lambda state: not state.at_start or state.recorded,
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
ORDERS_TO_RUN = frozenset(
    (
        "run.step",
        "run.stepOp",
        "run.stepIteration",
        "run.stepEpoch",
        "run.stepPhase",
        "run.toLandmark",
        "run.play",
        "run.toBreakpoint",
        "run.stepBack",
        "run.stepOpBack",
        "run.stepIterationBack",
        "run.stepEpochBack",
        "run.stepPhaseBack",
        "run.toLandmarkBack",
        "run.toBreakpointBack",
        "run.toStart",
        "run.playBack",
    )
)
"""Actions that remove a problem from the status bar, since something else is done."""

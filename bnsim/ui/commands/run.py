"""What the Run menu does: orders to the runner, and which of them make sense just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from bnsim.runner.orders import Pause, Play, Reset, RunToBreakpoint, RunToLayer, Seek, Size, Step
from bnsim.runner.updates import Update

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

SIZES: tuple[tuple[str, Size], ...] = (
    ("run.step", "layer"),
    ("run.stepOp", "op"),
    ("run.stepIteration", "iteration"),
    ("run.stepEpoch", "epoch"),
)
FORWARD = ("run.step", "run.stepOp", "run.stepIteration", "run.stepEpoch", "run.play", "run.toBreakpoint")
BACK = (
    "run.stepBack",
    "run.stepOpBack",
    "run.stepIterationBack",
    "run.stepEpochBack",
    "run.toBreakpointBack",
    "run.toStart",
    "run.playBack",
)


class RunCommands(QObject):
    """Connects the run actions of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        actions, transport, selection = window.actions_by_name, window.transport, window.selection
        self._actions = actions
        self._give = window.runner.give
        self._transport = transport
        self._selection = selection
        self._shown = Update()
        for name, size in SIZES:
            actions[name].triggered.connect(lambda _checked=False, size=size: self.step(size))
            actions[f"{name}Back"].triggered.connect(lambda _checked=False, size=size: self.step_back(size))
        for name, call in (
            ("run.play", self.play_or_pause),
            ("run.playBack", self.play_back_or_pause),
            ("run.stop", self.stop),
            ("run.reset", self.reset),
            ("run.toCard", self.run_to_card),
            ("run.toCardBack", self.run_back_to_card),
            ("run.toBreakpoint", self.run_to_breakpoint),
            ("run.toBreakpointBack", self.run_back_to_breakpoint),
            ("run.toStart", self.to_start),
            ("run.toNewest", self.to_newest),
            ("run.slower", self._slower),
            ("run.faster", self._faster),
        ):
            actions[name].triggered.connect(call)
        selection.changed.connect(self._enable)
        transport.pace_changed.connect(self._pace_changed)
        self._enable()

    # Orders

    def step(self, size: Size) -> None:
        self._give(Step(size))

    def step_back(self, size: Size) -> None:
        self._give(Step(size, back=True))

    @Slot()
    def play_or_pause(self) -> None:
        self._play_or_pause(reverse=False)

    @Slot()
    def play_back_or_pause(self) -> None:
        self._play_or_pause(reverse=True)

    def _play_or_pause(self, *, reverse: bool) -> None:
        self._give(Pause() if self._shown.playing else Play(self._transport.pace, reverse))

    @Slot()
    def stop(self) -> None:
        self._give(Pause())

    @Slot()
    def reset(self) -> None:
        self._give(Reset())

    @Slot()
    def run_to_card(self) -> None:
        self._give(RunToLayer(self._selection.current))

    @Slot()
    def run_back_to_card(self) -> None:
        self._give(RunToLayer(self._selection.current, reverse=True))

    @Slot()
    def run_to_breakpoint(self) -> None:
        self._give(RunToBreakpoint())

    @Slot()
    def run_back_to_breakpoint(self) -> None:
        self._give(RunToBreakpoint(reverse=True))

    @Slot()
    def to_start(self) -> None:
        self._give(Seek(0))

    @Slot()
    def to_newest(self) -> None:
        self._give(Seek(None))

    def seek(self, iteration: int) -> int:
        """To the moment after that many updates; the number of the order (see `Runner.give`)."""
        return self._give(Seek(iteration))

    @Slot()
    def _slower(self) -> None:
        self._transport.slider.setValue(self._transport.slider.value() - 1)

    @Slot()
    def _faster(self) -> None:
        self._transport.slider.setValue(self._transport.slider.value() + 1)

    @Slot(object)
    def _pace_changed(self, pace: object) -> None:
        if self._shown.playing and not self._shown.activity:
            self._give(Play(self._transport.pace, self._shown.reverse))

    # What makes sense

    def show_update(self, update: Update) -> None:
        """Which actions can be had at this moment."""
        self._shown = update
        self._enable()

    @Slot()
    def _enable(self) -> None:
        update, frame = self._shown, self._shown.frame
        at_start = frame is None or (frame.iteration == 0 and frame.tick == 0)
        recorded = 0 if update.track is None else update.track.recorded
        for name in FORWARD:
            self._actions[name].setEnabled(frame is not None)
        for name in BACK:
            self._actions[name].setEnabled(not at_start)
        chosen = bool(self._selection.current)
        self._actions["run.toCard"].setEnabled(frame is not None and chosen)
        self._actions["run.toCardBack"].setEnabled(not at_start and chosen)
        self._actions["run.reset"].setEnabled(not at_start or recorded > 0)
        self._actions["run.toNewest"].setEnabled(frame is not None and recorded > frame.iteration)
        self._actions["run.stop"].setEnabled(update.playing)

"""What the Run menu does: orders to the worker, and which of them make sense just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from bnsim.runner.updates import Size, Update

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
        self._worker = window.worker
        self._pump = window.pump
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
        self._worker.step(size)
        self._pump.wake()

    def step_back(self, size: Size) -> None:
        self._worker.step_back(size)
        self._pump.wake()

    @Slot()
    def play_or_pause(self) -> None:
        self._play_or_pause(reverse=False)

    @Slot()
    def play_back_or_pause(self) -> None:
        self._play_or_pause(reverse=True)

    def _play_or_pause(self, *, reverse: bool) -> None:
        if self._shown.playing:
            self._worker.pause()
        else:
            self._worker.play(self._transport.pace, reverse=reverse)
        self._pump.wake()

    @Slot()
    def stop(self) -> None:
        self._worker.pause()
        self._pump.wake()

    @Slot()
    def reset(self) -> None:
        self._worker.reset()
        self._pump.wake()

    @Slot()
    def run_to_card(self) -> None:
        self._worker.run_to_layer(self._selection.current)
        self._pump.wake()

    @Slot()
    def run_back_to_card(self) -> None:
        self._worker.run_to_layer(self._selection.current, reverse=True)
        self._pump.wake()

    @Slot()
    def run_to_breakpoint(self) -> None:
        self._worker.run_to_breakpoint()
        self._pump.wake()

    @Slot()
    def run_back_to_breakpoint(self) -> None:
        self._worker.run_to_breakpoint(reverse=True)
        self._pump.wake()

    @Slot()
    def to_start(self) -> None:
        self.seek(0)

    @Slot()
    def to_newest(self) -> None:
        self._worker.seek_newest()
        self._pump.wake()

    def seek(self, iteration: int) -> int:
        """To the moment after that many updates; the number of this wish (see `Worker.seek`)."""
        number = self._worker.seek(iteration)
        self._pump.wake()
        return number

    @Slot()
    def _slower(self) -> None:
        self._transport.slider.setValue(self._transport.slider.value() - 1)

    @Slot()
    def _faster(self) -> None:
        self._transport.slider.setValue(self._transport.slider.value() + 1)

    @Slot(object)
    def _pace_changed(self, pace: object) -> None:
        if self._shown.playing and not self._shown.errand:
            self._worker.play(self._transport.pace, reverse=self._shown.reverse)
            self._pump.wake()

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

"""Carries out orders about files of runs and of weights: they are read here, and written in the writer's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.runner.export import FileWriter
from bnsim.runner.orders import LoadWeights, SaveRun, SaveWeights, WritePyTorch
from bnsim.runner.playback import Playback
from bnsim.runner.updates import RunRead
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.lane import Lane


class RunFiles:
    """`notify(sentence, kind)` tells the person something, `report` what came of reading a run."""

    def __init__(
        self,
        playback: Playback,
        writer: FileWriter,
        notify: Callable[..., None],
        report: Callable[[RunRead], None],
    ) -> None:
        self._playback = playback
        self._writer = writer
        self._notify = notify
        self._report = report
        self._waits: SaveRun | None = None
        """A run that is to be saved once the kernels are compiled."""

    @property
    def waits(self) -> bool:
        """Whether a run is to be saved once the kernels are compiled."""
        return self._waits is not None

    def read(self, path: Path) -> None:
        """Read the file of a run, and report it or why it cannot be used."""
        from bnsim.session.run_file import read_run

        try:
            self._report(RunRead(path, read_run(path)))
        except InputError as error:
            self._report(RunRead(path, problem=str(error)))

    def save(self, order: SaveRun) -> None:
        """Copy the run and have it written, or wait for the kernels that it will go on with."""
        session, self._waits = self._playback.session, None
        if session is None:
            self._notify("There is no run to save: no stack can run.", "problem")
        elif self._playback.compiling:
            self._waits = order
            self._notify(f"Saving {order.path.name} once the kernels are compiled")
        else:
            self._writer.write_run(session.saved(order.document), order.path)

    def save_what_waits(self) -> None:
        """Save the run that was waiting for kernels, if they are there."""
        if self._waits is not None and not self._playback.compiling:
            self.save(self._waits)

    def give_up(self) -> None:
        """Another run begins: what waits cannot be saved any more."""
        if self._waits is not None:
            self._notify(f"{self._waits.path.name} was not saved: another run began.", "problem")
            self._waits = None

    def save_weights(self, order: SaveWeights) -> None:
        """Copy a lane's weights and have them written."""
        if (lane := self._lane(order.stack_id)) is not None:
            self._writer.write_weights(lane.state_dict(), order.path)

    def write_pytorch(self, order: WritePyTorch) -> None:
        """Have the lanes written as a PyTorch script, for about as many iterations as are done."""
        session = self._playback.session
        if session is None:
            self._notify("There is nothing to write: no stack can run.", "problem")
        else:
            self._writer.write_pytorch(session.experiment, order.path, order.title, session.iteration)

    def load_weights(self, order: LoadWeights) -> None:
        """Load a file's weights as the next iteration begins. What does not fit is said before anything moves."""
        lane, session = self._lane(order.stack_id), self._playback.session
        if lane is None or session is None:
            return
        arrays = lane.read_weights(order.path)
        if not session.between_iterations:
            session.step("iteration")
        lane.load_state_dict(arrays)
        when = f"from iteration {count(session.iteration)} on; back before that the former ones are there"
        self._notify(f"Loaded {order.path.name} into “{lane.stack.name}”, {when}", "done")

    def _lane(self, stack_id: int) -> Lane | None:
        """The lane of that stack's id; None, and the person is told, if it cannot run."""
        session = self._playback.session
        found = [lane for lane in session.lanes if lane.stack.id == stack_id] if session is not None else []
        if not found:
            self._notify("This lane cannot run, so that it has no weights yet.", "problem")
        return found[0] if found else None

"""Orders of the window: immutable records that go in to the runner."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from msgspec import Struct

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.plot.figure import Figure
from bnsim.plot.ghosts import Ghost
from bnsim.session.changes import Changes
from bnsim.session.frame import Phase
from bnsim.spec.breakpoints import Breakpoint
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.experiment import Experiment
from bnsim.spec.watches import Watch

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.past import Past
    from bnsim.session.saved_run import SavedRun
    from bnsim.session.session import Session

Size = Literal["op", "layer", "phase", "iteration", "epoch"]


class Pace(Struct, frozen=True):
    """How fast to play: `rate` steps of `size` a second; an infinite rate is as fast as the engine computes."""

    size: Size
    rate: float

    def text(self) -> str:
        """The pace as the slider shows it, such as "5 layers/s"."""
        if math.isinf(self.rate):
            return "full speed"
        unit = self.size.removesuffix("ation")
        return f"{self.rate:g} {unit}{'s' if self.rate != 1 else ''}/s"


class Order(Struct, frozen=True):
    """Base of all orders.

    `interrupts`: a longer run that is under way is given up for it. `of_one_experiment`: it is dropped if another
    experiment is set before it was begun. `rewrites_history`: what was recorded may be different after it.
    """

    interrupts: ClassVar[bool] = True
    of_one_experiment: ClassVar[bool] = True
    rewrites_history: ClassVar[bool] = False


class SetExperiment(Order, frozen=True):
    """Run this experiment from its start, or go on with a `run` of it that was saved.

    `folder` is where a data file is looked for first. Unless `restart`, the run goes on where the two experiments
    differ only in names and colors, or in lanes that cannot run. Unless `may_read`, a data file is not looked at.
    """

    experiment: Experiment
    folder: Path | None = None
    restart: bool = True
    may_read: bool = True
    run: SavedRun | None = None
    rewrites_history: ClassVar[bool] = True


class Step(Order, frozen=True):
    """Pause if it plays, then one step."""

    size: Size = "layer"
    back: bool = False


class StepToLandmark(Order, frozen=True):
    """Pause if it plays, then step to the next moment worth a look, or back to the last.

    See `Session.step_to_landmark`; the layers looked at are those of which a finding speaks.
    """

    back: bool = False


class Play(Order, frozen=True):
    """Play to the end or, in reverse, back to the start; while it plays, go on at the new pace."""

    pace: Pace
    reverse: bool = False


class Pause(Order, frozen=True):
    """Stop at the present moment; gives up a longer run, too."""


class Seek(Order, frozen=True):
    """Pause and go to the state after that many updates; None: to the last one there is a record of.

    Earlier seeks that are not finished are dropped.
    """

    iteration: int | None


class Return(Order, frozen=True):
    """Go to a moment where an earlier run of the same experiment stood, however far; an order that interrupts ends it.

    Nothing stops it on the way that stopped it then; `changes` are made as they were then.
    """

    iteration: int
    tick: int
    changes: Changes = ()


class Reset(Order, frozen=True):
    """Pause and go back to the very start, with nothing recorded."""

    rewrites_history: ClassVar[bool] = True


class ScaleWeights(Order, frozen=True):
    """Multiply the weights of the layers of these ids by `factor` from the next iteration on; whatever runs goes on.

    Orders of one `gesture`, as of a hand that moves a slider, make one change, by the last one's factor in all.
    """

    layers: tuple[int, ...]
    factor: float
    gesture: int
    interrupts: ClassVar[bool] = False


class UndoChange(Order, frozen=True):
    """Undo the last change of the run; it goes back to where that was made, and goes on if it played."""

    interrupts: ClassVar[bool] = False
    rewrites_history: ClassVar[bool] = True


class RunToBreakpoint(Order, frozen=True):
    """Run until a breakpoint stops it, `only` that one if it is given; any order that interrupts gives it up."""

    reverse: bool = False
    only: Breakpoint | None = None


class RunToLayer(Order, frozen=True):
    """Run until the cursor comes to the layer of that id."""

    layer_id: int
    reverse: bool = False


class GoToOperation(Order, frozen=True):
    """Pause and stand where the lane of that stack's id has just done an instruction of its program.

    That is the one at `position`, of an iteration that was computed already.
    """

    stack_id: int
    iteration: int
    position: int


class GoBehind(Order, frozen=True):
    """Stand where a phase of the iteration after so many `updates` is done, or the part of a layer's id in it.

    None: before it begins; after an "update" it is over. However far that is, an order that interrupts ends it;
    breakpoints do not, and changes of the run are undone.
    """

    phase: Phase | None
    updates: int = 0
    layer_id: int = 0
    rewrites_history: ClassVar[bool] = True


class ReadData(Order, frozen=True):
    """Read a file that may become the data; a `DataRead` tells what is in it. Whatever runs goes on.

    `folder` is where it is looked for first. With a `precision` the hash of its numbers in that is told, too.
    """

    data: FileData
    folder: Path | None = None
    precision: str = ""
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class ReadRun(Order, frozen=True):
    """Read the file of a run; a `RunRead` tells what came of it. Whatever runs goes on."""

    path: Path
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class SaveRun(Order, frozen=True):
    """Write the run as it stands, and the document that it is of, to a file; a notice tells when it is done.

    Whatever runs goes on. Until kernels are compiled it waits, as other kernels give other bits.
    """

    path: Path
    document: Document
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class SaveWeights(Order, frozen=True):
    """Write the weights of the lane of that stack's id to a file; a notice tells when it is done."""

    path: Path
    stack_id: int
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class WritePyTorch(Order, frozen=True):
    """Write a PyTorch script or notebook of the lanes that can run, and its numbers beside it; notices tell of it.

    `title` is what the script calls the experiment. Whatever runs goes on.
    """

    path: Path
    title: str
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class LoadWeights(Order, frozen=True):
    """Load a file's weights into the lane of that stack's id as the next iteration begins. Whatever plays goes on."""

    path: Path
    stack_id: int
    interrupts: ClassVar[bool] = False
    rewrites_history: ClassVar[bool] = True


class CompareBefore(Order, frozen=True):
    """Whether the run before an edit stays behind the present one; if not, the one that is there is dismissed."""

    on: bool
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class KeepRun(Order, frozen=True):
    """Have the run as it stands stay behind those to come, under a name. Whatever runs goes on."""

    name: str
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class RenameRun(Order, frozen=True):
    """Call a former run by another name; that before the last edit then stays over further edits."""

    number: int
    name: str
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class RemoveRun(Order, frozen=True):
    """Show a former run no more, and give its memory back; 0: that before the last edit."""

    number: int = 0
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class SetBreakpoints(Order, frozen=True):
    """Where playing and running stop; the present session and those to come record what they ask for."""

    breakpoints: tuple[Breakpoint, ...]
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class SetWatches(Order, frozen=True):
    """The numbers that each update has from now on; what they alone read is recorded."""

    watches: tuple[Watch, ...]
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class SetFigures(Order, frozen=True):
    """Which figures are wanted, by name; what they need is recorded.

    `layer_id` is the layer that they are about; None: the first one that fits. `layers` has others by the names of
    figures that stay with one, 0 for the first that fits. `options` are what is chosen of figures, by name, of those
    that are not wanted now too: an export makes them so. `every`: after how many updates one that takes long is
    measured, also while the session plays; those not in it are when it rests.
    """

    names: tuple[str, ...]
    layer_id: int | None = None
    layers: Mapping[str, int] = MappingProxyType({})
    options: Mapping[str, Mapping[str, str | int]] = MappingProxyType({})
    every: Mapping[str, int] = MappingProxyType({})
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class FillIn(Order, frozen=True):
    """Fill in the past that figures need and that was not recorded, or give that up: what is filled in stays."""

    wanted: bool
    interrupts: ClassVar[bool] = False


class SetPreviews(Order, frozen=True):
    """Which previews the gallery shows, by name, in the order in which they are made; () gives up what is under way.

    `layer_id` is the layer that they are about; None: the first one that fits.
    """

    names: tuple[str, ...]
    layer_id: int | None = None
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class Measure(Order, frozen=True):
    """Measure a figure that takes long as soon as possible; a session that plays goes on after that."""

    name: str
    interrupts: ClassVar[bool] = False


class StopMeasuring(Order, frozen=True):
    """Give up what is measured, until the next time that one asks for it or that it is due."""

    interrupts: ClassVar[bool] = False


class SetLenses(Order, frozen=True):
    """The lenses that each update answers from now on."""

    lenses: tuple[Lens, ...]
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class Ask(Order, frozen=True):
    """Pause and answer an inquiry; `Found` records report its progress and result.

    Any other order gives it up. Once the experiment is another one, nothing comes of it.
    """

    inquiry: Inquiry
    rewrites_history: ClassVar[bool] = True


class DrawFigure(Order, frozen=True):
    """Make the present figure of that name with all of its points, and the `ghosts` behind it, and put it in `drawn`.

    Whoever waits for `drawn` no more, as when the window closes, cancels it. InputError there if no stack can run.
    """

    name: str
    drawn: Future[Figure]
    ghosts: tuple[Ghost, ...] = ()
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class TellPast(Order, frozen=True):
    """Put how the run came to its present moment in `told`, for a picture to carry; `document` is what it is of.

    Whoever waits for it no more cancels it. InputError there if no stack can run, or the data cannot go along.
    """

    document: Document
    told: Future[Past]
    with_data: bool = False
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False


class Collect(Order, frozen=True):
    """Put what `collect` makes of the session into `made`; it leaves the session as it is.

    Whoever waits for it no more cancels it. InputError there if no stack can run; `purpose` says what it was for.
    """

    collect: Callable[[Session], object]
    made: Future[Any]
    purpose: str = "draw"
    interrupts: ClassVar[bool] = False
    of_one_experiment: ClassVar[bool] = False

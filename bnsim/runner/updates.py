"""Updates of the runner: immutable records that come out, with arrays that are never written to again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.plot.figure import Figure
from bnsim.plot.ghosts import Ghost
from bnsim.runner.data import DataRead, DataSummary
from bnsim.session.changes import Changes
from bnsim.session.frame import Frame, OperationName
from bnsim.session.track import Track
from bnsim.session.watch_seen import WatchSeen
from bnsim.spec.breakpoints import Breakpoint
from bnsim.spec.experiment import Experiment
from bnsim.spec.problems import Problem

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.saved_run import SavedRun


class FormerRun(Struct, frozen=True):
    """A run that is over and still shown behind the present one, of so many `iterations`.

    `name` is "" for the run before the last edit, which goes with the next one.
    """

    number: int
    name: str
    iterations: int


class Update(Struct, frozen=True):
    """One moment, without its figures, which follow as `Figures`. `frame` is None where no stack can run.

    `problems` are those of `experiment`, `left_out` the names of stacks that cannot run, `data` what was read of
    its data, None if it cannot be read. `preparing`: nothing more of `experiment` can be shown yet, and what was shown
    before is of another one; `prepared` is the fraction of its session that is made. `answers` are those to the lenses
    set, `watches` the numbers that are followed, in the document's order. `track`: all that was recorded. `operations`:
    what each layer does, by its id. `hits`: how often each breakpoint has stopped the session. `playing`: it moves by
    itself, `reverse`: backward, `fast`: whole iterations go by faster than each can be seen; `activity`: what it is
    doing meanwhile, in words, "" if it just plays or rests. `changes`: what was done to weights in this run; `loaded`:
    after how many updates others were loaded into a lane, by its index. `last_order`: the number of the last order that
    is done (see `Runner.give`). `former`: the runs that figures show behind the present one.
    """

    experiment: Experiment | None = None
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    preparing: bool = False
    prepared: float = 0.0
    data: DataSummary | None = None
    frame: Frame | None = None
    answers: Mapping[Lens, Any] = MappingProxyType({})
    watches: tuple[WatchSeen, ...] = ()
    track: Track | None = None
    operations: Mapping[int, tuple[OperationName, ...]] = MappingProxyType({})
    hits: Mapping[Breakpoint, int] = MappingProxyType({})
    playing: bool = False
    reverse: bool = False
    fast: bool = False
    activity: str = ""
    changes: Changes = ()
    loaded: tuple[tuple[int, int], ...] = ()
    last_order: int = 0
    former: tuple[FormerRun, ...] = ()


class Measurement(Struct, frozen=True):
    """How things stand with a figure that takes long.

    `updates`: after how many it was measured last, None if it was not; `seconds` and `passes` through the network are
    what that took. `under_way`: it is measured just now, or next.
    """

    updates: int | None = None
    seconds: float = 0.0
    passes: int = 0
    under_way: bool = False


class Filling(Struct, frozen=True):
    """The past that was not recorded: all before iteration `since`. `share` of it, 0 to 1, has been filled in since.

    `under_way`: it is being filled in; else that was given up.
    """

    since: int
    share: float
    under_way: bool


class Figures(Struct, frozen=True):
    """The wanted figures by name, at the moment of the last update; `fast`: many come each second.

    `updates`: how many are done; `iteration`: the number, from 0, of the one under way or just ended. `measurements`
    has how things stand with those that take long, `filling` with the past that some of them need; None: nothing is
    missing. `former` has what former runs show behind a figure, by its name.
    """

    experiment: Experiment | None = None
    by_name: Mapping[str, Figure] = MappingProxyType({})
    fast: bool = False
    updates: int = 0
    iteration: int = 0
    measurements: Mapping[str, Measurement] = MappingProxyType({})
    filling: Filling | None = None
    former: Mapping[str, tuple[Ghost, ...]] = MappingProxyType({})


class Preview(Struct, frozen=True):
    """A small figure for the gallery: the kind of that name, at some moment of the experiment's run.

    `layer_id` as it was asked for. Its verdict stands in its place if it has no data.
    """

    experiment: Experiment | None
    name: str
    layer_id: int | None
    figure: Figure


class Notice(Struct, frozen=True):
    """One sentence for the status bar."""

    text: str
    kind: Literal["info", "done", "problem"] = "info"


class Found(Struct, frozen=True):
    """Progress or result of an inquiry: the fraction that is done, from 0 to 1, and at the end the answer.

    At the end without an answer it was given up, by whoever asked or because the session moved.
    """

    inquiry: Inquiry
    share: float
    ended: bool = False
    answer: Any = None


class RunRead(Struct, frozen=True, eq=False):
    """What came of reading the file of a run: the run, or None and why not."""

    path: Path
    run: SavedRun | None = None
    problem: str = ""


class Output(Struct, frozen=True):
    """Everything new for the window, in the order in which it is to be shown; None is nothing new."""

    update: Update | None = None
    figures: Figures | None = None
    notices: tuple[Notice, ...] = ()
    found: tuple[Found, ...] = ()
    read: tuple[DataRead, ...] = ()
    runs: tuple[RunRead, ...] = ()
    previews: tuple[Preview, ...] = ()

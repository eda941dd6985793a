"""What the worker tells the window: immutable records that cross threads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.plot.figure import Figure
from bnsim.session.breakpoints import Breakpoint
from bnsim.session.frame import Frame
from bnsim.session.track import Track
from bnsim.spec.experiment import Experiment
from bnsim.spec.problems import Problem

Size = Literal["op", "layer", "iteration", "epoch"]


class Pace(Struct, frozen=True):
    """How fast to play: `rate` steps of `size` a second; an infinite rate is as fast as it goes."""

    size: Size
    rate: float

    def text(self) -> str:
        """As the slider says it."""
        if math.isinf(self.rate):
            return "full speed"
        unit = self.size.removesuffix("ation")
        return f"{self.rate:g} {unit}{'s' if self.rate != 1 else ''}/s"


class Update(Struct, frozen=True):
    """What the window shows. `frame` is None where no stack can run; `problems` are those of `experiment`.

    `answers` are those to the lenses the window looks through. `fast`: it plays, and updates come as often as they can
    be drawn. `reverse`: it plays backward. `errand`: what it is about meanwhile, in words. `track`: all that was
    recorded. `hits`: how often each breakpoint has stopped it. `sought`: number of the last seek that is done.
    `operations`: (phase, name) of what each layer does, by its id. `preparing`: nothing of `experiment` can be
    seen yet, and what was seen before is of another one.
    """

    experiment: Experiment | None = None
    frame: Frame | None = None
    figures: Mapping[str, Figure] = MappingProxyType({})
    answers: Mapping[Lens, Any] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    playing: bool = False
    fast: bool = False
    reverse: bool = False
    errand: str = ""
    track: Track | None = None
    hits: Mapping[Breakpoint, int] = MappingProxyType({})
    sought: int = 0
    operations: Mapping[int, tuple[tuple[str, str], ...]] = MappingProxyType({})
    preparing: bool = False


class Notice(Struct, frozen=True):
    """One sentence for the status bar."""

    text: str
    kind: Literal["info", "done", "problem"] = "info"


class Found(Struct, frozen=True):
    """What became of an inquiry: how much of it is done, from 0 to 1, and, at the end, the answer.

    At the end without an answer it was given up, by whoever asked or because the session moved.
    """

    inquiry: Inquiry
    share: float
    ended: bool = False
    answer: Any = None

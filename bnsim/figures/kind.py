"""A kind of figure knows itself: its title, what it shows, what it needs, and how it is made of a session.

`@figure(...)` over the function that makes it says all of this in one place; panels, menus, the command line and the
recording of a run are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bnsim.figures.measured import Known, Session
from bnsim.figures.options import Option, Value, cost_of, records_of, settings
from bnsim.plot.figure import Figure
from bnsim.session.recording import LEVELS, records
from bnsim.spec.activations import ACTIVATIONS, Identity
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm, Layer
from bnsim.spec.phrases import joined, listed, phrase
from bnsim.spec.tree import is_weight_layer, walk

Section = Literal["By depth", "Over iterations", "At one layer", "Of the task"]
SECTIONS: tuple[Section, ...] = get_args(Section)
"""What kinds are sorted by in lists, in their order there."""

About = Literal["BatchNorm", "activation", "weight layer"]
"""The kind of layer that a figure about one layer is about."""

LIVE_POINTS = 200
"""Points along the x axis of a live panel: about one for every two pixels."""


Make = Callable[..., Figure]
"""A function that makes figures of one kind: `(session, layer_id=None, *, max_points, known)` and its own options."""


@dataclass(frozen=True, eq=False)
class FigureKind:
    """A kind of figure. Calling it makes one.

    - `name`: in files, on the command line and in scripts
    - `title`: of panels and exported figures; `shows`: one line that says what there is to see
    - `section`: where lists have it; `source`: who has drawn it, papers and courses, "" for nobody in particular
    - `about`: it is about one layer of that kind, the selected one; "" for one that is about whole lanes
    - `records`: names in the session's history (`bnsim.session.history`) that it reads
    - `live_points`: points along the x axis of a live panel; `fast_points` the same while iterations fly by at full
      speed
    - `docked`: its panel is open in a new window; others are opened in the View menu
    - `cost`: what it computes of its own, in words, if that is much: such a one is `costly`, and a live panel measures
      it only while the session rests
    - `refined`: at full speed and as the run comes to rest it is made roughly; all of it follows once the run rests
    - `options`: what can be chosen of it, keyword arguments of the call
    - `unwatched`: why none of its points can be watched, in words; "" where its marks have the expressions
    """

    name: str
    title: str
    shows: str
    make: Make
    section: Section
    about: About | Literal[""] = ""
    source: str = ""
    records: tuple[str, ...] = ()
    live_points: int = LIVE_POINTS
    fast_points: int = LIVE_POINTS
    docked: bool = False
    cost: str = ""
    refined: bool = False
    options: tuple[Option, ...] = ()
    unwatched: str = ""

    def __post_init__(self) -> None:
        # help() and inspect.signature() of a kind are those of its function.
        self.__dict__.update(__doc__=self.make.__doc__, __wrapped__=self.make, __name__=self.name)

    @property
    def about_layer(self) -> bool:
        """Whether it is about one layer, the selected one."""
        return bool(self.about)

    @property
    def costly(self) -> bool:
        """Whether it computes so much of its own that a live panel measures it only while the session rests."""
        return bool(self.cost)

    def fits(self, layer: Layer) -> bool:
        """Whether that layer is one that it can be about, or a block that holds such a one."""
        return any(_is(self.about, each) for each in walk((layer,)))

    def __call__(self, session: Session, layer_id: int | None = None, **options: int | str | Known | None) -> Figure:
        """The figure of what the session has done so far, `layer_id` the layer it is about if it is about one.

        `max_points`: of the iterations at most about so many, None for all; left out, what a slide has room for.
        `known`: what was read before, for a figure that is made again and again. Other names are those of the kind's
        `options`. InputError if there is no such option or value, or if the session does not record what is needed.
        """
        common = {name: options[name] for name in ("max_points", "known") if name in options}
        chosen = settings(self.name, self.options, {name: options[name] for name in options if name not in common})
        needed = self.needs(chosen)
        if not records(session.recording, needed):
            missing = ", ".join(sorted(set(needed) - LEVELS[session.recording]))
            raise InputError(
                f"Cannot make the figure {self.name!r}: {missing} is not recorded here; "
                f"make the session with recording={set(needed)}."
            )
        # Squares of what explodes overflow; figures say what is infinite, or no number.
        with np.errstate(all="ignore"):
            return self.make(session, layer_id, **common, **chosen)

    def needs(self, chosen: Mapping[str, Value]) -> tuple[str, ...]:
        """Names in the session's history that it reads with these options."""
        return (*self.records, *records_of(self.options, chosen))

    def cost_with(self, chosen: Mapping[str, Value]) -> str:
        """What it computes of its own with these options, in words; "" if that is not much."""
        return joined(phrase(" and "), (self.cost, cost_of(self.options, chosen)))

    def is_costly(self, chosen: Mapping[str, Value]) -> bool:
        """Whether it computes much of its own with these options."""
        return bool(self.cost_with(chosen))


def figure(
    *,
    title: str,
    shows: str,
    section: Section,
    about: About | Literal[""] = "",
    source: str = "",
    records: tuple[str, ...] = (),
    live_points: int = LIVE_POINTS,
    fast_points: int | None = None,
    docked: bool = False,
    cost: str = "",
    refined: bool = False,
    options: tuple[Option, ...] = (),
    unwatched: str = "",
) -> Callable[[Make], FigureKind]:
    """Decorator that makes a function a `FigureKind` of its name. `fast_points` None: the same as `live_points`."""

    def made(make: Make) -> FigureKind:
        return FigureKind(
            name=make.__name__,
            title=listed(title),
            shows=shows,
            make=make,
            section=section,
            about=about,
            source=source,
            records=records,
            live_points=live_points,
            fast_points=live_points if fast_points is None else fast_points,
            docked=docked,
            cost=cost,
            refined=refined,
            options=options,
            unwatched=unwatched,
        )

    return made


def _is(about: About | Literal[""], layer: Layer) -> bool:
    match about:
        case "BatchNorm":
            return isinstance(layer, BatchNorm)
        case "activation":
            return isinstance(layer, ACTIVATIONS) and not isinstance(layer, Identity)
        case "weight layer":
            return is_weight_layer(layer)
        case "":
            return False

"""The way of a gradient as a staircase: its norm from the loss down to a layer, every link a step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Mark, Marker, Role, Series, frozen
from bnsim.spec.layers import Layer
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import Path, ordinal_at

ROOM = 0.07
"""The share of the axis left above and below the steps, for markers and names."""
LEAST = 1.0
"""Decades that the axis holds at least: factors near 1 are to look near 1."""
NEARLY = 1e-6
"""Places that are so near to a whole number are that: they are sums of shares of a layer's room."""
MOST_TICKS = 400
"""Weight layers of which each has a tick of its own."""


class Step(Struct, frozen=True):
    """A link as it is drawn: from the end nearer to the loss, where it begins, to the one nearer to the input.

    `layer` is the id of its layer. `x` counts weight layers from the input, `y` is the norm before and after it;
    `role` is the color of its kind and `kind` that in words, `words` say why its factor is what it is. The instruction
    at `position` of the lane's program, an `operation`, made what stands at the end. `watches` are the expressions of
    both norms, "" where there is none.
    """

    layer: int
    path: Path
    name: str
    kind: str
    role: Role
    factor: float
    words: str
    x: tuple[float, float]
    y: tuple[float, float]
    position: int = 0
    operation: str = ""
    watches: tuple[str, str] = ("", "")

    @property
    def watch(self) -> str:
        """The expression of the factor; "" where that of a norm is missing."""
        before, after = self.watches
        return f"{after} / {before}" if before and after else ""


class Flight(Struct, frozen=True):
    """All steps of the lane of that `stack`, from the loss down.

    `ends` says what ends them before the layer: "0 at Linear 3".
    """

    name: str
    role: Role
    marker: Marker
    steps: tuple[Step, ...]
    ends: str = ""
    stack: int = 0


def places_along(layers: Sequence[Layer], paths: Sequence[Path]) -> list[float]:
    """Where on an axis of weight layers the outputs of these layers stand, which come in order from the input.

    A weight layer stands at its number, what follows it at equal distances up to the next one: so lanes with and
    without other layers between line up.
    """
    ordinals = [ordinal_at(layers, path) for path in paths]
    return [
        ordinal + sum(1 for other in ordinals[:at] if other == ordinal) / ordinals.count(ordinal)
        for at, ordinal in enumerate(ordinals)
    ]


def staircase(
    name: str, title: str, verdict: str, flights: Sequence[Flight], label: str = "‖∂L/∂z‖", *, upward: bool = False
) -> Figure:
    """The staircases of lanes over one another, colored by kind; a lane is told by its name and its markers.

    `upward`: they begin at the input. `label` is of what is measured.
    """
    shown = [flight for flight in flights if flight.steps]
    xs = [x for flight in shown for step in flight.steps for x in step.x]
    ys = [y for flight in shown for step in flight.steps for y in step.y]
    first, last = (min(xs), max(xs)) if xs else (1.0, 2.0)
    room = 0.02 * (last - first)
    named: set[str] = set()
    return Figure(
        name=name,
        title=title,
        verdict=verdict,
        x=Axis(
            phrase("weight layer, from the input" if upward else "weight layer, from the input to the loss"),
            limits=(first - room, last + room),
            ticks=_ticks(shown, first, last, upward=upward),
        ),
        y=Axis(label, scale="log", limits=_limits(ys)),
        marks=tuple(mark for flight in shown for mark in _marks(flight, named)),
    )


def _ticks(flights: Sequence[Flight], first: float, last: float, *, upward: bool) -> tuple[tuple[float, str], ...]:
    """Ticks at whole numbers, and the word of where the way begins."""
    whole = range(math.ceil(first), math.floor(last) + 1)
    begin = (first, phrase("input")) if upward else (last, phrase("loss"))
    numbered = [(float(number), str(number)) for number in whole if len(whole) <= MOST_TICKS and number != begin[0]]
    return tuple(sorted([*numbered, begin])) if flights else ()


def _limits(norms: Iterable[float]) -> tuple[float, float]:
    logs = [math.log10(norm) for norm in norms if math.isfinite(norm) and norm > 0]
    low, high = (min(logs), max(logs)) if logs else (-1.0, 0.0)
    room = max(ROOM * (high - low), (LEAST - (high - low)) / 2)
    return 10.0 ** max(low - room, -307.0), 10.0 ** min(high + room, 307.0)


class _Piece(NamedTuple):
    """Steps of one kind as one line with gaps."""

    role: Role
    x: list[float]
    y: list[float]
    watches: list[str]


def _marks(flight: Flight, named: set[str]) -> list[Mark]:
    """A line for each kind, with its name unless that is `named` already, and the lane's marks at weight layers."""
    pieces: dict[str, _Piece] = {}
    for step in flight.steps:
        piece = pieces.setdefault(step.kind, _Piece(step.role, [], [], []))
        piece.x.extend((*step.x, math.nan))
        piece.y.extend((*step.y, math.nan))
        piece.watches.extend((*step.watches, ""))
    marks: list[Mark] = []
    for kind, (role, x, y, watches) in pieces.items():
        label = "" if kind in named else kind
        named.add(kind)
        name = joined(", ", (flight.name, kind))
        line = Series(name, frozen(np.array(x)), frozen(np.array(y)), role, label=label, weight="bold")
        marks.append(replace(line, watches=tuple(watches)))
    first, last = flight.steps[0], flight.steps[-1]
    at_weights = [step for step in flight.steps if abs(step.x[1] - round(step.x[1])) < NEARLY or step is last]
    whole = [(step.x[1], step.y[1]) for step in at_weights]
    at = np.array([(first.x[0], first.y[0]), *whole])
    label = joined(": ", (flight.name, flight.ends)) if flight.ends else flight.name
    marks.append(
        Series(
            flight.name,
            frozen(at[:, 0].copy()),
            frozen(at[:, 1].copy()),
            flight.role,
            label=label,
            line="none",
            weight="bold",
            marker=flight.marker,
            watches=(first.watches[0], *(step.watches[1] for step in at_weights)),
        )
    )
    return marks

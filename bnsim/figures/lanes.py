"""What figures of all lanes share: each lane's name and color, and in words which layers something is so in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.measured import Lane, Session, last_shared, thin
from bnsim.plot.marks import Array, Line, Marker, Role, Rule, Series, frozen
from bnsim.spec.branches import branches
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.spelling import NO_SPELLING, Spelling, spelling
from bnsim.spec.training_words import lane_labels

LINES: tuple[Line, ...] = ("solid", "dashed", "dotted", "dash-dot", "long-dash", "dash-dot-dot")
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "triangle-down", "star")
"""As many as there can be lanes, in the order in which they are given out."""
_FLATTENS = 1e6
CUT_OFF = phrase("What is beyond the axis is cut off.")
"""Ends the caption of a figure whose axis does not hold all numbers."""


class Shown(NamedTuple):
    """A lane in a figure: its unique name, the number of its color, its number in the session.

    `branch`: before that iteration a fork is the lane of the number `source`; 0 where it is none. `spelling`: how
    watches name what it has.
    """

    lane: Lane
    name: str
    color: int
    place: int
    branch: int = 0
    source: int = -1
    spelling: Spelling = NO_SPELLING

    @property
    def role(self) -> str:
        """The role of the lane's marks."""
        return f"lane{self.color}"

    @property
    def marker(self) -> Marker:
        """A marker that no other lane has."""
        return MARKERS[self.place % len(MARKERS)]

    def rows(self, max_points: int | None) -> NDArray[np.intp]:
        """Numbers of the history's rows to draw; of a fork from the last on that it shares with its source."""
        kept = self.lane.history.kept
        chosen = thin(len(kept), max_points)
        first = last_shared(kept, self.branch)
        if first is None:
            return chosen
        own = chosen[chosen > first]
        return own if first < 0 else np.append(first, own)

    def shares(self, x: Array) -> bool:
        """Whether the first of these iterations is one that a fork shares with its source."""
        return bool(self.branch and len(x) and x[0] < self.branch and (len(x) == 1 or x[1] >= self.branch))

    def fork_mark(self, x: Array, y: Array) -> tuple[Series, ...]:
        """The mark where the fork's line begins; none before the run is there."""
        if not self.shares(x) or (len(x) == 1 and x[0] < self.branch - 1):
            return ()
        return (forked_at(self.name, x, y, self.role),)


def forked_at(name: str, x: Array, y: Array, role: Role) -> Series:
    """The mark at the first point of a fork's line."""
    named = phrase("{line}, forked", line=name)
    return Series(named, frozen(x[:1].copy()), frozen(y[:1].copy()), role, line="none", marker="diamond")


def shown_lanes(session: Session) -> list[Shown]:
    """All lanes of a session, in their order."""
    experiment = session.experiment
    names, forked = lane_labels(experiment), branches(experiment)
    places = {stack.id: place for place, stack in enumerate(experiment.stacks)}
    shown = []
    for place, (lane, name) in enumerate(zip(session.lanes, names, strict=True)):
        branch = forked.get(experiment.stacks[place].id)
        at, source = (0, -1) if branch is None else (branch.iteration, places[branch.source])
        spelled = spelling(experiment, lane.stack)
        shown.append(Shown(lane, name, lane.stack.lane_color(place), place, at, source, spelled))
    return shown


def lane_rules(label: str, at: Iterable[tuple[Shown, float]], lanes: int) -> tuple[Rule, ...]:
    """A rule for each number: one that not all `lanes` have says whose it is, that of one lane is in its color."""
    owners: dict[float, list[Shown]] = {}
    for shown, y in at:
        owners.setdefault(y, []).append(shown)
    if all(len(whose) == lanes for whose in owners.values()):
        return tuple(Rule(y, label) for y in owners)
    return tuple(
        Rule(y, joined(", ", (label, *(each.name for each in whose))), whose[0].role if len(whose) == 1 else "muted")
        for y, whose in sorted(owners.items())
    )


def from_first_to_last(layers: Array, values: Array) -> str:
    """The value of the first of these layers and that of the last, in words; of a single layer its value alone."""
    first, last = (significant(float(values[at]), 2) for at in (0, -1))
    if len(layers) == 1:
        return first
    return phrase(
        "{start} in layer {first} to {end} in layer {last}",
        start=first,
        first=f"{layers[0]:.0f}",
        end=last,
        last=f"{layers[-1]:.0f}",
    )


def where(numbers: Sequence[int] | NDArray[Any], all_of: int, *, activations: bool = False) -> str:
    """Which layers, or `activations`, in words: "in all layers", "in layer 3", "in layers 2 to 9" (first to last)."""
    numbers = [int(number) for number in numbers]
    first, last = count(numbers[0]), count(numbers[-1])
    if len(numbers) == all_of and all_of > 1:
        return phrase("in all activations" if activations else "in all layers")
    if len(numbers) == 1:
        return phrase("in activation {number}" if activations else "in layer {number}", number=first)
    return phrase(
        "in activations {first} to {last}" if activations else "in layers {first} to {last}", first=first, last=last
    )


def decades(arrays: Iterable[NDArray[np.float64]], least: int = 2) -> tuple[float, float]:
    """Whole decades around all positive finite numbers, at least `least` of them: the limits of a log axis."""
    values = np.concatenate([np.ravel(array) for array in arrays] or [np.empty(0)])
    values = values[np.isfinite(values) & (values > 0)]
    if not values.size:
        return 10.0 ** (-least), 1.0
    room = 0.1  # decades, for markers
    low = max(int(np.floor(np.log10(values.min()) - room)), -307)
    high = min(int(np.ceil(np.log10(values.max()) + room)), 308)
    while high - low < least:
        high, low = min(high + 1, 308), (low if high - low == least - 1 else max(low - 1, -307))
    return 10.0**low, 10.0**high


def seen(lanes: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The numbers of each lane with NaN in place of what is so large that it would flatten all others on a log axis.

    That is more than a million times the median of the lane where it is lowest.
    """
    medians = [
        float(np.median(values)) for values in (lane[np.isfinite(lane) & (lane > 0)] for lane in lanes) if values.size
    ]
    most = _FLATTENS * min(medians, default=np.inf)
    return [np.where(lane <= most, lane, np.nan) for lane in lanes]


def with_zeros(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A copy with NaN in place of what is no number or negative; a line on a log axis writes its zeros as such."""
    return np.where(np.isfinite(values) & (values >= 0), values, np.nan)


def drawable(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A copy with NaN in place of what a log axis has no place for."""
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)

"""How pre-activations spread at every depth: histograms one above the other (Glorot and Bengio 2010, figure 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.cells import number_ticks
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.options import Choice
from bnsim.figures.present import Link, input_of, links
from bnsim.figures.responses import is_activation
from bnsim.figures.ridges import BINS, HEIGHT, beyond, drawn_rows, finite, row_axis, sampled, shares
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Mark, Ridge, frozen
from bnsim.spec.numerals import short, whole_percent
from bnsim.spec.phrases import joined, phrase

_CORE = 99.5
"""Percent of a lane's sizes that the axis holds."""
_FARTHER = 4.0
"""A lane whose values reach this many times as far as the nearest one's, or as the good range, is cut off there."""
_REACH = 3.0
"""The axis reaches at least this far, unless the good range has an end of its own."""
_GAP = 0.15
"""Between lanes side by side, as a share of the axis's reach."""
_NOTE, _LONG_NOTE = 0.18, 0.7
"""Width of a lane's notes, as a share of the axis: a percentage, and two of them."""
_SHORT_NOTE, _LONGEST_NOTE = 0.35, 1.3
"""The same of more lanes than `_MANY_LANES`, each of which is narrow: there nothing is said where none is dead."""
_MANY_LANES = 2


class _Activation(NamedTuple):
    """One activation now: its finite pre-activations (numbers,), which are left empty if it is not drawn.

    `saturated`, `dead`: shares, None where it cannot be. `good` is the interval between its flat stretches; `wrong`:
    some pre-activation is NaN or infinite. `silent`: where it is saturated its output is 0, as a ReLU's.
    """

    values: Array
    saturated: float | None
    dead: float | None
    good: tuple[float, float]
    wrong: bool
    silent: bool


class _Lane(NamedTuple):
    """A lane with its activations from the input, None for one that is not computed yet."""

    shown: Shown
    activations: list[_Activation | None]

    @property
    def computed(self) -> list[_Activation]:
        """The activations that are computed."""
        return [each for each in self.activations if each is not None]


@figure(
    title="Activations by depth",
    shows="histogram of the pre-activations at every activation, one above the other, with the share saturated",
    section="By depth",
    source="Glorot and Bengio 2010, fig. 6; CS231n",
    options=(Choice("of", "Histograms of", (("input", "pre-activations"), ("output", "activations"))),),
    unwatched="shares of a histogram",
)
def activations_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    of: str = "input",
) -> Figure:
    """Histograms of the present mini-batch's pre-activations, a row for each activation, lanes side by side.

    Shaded is the good range, between the outermost stretches where the derivative stays below 10 % of its largest, if
    it is the same for all activations. At the right of each row: the share of (sample, unit) on those stretches, and of
    units whose derivative is 0 on the whole mini-batch. Of more than 12 activations some are drawn; the verdict is of
    all. `of` "output" draws what the activations give, without a range. `layer_id`, `max_points` and `known` have no
    effect here.
    """
    after = of == "output"
    chains = [(shown, _activations(shown)) for shown in shown_lanes(session)]
    rows = drawn_rows(max((len(chain) for _, chain in chains), default=0))
    lanes = [_read(shown, chain, rows, after=after) for shown, chain in chains]
    goods = {each.good for lane in lanes for each in lane.computed}
    good = goods.pop() if len(goods) == 1 and not after else None
    low, high = _outputs_within(lanes) if after else _within(_reach(lanes, good))
    half = (high - low) / 2
    edges = frozen(np.linspace(low, high, BINS + 1))
    long = any(each.dead is not None for lane in lanes for each in lane.computed)
    room = 2 * half * (_LONG_NOTE if long else _NOTE)
    brief = len(lanes) > _MANY_LANES
    if brief:
        long = any(each.dead for lane in lanes for each in lane.computed)
        room = 2 * half * (_LONGEST_NOTE if long else _SHORT_NOTE)
    width = 2 * half + room
    y = row_axis(phrase("activation, counted from the input"), rows, named=len(lanes) > 1)
    marks: list[Mark] = []
    ticks: list[tuple[float, str]] = []
    for number, lane in enumerate(lanes):
        shift = number * (width + _GAP * half)
        marks += _shading(good, high, shift, y)
        name = lane.shown.name if len(lanes) > 1 else ""
        marks.append(_ridge(lane, rows, edges, notes_at=high + room, label=name, shift=shift, brief=brief))
        ticks += number_ticks(low, high, shift, most=max(3, 9 // len(lanes)))
    some = any(lane.computed for lane in lanes)
    end = len(lanes) * (width + _GAP * half) - _GAP * half + low
    return Figure(
        name=activations_by_depth.name,
        title=activations_by_depth.title,
        verdict=_verdict(lanes),
        x=Axis(phrase("activation" if after else "pre-activation"), limits=(low, max(end, high)), ticks=tuple(ticks)),
        y=y,
        marks=tuple(marks) if some else (),
        caption=_caption(lanes, rows, edges, good is not None, after=after) if some else "",
    )


def _activations(shown: Shown) -> list[Link]:
    return [link for link in links(shown.lane.stack.layers) if is_activation(link.layer)]


def _read(shown: Shown, chain: list[Link], rows: NDArray[np.intp], *, after: bool) -> _Lane:
    seen = {*rows.tolist(), 0, len(chain) - 1}  # the verdict has the spread of the first and the last
    return _Lane(shown, [_measured(shown, link, number in seen, after) for number, link in enumerate(chain)])


def _measured(shown: Shown, link: Link, seen: bool, after: bool) -> _Activation | None:
    from bnsim.engine.flat import flat_of  # the engine comes with it

    flat = flat_of(link.layer)
    x, y = input_of(shown.lane, link), shown.lane.value(link.path)
    if flat is None or x is None or y is None:
        return None
    read = x if flat.reads == "x" else y
    saturated = float(np.mean(flat.flat(read))) if flat.is_flat else None
    dead = float(np.mean(flat.dead(read).all(axis=0))) if flat.is_dead else None
    shown_values = y if after else x
    values = finite(shown_values) if seen else np.empty(0)
    return _Activation(
        values, saturated, dead, (flat.below, flat.above), not np.isfinite(shown_values).all(), flat.silent
    )


def _within(reach: float) -> tuple[float, float]:
    return -reach, reach


def _outputs_within(lanes: list[_Lane]) -> tuple[float, float]:
    """The ends of the axis of outputs: nearly all of every lane, unless one lane is far beyond others."""
    ends = []
    for lane in lanes:
        layers = [sampled(each.values) for each in lane.computed if each.values.size]
        if layers:
            cores = np.array([np.percentile(layer, (100 - _CORE, _CORE)) for layer in layers])
            ends.append((float(cores[:, 0].min()), float(cores[:, 1].max())))
    if not ends:
        return -1.0, 1.0
    least = min(max(abs(low), abs(high)) for low, high in ends)
    farthest = _FARTHER * least if least else np.inf
    low = max(min(end[0] for end in ends), -farthest)
    high = min(max(end[1] for end in ends), farthest)
    room = 0.03 * (high - low) or 1.0
    return low - room, high + room


def _reach(lanes: list[_Lane], good: tuple[float, float] | None) -> float:
    """How far the axis reaches from zero: as far as nearly all of every lane, unless one lane is far beyond others."""
    ends = [abs(end) for end in good or () if np.isfinite(end)]
    least = max([*ends, 0.0]) or _REACH
    cores = []
    for lane in lanes:
        layers = [sampled(np.abs(each.values)) for each in lane.computed if each.values.size]
        if layers:
            cores.append(max(float(np.percentile(layer, _CORE)) for layer in layers))
    if not cores:
        return least
    shown = min(max(cores), _FARTHER * max(min(cores), least))
    return max(shown, 1.3 * least if ends else min(least, 1.5 * max(cores)), 1e-6)


def _shading(good: tuple[float, float] | None, reach: float, shift: float, y: Axis) -> list[Band]:
    if good is None or not np.isfinite(good).any() or y.limits is None:
        return []
    x = frozen(np.clip(np.array(good), -reach, reach) + shift)
    low, high = (frozen(np.full(2, limit)) for limit in (y.limits[0], y.limits[0] + (y.limits[1] - y.limits[0]) / 1.13))
    return [Band(phrase("good range, {number}", number=f"{shift:g}"), x, low, high, "good")]


def _ridge(
    lane: _Lane, rows: NDArray[np.intp], edges: Array, *, notes_at: float, label: str, shift: float, brief: bool
) -> Ridge:
    own = [(at, row) for at, row in enumerate(rows) if row < len(lane.activations)]
    activations = [lane.activations[row] for _, row in own]
    counted = [np.zeros(len(edges) - 1) if each is None else shares(each.values, edges) for each in activations]
    return Ridge(
        lane.shown.name,
        edges,
        frozen(np.array(counted, np.float64).reshape(len(own), len(edges) - 1)),
        frozen(np.array([row + 1.0 for _, row in own])),
        frozen(np.array([at + 1.0 for at, _ in own])),
        HEIGHT,
        lane.shown.role,
        notes=tuple(_note(each, brief) for each in activations),
        notes_at=notes_at,
        label=label,
        shift=shift,
    )


def _note(activation: _Activation | None, brief: bool) -> str:
    if activation is None:
        return ""
    if activation.wrong:
        return "NaN"
    said = [] if activation.saturated is None else [whole_percent(activation.saturated)]
    if activation.dead is not None and (activation.dead or not brief):
        dead = phrase("{share} dead", share=whole_percent(activation.dead))
        said = [dead] if brief else [*said, dead]
    return joined(" · ", said)


def _verdict(lanes: list[_Lane]) -> str:
    if not any(lane.activations for lane in lanes):
        return phrase("Add an activation to see what it is given")
    if not any(lane.computed for lane in lanes):
        return phrase("No activations yet: step into the forward pass")
    return joined(" · ", (joined(": ", (lane.shown.name, _judged(lane))) for lane in lanes if lane.activations))


def _judged(lane: _Lane) -> str:
    computed = lane.computed
    if not computed:
        return phrase("on its way")
    wrong = [number for number, each in enumerate(lane.activations, 1) if each is not None and each.wrong]
    if wrong:
        return phrase("not a number {where}", where=where(wrong, len(lane.activations), activations=True))
    drawn = [each.values for each in computed if each.values.size]  # of a deep stack not all are
    said = []
    if drawn:
        spreads = [short(float(each.std())) for each in (drawn[0], *drawn[1:][-1:])]
        said.append(phrase("spread {spread}", spread=" → ".join(spreads)))
    saturated = [each.saturated for each in computed if each.saturated is not None]
    if saturated:
        silent = all(each.silent for each in computed if each.saturated is not None)
        share = whole_percent(float(np.mean(saturated)))
        said.append(phrase("{share} at 0" if silent else "{share} saturated", share=share))
    dead = [each.dead for each in computed if each.dead is not None]
    if dead:
        said.append(phrase("{share} dead", share=whole_percent(float(np.mean(dead)))))
    return joined(", ", said)


def _caption(lanes: list[_Lane], rows: NDArray[np.intp], edges: Array, shaded: bool, *, after: bool) -> str:
    said = [
        phrase(
            "What activations give, of the mini-batch, each histogram scaled to its highest bin "
            "(Glorot and Bengio 2010, fig. 6)."
            if after
            else "Pre-activations, of the mini-batch, each histogram scaled to its highest bin "
            "(Glorot and Bengio 2010, fig. 6)."
        ),
        phrase("At the right: share of (sample, unit) where the derivative is below 10 % of its largest."),
    ]
    if any(each.dead is not None for lane in lanes for each in lane.computed):
        said.append(phrase("Dead: derivative 0 on the whole mini-batch."))
    if shaded:
        said.append(phrase("Shaded: the range between."))
    if len(rows) < max(len(lane.activations) for lane in lanes):
        said.append(phrase("{number} activations are drawn, evenly spread.", number=str(len(rows))))
    if beyond((each.values for lane in lanes for each in lane.computed), edges):
        said.append(phrase("What is beyond the axis is in the outermost bins."))
    return joined(" ", said)

"""How the pre-activations of one layer move while it trains: their 15th, 50th and 85th percentile by iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Marker, Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session, iteration_axis, thin, unfinished
from bnsim.figures.present import links
from bnsim.plot.figure import Array, Axis, Band, Figure, Mark, Series, frozen
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import significant
from bnsim.spec.tree import Path


class _Chosen(NamedTuple):
    """An activation that the history has percentiles of, and its number along their second axis."""

    shown: Shown
    path: Path
    column: int

    def title(self, lanes: int) -> str:
        """The activation's name, with that of its lane if there are several."""
        name = layer_name(self.shown.lane.stack, self.path)
        return f"{self.shown.name}, {name}" if lanes > 1 else name


@figure(
    title="Percentiles of pre-activations",
    shows="15th, 50th and 85th percentile of what one activation is given, by iteration, and how fast they move",
    section="At one layer",
    about="activation",
    source="Ioffe and Szegedy 2015, fig. 1",
    records=("percentiles",),
)
def unit_percentiles(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """Percentiles over the mini-batch and all units of one activation's input by iteration.

    Ioffe and Szegedy (2015, figure 1) draw those of one typical unit of the last hidden layer; here they are of all
    units of the layer together. `layer_id` is the activation; for another layer the nearest one in its lane is taken,
    for None the last one of the first lane. The verdict says how far they moved from one iteration to the next.
    Iterations in which details were not measured are left out. `known` has no effect here.
    """
    lanes = shown_lanes(session)
    chosen = _choose(lanes, layer_id)
    if chosen is None:
        return _figure("Add an activation to see what it is given")
    x, values = _values(chosen, max_points)
    title = chosen.title(len(lanes))
    lane = chosen.shown.lane
    computed = lane.executed is not None and lane.executed.phase in ("backward", "update")
    if computed and not np.isfinite(lane.current("percentiles")[chosen.column]).all():
        return _figure(f"{title}: is given what is not a number", tuple(_marks(chosen.shown, x, values)))
    if not x.size:
        return _figure(f"{title}: step or play to see what it is given")
    caption = (
        f"What {title} is given: percentiles over the mini-batch and all units of the layer (after Ioffe and Szegedy "
        "2015, figure 1, who draw one unit)."
    )
    return _figure(f"{title}: {_judged(x, values)}", tuple(_marks(chosen.shown, x, values)), caption)


def _figure(verdict: str, marks: tuple[Mark, ...] = (), caption: str = "") -> Figure:
    last = max((float(mark.x[-1]) for mark in marks if isinstance(mark, Series)), default=0.0)
    return Figure(
        name=unit_percentiles.name,
        title=unit_percentiles.title,
        verdict=verdict,
        x=iteration_axis(last),
        y=Axis("pre-activation"),
        marks=marks,
        caption=caption,
    )


def _choose(lanes: list[Shown], layer_id: int | None) -> _Chosen | None:
    last: _Chosen | None = None
    for shown in lanes:
        try:
            paths = shown.lane.history.paths("percentiles")
        except KeyError:
            continue
        order = {link.path: number for number, link in enumerate(links(shown.lane.stack.layers))}
        wanted = next((order[link.path] for link in links(shown.lane.stack.layers) if link.layer.id == layer_id), None)
        if wanted is not None:
            nearest = min(paths, key=lambda path: abs(order[path] - wanted))
            return _Chosen(shown, nearest, paths.index(nearest))
        if last is None:
            last = _Chosen(shown, paths[-1], len(paths) - 1)
    return last


def _values(chosen: _Chosen, max_points: int | None) -> tuple[Array, Array]:
    """Iterations (points,) and percentiles (points, 3), those of the present one last; without what is no number."""
    lane = chosen.shown.lane
    kept = lane.history.kept
    keep = thin(len(kept), max_points)
    x = kept[keep].astype(np.float64)
    values = np.array(lane.history.rows("percentiles", keep)[:, chosen.column], np.float64).reshape(-1, 3)
    if unfinished(lane):
        x = np.append(x, float(lane.history.iterations))
        values = np.vstack([values, np.asarray(lane.current("percentiles")[chosen.column], np.float64)])
    there = np.isfinite(values).all(axis=1)
    return x[there], values[there]


def _marks(shown: Shown, x: Array, values: Array) -> Iterator[Mark]:
    frozen(x)
    low, median, high = (frozen(np.ascontiguousarray(values[:, k])) for k in range(3))
    yield Band("middle", x, low, high, shown.role)
    marker: Marker = "circle" if x.size == 1 else "none"
    yield Series("percentile.15", x, low, shown.role, label="15 %", marker=marker)
    yield Series("percentile.50", x, median, shown.role, label="50 %", weight="bold", marker=marker)
    yield Series("percentile.85", x, high, shown.role, label="85 %", marker=marker)


def _judged(x: Array, values: Array) -> str:
    low, median, high = (significant(float(value), 2) for value in values[-1])
    words = f"median {median}, from {low} to {high}"
    if x.size < 2:
        return words
    moved = np.abs(values[-1] - values[-2]).max() / (x[-1] - x[-2])
    width = values[-1, 2] - values[-1, 0]
    if width <= 0:
        return f"{words}: it does not vary"
    share = significant(100 * float(moved / width), 2)
    return f"{words}; an iteration moves them by {share} % of that width"

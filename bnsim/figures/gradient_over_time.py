"""How the gradient at every depth changes while the network trains: norms by weight layer and iteration as colors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.cells import beyond, color_limits, log_norms, one_above_the_other, row_ticks
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Session, unfinished
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, ColorScale, Image, frozen
from bnsim.spec.numerals import count, short
from bnsim.spec.phrases import joined, phrase

_RECORD = "gradient_norm"


class _Grid(NamedTuple):
    """One lane's norms (layers, columns) at `iterations` (columns,); `done` (layers, columns): it has been computed.

    Each column is `stride` iterations wide. `watches` has the expression of each layer's norm.
    """

    shown: Shown
    iterations: NDArray[np.int64]
    norms: NDArray[np.float64]
    done: NDArray[np.bool_]
    stride: int
    watches: tuple[str, ...]


@figure(
    title="Gradient over time",
    shows="norm of the loss's gradient at every weight layer by iteration, as colors, lanes one above the other",
    section="Over iterations",
    records=(_RECORD,),
)
def gradient_over_time(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The power of ten of the norm over the mini-batch of dLoss/d(output) of every weight layer, by iteration.

    A column shows the last iteration of those it stands for. An exact zero is minus infinity in the numbers, and what
    is not finite is infinity; both have colors of their own. Colors are spread from 1e-20 to 1e4 at most. The verdict
    compares the first weight layer's norm now with that of the first iteration. `layer_id` and `known` have no effect.
    """
    grids = [_grid(shown, max_points) for shown in shown_lanes(session)]
    grids = [grid for grid in grids if grid.norms.shape[0]]
    images = [log_norms(grid.norms, grid.done) for grid in grids]
    limits = color_limits(images)
    scale = ColorScale("log₁₀ ‖∂L/∂z‖", limits)
    places = one_above_the_other(len(grids))
    marks = []
    for grid, values, up in zip(grids, images, places.ups, strict=True):
        layers = np.arange(1.0, len(values) + 1)
        end = float(len(grid.iterations) * grid.stride) - 0.5
        marks.append(
            Image(
                grid.shown.name,
                frozen(values),
                frozen(grid.iterations.astype(np.float64)),
                frozen(layers),
                across=(-0.5, end),
                up=up,
                scale=scale,
                label=grid.shown.name if len(grids) > 1 else "",
                watches=grid.watches,
            )
        )
    width = max((mark.across[1] for mark in marks), default=0.5)
    ticks = [tick for mark in reversed(marks) for tick in row_ticks(mark.up, len(mark.y))]
    return Figure(
        name=gradient_over_time.name,
        title=gradient_over_time.title,
        verdict=_verdict(grids),
        x=Axis(phrase("iteration"), limits=(-0.5, max(width, 0.5)), integer=True, link="iteration"),
        y=Axis(phrase("weight layer, counted from the input"), limits=places.limits, ticks=tuple(ticks)),
        marks=tuple(marks),
        caption=_caption(grids, images, limits),
    )


def _grid(shown: Shown, max_points: int | None) -> _Grid:
    """The norms at iterations evenly spread, the present one, as far as it has been computed, included."""
    lane = shown.lane
    present = np.asarray(lane.current(_RECORD), np.float64) if unfinished(lane) else None
    if present is not None and np.isnan(present).all():
        present = None
    recorded = lane.history.iterations
    total = recorded + (present is not None)
    stride = 1
    while max_points is not None and total > max(max_points, 2) * stride:
        stride *= 2
    iterations = np.minimum(np.arange(0, total, stride) + stride - 1, max(total - 1, 0))
    kept = lane.history.kept
    rows = np.maximum(np.searchsorted(kept, iterations[iterations < recorded], side="right") - 1, 0)
    past = np.asarray(lane.history.rows(_RECORD, rows), np.float64) if len(rows) else np.empty((0, 0))
    if not len(rows):
        past = np.empty((0, len(lane.current(_RECORD))))
    numbers = kept[rows] if len(rows) else np.empty(0, np.int64)
    norms, done = past, np.ones(past.shape, bool)
    if present is not None:
        norms = np.vstack([past, present])
        finished = lane.executed is not None and lane.executed.phase == "update"
        done = np.vstack([done, np.full(present.shape, finished) | ~np.isnan(present)])
        numbers = np.append(numbers, recorded)
    done &= (numbers >= shown.branch)[:, None]
    watches = tuple(shown.spelling.norm("gradient", path) for path in lane.history.paths(_RECORD))
    return _Grid(shown, numbers, norms.T, done.T, stride, watches)


def _verdict(grids: list[_Grid]) -> str:
    if not grids:
        return phrase("Add a Linear layer to see a gradient")
    if not any(grid.done.any() for grid in grids):
        return phrase("No gradient yet: step or play")
    words = []
    for grid in grids:
        first, last = grid.norms[0, grid.done[0]][:1], grid.norms[0, grid.done[0]][-1:]
        columns = np.flatnonzero(grid.done.any(axis=0))
        if not columns.size or not first.size:
            words.append(joined(": ", (grid.shown.name, phrase("on its way"))))
            continue
        now = grid.norms[:, columns[-1]]
        wrong = np.flatnonzero(grid.done[:, columns[-1]] & ~np.isfinite(now)) + 1
        zero = np.flatnonzero(now == 0) + 1
        if wrong.size:
            said = phrase("not a number {where}", where=where(wrong.tolist(), len(now)))
        elif zero.size:
            said = phrase("zero {where}", where=where(zero.tolist(), len(now)))
        else:
            begin = grid.iterations[0] != grid.iterations[-1]
            said = phrase("{norm} in layer {number}", norm=short(last[0]), number="1")
            if begin:
                forked = bool(grid.shown.branch)
                began = phrase("{norm} where it was forked" if forked else "{norm} at the start", norm=short(first[0]))
                said = joined(", ", (said, began))
            if len(now) > 1 and np.isfinite(now[-1]):
                above = phrase("{norm} in layer {number}", norm=short(now[-1]), number=count(len(now)))
                said = joined("; ", (said, above))
        words.append(joined(": ", (grid.shown.name, said)))
    return joined(" · ", words)


def _caption(grids: list[_Grid], images: list[Array], limits: tuple[float, float]) -> str:
    said = [
        phrase(
            "Power of ten of the norm over the mini-batch of the loss's gradient with respect to the output of each "
            "weight layer."
        )
    ]
    stride = max((grid.stride for grid in grids), default=1)
    if stride > 1:
        said.append(phrase("Each column is the last of {number} iterations.", number=str(stride)))
    if any(np.isneginf(image).any() for image in images):
        said.append(phrase("Black: exactly zero."))
    if any(np.isposinf(image).any() for image in images):
        said.append(phrase("Red: not a number."))
    if beyond(images, limits):
        said.append(phrase("Norms beyond the key have the color of its end."))
    return joined(" ", said)

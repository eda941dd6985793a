"""Which class a network chooses where, for data of two features: a map with the training points, lanes side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.cells import number_ticks
from bnsim.figures.kind import LIVE_POINTS, figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Regions, frozen
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Stack
from bnsim.spec.giving_up import check
from bnsim.spec.layers import BatchNorm, Layer
from bnsim.spec.losses import Loss
from bnsim.spec.numerals import count, share_of
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.training import Training
from bnsim.spec.tree import walk

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.engine.program import Program

_CELLS = 60
"""Cells of the map either way."""
_FEWEST_CELLS, _WORK = 16, 2e7
"""In a live panel: cells at the least, and how many weights of all lanes times cells of the map there are at most."""
_FAST = 64
"""As many points along an axis are asked for while iterations fly by: then these are the numbers, and as many of the
data's points are judged."""
_FEWEST_FAST, _WORK_FAST = 10, 4e6
_CHUNK = 256
"""Rows that go through the network at a time: more do not stay in the caches."""
_ROOM = 0.1
"""How far the map reaches beyond the points, as a share of their extent."""
_GAP = 0.08
"""Between lanes side by side, as a share of the map's width."""
_MOST_POINTS = 400
_ROLES = ("lane0", "lane1", "lane2", "lane3", "lane4", "lane5")
_SIGNS = "●■▲◆▼★"
"""The markers of classes in the order in which figures give them out."""
_MOST_NAMES, _LONGEST = 8, 16
"""Most names of classes that are told, and most characters of one."""


State = Mapping[str, NDArray[Any]]
"""A lane's parameters by their `state_dict` keys."""


class _Data(NamedTuple):
    """Points of the training part: x (points, 2) and classes (points,)."""

    x: Array
    classes: Array


class _Map(NamedTuple):
    """One lane's classes (rows, columns) on the grid, and how many of the points it gets wrong."""

    shown: Shown
    classes: Array
    wrong: int
    finite: bool


@figure(
    title="Decision regions",
    shows="class that each lane chooses everywhere in the plane, in eval mode, for data of two features",
    section="Of the task",
    fast_points=_FAST,
    refined=True,
    source="TensorFlow Playground",
    unwatched="what the network would say elsewhere",
)
def decision_regions(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The class with the largest output at 60 by 60 points of the plane, at the present parameters, in eval mode.

    In a live panel of large networks the map is coarser, while they are trained at full speed more so, and refined once
    the run rests. The points are those of the training part, of more than 400 some evenly spread; the verdict is of
    these, at full speed of 64 of them.
    Where an output is not a number there is no class. `layer_id` and `known` have no effect here.
    """
    shape = _shape(session)
    if shape is not None:
        return _figure(shape)
    data = _training_part(session)
    points, classes = data
    (left, right), (low, high) = ((float(v.min()), float(v.max())) for v in points.T)
    across, up = _wider(left, right), _wider(low, high)
    states = [lane.state_dict() for lane in session.lanes]
    cells = _cells(states, max_points)
    xs, ys = (frozen(_middles(*ends, cells)) for ends in (across, up))
    grid = np.column_stack([np.tile(xs, cells), np.repeat(ys, cells)])
    judged = _judged_points(data, max_points)
    lanes = zip(shown_lanes(session), states, strict=True)
    maps = [_map(session, shown, state, grid, judged) for shown, state in lanes]
    width = (across[1] - across[0]) * (1 + _GAP)
    marks = []
    ticks: list[tuple[float, str]] = []
    for number, each in enumerate(maps):
        shift = number * width
        marks.append(
            Regions(
                each.shown.name,
                frozen(each.classes),
                xs,
                ys,
                across=(across[0] + shift, across[1] + shift),
                up=up,
                points=points,
                point_classes=classes,
                roles=_ROLES,
                label=each.shown.name if len(maps) > 1 else "",
                shift=shift,
            )
        )
        ticks += number_ticks(*across, shift, most=max(3, 7 // len(maps)))
    top = up[1] + (0.13 * (up[1] - up[0]) if len(maps) > 1 else 0.0)
    named = _named(_class_names(session))
    return _figure(
        _verdict(maps, len(judged.x), named),
        tuple(marks),
        x=Axis(phrase("first feature"), limits=(across[0], marks[-1].across[1]), ticks=tuple(ticks)),
        y=Axis(phrase("second feature"), limits=(up[0], top), ticks=number_ticks(*up)),
        caption=joined(
            " ",
            (
                phrase(
                    "Class with the largest output in eval mode; points: the training part, each class with its marker."
                ),
                f"{named}." if named else "",
                _without_running(session),
            ),
        ),
    )


def _figure(
    verdict: str,
    marks: tuple[Regions, ...] = (),
    x: Axis | None = None,
    y: Axis | None = None,
    caption: str = "",
) -> Figure:
    x, y = x or Axis(phrase("first feature")), y or Axis(phrase("second feature"))
    return Figure(decision_regions.name, decision_regions.title, verdict, x, y, marks, caption)


def _shape(session: Session) -> str | None:
    """Why there is nothing to draw, in a sentence; None if there is."""
    from bnsim import data

    if not session.lanes:
        return phrase("Add a stack to see what it decides")
    shape = data.load(session.experiment.data).shape
    if not shape.classification:
        return phrase("The data has no classes, whose regions could be drawn; choose data with classes")
    if shape.features != 2:
        return phrase(
            "The data has 1 feature; decision regions need two; choose data such as two spirals"
            if shape.features == 1
            else "The data has {number} features; decision regions need two; choose data such as two spirals",
            number=count(shape.features),
        )
    return None


def _without_running(session: Session) -> str:
    if any(_reads_batch(lane.stack.layers) for lane in session.lanes):
        return phrase("A BatchNorm without running values takes the statistics of the map and its points.")
    return ""


def _reads_batch(layers: Sequence[Layer]) -> bool:
    """Whether eval mode normalizes by the statistics of the rows themselves."""
    return any(isinstance(layer, BatchNorm) and not layer.track_running_stats for layer in walk(layers))


def _training_part(session: Session) -> _Data:
    from bnsim import data

    loaded = data.load(session.experiment.data)
    some = np.unique(np.linspace(0, len(loaded.x) - 1, min(len(loaded.x), _MOST_POINTS)).round().astype(int))
    x, y = np.asarray(loaded.x, np.float64)[some], np.ravel(loaded.y).astype(np.float64)[some]
    return _Data(frozen(x), frozen(y))


def _class_names(session: Session) -> tuple[str, ...]:
    from bnsim import data

    return data.load(session.experiment.data).class_names


def _wider(low: float, high: float) -> tuple[float, float]:
    room = _ROOM * (high - low) or 1.0
    return low - room, high + room


def _cells(states: Sequence[State], max_points: int | None) -> int:
    """Cells of the map either way: fewer in a live panel where lanes have many weights."""
    if max_points is None or max_points > LIVE_POINTS:
        return _CELLS
    weights = sum(array.size for state in states for array in state.values())
    fewest, work = (_FEWEST_FAST, _WORK_FAST) if max_points <= _FAST else (_FEWEST_CELLS, _WORK)
    return int(np.clip(np.sqrt(work / max(weights, 1)), fewest, _CELLS))


def _judged_points(data: _Data, max_points: int | None) -> _Data:
    """The points that the verdict is of."""
    if max_points is None or max_points > _FAST:
        return data
    some = np.unique(np.linspace(0, len(data.x) - 1, min(len(data.x), _FAST)).round().astype(int))
    return _Data(data.x[some], data.classes[some])


def _middles(low: float, high: float, cells: int) -> Array:
    edges = np.linspace(low, high, cells + 1)
    return (edges[:-1] + edges[1:]) / 2


def _map(session: Session, shown: Shown, state: State, grid: Array, data: _Data) -> _Map:
    rows = np.vstack([grid, data.x])
    cells = round(np.sqrt(len(grid)))
    outputs = _outputs(session, shown, state, rows)
    finite = np.isfinite(outputs).all(axis=1)
    chosen = np.where(finite, outputs.argmax(axis=1), np.nan)
    wrong = int(np.count_nonzero(chosen[len(grid) :] != data.classes))
    return _Map(shown, chosen[: len(grid)].reshape(cells, cells), wrong, bool(finite.all()))


def _outputs(session: Session, shown: Shown, state: State, rows: Array) -> NDArray[np.float64]:
    """What a lane gives for any rows in eval mode at its present parameters, (rows, outputs)."""
    from bnsim import data
    from bnsim.lenses.xray.forward import forward

    training, stack = shown.lane.training, shown.lane.stack
    shape = data.load(session.experiment.data).shape
    rows = rows.astype(training.precision)
    outputs = []
    # All at once where a row's output depends on the others.
    chunk = len(rows) if _reads_batch(stack.layers) else _CHUNK
    for start in range(0, len(rows), chunk):
        check()
        part = rows[start : start + chunk]
        program = _program(stack.layers, stack.loss, training, shape, len(part))
        out = program.values[len(stack.layers) - 1,]
        found = forward(program, state, {program.inputs: part}, (out,))
        assert found is not None
        outputs.append(np.asarray(found[out], np.float64))
    return np.concatenate(outputs)


@lru_cache(maxsize=16)
def _program(layers: tuple[Layer, ...], loss: Loss, training: Training, shape: DataShape, rows: int) -> Program:
    """A stack in eval mode over so many rows; kept, since a live panel asks for the same one again and again."""
    from bnsim.engine.lowering import lower_evaluation

    return lower_evaluation(Stack(layers=layers, loss=loss), training, shape, rows)


def _named(names: tuple[str, ...]) -> str:
    """The names of classes, each with its marker: "● setosa, ■ virginica"; empty where they have none."""
    said = [
        f"{_SIGNS[number % len(_SIGNS)]} {name if len(name) <= _LONGEST else name[: _LONGEST - 1] + '…'}"
        for number, name in enumerate(names[:_MOST_NAMES])
    ]
    return ", ".join([*said, *(["…"] if len(names) > _MOST_NAMES else [])])


def _verdict(maps: Sequence[_Map], rows: int, named: str) -> str:
    """What share of the points each lane gets wrong, what that is of once, at the end, and the names of classes."""
    said = joined(" · ", (joined(": ", (each.shown.name, _judged(each, rows))) for each in maps))
    return joined(" · ", (phrase("{shares} of the points drawn wrong", shares=said), named))


def _judged(each: _Map, rows: int) -> str:
    said = share_of(each.wrong, rows)
    return said if each.finite else joined(", ", (phrase("not a number"), said))

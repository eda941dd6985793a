"""Reading a session for plotting: which BatchNorm is meant, and its numbers by iteration, thinned and fresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.plot.figure import Axis
from bnsim.plot.marks import Array, frozen
from bnsim.session.frame import Cursor
from bnsim.spec.branches import branches
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Block, Layer, Repeat
from bnsim.spec.naming import layer_name
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.recording import Recording
from bnsim.spec.training import Training
from bnsim.spec.tree import Path

MAX_POINTS = 500
"""Points along an iteration axis when nothing else is asked for: more than a panel has pixels to show."""

MAX_KNOWN = 24
"""Records by layer that `Known` holds: those of the few layers looked at last."""


class History(Protocol):
    """A lane's records: row k is iteration `kept[k]`, since long runs keep fewer of their old rows."""

    @property
    def iterations(self) -> int:
        """Number of iterations that were recorded."""

    @property
    def kept(self) -> NDArray[Any]:
        """Iteration numbers of the rows that are kept, ascending, shape (rows,)."""

    def rows(self, name: str, chosen: NDArray[Any], /) -> NDArray[Any]:
        """The rows numbered `chosen` of the record called `name`."""

    def paths(self, name: str, /) -> tuple[tuple[int, ...], ...]:
        """Paths of the layers along the second axis of a record; KeyError if there is no such record."""


class Tests(Protocol):
    """What was measured in eval mode every so many updates: row k after `kept[k]` of them."""

    @property
    def part(self) -> str:
        """The part of the data that was measured on: "test", or "train" where there is no other."""

    @property
    def kept(self) -> NDArray[Any]:
        """Numbers of updates, ascending, shape (rows,)."""

    def get(self, name: str, default: NDArray[Any], /) -> NDArray[Any]:
        """The measurements called `name`, shape (rows,); `default` if there are none of that name."""


class Lane(Protocol):
    """The part of a session's lane that figures read."""

    @property
    def stack(self) -> Stack:
        """The stack that the lane runs."""

    @property
    def training(self) -> Training:
        """How the lane is trained: what is its own, and the experiment's training for the rest."""

    @property
    def history(self) -> History:
        """The lane's records."""

    @property
    def tests(self) -> Tests:
        """What was measured in eval mode."""

    @property
    def executed(self) -> Cursor | None:
        """The instruction executed last; None at the start of an iteration."""

    def current(self, name: str, /) -> NDArray[Any]:
        """The present iteration's row of a record, NaN where not computed yet."""

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """Copies of the parameters, by the keys that PyTorch gives them."""

    def gradients(self) -> dict[str, NDArray[Any] | None]:
        """Copies of the parameters' gradients, before clipping and decay; None while they are not computed."""

    def inputs(self) -> NDArray[Any] | None:
        """The present mini-batch, shape (batch, features), a copy; None while it is not loaded."""

    def value(self, layer: Path, /) -> NDArray[Any] | None:
        """Output of the layer at a path, shape (batch, features), a copy; None while it is not computed."""

    def gradient(self, layer: Path, /) -> NDArray[Any] | None:
        """The loss's gradient with respect to that output, a copy; None while it is not computed."""


class Probe(Protocol):
    """A lane's network that is run beside the session, on the present mini-batch (`bnsim.session.probe`)."""

    @property
    def theta(self) -> NDArray[Any]:
        """The trained parameters as they are now, one after another, shape (parameters,), float64."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Their shapes by `state_dict` key, in the same order."""

    def loss(self, theta: NDArray[Any], /) -> float:
        """The loss of the mini-batch at other parameters."""

    def gradient(self, theta: NDArray[Any], /) -> tuple[float, NDArray[Any]]:
        """The loss and its gradient, shape (parameters,)."""

    def kept(self, updates: int, /) -> tuple[int, NDArray[Any]]:
        """The parameters after so many updates, or fewer where these are not kept, and after how many that was."""

    def kept_at(self, most: int, /) -> tuple[int, ...]:
        """Numbers of updates after which parameters were kept, ascending, at most so many."""

    def given_after(self, updates: int, layer: Path, before: Path | None, /) -> NDArray[Any]:
        """What the present mini-batch gives a layer with the parameters after so many updates, (batch, features)."""

    def mini_batches(self) -> Iterator[Callable[[Path | None], NDArray[Any]]]:
        """The epoch's mini-batches, run one after another: functions that read a layer's output by its path."""

    def given(self, layer: Path, before: Path | None, most: int, /) -> NDArray[Any]:
        """What a layer is given by the mini-batches of an epoch, shape (batches, batch, features)."""


class Session(Protocol):
    """The part of `bnsim.Session` that figures read."""

    @property
    def experiment(self) -> Experiment:
        """The experiment that the session runs."""

    @property
    def lanes(self) -> Sequence[Lane]:
        """The lanes, one for each stack."""

    @property
    def recording(self) -> Recording:
        """The level of recording, which says how much the history keeps."""

    def in_both_modes(self, lane: Any, /) -> Mapping[Path, tuple[NDArray[Any], NDArray[Any]]] | None:
        """Outputs of one of its lanes' layers in train and in eval mode; None while no mini-batch is loaded."""

    def probe(self, lane: Any, /) -> Probe | None:
        """The network of one of its lanes, to be run at other parameters; None while no mini-batch is loaded."""


class Chosen(Struct, frozen=True):
    """The BatchNorm of a figure: its path in the unrolled stack, and the beginning of its `state_dict` keys.

    `branch`: before that iteration its lane is another one, of which it is a fork; 0 if it is none.
    """

    lane: Lane
    layer: BatchNorm
    path: Path
    key: str
    title: str
    branch: int = 0


class Known:
    """Rows read before, so that a figure made many times a second reads only new rows.

    Hand the same one in each time, and a new one once the past may have been rewritten.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str, Path], tuple[NDArray[Any], Array]] = {}

    def read(self, chosen: Chosen, name: str, rows: NDArray[Any], iterations: NDArray[Any]) -> Array:
        """The chosen rows (rows, features), which are those of `iterations`, ascending; not to be written to."""
        key = (chosen.lane.stack.id, name, chosen.path)
        before = self._rows.get(key)
        if before is None or not before[0].size or not rows.size:
            values = read_rows(chosen, name, rows)
        else:
            numbers, old = before
            at = np.minimum(np.searchsorted(numbers, iterations), numbers.size - 1)
            have = numbers[at] == iterations
            values = np.empty((rows.size, old.shape[1]))
            values[have] = old[at[have]]
            if not have.all():
                values[~have] = read_rows(chosen, name, rows[~have])
        if len(self._rows) > MAX_KNOWN:
            self._rows.clear()
        self._rows[key] = iterations, frozen(values)
        return values


class _Place(Struct, frozen=True):
    """A layer, and where it stands in the unrolled stack, in a Repeat in its first copy."""

    layer: Layer
    path: Path
    key: str


def choose_batchnorm(session: Session, layer_id: int | None) -> Chosen | None:
    """The BatchNorm of that id, else the nearest one in its lane, else the first there is; None if there is none.

    Those in blocks are as good as others. Of a block, the first in it is nearest; of a Repeat's, the first copy's.
    """
    lanes = [(lane, list(_places(lane.stack.layers))) for lane in session.lanes]
    with_any = [(lane, places) for lane, places in lanes if _batchnorms(places)]
    if not with_any:
        return None
    lane, places = with_any[0]
    wanted = 0
    if layer_id:
        for candidate, there in with_any:
            for number, place in enumerate(there):
                if place.layer.id == layer_id:
                    lane, places, wanted = candidate, there, number
    found = places[_nearest(places, wanted)]
    assert isinstance(found.layer, BatchNorm)
    title = layer_name(lane.stack, found.path)
    if len(with_any) > 1:
        title = joined(", ", (lane.stack.name, title))
    branch = branches(session.experiment).get(lane.stack.id)
    return Chosen(lane, found.layer, found.path, found.key, title, 0 if branch is None else branch.iteration)


def _nearest(places: Sequence[_Place], wanted: int) -> int:
    """Number of the BatchNorm nearest to the wanted layer; for a block, of those inside it if there are any."""
    path = places[wanted].path
    norms = _batchnorms(places)
    inside = [number for number in norms if places[number].path[: len(path)] == path]
    return min(inside or norms, key=lambda number: abs(number - wanted))


def _batchnorms(places: Sequence[_Place]) -> list[int]:
    return [number for number, place in enumerate(places) if isinstance(place.layer, BatchNorm)]


def _places(layers: Sequence[Layer], path: Path = (), key: str = "") -> Iterator[_Place]:
    """All layers with their paths, blocks before what they hold."""
    for index, layer in enumerate(layers):
        here = f"{key}{index}."
        yield _Place(layer, (*path, index), here)
        if isinstance(layer, Repeat):
            # Copies that share their parameters are not told apart by name.
            inner = here if layer.tied else f"{here}0."
            yield from _places(layer.layers, (*path, index, 0), inner)
        elif isinstance(layer, Block):
            yield from _places(layer.layers, (*path, index), here)


def column(chosen: Chosen, name: str) -> int | None:
    """Index of the BatchNorm along the second axis of a record; None if the record leaves it out.

    Those without γ and β or without running statistics are.
    """
    try:
        paths = chosen.lane.history.paths(name)
    except KeyError:
        return None
    return paths.index(chosen.path) if chosen.path in paths else None


def by_iteration(chosen: Chosen, name: str, max_points: int | None, known: Known | None = None) -> tuple[Array, Array]:
    """Iteration numbers (points,) and values (points, features) of one BatchNorm.

    The present, unfinished iteration is the last point once it has values. Empty if this is not recorded of it.
    """
    lane = chosen.lane
    at = column(chosen, name)
    if at is None:
        return np.empty(0), np.empty((0, 0))
    kept = lane.history.kept
    keep = with_fork(thin(len(kept), max_points), kept, chosen.branch)
    numbers = kept[keep]
    values = read_rows(chosen, name, keep) if known is None else known.read(chosen, name, keep, numbers)
    iterations = numbers.astype(np.float64)
    if unfinished(lane):
        present = np.asarray(lane.current(name)[at], dtype=np.float64)
        if not np.isnan(present).all():
            values = np.vstack([values, present])
            iterations = np.append(iterations, float(lane.history.iterations))
    return iterations, values[:, : _width(values)]


def read_rows(chosen: Chosen, name: str, rows: NDArray[Any]) -> Array:
    """Values (rows, features) of one BatchNorm, padded with NaN."""
    return np.array(chosen.lane.history.rows(name, rows)[:, column(chosen, name)], dtype=np.float64)


def quartiles(values: Array) -> tuple[Array, Array, Array]:
    """25th, 50th and 75th percentile of each row of (points, features), between neighbors as NumPy does by default.

    A NaN anywhere in a row makes all three NaN. A plain sort is several times as fast as `np.percentile`.
    """
    ordered = np.sort(values, axis=1)
    last = ordered.shape[1] - 1
    found = []
    for share in (0.25, 0.5, 0.75):
        below = int(share * last)
        part = share * last - below
        low, high = ordered[:, below], ordered[:, min(below + 1, last)]
        with np.errstate(invalid="ignore"):
            at = low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)
        at = np.where(low == high, low, at)  # infinite ones have no difference
        found.append(np.where(np.isnan(ordered[:, -1]), np.nan, at))
    return found[0], found[1], found[2]


def unfinished(lane: Lane) -> bool:
    """Whether the lane stands inside an iteration that has no row in the history yet."""
    return lane.executed is not None and lane.executed.iteration >= lane.history.iterations


def last_shared(kept: NDArray[Any], branch: int) -> int | None:
    """The row of the last iteration that a fork shares with its source, -1 if none was kept; None if it is no fork."""
    return int(np.searchsorted(kept, branch, side="left")) - 1 if branch and len(kept) else None


def with_fork(rows: NDArray[np.intp], kept: NDArray[Any], branch: int) -> NDArray[np.intp]:
    """Row numbers to show, and of a fork the last one that it shares with its source."""
    first = last_shared(kept, branch)
    return rows if first is None or first < 0 else np.union1d(rows, [first]).astype(np.intp)


def thin(count: int, max_points: int | None) -> NDArray[np.intp]:
    """Row numbers to show: always the first and the last, between them every 2^k-th.

    A power of two, so that a growing history keeps the points it had and the curve does not shimmer.
    """
    if max_points is None or count <= max(max_points, 3):
        return np.arange(count)
    stride = 1
    while (count - 2) // stride + 2 > max(max_points, 3):
        stride *= 2
    return np.unique(np.append(np.arange(0, count, stride), count - 1))


def _width(values: Array) -> int:
    """Features of this BatchNorm: the history pads narrower ones with NaN at the end."""
    has_any = np.flatnonzero(~np.isnan(values).all(axis=0))
    return int(has_any[-1]) + 1 if has_any.size else 0


def iteration_axis(last: float) -> Axis:
    """The x axis from 0 to the iteration `last`, to 1 at least."""
    return Axis(phrase("iteration"), limits=(0.0, max(last, 1.0)), integer=True, link="iteration")

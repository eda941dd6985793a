"""What was recorded: rows by iteration, kept for each lane in a bounded amount of memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bnsim.engine.machine import NOT_MEASURED
from bnsim.engine.operation import Array
from bnsim.session.row_layouts import Layouts
from bnsim.session.rows import BoundedRows, KeptRows
from bnsim.session.samples import Samples
from bnsim.spec import budget
from bnsim.spec.errors import InputError


class LaneHistory(Mapping[str, Array]):
    """One lane's records by name. Arrays have one row for each number in `kept`, the iterations, counted from 0.

    Long runs keep every row of their end and fewer of what is older (see `bnsim.session.rows`), so row k is not
    iteration k any more: `kept[k]` is. Arrays are copies, in the network's precision. Further axes are layers, in the
    order of `layers(name)`, and what is given below. Layers of unlike width are padded with NaN.

    Whoever goes back sees only what was before the present moment; later rows wait until one comes by again
    (`recorded` of them, `losses` shows all). Replayed rows that had been thinned out are kept apart meanwhile.

    Always: "loss" (rows,).

    With norms:
    - "accuracy" (rows,), of the mini-batch, for classes only
    - "gradient_norm" (rows, weight layers): Euclidean norm over the mini-batch of the loss's gradient with respect to
      a weight layer's output
    - "weight_norm", "weight_gradient_norm", "update_ratio" (rows, weight layers): norms of the weight and of its
      gradient before clipping and decay; norm of what the update changed divided by that of the weight before it.
      Copies that share a weight have one column.
    - "clip_norm" (rows, 1), with clipping by total norm only: the norm of all gradients together, before clipping
    - "batch_mean", "batch_var", "running_mean", "running_var", "gamma", "beta" (rows, BatchNorms, features): batch
      statistics and γ, β as the forward pass used them, the running ones as it left them

    With everything, for every layer's output, and for the input of every activation and for its output; of these,
    norms, percentiles and histogram are NaN in rows of iterations that are no multiple of the session's
    `details_every`:
    - "activation_norm", "activation_gradient_norm" (rows, leaves): Euclidean norm over the mini-batch of a layer's
      output, and of the loss's gradient with respect to it
    - "percentiles" (rows, activations, 3): 15th, 50th and 85th percentile of the input over batch and features
    - "histogram" (rows, activations, 34): smallest and largest input, then how many are in each of 32 equal bins
      between them; NaN where not all are finite
    - "saturated" (rows, activations that can be flat, ReLU and its like apart): fraction of outputs on the outermost
      stretches where the derivative is below 10 % of its maximum
    - "dead", "zero" (rows, activations whose derivative is 0 somewhere): fraction of units where it is 0 on the whole
      mini-batch, as a ReLU's is where its output is 0; of outputs where it is
    - "gamma_gradient", "beta_gradient" (rows, BatchNorms, features): the loss's gradients by γ and β, before clipping
      and decay
    """

    def __init__(self, layouts: Layouts, dtype: np.dtype, limit_bytes: int = budget.HISTORY.most) -> None:
        self._layouts = layouts
        self._width, self._dtype = layouts.width, dtype
        self.read_as(0)
        self._replay_bytes = limit_bytes // 5
        self._rows = BoundedRows(self._width, dtype, limit_bytes - self._replay_bytes)
        self._replayed: BoundedRows | None = None
        self._replayed_from = 0
        self._present = 0
        self.recorded = 0
        self.watched: dict[int, tuple[Samples, ...]] = {}
        """Where the numbers go that a machine of each form measures for watches, in the order of its program."""
        self.unfilled = 0
        """Rows of iterations before that one may lack what was not recorded as they were run, and hold NaN there."""

    def read_as(self, form: int) -> None:
        """Have the records of that form of the lane; rows of other forms have in them what both have, and NaN else."""
        self._form = form
        self._records, self._spans = self._layouts.records[form], self._layouts.spans[form]

    def __getitem__(self, name: str) -> Array:
        at = self._columns(name)
        return self.shaped(name, np.concatenate([rows[:, at] for _, rows in self._shown()]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def _kept_at(self, columns: Array) -> Array:
        """Where the rows that are kept have these columns of a record of the present form."""
        at = self._layouts.columns(self._form)
        return columns if isinstance(at, slice) else at[columns]

    def _columns(self, name: str) -> slice | Array:
        """Where the rows that are kept have the numbers of that name."""
        return self._layouts.columns(self._form, slice(*self._spans[name]))

    @property
    def kept(self) -> Array:
        """Iteration numbers of the rows, ascending, a copy: all of them until memory has run out once."""
        return np.concatenate([kept for kept, _ in self._shown()])

    @property
    def row_bytes(self) -> int:
        """How many bytes the record of one iteration has."""
        return self._width * self._dtype.itemsize

    @property
    def nbytes(self) -> int:
        """How many bytes all rows have that are kept."""
        return int(self._rows.rows.nbytes + self._rows.kept.nbytes)

    @property
    def iterations(self) -> int:
        """How many iterations there are rows of, kept or not: all before the present moment."""
        return self._present

    def losses(self, most: int) -> tuple[Array, Array]:
        """(iteration numbers, losses) of all that was recorded, later ones too; at most about `most` of them."""
        kept, rows = self._rows.kept, self._rows.rows[:, self._columns("loss")]
        stride = 1
        while self.recorded > most * stride:
            stride *= 2
        # A power of two, as when rows are thinned out: a curve that grows keeps the points it had.
        chosen = np.flatnonzero(kept % stride == 0)
        if len(kept) and chosen[-1] != len(kept) - 1:
            chosen = np.append(chosen, len(kept) - 1)
        return kept[chosen], rows[chosen, 0].astype(np.float64)

    def losses_so_far(self, most: int) -> Array:
        """Losses up to the present moment, float64; at most `most` of them, spread evenly over the iterations."""
        kept, count = self.kept, self.iterations
        wanted = np.linspace(0, count - 1, min(count, most)).astype(np.int64)
        chosen = np.minimum(np.searchsorted(kept, wanted), max(len(kept) - 1, 0))
        return self.rows("loss", chosen).astype(np.float64)

    def layers(self, name: str) -> tuple[int, ...]:
        """Indices in the stack of the layers along the second axis of `self[name]`."""
        return tuple(path[0] for path in self._records[name].paths)

    def paths(self, name: str) -> tuple[tuple[int, ...], ...]:
        """Paths in the unrolled stack of the layers along the second axis of `self[name]`."""
        return self._records[name].paths

    @property
    def columns(self) -> tuple[tuple[str, int], ...]:
        """Names of the records, in the order in which a kept row has them, and how many numbers each has there."""
        return tuple((name, stop - start) for name, (start, stop) in self._layouts.kept.items())

    def span(self, name: str) -> tuple[int, int]:
        """First and last position (exclusive), in a record of the machine, of the numbers of that name."""
        return self._spans[name]

    def records_between(self, start: int, stop: int, form: int = 0) -> tuple[Array, Array]:
        """(iteration numbers, records as that form has them) of what is kept of `start` to `stop - 1`; copies."""
        first, last = self._rows.count_before(start), self._rows.count_before(stop)
        rows = self._rows.rows[first:last]
        return self._rows.kept[first:last].copy(), rows[:, self._layouts.columns(form)].copy()

    def rows(self, name: str, chosen: Array) -> Array:
        """The same as `self[name][chosen]`, without copying the other rows."""
        at = self._columns(name)
        shown = [rows for _, rows in self._shown()]
        if len(shown) == 1:
            return self.shaped(name, _picked(shown[0], chosen, at))
        first = len(shown[0])
        old, new = chosen[chosen < first], chosen[chosen >= first] - first
        start, stop = self._spans[name]
        out = np.empty((len(chosen), stop - start), self._dtype)
        out[chosen < first], out[chosen >= first] = _picked(shown[0], old, at), _picked(shown[1], new, at)
        return self.shaped(name, out)

    def columns_of(self, columns: Array) -> Array:
        """Some numbers of every row of `self`, by their positions in a record: (rows, numbers), a copy."""
        at = self._kept_at(columns)
        return np.concatenate([rows[:, at] for _, rows in self._shown()])

    def columns_between(self, start: int, stop: int, columns: Array) -> Array:
        """The same of iterations `start` to `stop - 1`, shown or not, of which it `has_all`."""
        first, last = self._rows.count_before(start), self._rows.count_before(stop)
        return self._rows.rows[first:last, self._kept_at(columns)]

    def has_all(self, start: int, stop: int) -> bool:
        """Whether rows of all iterations from `start` to `stop - 1` are kept, and lack nothing."""
        return start >= self.unfilled and self._rows.count_before(stop) - self._rows.count_before(start) == stop - start

    def row(self, name: str, record: Array) -> Array:
        """One record of the machine as a row of `self[name]`."""
        start, stop = self._spans[name]
        shaped: Array = self.shaped(name, record[None, start:stop])[0]
        return shaped

    def shaped(self, name: str, flat: Array) -> Array:
        """Flat rows of numbers in the shape of `self[name]`: (rows, layers[, features])."""
        places = self._records[name].places
        if name in ("loss", "accuracy"):
            return flat[:, 0].copy()
        if not places[0].shape:
            return flat.copy()
        widths = [place.size for place in places]
        width = max(widths)
        if min(widths) == width:
            return flat.reshape(len(flat), len(places), width).copy()
        out = np.full((len(flat), len(places), width), np.nan, flat.dtype)
        start = 0
        for k, size in enumerate(widths):
            out[:, k, :size] = flat[:, start : start + size]
            start += size
        return out

    def write(self, iteration: int, rows: Array) -> None:
        """Rows from `iteration` on, the last of them the present one. What is recorded already is not touched."""
        rows = self._without_watched(iteration, rows, self._form)
        rows = self._layouts.widened(self._form, self._without_details(iteration, rows, self._form))
        old = rows[: max(self.recorded - iteration, 0)]
        if len(old):
            if iteration < self.unfilled:
                self._fill(iteration, old)
            self._write_replayed(iteration, old)
        if len(rows) > len(old):
            self._adopt_replayed()
            self._rows.write(iteration + len(old), rows[len(old) :])
            self.recorded = iteration + len(rows)
        self._present = iteration + len(rows)

    def take_over(self, other: LaneHistory) -> None:
        """Have the rows of another history of the same run, which records less; what it lacks is to be filled in."""
        self._append_of(other._rows.kept, other._rows.rows, other._layouts.kept)
        self.recorded, self._present = other.recorded, other._present
        self.unfilled = self.recorded

    def kept_rows(self) -> KeptRows:
        """All that was recorded, after the present moment too; copies."""
        return self._rows.copy()

    def restore(self, kept: KeptRows, columns: tuple[tuple[str, int], ...], recorded: int, unfilled: int) -> None:
        """Have the rows that `kept_rows` gave, of which `columns` says what is in them.

        Names that are missing there are to be filled in. InputError, without the file's name, if a width is another.
        """
        spans, end = {}, 0
        for name, width in columns:
            spans[name] = (end, end + width)
            end += width
        for name, (start, stop) in self._layouts.kept.items():
            there = spans.get(name, (start, stop))
            if there[1] - there[0] != stop - start:
                raise InputError(f"its history has {there[1] - there[0]} numbers of {name}, not {stop - start}")
        if list(columns) == list(self.columns):
            self._rows.restore(kept)
        else:
            self._append_of(kept.at, kept.rows, spans)
        self.recorded = self._present = recorded
        self.unfilled = unfilled if spans.keys() >= self._layouts.kept.keys() else recorded

    def _append_of(self, at: Array, records: Array, spans: Mapping[str, tuple[int, int]]) -> None:
        """Append rows of another history, whose names have those spans; what it has not is NaN."""
        at_once = max(budget.ROWS.most // max(self.row_bytes, 1), 1)
        for first in range(0, len(at), at_once):
            rows = np.full((len(at[first : first + at_once]), self._width), np.nan, self._dtype)
            for name, (start, stop) in self._layouts.kept.items():
                if name in spans:
                    rows[:, start:stop] = records[first : first + at_once, slice(*spans[name])]
            self._rows.append(at[first : first + at_once], rows)

    def fill(self, iteration: int, rows: Array, form: int = 0) -> None:
        """Rows from `iteration` on as a replay of that form has them, for those that are kept of these iterations."""
        rows = self._without_watched(iteration, rows, form)
        self._fill(iteration, self._layouts.widened(form, self._without_details(iteration, rows, form)))

    def branch_off(self, other: LaneHistory, starts: Sequence[int], until: int) -> None:
        """Have the rows before iteration `until` of another lane, whose forms begin at `starts` and are this one's."""
        for form, (start, stop) in enumerate(zip(starts, [*starts[1:], until], strict=True)):
            if start < min(stop, until):
                at, rows = other.records_between(start, min(stop, until), form)
                self._rows.append(at, self._layouts.widened(form, rows))
        self._rows.stride = other._rows.stride
        self.recorded = self._present = min(other.recorded, until)
        self.unfilled = min(other.unfilled, self.recorded)

    def show_until(self, iterations: int) -> None:
        """Set the present moment: rows of iterations from number `iterations` on are hidden."""
        self._present = iterations
        if self._replayed is not None and iterations <= self._replayed_from:
            self._replayed = None

    def forget_after(self, iterations: int) -> None:
        """Drop every row from iteration number `iterations` on."""
        self._adopt_replayed()
        self._rows.truncate(iterations)
        self.recorded = min(self.recorded, iterations)
        for samples in (each for of_form in self.watched.values() for each in of_form):
            samples.forget_after(iterations)
        self.unfilled = min(self.unfilled, iterations)
        self._present = min(self._present, iterations)

    def release(self) -> None:
        """Forget everything and give its memory back; nothing can be written any more."""
        self._rows.release()
        self._replayed = None

    def _without_watched(self, iteration: int, rows: Array, form: int) -> Array:
        """Records without the numbers of watches, which are kept."""
        size = self._layouts.programs[form].row_size
        found = self.watched.get(form, ())
        if rows.shape[1] > size and found:
            values, there = measured(rows[:, size:])
            for column, samples in enumerate(found[: values.shape[1]]):
                samples.put_all(iteration, values[:, column], there[:, column])
        return rows[:, :size]

    def _without_details(self, iteration: int, rows: Array, form: int) -> Array:
        program = self._layouts.programs[form]
        if program.details_every == 1:
            return rows
        skipped = (iteration + np.arange(len(rows))) % program.details_every > 0
        return np.where(skipped[:, None] & program.detail_columns, rows.dtype.type(np.nan), rows)

    def _fill(self, iteration: int, rows: Array) -> None:
        for kept in (self._rows, *([] if self._replayed is None else [self._replayed])):
            first, last = kept.count_before(iteration), kept.count_before(iteration + len(rows))
            kept.rows[first:last] = rows[kept.kept[first:last] - iteration]

    def _shown(self) -> list[tuple[Array, Array]]:
        """(iteration numbers, records), views, up to the present moment: from the first run, then replayed."""
        replayed = self._replayed
        count = self._rows.count_before(self._present if replayed is None else self._replayed_from)
        shown = [(self._rows.kept[:count], self._rows.rows[:count])]
        if replayed is not None:
            count = replayed.count_before(self._present)
            shown.append((replayed.kept[:count], replayed.rows[:count]))
        return shown

    def _write_replayed(self, iteration: int, rows: Array) -> None:
        replayed = self._replayed
        if replayed is not None and not self._replayed_from <= iteration <= int(replayed.kept[-1]) + 1:
            replayed = self._replayed = None
        if replayed is None:
            there = self._rows.count_before(iteration + len(rows)) - self._rows.count_before(iteration)
            if there == len(rows):
                return
            replayed = self._replayed = BoundedRows(self._width, self._dtype, self._replay_bytes)
            self._replayed_from = iteration
        replayed.write(iteration, rows)

    def _adopt_replayed(self) -> None:
        """Append the replayed rows: from here on they are the end of the record."""
        replayed, self._replayed = self._replayed, None
        if replayed is not None and int(replayed.kept[-1]) + 1 == self.recorded:
            self._rows.truncate(self._replayed_from)
            self._rows.append(replayed.kept, replayed.rows)


def measured(columns: Array) -> tuple[Array, Array]:
    """The numbers of watches in the last columns of records, float64, and whether each has been measured."""
    bits = np.ascontiguousarray(columns).view(np.int64)
    return bits.view(np.float64), bits != NOT_MEASURED


def _picked(rows: Array, chosen: Array, columns: slice | Array) -> Array:
    return rows[chosen, columns] if isinstance(columns, slice) else rows[np.ix_(chosen, columns)]


def _nothing(name: str) -> None:
    """There are no watches."""


class History(Mapping[str, Any]):
    """The records of all lanes: `history["gradient_norm"]["plain"]` is one lane's array; `kept` has its iterations.

    The expression of a watch gives its values in the same way, or one array if it names its lanes: `watched` gives
    those, None for what is no watch.
    """

    def __init__(self, lanes: dict[str, LaneHistory], watched: Callable[[str], Any | None] = _nothing) -> None:
        self._lanes = lanes
        self._watched = watched

    def __getitem__(self, name: str) -> Any:
        found = {lane: history[name] for lane, history in self._lanes.items() if name in history}
        if found:
            return found
        watched = self._watched(name)
        if watched is None:
            raise KeyError(name)
        return watched

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for history in self._lanes.values() for name in history))

    def __len__(self) -> int:
        return len(list(iter(self)))

    @property
    def kept(self) -> dict[str, Array]:
        """Iteration numbers of the rows, by lane."""
        return {lane: history.kept for lane, history in self._lanes.items()}

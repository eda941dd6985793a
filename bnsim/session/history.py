"""What was recorded: a row for every iteration, kept as one growing array for each lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Program

FIRST_CAPACITY = 256


class LaneHistory(Mapping[str, Array]):
    """One lane's records by name: "loss" (iterations,), "gradient_norm" (iterations, weight layers), and
    "batch_mean", "batch_var", "running_mean", "running_var", "gamma", "beta" (iterations, BatchNorms, features).

    Row k is iteration k, counted from 0: batch statistics and γ, β as its forward pass used them, the running ones as
    it left them. Layers of unlike width are padded with NaN. Arrays are copies, in the network's precision.
    """

    def __init__(self, program: Program, dtype: np.dtype) -> None:
        self._records = {record.name: record for record in program.records}
        self._spans: dict[str, tuple[int, int]] = {}
        end = 0
        for record in program.records:
            size = sum(place.size for place in record.places)
            self._spans[record.name] = (end, end + size)
            end += size
        self._rows: Array = np.empty((FIRST_CAPACITY, end), dtype)
        self._length = 0

    def __getitem__(self, name: str) -> Array:
        start, stop = self._spans[name]
        return self.shaped(name, self._rows[: self._length, start:stop])

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    @property
    def iterations(self) -> int:
        """How many iterations are recorded."""
        return self._length

    def layers(self, name: str) -> tuple[int, ...]:
        """Indices in the stack of the layers along the second axis of `self[name]`."""
        return tuple(path[0] for path in self._records[name].paths)

    def paths(self, name: str) -> tuple[tuple[int, ...], ...]:
        """Where these layers stand in the unrolled stack."""
        return self._records[name].paths

    def rows(self, name: str, chosen: Array) -> Array:
        """`self[name][chosen]` without copying the rest."""
        start, stop = self._spans[name]
        return self.shaped(name, self._rows[: self._length][chosen, start:stop])

    def row(self, name: str, record: Array) -> Array:
        """One record of the machine as a row of `self[name]`."""
        start, stop = self._spans[name]
        shaped: Array = self.shaped(name, record[None, start:stop])[0]
        return shaped

    def shaped(self, name: str, flat: Array) -> Array:
        """Rows of numbers as (iterations, layers[, features])."""
        places = self._records[name].places
        if name == "loss":
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
        """Rows from `iteration` on; what was recorded after them is dropped."""
        end = iteration + len(rows)
        if end > len(self._rows):
            grown = np.empty((max(end, 2 * len(self._rows)), self._rows.shape[1]), self._rows.dtype)
            grown[: self._length] = self._rows[: self._length]
            self._rows = grown
        self._rows[iteration:end] = rows
        self._length = end

    def truncate(self, iterations: int) -> None:
        """Forget everything from iteration number `iterations` on."""
        self._length = min(self._length, iterations)


class History(Mapping[str, dict[str, Array]]):
    """All lanes' records: `history["gradient_norm"]["plain"]` is that lane's array."""

    def __init__(self, lanes: dict[str, LaneHistory]) -> None:
        self._lanes = lanes

    def __getitem__(self, name: str) -> dict[str, Array]:
        found = {lane: history[name] for lane, history in self._lanes.items() if name in history}
        if not found:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for history in self._lanes.values() for name in history))

    def __len__(self) -> int:
        return len(list(iter(self)))

"""What carries out a machine's instructions."""

from __future__ import annotations

from typing import Protocol

from bnsim.engine.operation import Array


class Executor(Protocol):
    """Executes instructions on a machine's memory.

    `suspect`: whether the last call may have made a NaN or an infinity; if not, it certainly has not, unless it read
    one.
    """

    suspect: bool

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Execute instructions `start` to `stop - 1` of one iteration."""

    def run(self, iteration: int, rows: Array, *, full_end: bool = True) -> None:
        """Execute `len(rows)` whole iterations from `iteration` on; the record of the k-th goes into row k.

        Without `full_end` only the state and the rows are right afterwards: other values may be of no iteration.
        """

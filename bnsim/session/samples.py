"""Numbers by iteration, such as the values of a watch."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bnsim.engine.operation import Array

BLOCK = 1024
MOST_BLOCKS = 4096
"""Blocks of values kept of one number: 37 MB at most."""


class Samples:
    """Values of one number by iteration, kept in blocks; the oldest go once there are very many."""

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[Array, Array]] = {}

    def put(self, iteration: int, value: float) -> None:
        """Keep a value."""
        self.put_all(iteration, np.array([value]), np.ones(1, bool))

    def put_all(self, iteration: int, values: Array, there: Array) -> None:
        """Keep values of iterations from that one on, those that are there."""
        done = 0
        while done < len(values):
            number, at = divmod(iteration + done, BLOCK)
            count = min(BLOCK - at, len(values) - done)
            chosen = there[done : done + count]
            kept, known = self._block(number)
            kept[at : at + count][chosen] = values[done : done + count][chosen]
            known[at : at + count] |= chosen
            done += count

    def _block(self, number: int) -> tuple[Array, Array]:
        if number not in self._blocks:
            if len(self._blocks) >= MOST_BLOCKS:
                del self._blocks[min(self._blocks)]
            self._blocks[number] = np.full(BLOCK, np.nan), np.zeros(BLOCK, bool)
        return self._blocks[number]

    def at(self, iterations: Iterable[int]) -> tuple[Array, Array]:
        """(values, whether each is known) at some iterations; fresh arrays."""
        wanted = np.asarray(iterations, np.int64)
        values, known = np.full(len(wanted), np.nan), np.zeros(len(wanted), bool)
        numbers = wanted // BLOCK
        for number in np.unique(numbers):
            if int(number) in self._blocks:
                here = numbers == number
                kept, there = self._blocks[int(number)]
                values[here], known[here] = kept[wanted[here] % BLOCK], there[wanted[here] % BLOCK]
        return values, known

    def forget_after(self, updates: int) -> None:
        """Drop the values of iterations from that number on."""
        for number in [each for each in self._blocks if (each + 1) * BLOCK > updates]:
            self._blocks[number][1][max(updates - number * BLOCK, 0) :] = False

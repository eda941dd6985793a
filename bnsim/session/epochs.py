"""Epochs counted in updates: in one epoch every whole mini-batch of the training part is used once."""

from __future__ import annotations


class Epochs:
    """An epoch has `batches` mini-batches, of which an update takes `accumulate`."""

    def __init__(self, batches: int, accumulate: int) -> None:
        self._batches = batches
        self._accumulate = accumulate

    def end(self, epoch: int) -> int:
        """Number of updates at the end of epoch number `epoch`, counted from 1."""
        return -(-epoch * self._batches // self._accumulate)

    def next_end(self, updates: int) -> int:
        """Number of updates at the end of the epoch that comes next after `updates` updates."""
        epoch = updates * self._accumulate // self._batches + 1
        while self.end(epoch) <= updates:
            epoch += 1
        return self.end(epoch)

    def last_end(self, updates: int) -> int:
        """Number of updates at the end of the last complete epoch after `updates` updates; 0 for the start."""
        epoch = updates * self._accumulate // self._batches
        while self.end(epoch) > updates:
            epoch -= 1
        return self.end(epoch)

"""Epochs counted in updates: in one epoch every whole mini-batch of the training part is used once."""

from __future__ import annotations


class Epochs:
    """An epoch has `batches` mini-batches, of which an update takes `accumulate`."""

    def __init__(self, batches: int, accumulate: int) -> None:
        self._batches = batches
        self._accumulate = accumulate

    def end(self, epoch: int) -> int:
        """How many updates are done once that many epochs are over."""
        return -(-epoch * self._batches // self._accumulate)

    def next_end(self, updates: int) -> int:
        """After so many updates, how many are done when the next epoch ends."""
        epoch = updates * self._accumulate // self._batches + 1
        while self.end(epoch) <= updates:
            epoch += 1
        return self.end(epoch)

    def last_end(self, updates: int) -> int:
        """How many updates were done when the last epoch ended, `updates` at most; 0 for the start."""
        epoch = updates * self._accumulate // self._batches
        while self.end(epoch) > updates:
            epoch -= 1
        return self.end(epoch)

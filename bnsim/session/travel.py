"""Travelling along the time line: far forward and back, to breakpoints on the way, and over what was recorded before.

What a move is and says is `bnsim.session.session`'s business; here it is carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.timeline import Timeline
from bnsim.session.watch import Hit, Watch

Size = Literal["op", "layer", "iteration", "epoch"]
WINDOW = 256
"""Iterations looked through at a time on the way back."""

At = tuple[int, int]
"""(iteration, tick)."""


def never() -> bool:
    """Nobody cancels."""
    return False


class Travel(Timeline):
    """How to get there. An epoch has `_batches` mini-batches, of which an update takes `_accumulate`."""

    _batches: int
    _accumulate: int

    def epoch_end(self, epoch: int) -> int:
        """The iteration, in updates done, by which that many epochs are over."""
        return -(-epoch * self._batches // self._accumulate)

    def _next_epoch(self) -> int:
        epoch = self.iteration * self._accumulate // self._batches + 1
        while self.epoch_end(epoch) <= self.iteration:
            epoch += 1
        return self.epoch_end(epoch)

    def _epoch_before(self) -> int:
        """The last one to end before this moment, in updates done; 0 for the start."""
        done = self.iteration - (self._tick in (0, self._lockstep.last))
        epoch = done * self._accumulate // self._batches
        while self.epoch_end(epoch) > done:
            epoch -= 1
        return self.epoch_end(epoch)

    def _after(self, iteration: int) -> At:
        """The moment just after that many updates."""
        return (iteration - 1, self._lockstep.last) if iteration > 0 else (0, 0)

    def _back_by(self, size: Size) -> At:
        """Where the last step of that size began; not asked at the very start."""
        if size == "epoch":
            return self._after(self._epoch_before())
        if self._tick == 0:
            return self._after(self._base)
        target = self._lockstep.previous_tick(self._tick, size)
        return self._after(self._base) if target == 0 else (self._base, target)

    def _step_to(self, tick: int, watch: Watch) -> None:
        """Within the present iteration, or to what is watched for on the way."""
        place = watch.next_place(self._base, self._tick)
        near = place if place is not None and place.iteration == self._base and place.tick <= tick else None
        self._advance(near.tick if near else tick, watch)
        if near and near.at == (self._base, self._tick) and self.stopped is None:
            self._stop(near, watch)

    def _travel(self, target: int, cancelled: Callable[[], bool], watch: Watch) -> None:
        """Forward until `target` updates are done or something is hit."""
        last = self._lockstep.last
        while self.iteration < target and self.stopped is None and not cancelled():
            place = watch.next_place(self._base, self._tick)
            if self._tick in (0, last):
                start = self.iteration
                if place is None or place.iteration > start:
                    self._run_chunk(target, watch)
                    continue
                self._begin(start)
            self._advance(place.tick if place and place.iteration == self._base else last, watch)
            if place and place.at == (self._base, self._tick) and self.stopped is None:
                self._stop(place, watch)

    def _jump(self, target: int) -> None:
        """Forward over what was recorded before, as far as no NaN comes up, where a checkpoint makes that shorter."""
        here = (self._base, self._tick)
        blown = [at[0] for at in self._ever_blown.values() if at > here]
        far = min(target, *(lane.history.recorded for lane in self.lanes), *blown)
        if far > self.iteration and self._checkpoints.nearest(far - 1)[0] > self.iteration:
            self._go(*self._after(far))

    def _travel_back(self, floor: At, cancelled: Callable[[], bool], watch: Watch) -> bool:
        """To the nearest hit before the present moment and not before `floor`; False, and nothing moved, if none is."""
        here = (self._base, self._tick)
        hits = [Hit(*at, lane, 0) for lane, at in self._blown.items() if at < here]
        hits += [place] if (place := watch.last_place(*here)) else []
        if watch.has_values:
            present = [lane.machine.memory[lane.program.record_index][None] for lane in self.lanes]
            if value := watch.last_value(np.array([self._base]), present, self._tick):
                hits.append(value)
        # No window reaches back over a hit that is known: nothing before that one is looked for.
        known = max((hit.iteration for hit in hits), default=-1)
        if watch.has_values:
            value, moved = self._last_value_between(max(floor[0], known), cancelled, watch)
            hits += [value] if value else []
            if moved and not any(hit.at >= floor for hit in hits):
                self._stand(*here)
        found = max((hit for hit in hits if hit.at >= floor), key=lambda hit: hit.at, default=None)
        if found is None:
            return False
        self._stand(found.iteration, found.tick)
        self._stop(self._non_finite_hit(found) if found.at == self._blown.get(found.lane) else found, watch)
        return True

    def _last_value_between(self, first: int, cancelled: Callable[[], bool], watch: Watch) -> tuple[Hit | None, bool]:
        """The last hit in iterations from `first` to before the present one; the flag says that looking moved us."""
        stop, moved = self._base, False
        while first < stop and not cancelled():
            start = max(first, stop - WINDOW)
            found = self._rows_between(start, stop, cancelled)
            if found is None:
                return None, True
            iterations, rows, replayed = found
            moved = moved or replayed
            if value := watch.last_value(iterations, rows):
                return value, moved
            stop = start
        return None, moved

    def _rows_between(
        self, start: int, stop: int, cancelled: Callable[[], bool]
    ) -> tuple[Array, list[Array], bool] | None:
        """Records of iterations `start` to `stop - 1` of every lane; the flag says whether that took a replay.

        None if it was cancelled on the way.
        """
        kept = [lane.history.records_between(start, stop) for lane in self.lanes]
        if all(len(iterations) == stop - start for iterations, _ in kept):
            return np.arange(start, stop), [rows for _, rows in kept], False
        self._replay(start, record=False)
        parts = []
        while self.iteration < stop:
            if cancelled():
                return None
            parts.append(self._run_chunk(stop, record=False))
        return np.arange(start, stop), [np.concatenate(rows) for rows in zip(*parts, strict=True)], True

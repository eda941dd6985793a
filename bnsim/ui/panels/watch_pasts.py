"""The pasts of watches as far as they were seen: what lies ahead stays in sight when the run goes back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from bnsim.runner.updates import Update
from bnsim.session.watch_seen import WatchSeen, WatchSeries

MOST = 512
"""Iterations that a past spans at most with what lies ahead."""


class Pasts:
    """An update has the past before the present moment; here is joined what was seen of the same run after it."""

    def __init__(self) -> None:
        self._seen: Mapping[str, WatchSeen] = {}
        self._of: object = None

    def seen(self, update: Update) -> Mapping[str, WatchSeen]:
        """The watches of an update by their expressions, each with all of its past that is known."""
        track = update.track
        of = (update.experiment, () if track is None else track.changes)
        if of != self._of:
            self._seen, self._of = {}, of
        recorded, present = 0 if track is None else track.recorded, present_of(update)
        found = {each.expression: each for each in update.watches}
        if present < recorded:
            found = {key: _joined(each, self._seen.get(key), present, recorded) for key, each in found.items()}
        self._seen = found
        return found


def present_of(update: Update) -> int:
    """Number of updates that are complete."""
    return 0 if update.frame is None else update.frame.iteration


def _joined(now: WatchSeen, before: WatchSeen | None, present: int, recorded: int) -> WatchSeen:
    if before is None:
        return now
    of = {each.stack: each for each in before.series}
    series = (_longer(each, of[each.stack], present, recorded) if each.stack in of else each for each in now.series)
    return replace(now, series=tuple(series))


def _longer(now: WatchSeries, before: WatchSeries, present: int, recorded: int) -> WatchSeries:
    first = int(now.iterations[0]) if len(now.iterations) else present
    at = before.iterations
    ahead = (at >= present) & (at < min(recorded, first + MOST))
    if not ahead.any():
        return now
    iterations = np.concatenate([now.iterations, at[ahead]])
    return replace(now, iterations=iterations, past=np.concatenate([now.past, before.past[ahead]]))

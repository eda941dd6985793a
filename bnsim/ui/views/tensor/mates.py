"""Forking a lane so that the sample of a row has other batch-mates."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.runner.updates import Update
from bnsim.ui.views.tensor.drawing import Element


class MatesOffer(NamedTuple):
    """An entry of a menu: its words, and what it does; None where that cannot be, as the words then say."""

    words: str
    fork: Callable[[], object] | None


def sample_of(seen: TensorSeen | None, element: Element | None) -> int | None:
    """The sample of the mini-batch that an element is of; None if it is of none, or of all."""
    if seen is None or element is None or "sample" not in seen.axes:
        return None
    return element[seen.axes.index("sample")]


def iteration_seen(update: Update) -> int:
    """The iteration whose mini-batch is seen: the one that is under way, or just done."""
    frame = update.frame
    return 0 if frame is None else frame.iteration - (frame.tick == frame.ticks)


def mates_offer(sample: int, update: Update, fork: Callable[[], object]) -> MatesOffer:
    """The entry for a sample."""
    words = f"Fork with other batch-mates around sample {sample}"
    if update.experiment is not None and update.data is not None:
        batch = update.experiment.training.batch_size
        if update.data.shape.rows <= batch:
            return MatesOffer(f"{words} (the mini-batch is all of the data)", None)
        if batch == 1:
            return MatesOffer(f"{words} (it has none)", None)
    return MatesOffer(words, fork)

"""What a window shows of a watch: immutable, safe to hand to another thread."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

How = Literal["recorded", "compiled", "sampled"]
"""Where the past of a watch comes from: the history, what the program measures of it, or a replay beside the run."""


class WatchSeries(Struct, frozen=True, eq=False):
    """A watch in one lane, or, where its expression names lanes, in all of these: then `stack` is 0 and `lane` "".

    `value` is its present one, None while something it reads is not computed.
    `past` are its values at `iterations`, the last before the present moment; those that are not known yet are left
    out. Both are read-only.
    """

    lane: str
    stack: int
    value: float | None
    how: How
    iterations: NDArray[np.int64]
    past: NDArray[np.float64]


class WatchSeen(Struct, frozen=True, eq=False):
    """A watch at one moment: a series for each lane, or one alone. `problem`: why it has none at all."""

    expression: str
    series: tuple[WatchSeries, ...] = ()
    problem: str = ""

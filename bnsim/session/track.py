"""All that was recorded, for a time line: losses by iteration, and where something stopped."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

LOADED = "loaded"
"""What stands beside the mark of weights that were loaded."""


class Mark(Struct, frozen=True):
    """Something stopped or was changed at `tick` of `iteration`: `sentence` says what.

    `short` is a few letters for a change: "×10", LOADED.
    """

    iteration: int
    tick: int
    sentence: str
    short: str = ""


class LaneTrack(Struct, frozen=True):
    """Losses of one lane: `iterations`, ascending and thinned, counted from 0; both of shape (points,)."""

    stack_id: int
    name: str
    iterations: NDArray[np.int64]
    losses: NDArray[np.float64]


class Track(Struct, frozen=True):
    """`recorded` updates are known, whether before the present moment or after it.

    `marks` say where something stopped, `changes` where weights were changed or loaded.
    """

    recorded: int
    lanes: tuple[LaneTrack, ...]
    marks: tuple[Mark, ...] = ()
    changes: tuple[Mark, ...] = ()

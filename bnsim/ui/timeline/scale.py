"""How a time line maps iterations and losses to pixels. No Qt here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.spec.numerals import short

LOG_FROM = 20.0
"""Losses that differ by more than this factor are drawn on a log scale."""
SHORTEST = 10
MOST_DIGITS = 6
MOST_ROWS = 3
"""Names of lanes one below the other."""
ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


class Scale(Struct, frozen=True):
    """Iterations 0 to `end` over x from `left` to `right`; losses `low` to `high` over y from `bottom` up to `top`."""

    left: float
    right: float
    top: float
    bottom: float
    end: int
    low: float
    high: float
    log: bool

    def x(self, iteration: float) -> float:
        """The x coordinate, in pixels, of the moment after that many updates."""
        return self.left + (self.right - self.left) * iteration / self.end

    def iteration(self, x: float) -> int:
        """The iteration nearest to a pixel, 0 or more."""
        return max(0, round((x - self.left) / max(self.right - self.left, 1.0) * self.end))

    def points(self, iterations: NDArray[np.int64], losses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels of losses, shape (points, 2); the loss of iteration k stands at k, as in the panels. NaN for none."""
        x = self.left + (self.right - self.left) * iterations / self.end
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.log(losses) if self.log else losses
            low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
            share = (numbers - low) / (high - low)
        y = self.bottom - (self.bottom - self.top) * np.clip(share, -0.05, 1.05)
        return np.column_stack([x, np.where(np.isfinite(losses), y, np.nan)])


def round_end(recorded: int) -> int:
    """A round number of iterations, the least that holds all: so the scale does not change at every update."""
    if recorded <= SHORTEST:
        return SHORTEST
    power = 10.0 ** math.floor(math.log10(recorded))
    return round(next(part * power for part in ROUND if part * power >= recorded))


def loss_range(losses: Sequence[NDArray[np.float64]]) -> tuple[float, float, bool]:
    """(low, high, log) of all finite losses; log where all are positive and far apart."""
    numbers = np.concatenate([part[np.isfinite(part)] for part in losses]) if losses else np.empty(0)
    if not numbers.size:
        return 0.0, 1.0, False
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return low - 0.5, high + 0.5, False
    return low, high, low > 0 and high / low > LOG_FROM


def range_words(low: float, high: float) -> tuple[str, str]:
    """The labels of both ends of an axis, with more digits where they would be equal."""
    words = short(low), short(high)
    for digits in range(3, MOST_DIGITS + 1):
        if words[0] != words[1]:
            break
        words = f"{low:.{digits}g}", f"{high:.{digits}g}"
    return words


def name_columns(lanes: int) -> int:
    """In how many columns the names of so many lanes stand, so that each can be read."""
    return 1 if lanes <= MOST_ROWS else 2


def own_part(name: str, names: Sequence[str]) -> str:
    """What a fork's name says beyond that of another lane which it begins with: "…no BN" of "plain, no BN"."""
    begins = max((other for other in names if name.startswith(f"{other}, ")), key=len, default="")
    return f"…{name[len(begins) + 2 :]}" if begins else name


def placed_names(
    ends: Sequence[float], apart: float, low: float, high: float, columns: int = 0
) -> list[tuple[int, float]]:
    """The column of each lane's name and its y, near the end of its line; in a column at least `apart`.

    `columns`: so many, 0 for as many as the strip has.
    """
    columns = columns or name_columns(len(ends))
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    placed = [(0, 0.0)] * len(ends)
    for column in range(columns):
        here = order[column::columns]
        for k, y in zip(here, spread([ends[k] for k in here], apart, low, high), strict=True):
            placed[k] = column, y
    return placed


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Positions for labels near those wanted, at least `apart` from one another, between `low` and `high`."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    placed = [0.0] * len(wanted)
    at = low
    for rank, k in enumerate(order):
        latest = high - apart * (len(order) - 1 - rank)
        placed[k] = at = max(at, min(wanted[k], latest))
        at += apart
    return placed

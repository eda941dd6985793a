"""Images of several lanes on one pair of axes: where each stands, ticks, limits of colors no lane can flatten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.plot.marks import Array
from bnsim.spec.numerals import MINUS, count, significant

SMALLEST, LARGEST = -20.0, 4.0
"""Powers of ten between which colors of norms are spread: what is beyond has the first or the last color."""
_NAME = 0.2
"""Height of a lane's name, as a share of the height of all lanes."""

Ticks = tuple[tuple[float, str], ...]


class Places(NamedTuple):
    """The places of images one above the other, the first uppermost; each is 1 high. `limits` are the axis's."""

    ups: list[tuple[float, float]]
    limits: tuple[float, float]


def one_above_the_other(images: int) -> Places:
    """Places for that many images, with room for a name over each where there are more than one."""
    name = _NAME * images if images > 1 else 0.0
    lows = [(images - 1 - number) * (1 + name) for number in range(images)]
    return Places([(low, low + 1.0) for low in lows], (0.0, max(images, 1) * (1 + name)))


def row_ticks(up: tuple[float, float], rows: int) -> Ticks:
    """Ticks at the first row of an image, counted from 1, the one in the middle, and the last."""
    chosen = sorted({1, (rows + 1) // 2, rows}) if rows else []
    low, high = up
    return tuple((low + (high - low) * (row - 0.5) / rows, count(row)) for row in chosen)


def log_norms(norms: NDArray[np.float64], done: NDArray[np.bool_]) -> Array:
    """Powers of ten of norms: minus infinity for an exact zero, infinity for no number; NaN where not `done`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(norms)
    logs = np.where(np.isfinite(norms), logs, np.inf)
    return np.where(done, logs, np.nan)


def color_limits(images: Sequence[Array]) -> tuple[float, float]:
    """Whole limits around all finite numbers from SMALLEST to LARGEST; around all if none is between them."""
    values = np.concatenate([image[np.isfinite(image)] for image in images] or [np.empty(0)])
    inside = values[(values >= SMALLEST) & (values <= LARGEST)]
    chosen = inside if inside.size else values
    if not chosen.size:
        return -1.0, 0.0
    low, high = float(np.floor(chosen.min())), float(np.ceil(chosen.max()))
    return low, max(high, low + 1.0)


def beyond(images: Iterable[Array], limits: tuple[float, float]) -> bool:
    """Whether a finite number is beyond the limits."""
    values = np.concatenate([image[np.isfinite(image)] for image in images] or [np.empty(0)])
    return bool(((values < limits[0]) | (values > limits[1])).any())


def number_ticks(low: float, high: float, shift: float = 0.0, most: int = 5) -> Ticks:
    """At most about `most` round numbers from `low` to `high`, standing `shift` to the right."""
    if not high > low:
        return ()
    power = 10.0 ** (np.floor(np.log10((high - low) / most)))
    for factor in (1, 2, 4, 5, 10, 20):
        step = factor * power
        first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
        if last - first < most:
            break
    return tuple((k * step + shift, f"{k * step:.12g}".replace("-", MINUS)) for k in range(first, last + 1))


def near_ticks(low: float, high: float) -> Ticks:
    """Ticks of a log axis that holds hardly two powers of ten: at 1, 2 and 5 times each; none on a longer one."""
    if not 0 < low < high < 100 * low:
        return ()
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    marked = [first * 10.0**power for power in powers for first in (1, 2, 5)]
    return tuple((each, significant(each, 3)) for each in marked if low <= each <= high)

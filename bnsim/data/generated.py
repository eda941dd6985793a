"""Data made from a formula. It depends on its record alone: the training seed never changes the data."""

from __future__ import annotations

import numpy as np

from bnsim.data.dataset import Classes, Floats

_KEY = 1988
_TURNS = 1.5
_INNER = 0.1


def two_spirals(samples: int, noise: float) -> tuple[Floats, Classes]:
    """Points on two spirals of radius 0.1 to 1, half a turn apart; rows take turns between the classes.

    After Lang and Witbrock (1988), with one and a half turns instead of three. Normal noise with standard
    deviation `noise` is added to both coordinates; it comes from a counter-based generator, so that the same
    record gives the same rows, and more noise moves each row further along the same line.
    """
    y = np.arange(samples, dtype=np.int64) % 2
    per_class = (samples + 1) // 2
    along = (np.arange(samples) // 2) / max(per_class - 1, 1)
    radius = _INNER + (1.0 - _INNER) * along
    angle = 2.0 * np.pi * _TURNS * along + np.pi * y
    x = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
    x += noise * np.random.Generator(np.random.Philox(key=_KEY)).standard_normal(x.shape)
    return x, y

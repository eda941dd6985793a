"""Data made from a formula. It depends on its record alone: the training seed never changes the data.

Rows take turns between the classes, so that mini-batches in order are balanced. Normal noise comes from a counter-based
generator: the same record gives the same rows, and more noise moves each row further along the same line.
"""

from __future__ import annotations

import numpy as np

from bnsim.data import draws
from bnsim.data.dataset import Classes, Floats

_TURNS = 1.5
_INNER = 0.1


def two_spirals(samples: int, noise: float) -> tuple[Floats, Classes]:
    """Points on two spirals of radius 0.1 to 1, half a turn apart; shape (samples, 2).

    After Lang and Witbrock (1988), with one and a half turns instead of three.
    """
    y, along = _turns(samples, 2)
    radius = _INNER + (1.0 - _INNER) * along
    angle = 2.0 * np.pi * _TURNS * along + np.pi * y
    x = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
    x += noise * draws.normals(draws.SPIRALS, x.shape)
    return x, y


def blobs(samples: int, classes: int, noise: float) -> tuple[Floats, Classes]:
    """Normal clouds about points of the unit circle, the first at (1, 0); shape (samples, 2)."""
    y, _ = _turns(samples, classes)
    angle = 2.0 * np.pi * y / classes
    x = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    x += noise * draws.normals(draws.BLOBS, x.shape)
    return x, y


def two_moons(samples: int, noise: float) -> tuple[Floats, Classes]:
    """An upper half circle about (0, 0) and a lower one about (1, 1/2), both of radius 1; shape (samples, 2)."""
    y, along = _turns(samples, 2)
    x = np.stack((np.cos(np.pi * along), np.sin(np.pi * along)), axis=1)
    x = np.where(y[:, None] == 1, np.array([1.0, 0.5]) - x, x)
    x += noise * draws.normals(draws.MOONS, x.shape)
    return x, y


def circles(samples: int, noise: float, inner: float) -> tuple[Floats, Classes]:
    """Points evenly on circles of radius 1 (class 0) and `inner` (class 1); shape (samples, 2)."""
    y = np.arange(samples, dtype=np.int64) % 2
    angle = 2.0 * np.pi * (np.arange(samples) // 2) / ((samples + 1) // 2)
    radius = np.where(y == 1, inner, 1.0)
    x = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
    x += noise * draws.normals(draws.CIRCLES, x.shape)
    return x, y


def xor(samples: int, noise: float) -> tuple[Floats, Classes]:
    """Normal clouds at the corners (±1, ±1), class 1 where the signs differ; shape (samples, 2)."""
    corner = np.arange(samples, dtype=np.int64) % 4
    first, second = corner // 2, (corner + 1) // 2 % 2
    x = np.stack((2.0 * first - 1.0, 2.0 * second - 1.0), axis=1)
    x += noise * draws.normals(draws.XOR, x.shape)
    return x, first ^ second


def gaussian_noise(samples: int, features: int, classes: int) -> tuple[Floats, Classes]:
    """Standard normal rows (samples, features), and labels independent of them, as balanced as possible."""
    y = np.arange(samples, dtype=np.int64) % classes
    return draws.normals(draws.INPUTS, (samples, features)), y[draws.permutation(draws.LABELS, samples)]


def curve(function: str, samples: int, noise: float) -> tuple[Floats, Floats]:
    """Curves y = f(x) with noise, for x evenly from -1 to 1; x and y have shape (samples, 1)."""
    x = np.linspace(-1.0, 1.0, samples)[:, None]
    if function == "sine":
        y = np.sin(2.0 * np.pi * x)
    elif function == "step":
        y = np.sign(x)
    else:
        y = (4.0 * x**2 - 3.0) * x
    return x, y + noise * draws.normals(draws.CURVE, y.shape)


def _turns(samples: int, classes: int) -> tuple[Classes, Floats]:
    """Classes by turns, and how far along its class each row is, from 0 to 1."""
    number = np.arange(samples, dtype=np.int64)
    per_class = (samples + classes - 1) // classes
    return number % classes, (number // classes) / max(per_class - 1, 1)

"""The kept numbers: one flat array, and an index of names and shapes (small files in a zip are mostly zip)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "vectors.npz"


def save(arrays: dict[str, NDArray]) -> None:
    index = [[name, list(array.shape), array.dtype.kind] for name, array in arrays.items()]
    flat = np.concatenate([np.ravel(array).astype(np.float64) for array in arrays.values()])
    np.savez_compressed(FILE, index=np.frombuffer(json.dumps(index).encode(), np.uint8), flat=flat)


def load() -> dict[str, NDArray]:
    with np.load(FILE) as kept:
        index, flat = json.loads(kept["index"].tobytes()), kept["flat"]
    arrays, start = {}, 0
    for name, shape, kind in index:
        stop = start + int(np.prod(shape))
        arrays[name] = flat[start:stop].reshape(shape).astype(np.int64 if kind == "i" else np.float64)
        start = stop
    return arrays

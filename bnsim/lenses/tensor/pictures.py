"""Tensors of image data, drawn as images: samples, and the weights of the first layer."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim import data
from bnsim.engine.operation import Array
from bnsim.session.arrays import Tensor
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.layers import Linear
from bnsim.spec.tree import leaves

MOST = 256
"""Most pictures shown of one tensor."""


class Pictures(Struct, frozen=True, eq=False):
    """`images` (pictures, height, width): the first of the tensor's `total` rows; `labels` say what each is."""

    images: NDArray[np.floating]
    labels: tuple[str, ...]
    total: int


def pictures(session: Session, lane: Lane, tensor: Tensor, array: Array) -> Pictures | None:
    """The tensor's rows as images; None where a row is none: only samples and the first weight layer's weights are."""
    shape = _picture_shape(session)
    if shape is None or array.ndim != 2 or array.shape[1] != shape[0] * shape[1]:
        return None
    first = next((leaf.path for leaf in leaves(lane.stack.layers) if isinstance(leaf.layer, Linear)), None)
    weights = tensor.name in ("weight", "dweight")
    if weights:
        if tensor.path != first:
            return None
    elif tensor.name != "x" and (first is None or tensor.path >= first):
        return None
    images = array[:MOST].reshape(-1, *shape).copy()
    labels = tuple(str(unit) for unit in range(len(images))) if weights else _labels(session, lane, len(images))
    return Pictures(images, labels, len(array))


def _picture_shape(session: Session) -> tuple[int, int] | None:
    try:
        shape = data.load(session.experiment.data).feature_shape
    except InputError:  # the file has gone since
        return None
    shape = shape[1:] if len(shape) == 3 and shape[0] == 1 else shape
    return (shape[0], shape[1]) if len(shape) == 2 else None


def _labels(session: Session, lane: Lane, count: int) -> tuple[str, ...]:
    targets = lane.peek(lane.program.targets)
    if targets is None:
        return ("",) * count
    names = session.class_names
    if names:
        return tuple(names[int(target)] for target in targets[:count, 0])
    return tuple(f"{target:g}" for target in targets[:count, 0])

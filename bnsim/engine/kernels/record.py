"""What is measured along the way and never read by the network."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class Norm(Operation):
    """Euclidean norm over all elements. Scaled by the largest one: a vanished gradient must not square to zero."""

    key = "norm"
    title = "norm"
    equation = r"\lVert g \rVert = \sqrt{\textstyle\sum_{ij} g_{ij}^2}"
    reads = ("g",)
    writes = ("‖g‖",)

    @staticmethod
    def twin(g: Array, norm: Array) -> None:
        top = np.max(np.abs(g))
        norm[...] = top * np.sqrt(np.sum((g / top) ** 2)) if 0 < top < np.inf else top

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        norm = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        top = zero
        for i in range(g.shape[0]):
            size = abs(g[i])
            # A NaN compares false with everything; it has to win here.
            top = top if size <= top else size
        total = zero
        if top > zero and top < np.inf:
            for i in range(g.shape[0]):
                part = g[i] / top
                total += part * part
            norm[0] = top * np.sqrt(total)
        else:
            norm[0] = top

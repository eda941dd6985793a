"""Gradient clipping. Clipped gradients have places of their own: what the backward pass computed stays readable."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class ClipValue(Operation):
    """Every number kept within ±c; a NaN stays one."""

    key = "clip value"
    title = "clip"
    equation = r"d = \min(\max(\tfrac{\partial \ell}{\partial w}, -c), c)"
    reads = ("dw",)
    writes = ("d",)
    scalars = ("c",)

    @staticmethod
    def twin(d_w: Array, d: Array, limit: float) -> None:
        np.clip(d_w, d.dtype.type(-limit), d.dtype.type(limit), out=d)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        d = vec(memory, at, 1)
        high = memory.dtype.type(s[0])
        low = -high
        for i in range(d.shape[0]):
            value = d_w[i]
            # Written so that a NaN, which compares false, passes through.
            value = high if value > high else value
            d[i] = low if value < low else value


class TotalNorm(Operation):
    """Total over the parameters so far: N = √(n² + ‖dw‖²), n being the total before.

    Scaled by the largest number on the way: squares of gradients may leave the range that gradients are in.
    """

    key = "total norm"
    title = "total norm"
    equation = r"N = \sqrt{\textstyle\sum_w \lVert \partial \ell / \partial w \rVert^2}"
    reads = ("dw", "n")
    writes = ("N",)

    @staticmethod
    def twin(d_w: Array, before: Array, total: Array) -> None:
        top = np.max(np.abs(d_w))
        norm = top * np.sqrt(np.sum((d_w / top) ** 2)) if 0 < top < np.inf else top
        # hypot lets an infinity win over a NaN; in a sum of squares the NaN does.
        total[...] = math.nan if np.isnan(norm) or np.isnan(before) else math.hypot(float(norm), float(before))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        before = np.float64(vec(memory, at, 1)[0])
        zero = memory.dtype.type(0)
        top = zero
        for i in range(d_w.shape[0]):
            size = abs(d_w[i])
            # A NaN compares false with everything; it has to win here.
            top = top if size <= top else size
        norm = np.float64(top)
        if top > zero and top < np.inf:
            squares = zero
            for i in range(d_w.shape[0]):
                part = d_w[i] / top
                squares += part * part
            norm = norm * np.sqrt(np.float64(squares))
        both: Any = max(norm, before)
        if norm != norm or before != before:
            both = np.nan
        elif both > 0.0 and both < np.inf:
            both = both * np.sqrt((norm / both) * (norm / both) + (before / both) * (before / both))
        vec(memory, at, 2)[0] = both


class ClipFactor(Operation):
    """f = min(1, c / (N + 1e-6)), as `torch.nn.utils.clip_grad_norm_`."""

    key = "clip factor"
    title = "clip factor"
    equation = r"f = \min\big(1,\, c / (N + 10^{-6})\big)"
    reads = ("N",)
    writes = ("f",)
    scalars = ("c",)

    @staticmethod
    def twin(total: Array, factor: Array, limit: float) -> None:
        factor[...] = np.minimum(limit / (total + total.dtype.type(1e-6)), 1)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        factor = memory.dtype.type(s[0]) / (vec(memory, at, 0)[0] + memory.dtype.type(1e-6))
        vec(memory, at, 1)[0] = memory.dtype.type(1) if factor > 1 else factor


class ClipScale(Operation):
    """d = f dw."""

    key = "clip norm"
    title = "clip"
    equation = r"d = f\, \frac{\partial \ell}{\partial w}"
    reads = ("dw", "f")
    writes = ("d",)

    @staticmethod
    def twin(d_w: Array, factor: Array, d: Array) -> None:
        np.multiply(d_w, factor, out=d)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        factor = vec(memory, at, 1)[0]
        d = vec(memory, at, 2)
        for i in range(d.shape[0]):
            d[i] = factor * d_w[i]

"""Gradient clipping. Clipped gradients have places of their own: what the backward pass computed stays readable."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class ClipValue(Operation):
    """Every number kept within ±c; a NaN stays one."""

    key = "clip value"
    title = "clip"
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
    """Norm of two parts together: N = √(n² + m²), n of the parameters so far and m of one more.

    Scaled by the larger one: squares of gradients may leave the range that gradients are in.
    """

    key = "total norm"
    title = "total norm"
    reads = ("n", "m")
    writes = ("N",)

    @staticmethod
    def twin(before: Array, norm: Array, total: Array) -> None:
        # hypot lets an infinity win over a NaN; in a sum of squares the NaN does.
        total[...] = np.nan if np.isnan(norm) or np.isnan(before) else np.hypot(norm, before)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        before = vec(memory, at, 0)[0]
        norm = vec(memory, at, 1)[0]
        total = vec(memory, at, 2)
        top = max(norm, before)
        if norm != norm or before != before:
            total[0] = np.nan
        elif top > 0 and top < np.inf:
            first = before / top
            second = norm / top
            total[0] = top * np.sqrt(first * first + second * second)
        else:
            total[0] = top


class ClipFactor(Operation):
    """f = min(1, c / (N + 1e-6)), as `torch.nn.utils.clip_grad_norm_`."""

    key = "clip factor"
    title = "clip factor"
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

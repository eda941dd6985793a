"""The gradient through a normalization as its parts: direct, through the mean, through the variance."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from bnsim.engine.operation import Array
from bnsim.lenses.equations.expression import Env
from bnsim.lenses.equations.setting import Setting
from bnsim.lenses.norm import norm
from bnsim.spec.spelling import NO_SPELLING, Spelling

DIRECT, MEAN, VARIANCE = "direct", "through μ", "through σ²"
OWN = ("ln dx", "gn dx")
"""By statistics of each sample, or of each group of its features."""
KEYS = ("bn dx", *OWN)


class Part(Struct, frozen=True):
    """One summand of dx: its `value` at the chosen sample and unit, its `norm` over the whole mini-batch.

    `watches` are the expressions of both, "" where no array holds them.
    """

    name: str
    value: float
    norm: float
    watches: tuple[str, str] = ("", "")


class Parts(Struct, frozen=True):
    """The gradient dx and the parts it is the sum of. `total` is dx as memory has it.

    `cancelled`: the share of the parts' size that is lost in the sum, 1 - |sum| / (sum of sizes), for the chosen
    element and, by norms, for the layer; 0 where nothing is there to be lost.
    """

    parts: tuple[Part, ...]
    total: Part
    cancelled: float
    cancelled_norm: float


def parts_of(o: Setting, env: Env, spelled: Spelling = NO_SPELLING) -> Parts | None:
    """The parts of dx of a batch, layer or group normalization, at the chosen element; None for other operations.

    `spelled`: how watches name what the lane has.
    """
    if o.instruction.operation.key not in KEYS:
        return None
    d_x = o["dx"].array
    parts = split(o)
    if d_x is None or parts is None:
        return None
    at = env["i"], env["j"]
    found = tuple(Part(name, float(part[at]), norm(part)) for name, part in parts.items())
    path = o.instruction.path
    total = Part("dx", float(d_x[at]), norm(d_x), (spelled.array("dx", path, at), spelled.norm("dx", path)))
    return Parts(
        found,
        total,
        _cancelled(abs(total.value), sum(abs(part.value) for part in found)),
        _cancelled(total.norm, sum(part.norm for part in found)),
    )


def split(o: Setting) -> dict[str, Array] | None:
    """The three parts, shape (batch, features) each, float64; None while not everything is computed."""
    arrays = [o[name].array for name in ("dx̂", "x", "μ", "1/s", "dσ²", "dμ")]
    if any(array is None for array in arrays):
        return None
    d_x_hat, x, mu, inverse, d_var, d_mu = (np.asarray(array, np.float64) for array in arrays)
    batch, features = x.shape
    if o.instruction.operation.key in OWN:
        shape, m = (batch, mu.size // batch, 1), o.sharing
        rows = (batch, mu.size // batch, m)
    else:
        devices = mu.size // features
        shape, m = (devices, 1, features), batch // devices
        rows = (devices, m, features)
    mu, inverse, d_var, d_mu = (each.reshape(shape) for each in (mu, inverse, d_var, d_mu))
    direct = d_x_hat.reshape(rows) * inverse
    through_var = (x.reshape(rows) - mu) * (d_var * (2 / m))
    through_mean = np.broadcast_to(d_mu / m, rows)
    return {
        DIRECT: direct.reshape(x.shape),
        MEAN: through_mean.reshape(x.shape),
        VARIANCE: through_var.reshape(x.shape),
    }


def _cancelled(whole: float, parts: float) -> float:
    return max(0.0, 1 - whole / parts) if parts > 0 else 0.0

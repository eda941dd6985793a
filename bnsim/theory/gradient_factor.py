"""By how much a layer of a deep, wide, random network multiplies the squared norm of the gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from bnsim.spec.activations import Activation, Identity, LeakyReLU, ReLU
from bnsim.spec.errors import InputError
from bnsim.theory.function import Function

Norm = Literal["batch", "layer"]

LARGEST, SMALLEST = 1e12, 1e-12
"""A variance that grows beyond the first is taken for infinite, one that falls below the second for zero."""
STEP = 1.5
"""The factor between two variances that are tried, until the fixed point lies between them."""
HALVINGS = 60
SAME = 1e-12
"""A layer that changes the variance by less keeps it: then every variance is a fixed point."""

GLOROT = "Glorot and Bengio 2010: n Var[w] where all is linear, 1/3 for U(±1/√n)"
HE = "He et al. 2015: n Var[w]/2"
POOLE = "Poole et al. 2016; Schoenholz et al. 2016: χ₁ at the fixed point of the variance"
YANG = "Yang et al. 2019, A mean field theory of batch normalization"
LARGE_BATCH = f"{YANG}, for ReLU and linear; its large-batch form E[φ'²]/Var[φ] for any activation"
LAYER = "E[φ'²]/E[φ²]: mean square in place of BatchNorm's variance"
RESIDUAL = "with the way around the layer: the squared norms of both add up, as they are uncorrelated"


class Links(Struct, frozen=True):
    """What each of a block's layers multiplies the squared gradient by; `norm` is 1 without one. Their product is
    that of the block.
    """

    linear: float
    norm: float
    activation: float


class Factor(Struct, frozen=True):
    """`value` multiplies the squared norm of dL/d(pre-activation), toward the input, at every layer.

    `variance` is that of the pre-activations, 0 where it vanishes and infinite where it explodes with depth. `source`
    is where the formula is from. `links` has the factors of its layers one by one, None for a residual block.
    """

    value: float
    variance: float
    source: str
    links: Links | None = None


def gradient_factor(
    activation: Activation,
    *,
    norm: Norm | None = None,
    batch: int | None = None,
    weight_var: float = 1.0,
    bias_var: float = 0.0,
    residual: bool = False,
) -> Factor:
    """The factor of one block Linear, `norm`, `activation` in a deep stack of them, as wide as one likes.

    `weight_var` is the variance of a weight times the number of inputs (LeCun 1, He 2, PyTorch's default 1/3),
    `bias_var` that of a bias: without a norm they decide; behind one the scale of the weights does not matter.
    "layer" holds for RMSNorm too, and for GroupNorm of wide groups: where weights are random the features' mean is 0.
    `batch` is the size of the mini-batch of norm="batch", None for a large one: exact for linear and ReLU (Yang et al.
    2019), while for other activations no closed form is known. With `residual` the block has a way around it:
    x + φ(x) W. InputError where there is no such formula, with the reason.
    """
    _check(activation, norm, batch, weight_var, bias_var, residual)
    return _factor(activation, norm, batch, float(weight_var), float(bias_var), residual)


@lru_cache(maxsize=64)
def _factor(
    activation: Activation, norm: Norm | None, batch: int | None, weight_var: float, bias_var: float, residual: bool
) -> Factor:
    phi = Function(activation)
    if norm is not None:
        slope = phi.mean_square_slope(1.0)
        if norm == "layer":
            value, source = slope / phi.mean_square(1.0), LAYER
        elif batch is not None:
            value, source = _finite_batch(activation, batch), YANG
        else:
            value, source = slope / phi.variance(1.0), LARGE_BATCH
        return Factor(value, 1.0, source, Links(weight_var, value / (weight_var * slope), slope))
    q = _fixed_point(lambda q: weight_var * phi.mean_square(q) + bias_var)
    slope = phi.mean_square_slope(min(max(q, SMALLEST), LARGEST))
    value = weight_var * slope
    known = {Identity: GLOROT, ReLU: HE}.get(type(activation))
    source = f"{POOLE}; {known}" if known else POOLE
    if residual:
        return Factor(1.0 + value, q, f"{source}; {RESIDUAL}")
    return Factor(value, q, source, Links(weight_var, 1.0, slope))


def next_mean_square(
    activation: Activation, mean_square: float, *, weight_var: float = 1.0, bias_var: float = 0.0
) -> float:
    """The mean square of the pre-activations after those of `mean_square`: q' = σ_w² E[φ(√q z)²] + σ_b² (Poole 2016).

    Behind a normalization φ is given numbers of mean square 1, whatever came before. Infinite where q is beyond 1e12.
    """
    if not mean_square <= LARGEST:
        return math.inf
    return weight_var * Function(activation).mean_square(max(mean_square, SMALLEST)) + bias_var


def _fixed_point(layer: Callable[[float], float]) -> float:
    """The variance that a deep stack comes to from 1; 0 or inf where none. `layer` is what one layer makes of one."""
    if abs(layer(1.0) - 1.0) < SAME:
        return 1.0
    grows = layer(1.0) > 1.0
    before, q = 1.0, 1.0
    while SMALLEST < q < LARGEST:
        before, q = q, q * STEP if grows else q / STEP
        if (layer(q) > q) != grows:
            break
    else:
        return math.inf if grows else 0.0
    for _ in range(HALVINGS):
        middle = math.sqrt(before * q)
        if (layer(middle) > middle) == grows:
            before = middle
        else:
            q = middle
    return q


def _finite_batch(activation: Activation, batch: int) -> float:
    if isinstance(activation, Identity):
        return (batch - 2) / (batch - 3)
    # The arc-cosine kernel of ReLU, normalized to 1 at correlation 1, at that of two rows of a mini-batch.
    c = -1.0 / (batch - 1)
    kernel = (math.sqrt(1 - c * c) + (math.pi - math.acos(c)) * c) / math.pi
    slope = (math.pi - math.acos(c)) / math.pi
    return ((batch - 1 + slope) / (1 - kernel) - 1) / (batch - 3)


def _check(
    activation: Activation, norm: Norm | None, batch: int | None, weight_var: float, bias_var: float, residual: bool
) -> None:
    if norm not in (None, "batch", "layer"):
        raise InputError(f"There is no theory for norm={norm!r}; choose 'batch', 'layer' or None.")
    if not (0 < weight_var < math.inf and 0 <= bias_var < math.inf):
        raise InputError(f"A variance is positive and finite: weight_var={weight_var}, bias_var={bias_var}.")
    if residual and (norm is not None or not isinstance(activation, Identity | ReLU | LeakyReLU)):
        raise InputError(
            "The variance grows along residual blocks, so their factor depends on how deep they lie: "
            "there is one for all depths only without a norm and for Identity, ReLU and LeakyReLU."
        )
    if batch is None:
        return
    if norm != "batch":
        raise InputError("batch is for norm='batch': other layers see one row at a time.")
    if batch <= 3:
        raise InputError(f"Over batches of {batch} the mean of the factor is infinite; it takes 4 rows or more.")
    if not isinstance(activation, Identity | ReLU):
        name = type(activation).__name__
        raise InputError(
            f"For {name} at a batch of {batch} no closed form is known, only for Identity and ReLU; "
            "leave batch out for the factor at large batches."
        )

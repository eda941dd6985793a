"""The rule about how weights start: too small or too large for the depth, or alike from unit to unit."""

from __future__ import annotations

import math

import numpy as np

from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Spot
from bnsim.lenses.norm import norm
from bnsim.spec.activations import Identity, Sigmoid, Tanh
from bnsim.spec.errors import InputError
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import Linear, Residual
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import significant
from bnsim.spec.tree import layer_at
from bnsim.spec.tries import Try

APART = 1e3
FEWEST = 3


def _poor(evidence: Evidence) -> Said | None:
    alike = [spot for spot in evidence.plan.weights[:-1] if _units_alike(evidence, spot)]
    if alike:
        where = evidence.names(alike, evidence.plan.weights)
        return Said(
            f"All units of {where} have the same weights, so that they get the same gradient and stay alike.",
            alike,
            "random weights, such as He's or Xavier's.",
        )
    for stretch in evidence.plan.stretches:
        gains = [gain for spot in stretch.weights if (gain := _gain(evidence, spot)) is not None]
        if len(stretch.weights) < FEWEST or len(gains) < len(stretch.weights) or min(gains) <= 0:
            continue
        gain = float(np.exp(np.mean(np.log(gains))))
        factor = _theory(stretch.activation, gain)
        together = factor ** len(gains)
        if factor > 0 and not 1 / APART <= together <= APART:
            kind = kind_name(stretch.activation)
            where = evidence.names(stretch.weights, evidence.plan.weights)
            return Said(
                f"{where} started with weights of variance {significant(gain, 2)}/inputs: a wide random network of "
                f"{kind} multiplies the gradient by {significant(factor, 3)} a layer, by {significant(together, 1)} "
                "over these.",
                stretch.weights,
                _better(stretch.activation),
            )
    return None


def _gain(evidence: Evidence, spot: Spot) -> float | None:
    """Mean square of a weight as the run began, times the number of inputs; None where that is not known."""
    units = spot.value.shape[1]
    lane = evidence.lane
    if "weight_norm" in evidence.recorded and (first := evidence.first("weight_norm")) is not None:
        paths = lane.history.paths("weight_norm")
        return float(first[paths.index(spot.path)] ** 2 / units) if spot.path in paths else None
    weight = evidence.peek(evidence.plan.matrices.get(spot.path))
    if weight is None or lane.iteration > 0 or lane.position > lane.program.first_update:
        return None
    return norm(weight) ** 2 / units


def _theory(activation: LayerBase, gain: float) -> float:
    """By how much a layer of a deep, wide random network multiplies the gradient's norm; 0 where no one knows."""
    from bnsim.theory import gradient_factor

    try:
        value = gradient_factor(activation, weight_var=float(f"{gain:.3g}")).value  # type: ignore[arg-type]
    except InputError:
        return 0.0
    return math.sqrt(value) if math.isfinite(value) else 0.0


def _units_alike(evidence: Evidence, spot: Spot) -> bool:
    """Whether all rows of a Linear's weight are one; the last of a Residual's branch may well start at zero."""
    weight = evidence.peek(evidence.plan.matrices.get(spot.path))
    if weight is None or len(weight) < 2 or _ends_residual(evidence, spot):
        return False
    return bool((weight[0] == weight[1]).all()) and bool((weight == weight[0]).all())


def _ends_residual(evidence: Evidence, spot: Spot) -> bool:
    block = layer_at(evidence.lane.stack.layers, spot.path[:-1])
    if not isinstance(block, Residual):
        return False
    return not any(isinstance(layer, Linear) for layer in block.layers[spot.path[-1] + 1 :])


def _better(activation: LayerBase) -> str:
    if isinstance(activation, Sigmoid):
        return (
            "a BatchNorm before each activation, or Tanh with Xavier weights: a sigmoid's slope is at most 1/4, which "
            "no usual initialization makes up for."
        )
    if isinstance(activation, Tanh | Identity):
        return "Xavier weights, of variance 1/inputs, or a BatchNorm before each activation."
    return "He weights, of variance 2/inputs, or a BatchNorm before each activation."


POOR_INITIALIZATION = Rule(
    "poor-initialization",
    "Poor initialization",
    "warning",
    "gradient",
    threshold="weights as they were drawn change the gradient by more than 1,000 over layers in a row without a "
    "normalization, or are the same for all units of a layer",
    source="Glorot and Bengio 2010; He et al. 2015; the factor of a layer: Schoenholz et al. 2016",
    why="What a deep network can learn is decided at the start: signal and gradient change by the same factor at each "
    "layer.",
    mend="He weights for ReLU and its like, Xavier weights for Tanh, or a BatchNorm before each activation.",
    check=_poor,
    tries=(Try("batchnorm"),),
)

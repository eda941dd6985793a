"""The rule about a signal that has collapsed: all samples alike, which no BatchNorm further on can mend."""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array
from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.spec.activations import Activation
from bnsim.spec.numerals import significant
from bnsim.spec.tree import is_weight_layer
from bnsim.spec.tries import Try

ALIKE = 1e-3
"""Largest distance of any sample from the first, beside the largest number there is."""


def _alike(evidence: Evidence) -> Said | None:
    spots = [spot for spot in evidence.plan.spots if is_weight_layer(spot.layer) or isinstance(spot.layer, Activation)]
    concerned = [
        spot for spot in spots if (value := evidence.value(spot)) is not None and len(value) > 1 and is_alike(value)
    ]
    if not concerned:
        return None
    first = concerned[0]
    return Said(
        f"After {evidence.title(first)} all samples of the batch differ by less than 1 part in 1,000: the signal is "
        f"lost, not only the gradient.{_late(evidence)}",
        concerned,
    )


def is_alike(value: Array) -> bool:
    """Whether every row of `value` is nearly the first one; False if a number is not finite."""
    size = max(float(value.max()), -float(value.min()))
    # Most often the last row tells already, which is less to look at.
    return all(np.abs(some - value[0]).max() <= ALIKE * size for some in (value[-1], value))


def _late(evidence: Evidence) -> str:
    """What a BatchNorm further on makes of it."""
    for norm in evidence.plan.norms:
        var = evidence.peek(norm.var)
        if var is not None and float(np.mean(var)) < norm.layer.eps:
            spread = significant(float(np.mean(var)), 1)
            name, eps = evidence.title(norm.spot), significant(norm.layer.eps)
            return f" {name} comes too late: a variance of {spread} is nothing beside its ε of {eps}."
    return ""


ALL_ALIKE = Rule(
    "all-alike",
    "All samples alike",
    "warning",
    "spread",
    threshold="no sample's output differs from the first one's by more than a thousandth of the largest number there",
    source="Poole et al. 2016 and Schoenholz et al. 2016: correlations that go to 1; the thousandth is this program's",
    why="What comes after sees the same input whatever the sample is: it can learn how frequent classes are, no "
    "more. A BatchNorm there divides by √ε, which blows up rounding.",
    mend="a BatchNorm before each activation, early ones too; other weights or activations; a Residual around layers.",
    check=_alike,
    tries=(
        Try("batchnorm"),
        Try("relu"),
        Try("times", amount=2.0),
    ),
)

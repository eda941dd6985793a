"""Rules about activations whose slope is next to nothing: saturated, dead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Spot
from bnsim.spec.numerals import whole_percent
from bnsim.spec.tries import Try

SATURATED = 0.5
"""Share of a layer's outputs."""
DEAD = 0.4
"""Share of a layer's units."""


def _saturated(evidence: Evidence) -> Said | None:
    def share(spot: Spot) -> float | None:
        if spot.flat is None or not spot.flat.saturates:
            return None
        read = evidence.peek(spot.input if spot.flat.reads == "x" else spot.value)
        return None if read is None else np.count_nonzero(spot.flat.flat(read)) / read.size

    return _worst(evidence, share, SATURATED, "{0} of the outputs are where the slope is below a tenth of its largest")


def _dead(evidence: Evidence) -> Said | None:
    def share(spot: Spot) -> float | None:
        if spot.flat is None or not spot.flat.is_dead:
            return None
        read = evidence.peek(spot.input if spot.flat.reads == "x" else spot.value)
        return None if read is None else float(spot.flat.dead(read).all(axis=0).mean())

    return _worst(evidence, share, DEAD, "{0} of the units have slope 0 on every sample of the batch")


def _worst(evidence: Evidence, share: Callable[[Spot], float | None], limit: float, what: str) -> Said | None:
    """The layers whose share is over the limit, the one with the most first."""
    shares = {spot: found for spot in evidence.plan.spots if (found := share(spot)) is not None}
    concerned = [spot for spot, found in shares.items() if found > limit]
    if not concerned:
        return None
    where, worst = evidence.names(concerned, list(shares)), max(concerned, key=lambda spot: shares[spot])
    said = what.format(whole_percent(shares[worst]))
    if len(concerned) > 1:
        said = f"up to {said}, the most at {evidence.title(worst)}"
    return Said(f"{where}: {said}.", [worst, *(spot for spot in concerned if spot is not worst)])


SATURATED_RULE = Rule(
    "saturated",
    "Saturated",
    "warning",
    "value",
    threshold="more than half of an activation's outputs lie where its slope is below a tenth of the largest",
    source="Glorot and Bengio 2010, section 3; the half: SageMaker Debugger, rule SaturatedActivation",
    why="What is flat passes on next to no gradient, so that the layers below hardly learn from these samples.",
    mend="smaller initial weights, a smaller learning rate, or a BatchNorm before the activation.",
    check=_saturated,
    tries=(
        Try("batchnorm"),
        Try("rate", amount=0.1),
        Try("times", amount=0.5),
    ),
)
DEAD_RULE = Rule(
    "dead",
    "Dead units",
    "warning",
    "value",
    threshold="more than 40 % of a layer's units have slope 0 on the whole mini-batch",
    source="Maas et al. 2013; the 40 %: CS231n (Stanford)",
    why="A unit that is off for every sample gets no gradient: it stays off until what comes before it changes.",
    mend="a smaller learning rate, LeakyReLU or ELU, He weights, or a BatchNorm before the activation.",
    check=_dead,
    tries=(
        Try("batchnorm"),
        Try("rate", amount=0.1),
    ),
)

"""Sentences about a BatchNorm: momentum in both conventions, biased and unbiased variance, how far modes are apart."""

from __future__ import annotations

import math

from bnsim.lenses.xray.identity import PutBack
from bnsim.lenses.xray.lens import Seen
from bnsim.lenses.xray.mates import Swapped
from bnsim.spec.layers import BatchNorm
from bnsim.spec.numerals import count, percent, significant

ROUNDINGS = 16
"""Unit roundoffs, of the largest input, that the operations of the layer add up to at most."""


def momentum(layer: BatchNorm) -> str:
    """What the running statistics are, in words; empty where `momentum_facts` suffices."""
    if not layer.track_running_stats:
        return "No running statistics are kept: eval mode takes the batch's as well."
    if layer.mode == "eval":
        return "In eval mode the running statistics stay as they are."
    if layer.momentum is None:
        return "Momentum None: the plain average of all mini-batches, the n-th has weight 1/n."
    if layer.momentum == 0:
        return "Nothing new ever comes in: the running values stay where they started."
    return "Only the last mini-batch counts." if layer.momentum == 1 else ""


def momentum_facts(layer: BatchNorm, batches: int | None) -> dict[str, str]:
    """Momentum in both conventions, how far back the statistics look, and the weight of their initial values."""
    seen = batches or 0
    rho = layer.momentum
    new = 1 / (seen + 1) if rho is None else rho
    back = f"all {count(seen)}" if rho is None else "∞" if rho == 0 else significant(1 / rho, 3)
    half = f"{significant(seen / 2, 3)}" if rho is None else "∞" if rho == 0 else "1" if rho == 1 else _half_life(rho)
    start = (1 - rho) ** seen if rho is not None else float(seen == 0)
    return {
        "new": significant(new),
        "old": significant(1 - new),
        "back": back,
        "half": half,
        "seen": count(seen),
        "start": percent(start),
    }


def _half_life(rho: float) -> str:
    return significant(math.log(0.5) / math.log1p(-rho), 2)


def two_variances(seen: Seen) -> str:
    """A sentence on where the biased and where the unbiased variance is used."""
    m = seen.rows
    factor = f"m/(m − 1) = {m}/{m - 1} = {significant(seen.unbiased, 6)}" if m > 1 else "not defined for m = 1"
    parts = f" m is a part of the batch of {seen.batch}, the first." if seen.layer.virtual_devices > 1 else ""
    if seen.layer.mode == "eval":
        return f"In eval mode the running variance normalizes; the batch's, σ² and s², is only measured.{parts}"
    return (
        f"σ², the biased variance, divided by m = {m}, normalizes the batch. s², the unbiased one, {factor} times "
        f"that, goes into the running variance.{parts}"
    )


def gap(seen: Seen) -> str:
    """A sentence on how far the layer is from the identity now."""
    if seen.gap is None or seen.size is None:
        return "Output − input: not computed yet."
    share = seen.gap / seen.size if seen.size > 0 else 0.0
    said = f"Output − input: at most {significant(seen.gap)}, {significant(share, 2)} of the largest input."
    return f"{said} The identity, but for rounding." if share <= ROUNDINGS * seen.rounding else said


def identity(seen: Seen, back: PutBack | None, reason: str) -> str:
    """A sentence on what making it the identity would do, has done, or why it cannot be done."""
    fixed = seen.layer.mode == "eval"
    if reason:
        return f"Cannot be made the identity: {reason}."
    if back is not None:
        holds = (
            "It holds until an update changes γ or β."
            if fixed
            else "It holds for that mini-batch; the next one has other statistics."
        )
        return (
            f"Set before iteration {count(back.iteration)}, and again at each replay. {holds} "
            "Putting back returns there."
        )
    if not seen.boundary:
        return "γ and β can be set between iterations only, and this is the middle of one."
    whose = "the running statistics" if fixed else "the mini-batch that comes next"
    return f"γ = √(σ² + ε) and β = μ, those of {whose}, undo the normalization."


def modes(seen: Seen) -> str:
    """A sentence on what the two modes compare."""
    if seen.modes is None:
        return "Both modes can be compared once the batch and running statistics are there."
    return "With the running values, γ and β of after the update." if seen.updated else ""


def modes_facts(seen: Seen) -> dict[str, str]:
    """The differences between the outputs of the two modes, by row of the table."""
    found = seen.modes
    if found is None:
        return dict.fromkeys(("rms", "share", "largest"), significant(None))
    share = found.rms / found.size if found.size > 0 else math.inf
    return {"rms": significant(found.rms), "share": percent(share), "largest": significant(found.largest)}


def mates_facts(found: Swapped, feature: int) -> dict[str, str]:
    """The changes of the sample's output with other batch-mates, by row of the table."""
    feature = min(feature, len(found.present) - 1)
    own, noise = float(found.present[feature]), float(found.noise[feature])
    return {
        "alone": percent(found.relative),
        "through": percent(found.relative_through),
        "own": significant(float(found.own[feature])),
        "output": significant(own),
        "std": significant(noise),
        "share": percent(noise / abs(own)) if own else significant(None),
    }

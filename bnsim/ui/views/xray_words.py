"""Sentences about a BatchNorm: momentum in both conventions, biased and unbiased variance, how far modes are apart."""

from __future__ import annotations

import math

from bnsim.lenses.xray import Seen
from bnsim.lenses.xray_mates import Swapped
from bnsim.lenses.xray_whole import Whole
from bnsim.spec.layers import BatchNorm
from bnsim.ui.views.xray_parts import percent, told

ROUNDINGS = 16
"""Unit roundoffs, of the largest input, that the operations of the layer add up to at most."""


def momentum(layer: BatchNorm, batches: int | None) -> str:
    """What the running statistics are an average of."""
    if not layer.track_running_stats:
        return "No running statistics are kept: eval mode takes the batch's as well."
    if layer.mode == "eval":
        return "In eval mode the running statistics stay as they are."
    seen = "" if batches is None else f" {batches} so far."
    rho = layer.momentum
    if rho is None:
        return f"Momentum None: the plain average of all mini-batches, the n-th has weight 1/n.{seen}"
    both = f"{told(rho)} in PyTorch, the weight of the new value; {told(1 - rho)} in Keras and TensorFlow, of the old."
    if rho == 0:
        return f"{both} Nothing new ever comes in: the running values stay where they started."
    if rho == 1:
        return f"{both} Only the last mini-batch counts."
    back = f"It looks back about {told(1 / rho, 3)} mini-batches, half of the weight on the last {_half_life(rho)}."
    start = (
        ""
        if batches is None
        else f" After {batches} the start (mean 0, variance 1) still weighs {percent((1 - rho) ** batches)}."
    )
    return f"{both} {back}{start}"


def _half_life(rho: float) -> str:
    return told(math.log(0.5) / math.log1p(-rho), 2)


def two_variances(seen: Seen) -> str:
    """Which variance is used where."""
    m = seen.rows
    factor = f"m/(m − 1) = {m}/{m - 1} = {told(seen.unbiased, 6)}" if m > 1 else "m/(m − 1), m = 1, is not defined"
    parts = (
        ""
        if seen.layer.virtual_devices == 1
        else f" Virtual devices: m is a part of the batch of {seen.batch}, shown is the first."
    )
    if seen.layer.mode == "eval":
        return f"In eval mode the running variance normalizes; the batch's is only measured.{parts}"
    return (
        f"The biased one, divided by m = {m}, normalizes the batch; the unbiased one, {factor} times that, "
        f"goes into the running variance.{parts}"
    )


def gap(seen: Seen) -> str:
    """How far the layer is from the identity just now."""
    if seen.gap is None or seen.size is None:
        return "Output − input: not computed yet."
    share = seen.gap / seen.size if seen.size > 0 else 0.0
    said = f"Output − input: at most {told(seen.gap)}, {told(share, 2)} of the largest input."
    return f"{said} The identity, but for rounding." if share <= ROUNDINGS * seen.rounding else said


def modes(seen: Seen) -> str:
    """How far the output by the batch's and by the running statistics are apart."""
    found = seen.modes
    if found is None:
        return "Both modes can be compared once the batch and running statistics are there."
    share = found.rms / found.size if found.size > 0 else math.inf
    said = f"Apart by {told(found.rms)} (rms), {percent(share)} of the output; at most {told(found.largest)}."
    return f"{said} With the running values and the γ, β of after the update." if seen.updated else said


def losses(whole: Whole) -> str:
    """Both modes of the whole network."""
    return (
        f"Loss of this mini-batch: {told(whole.batch_train)} in train mode, {told(whole.batch_eval)} in eval mode. "
        f"Of all {whole.rows} rows: {told(whole.all_train)} as one batch, {told(whole.all_eval)} in eval mode."
    )


def mates(found: Swapped, feature: int) -> str:
    """What moved how much."""
    feature = min(feature, len(found.present) - 1)
    own, noise = float(found.present[feature]), float(found.noise[feature])
    through = (
        ""
        if abs(found.relative_through - found.relative) < 1e-6 * max(found.relative, 1e-300)
        else f" If the layers before see the other mates too: {percent(found.relative_through)}."
    )
    share = percent(noise / abs(own)) if own else "–"
    return (
        f"Row {found.row} among {len(found.outputs)} other batches: its input stays, its output moves by "
        f"{percent(found.relative)} (std over size, all features).{through} "
        f"Feature {feature}: input {told(float(found.own[feature]))}, output {told(own)}, std {told(noise)} ({share})."
    )

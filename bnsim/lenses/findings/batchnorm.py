"""Rules about BatchNorm: a bias it makes redundant, batches too small for its statistics, running ones far off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from bnsim.engine.operation import Array
from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Statistics
from bnsim.spec.layers import BatchNorm, Block, Layer, Linear, Repeat
from bnsim.spec.numerals import count, significant, whole_percent
from bnsim.spec.tree import Path

FEWEST_ROWS = 16
"""Rows that share statistics."""
MANY = 1e6
"""Updates from which on one does not wait for running statistics."""
GAP = 0.5
"""Distance of the outputs in eval mode from those in train mode, beside a spread of 1."""


def _redundant_bias(evidence: Evidence) -> Said | None:
    found = set(_before_batchnorm(evidence.lane.stack.layers))
    weights = evidence.plan.weights
    spots = [spot for spot in weights if spot.path in found]
    if not spots:
        return None
    where = evidence.names(spots, weights)
    if len(spots) == 1:
        return Said(f"The bias of {where} does nothing: the BatchNorm after it subtracts it again.", spots)
    return Said(f"The biases of {where} do nothing: the BatchNorms after them subtract them again.", spots)


def _before_batchnorm(layers: Sequence[Layer], prefix: Path = ()) -> Iterator[Path]:
    """Paths of each Linear with a bias that is followed by a BatchNorm in the same stack or block."""
    for index, layer in enumerate(layers):
        path, after = (*prefix, index), layers[index + 1] if index + 1 < len(layers) else None
        if isinstance(layer, Linear) and layer.bias and isinstance(after, BatchNorm) and after.mode == "train":
            yield path
        elif isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from _before_batchnorm(layer.layers, (*path, copy))
        elif isinstance(layer, Block):
            yield from _before_batchnorm(layer.layers, path)


def _small_batch(evidence: Evidence) -> Said | None:
    norms = evidence.plan.norms
    rows = {each: each.spot.value.shape[0] // each.layer.virtual_devices for each in norms}
    spots = [each.spot for each in norms if rows[each] < FEWEST_ROWS]
    if not spots:
        return None
    least = min(rows.values())
    noise = math.sqrt(2 * (least - 1)) / least
    parts = max(each.layer.virtual_devices for each in norms)
    whose = "" if parts == 1 else f" on each of {count(parts)} virtual devices"
    return Said(
        f"{evidence.names(spots, [each.spot for each in norms])}: statistics of {count(least)} samples{whose}; the "
        f"variance of so few is off by about {whole_percent(noise)} from one batch to the next.",
        spots,
    )


def _running(evidence: Evidence) -> Said | None:
    lane = evidence.lane
    if lane.iteration == 0 and lane.position <= lane.program.first_update:
        return None  # no batch has gone into them
    seen = [(each, gap) for each in evidence.plan.norms if (gap := _gap(evidence, each)) is not None]
    far = [(each, gap) for each, gap in seen if gap > GAP]
    if not far:
        return None
    worst, gap = max(far, key=lambda found: found[1])
    spots = [each.spot for each, _ in far]
    where = evidence.names(spots, [each.spot for each, _ in seen])
    at = "" if len(far) == 1 else f", the most at {evidence.title(worst.spot)}"
    cause = "; ".join(filter(None, (_cause(evidence, worst), _until(worst.layer, gap))))
    return Said(
        f"{where}: in eval mode the output would differ by {whole_percent(gap)} of its spread{at}, where {cause}.",
        [worst.spot, *(spot for spot in spots if spot is not worst.spot)],
    )


def _gap(evidence: Evidence, norm: Statistics) -> float | None:
    """Rms over features of x̂ in eval mode less x̂ in train mode; None while there is no batch, or where it is no number.

    Of a feature, x̂ by running statistics is x̂ s/s' + (μ − μ')/s', where x̂ has mean 0 and mean square var/s².
    """
    parts = _parts(evidence, norm)
    if parts is None:
        return None
    scale, shift = parts
    size = math.sqrt((scale.sum() + shift.sum()) / len(scale))
    return size if math.isfinite(size) else None


def _parts(evidence: Evidence, norm: Statistics) -> tuple[Array, Array] | None:
    """The mean squares of both terms, due to the variance and to the mean, each (features,)."""
    arrays = [evidence.peek(place) for place in (norm.mean, norm.var, norm.running_mean, norm.running_var)]
    if any(array is None for array in arrays):
        return None
    first = [np.asarray(array, np.float64).reshape(-1, norm.spot.value.shape[1])[0] for array in arrays]
    mean, var, running_mean, running_var = first
    s, there = np.sqrt(var + norm.layer.eps), np.sqrt(running_var + norm.layer.eps)
    return (s / there - 1) ** 2 * var / s**2, ((mean - running_mean) / there) ** 2


def _cause(evidence: Evidence, norm: Statistics) -> str:
    """Which of the two statistics the distance is due to most, and how far off that is."""
    parts = _parts(evidence, norm)
    assert parts is not None
    if parts[1].sum() > parts[0].sum():
        return f"the running mean is {significant(float(np.median(np.sqrt(parts[1]))), 2)} running spreads away"
    batch, running = evidence.peek(norm.var), evidence.peek(norm.running_var)
    assert batch is not None
    assert running is not None
    batch = np.maximum(batch.reshape(-1, running.size)[0], np.finfo(np.float32).tiny)
    return f"the running variance is {significant(float(np.median(running / batch)), 2)} times the batch's"


def _until(layer: BatchNorm, gap: float) -> str:
    """For how long that lasts if the batch's statistics stay."""
    if layer.momentum is None or layer.momentum == 1:
        return ""
    if not layer.momentum:
        return "with momentum 0 it stays so"
    updates = math.log(GAP / gap) / math.log1p(-layer.momentum)
    if updates > MANY:
        return f"with momentum {significant(layer.momentum)} it stays so"
    return f"if the data stay as they are, for about {count(max(math.ceil(updates), 1))} more updates"


REDUNDANT_BIAS = Rule(
    "redundant-bias",
    "Redundant bias",
    "note",
    "",
    threshold="a Linear with a bias stands right before a BatchNorm in train mode",
    source="Ioffe and Szegedy 2015, section 3.2",
    why="BatchNorm subtracts the mean, and the bias with it: its gradient is 0 but for rounding, and β does its work. "
    "Under Adam it drifts all the same.",
    mend="switch the Linear's bias off.",
    check=_redundant_bias,
)
SMALL_BATCH = Rule(
    "small-batch",
    "Batch too small",
    "note",
    "",
    threshold="fewer than 16 samples share the statistics of a BatchNorm",
    source="Wu and He 2018, figure 1; the spread of a variance, √(2(m − 1))/m: Gaussian samples",
    why="Mean and variance of few samples are noise: each sample's output depends on who else is in the batch, and the "
    "running statistics are of other networks than those trained.",
    mend="a larger batch, fewer virtual devices, or LayerNorm or GroupNorm, which look at one sample at a time.",
    check=_small_batch,
)
RUNNING_STATISTICS = Rule(
    "running-statistics",
    "Running statistics off",
    "note",
    "value",
    threshold="by running statistics a BatchNorm's x̂ would differ from the batch's by more than half of its spread",
    source="Ioffe 2017, section 3: train and eval mode differ; the half is this program's",
    why="Eval mode normalizes with them: the network that is tested is not the one that is trained.",
    mend="more updates before evaluating, a momentum nearer 0.1, a lower learning rate, or a larger batch.",
    check=_running,
)

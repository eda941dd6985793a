"""Rules about whether a run learns: update ratio off, loss not decreasing."""

from __future__ import annotations

import math

import numpy as np

from bnsim.engine.operation import Array
from bnsim.lenses.findings.evidence import Evidence
from bnsim.lenses.findings.finding import Rule, Said
from bnsim.lenses.findings.plan import Spot
from bnsim.spec import numerals
from bnsim.spec.losses import CrossEntropy
from bnsim.spec.numerals import count, significant
from bnsim.spec.tries import Try

SLOW, FAST = 1e-5, 0.1
"""A hundredth and a hundred times the rule of thumb, 1e-3."""
RECENT = 10
SETTLED = 5
"""Updates from which on large ones count: a weight that starts near zero moves far at first."""
LEARNED = 0.05
"""Share of its start at which a loss has done what it can, and small steps or a standstill are fine."""
FEWEST, MOST, START = 40, 200, 20
"""Losses that are compared, and iterations at the start of a run that are not: a loss falls there, whatever comes."""
FALL = 0.005
"""What the newest losses have to be lower than those before them, as a share."""


def _update_ratio(evidence: Evidence) -> Said | None:
    rows = evidence.newest("update_ratio", RECENT)
    if rows is None:
        return None
    paths = evidence.lane.history.paths("update_ratio")
    spots = [spot for spot in evidence.plan.weights if spot.path in paths]
    moved = dict(zip(spots, np.median(rows, axis=0).tolist(), strict=True))
    fast = [spot for spot in spots if moved[spot] > FAST]
    if fast and len(rows) >= SETTLED:
        most = max(fast, key=lambda spot: moved[spot])
        return _moved(evidence, fast, most, moved, "more than a tenth", "a smaller learning rate, or clipping.")
    slow = [spot for spot in spots if moved[spot] < SLOW]
    if not slow or evidence.loss_share < LEARNED:
        return None
    mend = "a larger learning rate; where the gradient is what is small, see why."
    return _moved(evidence, slow, min(slow, key=lambda spot: moved[spot]), moved, "less than 1e−5", mend)


def _moved(
    evidence: Evidence, concerned: list[Spot], worst: Spot, moved: dict[Spot, float], limit: str, mend: str
) -> Said:
    where, amount = evidence.names(concerned, list(moved)), significant(moved[worst], 2)
    spots = [worst, *(spot for spot in concerned if spot is not worst)]
    if len(concerned) == 1:
        return Said(f"An update changes {where} by {amount} of its norm; about 1e−3 is usual.", spots, mend)
    said = f"An update changes {where} by {limit} of their norms, {evidence.title(worst)} by {amount}"
    return Said(f"{said}; about 1e−3 is usual.", spots, mend)


def _loss_stuck(evidence: Evidence) -> Said | None:
    losses = evidence.losses(MOST, after=START)
    if len(losses) < FEWEST or not np.isfinite(losses).all() or not evidence.loss_share > LEARNED:
        return None
    before, after = (float(half.mean()) for half in np.array_split(losses, 2))
    if not after > (1 - FALL) * before or before <= 0:
        return None
    ways = f"from {numerals.loss(before)} to {numerals.loss(after)}"
    said = f"Over the last {count(len(losses))} iterations the loss went {ways} on average"
    return Said(f"{said}{_guessing(evidence, losses)}.")


def _guessing(evidence: Evidence, losses: Array) -> str:
    """Whether that is what one gets for guessing among classes."""
    loss = evidence.lane.stack.loss
    outputs = evidence.plan.spots[-1].value.shape[1]
    if not isinstance(loss, CrossEntropy) or loss.reduction != "mean" or outputs < 2:
        return ""
    guess = math.log(outputs)
    near = abs(float(losses[len(losses) // 2 :].mean()) / guess - 1) < 0.03
    return f"; ln {outputs} = {numerals.loss(guess)} is that of guessing" if near else ""


UPDATE_RATIO = Rule(
    "update-ratio",
    "Update ratio off",
    "warning",
    "gradient",
    threshold="‖ΔW‖ / ‖W‖ of a weight, the median of the last 10 updates, is below 1e−5 or above 0.1",
    source="CS231n (Stanford): about 1e−3; a hundred times off either way",
    why="Steps that are tiny beside the weights change nothing in time; steps of a tenth and more forget what was "
    "learned.",
    mend="another learning rate.",
    check=_update_ratio,
    tries=(
        Try("rate", amount=10.0),
        Try("rate", amount=0.1),
    ),
)
LOSS_STUCK = Rule(
    "loss-stuck",
    "Loss not decreasing",
    "warning",
    "loss",
    threshold="of the last 200 losses, 40 at least and none of the first 20, the newer half is not 0.5 % lower than "
    "the older one, and the loss is above 5 % of its start",
    source="SageMaker Debugger, rule LossNotDecreasing (0.1 % in 10 steps); half of that here, and over more steps, as "
    "mini-batches are noisy",
    why="Either the steps are too small or too large, or the gradient does not reach the layers that would have to "
    "change, or there is nothing more to learn.",
    mend="another learning rate first; then look at gradient and update ratio by depth.",
    check=_loss_stuck,
    tries=(
        Try("rate", amount=10.0),
        Try("rate", amount=0.1),
    ),
)

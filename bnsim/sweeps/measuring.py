"""One run of one lane, and what is measured of it. Any process can do it: all it needs is in its arguments."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.engine.blas import one_thread
from bnsim.lenses.depth import factor_per_layer
from bnsim.session import Session
from bnsim.session.lane import Lane
from bnsim.spec.errors import InputError
from bnsim.spec.files import decode
from bnsim.spec.phrases import phrase
from bnsim.sweeps.sweep import Measure

TITLES: dict[Measure, str] = {
    "accuracy": phrase("accuracy"),
    "loss": phrase("loss"),
    "test_accuracy": phrase("test accuracy"),
    "test_loss": phrase("test loss"),
    "gradient_factor": phrase("factor on ‖∂L/∂z‖² per layer"),
}
"""What axes call a measure."""
WORDS: dict[Measure, str] = {
    "accuracy": phrase("Accuracy on the whole training part, in eval mode"),
    "loss": phrase("Loss on the whole training part, in eval mode"),
    "test_accuracy": phrase("Accuracy on the whole test part, in eval mode"),
    "test_loss": phrase("Loss on the whole test part, in eval mode"),
    "gradient_factor": phrase(
        "By how much a layer multiplies the squared gradient on its way to the input, on the next "
        "mini-batch, the geometric mean over the inner layers"
    ),
}
"""What a measure is, for captions."""


class Outcome(Struct, frozen=True):
    """What a run gave: its value; NaN with a `problem`, which `note` tells in a sentence, if there is none.

    "diverged": a NaN or an infinity came up; "failed": it could not be run or measured.
    """

    value: float
    problem: Literal["", "diverged", "failed"] = ""
    note: str = ""


def measure_run(content: bytes, seed: int, iterations: int, measure: Measure) -> Outcome:
    """Run the one lane of the experiment in `content`, as `bnsim.spec.files.encode` gives it, and measure it.

    BLAS has one thread meanwhile, and the lane the calling one.
    """
    experiment = decode(content)
    experiment = replace(experiment, training=replace(experiment.training, seed=seed))
    try:
        with one_thread():
            session = Session(experiment, recording="norms" if measure == "gradient_factor" else "none")
            try:
                return _measured(session, iterations, measure)
            finally:
                session.release()
    except InputError as error:
        return Outcome(math.nan, "failed", str(error))


def _measured(session: Session, iterations: int, measure: Measure) -> Outcome:
    session.run(iterations)
    if session.stopped is None and measure == "gradient_factor":
        session.step("iteration")
    if session.stopped is not None:
        return Outcome(math.nan, "diverged", session.stopped.sentence)
    (lane,) = session.lanes
    if measure == "gradient_factor":
        return _factor(lane)
    if measure.startswith("test") and lane.tests.part == "train":
        return Outcome(
            math.nan, "failed", "There is no test part in this data; keep some of it back, or measure without."
        )
    found = lane.evaluate("test" if measure.startswith("test") else "train")
    value = found.accuracy if measure.endswith("accuracy") else found.loss
    if value is None:
        return Outcome(math.nan, "failed", "There are no classes in this data, and so no accuracy; measure the loss.")
    if found.not_finite or not math.isfinite(value):
        return Outcome(math.nan, "diverged", found.not_finite or "the loss is not finite")
    return Outcome(float(value))


def _factor(lane: Lane) -> Outcome:
    norms = np.array(lane.current("gradient_norm"), np.float64)
    squared = factor_per_layer(norms) ** 2
    if not math.isfinite(squared) or not (norms > 0).all():
        why = "the gradient is zero on the way" if norms.size > 1 else "there are fewer than two weight layers"
        return Outcome(math.nan, "failed", f"There is no factor per layer: {why}.")
    return Outcome(squared)

"""What a learner predicted in a step, how near it is, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import numpy as np

from bnsim.lessons.claims import Measurement
from bnsim.lessons.lesson import Prediction
from bnsim.lessons.nearness import Verdict, of_choice, of_curve, of_number
from bnsim.lessons.progress import Answer
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array
from bnsim.ui.language import told_words
from bnsim.ui.learn.lesson.sketch_figures import line_of

Said = int | float | Array
"""The number of an option, from 1; a number; or a curve (points,) at the places of the line that it is of."""


class Judged(NamedTuple):
    """How near something is, and what was measured, as it is told."""

    verdict: Verdict
    truth: str


def judged(
    asked: Prediction, said: Said, measured: Mapping[str, Measurement], curve: Figure | None, within: Mapping[str, str]
) -> Judged | None:
    """How near a prediction is; None while what it is held against is not measured. `within` has texts for claims."""
    if asked.kind == "choice" and isinstance(said, int):
        right = asked.right or 1
        options = [_plain(option, within) for option in asked.options]
        return Judged(of_choice(said, right, options), options[right - 1])
    if asked.kind == "number" and isinstance(said, int | float):
        found = measured.get(asked.claim or "")
        return None if found is None else Judged(of_number(float(said), found.value, asked.within), found.shown)
    if curve is None or not isinstance(said, np.ndarray):
        return None
    line = line_of(curve, asked.column or "")
    if len(said) != len(line.y):
        return None
    return Judged(of_curve(said, line.y, asked.within, log=curve.y.scale == "log"), told_words(curve.verdict))


def answer_of(asked: Prediction, said: Said, found: Judged | None, curve: Figure | None) -> Answer:
    """What is kept of a prediction."""
    near, truth = (found.verdict.near, found.truth) if found is not None else (False, "")
    when = datetime.now().isoformat(timespec="seconds")
    if asked.kind == "choice":
        return Answer(option=int(np.asarray(said)), near=near, truth=truth, when=when)
    if isinstance(said, np.ndarray):
        x = line_of(curve, asked.column or "").x if curve is not None else np.arange(len(said), dtype=np.float64)
        points = tuple((float(a), float(b)) for a, b in zip(x, said, strict=True))
        return Answer(curve=points, near=near, truth=truth, when=when)
    return Answer(number=float(said), near=near, truth=truth, when=when)


def said_in(answer: Answer) -> Said | None:
    """The prediction that was kept."""
    if answer.option is not None:
        return answer.option
    if answer.curve is not None:
        return np.array([y for _, y in answer.curve])
    return answer.number


def as_meant(asked: Prediction, said: Said, measured: Mapping[str, Measurement]) -> Said:
    """A number of percent that was written without the sign is one all the same."""
    found = measured.get(asked.claim or "")
    if asked.kind == "number" and isinstance(said, float) and found is not None and found.claim.percent and said > 1:
        return said / 100
    return said


def _plain(text: str, numbers: Mapping[str, str]) -> str:
    from bnsim.lessons.wording import filled

    return filled(text, numbers)

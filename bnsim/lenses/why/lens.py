"""The question why, for all lanes at once, as the window asks it at every moment."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from bnsim.engine.program import Program
from bnsim.lenses.lens import Lens
from bnsim.lenses.why.answer import why_gradient, why_parameter
from bnsim.lenses.why.reading import Reading, Top, largest_singular_value
from bnsim.lenses.why.records import Answer, Stuck, Why
from bnsim.lenses.why.stuck import why_stuck
from bnsim.lenses.why.value import Measure, why_value
from bnsim.session.arrays import GRADIENT, VALUE, Tensor, lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.layers import Layer
from bnsim.spec.tree import Path, layer_at, ordinal_at


class WhyLens(Lens, frozen=True):
    """Why an array is as large as it is, beside the like of it in the other lanes.

    It is the gradient of a layer's output ("gradient"), that of a parameter ("dweight", "dbias"), or the output itself
    ("value"), by `measure`: its root mean square, or how far samples are apart.

    With `remedies` the answer also says what would change it, with `spectrum` the largest singular value of each
    weight; both take about as long again.
    """

    tensor: Tensor
    remedies: bool = True
    measure: Measure = "size"
    spectrum: bool = False

    def answer(self, session: Session) -> Answer | None:
        """The answers of all lanes that have such a layer; None if the lane does not run or has no such array."""
        return self.answered(session, largest_singular_value if self.spectrum else None)

    def answered(self, session: Session, top: Top | None) -> Answer | None:
        """The same; `top` gives the largest singular value of a weight, None where they are not to be told."""
        asked = lane_of(session, self.tensor.stack)
        if asked is None or self.tensor.path not in asked.program.gradients:
            return None
        found: list[Why] = []
        number = 0
        for lane in session.lanes:
            path = counterpart(lane, asked, self.tensor.path)
            if path is None:
                continue
            state = session.state_before(lane) if self.remedies else session.kept_before(lane)
            reading = Reading(lane, state, top=top)
            with np.errstate(all="ignore"):
                told = self._of(reading, path)
            if lane is asked and told is None:
                return None
            if told is not None:
                number = len(found) if lane is asked else number
                found.append(told)
        return Answer(tuple(found), number)

    def _of(self, reading: Reading, path: Path) -> Why | None:
        if self.tensor.name == GRADIENT:
            return why_gradient(reading, path, remedies=self.remedies)
        if self.tensor.name == VALUE:
            return why_value(reading, path, self.measure)
        return why_parameter(reading, path, self.tensor.name)


class StuckLens(Lens, frozen=True):
    """Why the loss of each lane moves or does not: rate, gradients, and how far the last update moved the weights."""

    def answer(self, session: Session) -> tuple[Stuck, ...]:
        """One answer a lane, in the lanes' order."""
        with np.errstate(all="ignore"):
            return tuple(why_stuck(Reading(lane, session.state_before(lane))) for lane in session.lanes)


def counterpart(lane: Lane, asked: Lane, path: Path) -> Path | None:
    """The path in `lane` of the layer that is like the one at `path` of `asked`; None if there is none."""
    return path if lane is asked else like(lane.program, lane.stack.layers, asked.stack.layers, path)


def like(program: Program, layers: Sequence[Layer], others: Sequence[Layer], path: Path) -> Path | None:
    """In `layers`, which `program` runs, the path of the layer like that at `path` of `others`; None if there is none.

    It follows as many weight layers and is of the same kind; without one of that kind, it is the last before the next
    weight layer.
    """
    kind, ordinal = type(layer_at(others, path)), ordinal_at(others, path)
    known = _ORDINALS.get(program)
    if known is None:
        known = _ORDINALS[program] = {each: ordinal_at(layers, each) for each in sorted(program.gradients)}
    near = [each for each, number in known.items() if number == ordinal]
    same = [each for each in near if type(layer_at(layers, each)) is kind]
    return same[0] if same else near[-1] if near else None


_ORDINALS: WeakKeyDictionary[Program, dict[Path, int]] = WeakKeyDictionary()
"""Kept, because a program never changes and counting its weight layers takes milliseconds."""

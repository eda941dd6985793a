"""The question why, for all lanes at once, as the window asks it at every moment."""

from __future__ import annotations

import numpy as np

from bnsim.lenses.lens import Lens
from bnsim.lenses.why.answer import why_gradient, why_parameter
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Answer, Why
from bnsim.session.arrays import GRADIENT, Tensor, lane_of
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.tree import Path, layer_at, ordinal_at


class WhyLens(Lens, frozen=True):
    """Why an array is as large as it is, beside the like of it in the other lanes.

    With `remedies` the answer also says what would change it, which takes some times as long.
    """

    tensor: Tensor
    remedies: bool = True

    def answer(self, session: Session) -> Answer | None:
        """The answers of all lanes that have such a layer; None if the lane does not run or has no such array."""
        asked = lane_of(session, self.tensor.stack)
        if asked is None or self.tensor.path not in asked.program.gradients:
            return None
        found: list[Why] = []
        number = 0
        for lane in session.lanes:
            path = counterpart(lane, asked, self.tensor.path)
            if path is None:
                continue
            reading = Reading(lane, session.state_before(lane) if self.remedies else None)
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
        return why_parameter(reading, path, self.tensor.name)


def counterpart(lane: Lane, asked: Lane, path: Path) -> Path | None:
    """The path in `lane` of the layer that is like the one at `path` of `asked`; None if there is none.

    It follows as many weight layers and is of the same kind; without one of that kind, it is the last before the next
    weight layer.
    """
    if lane is asked:
        return path
    kind, ordinal = type(layer_at(asked.stack.layers, path)), ordinal_at(asked.stack.layers, path)
    layers = lane.stack.layers
    near = sorted(each for each in lane.program.gradients if ordinal_at(layers, each) == ordinal)
    same = [each for each in near if type(layer_at(layers, each)) is kind]
    return same[0] if same else near[-1] if near else None

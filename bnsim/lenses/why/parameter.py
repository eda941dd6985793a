"""Why the gradient of a parameter is as large as it is, and what becomes of it before the optimizer gets it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place, Program
from bnsim.lenses.why.causes import Cause, number, split
from bnsim.lenses.why.links import Where, link_between
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Link
from bnsim.spec.layers import Layer
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import count, percent
from bnsim.spec.tree import Path, layer_at


class ParameterGradient:
    """The gradient of a parameter of `layer`: `use` makes it, at `made`, from that of the layer's output.

    That is of one copy, and of the update's last mini-batch; the `whole` may be a sum over copies and mini-batches.
    """

    def __init__(self, reading: Reading, path: Path, layer: Layer, use: Instruction, made: Place) -> None:
        self._reading, self.path, self.layer, self.use, self.made = reading, path, layer, use, made
        self.whole = _sum_over_uses(reading.program, made)
        self.symbol = use.operation.title
        self.name = f"{self.symbol} of {layer_name(reading.stack, path)}"

    def links(self) -> Iterator[Link | None]:
        """From the gradient of the layer's output to the parameter's: the product, then the sum, if there is one."""
        where = self._where(self.name, "product")
        yield link_between(self._reading, where, self.use.places[0], self.made, self._product)
        if self.whole is not self.made:
            where = self._where(f"{self.symbol}, added up", "sum")
            yield link_between(self._reading, where, self.made, self.whole, self._sum)

    def after(self) -> Iterator[Link | None]:
        """What clipping and weight decay make of it, as far as there are any."""
        place = self.whole
        for step in self._reading.program.instructions[self._reading.program.first_update :]:
            made = STAGES.get(step.operation.key)
            if made is None or step.places[0] is not place:
                continue
            title, cause = made
            place = step.places[-1]

            def told(factor: float, cause: Stage = cause, step: Instruction = step) -> Cause:
                return cause(self._reading, step, factor)

            yield link_between(self._reading, self._where(title, title), step.places[0], place, told)

    def _where(self, name: str, kind: str) -> Where:
        return Where(self.layer, self.path, name, kind, self.layer.group)

    def _product(self, factor: float) -> Cause:
        """The norm of the product is at most that of g times `most`: what is less, samples or features cancel."""
        reading, key = self._reading, self.use.operation.key
        rows = self.use.places[0].shape[0]
        if key == "linear dW":
            most, of = float(reading.norm(self.use.places[1]) or 0.0), "its input’s norm"
        elif key == "bn dγ":
            most, of = _weighed(reading.direction(self.use.places[0]), reading.array(self.use.places[1])), "x̂’s norm"
        else:
            most, of = math.sqrt(rows), f"√{count(rows)}"
        words = (
            f"{self.symbol} adds up {count(rows)} samples: at most {of}, {number(most)}, times the gradient; "
            f"{percent(factor / most if most else 0.0)} of that is left, the rest cancels."
        )
        return Cause(split(of, most, "what does not cancel", factor), words)

    def _sum(self, factor: float) -> Cause:
        words = f"Added up over all uses and mini-batches of the update it has {number(factor)} times this one’s norm."
        return Cause((), words)


Stage = Callable[[Reading, Instruction, float], Cause]


def _clip_norm(reading: Reading, step: Instruction, factor: float) -> Cause:
    made_by = reading.program.instructions[reading.program.written_by[step.places[1]]]
    total, limit = float(reading.array(made_by.places[0])), made_by.scalars[0]
    if total <= limit:
        return Cause((), f"All gradients together have norm {number(total)}, within the limit {number(limit)}.")
    words = f"All gradients together have norm {number(total)}, beyond the limit {number(limit)}: each is scaled down."
    return Cause((), words)


def _clip_value(reading: Reading, step: Instruction, factor: float) -> Cause:
    limit = step.scalars[0]
    beyond = float(np.mean(np.abs(reading.array(step.places[0])) > limit))
    return Cause((), f"{percent(beyond)} of its elements are beyond ±{number(limit)}, and are set to that.")


def _decay(reading: Reading, step: Instruction, factor: float) -> Cause:
    weight = reading.used(step.places[1])
    rate = step.scalars[0]
    if weight is None:
        return Cause((), f"λ w is added, with λ = {number(rate)}.")
    before = reading.norm(step.places[0]) or math.nan
    added = rate * float(np.linalg.norm(weight.astype(np.float64)))
    return Cause((), f"λ w is added, with λ = {number(rate)}: {number(added / before)} times the gradient’s norm.")


STAGES: dict[str, tuple[str, Stage]] = {
    "clip norm": ("clipping", _clip_norm),
    "clip value": ("clipping", _clip_value),
    "weight decay": ("weight decay", _decay),
}


def _weighed(g: Array, x_hat: Array) -> float:
    """The root of ∑ ‖g_j‖² ‖x̂_j‖² over features, over ‖g‖."""
    squares = np.sum(np.square(g), axis=0)
    return float(np.sqrt(np.sum(squares * np.sum(np.square(x_hat), axis=0)) / np.sum(squares)))


def parameter_gradient(reading: Reading, path: Path, name: str) -> ParameterGradient | None:
    """The gradient called `name` ("dweight", "dbias") of the layer at a path; None if it has no such parameter."""
    program, layer = reading.program, layer_at(reading.stack.layers, path)
    for step in reversed(program.instructions[: program.first_update]):
        if step.path == path and step.phase == "backward" and step.operation.key in _USES and layer is not None:
            made = step.places[step.operation.operands().index(step.operation.writes[0])]
            if made.name == name:
                return ParameterGradient(reading, path, layer, step, made)
    return None


_USES = ("linear dW", "linear db", "bn dγ", "bn dβ")


def _sum_over_uses(program: Program, made: Place) -> Place:
    """Where the sum stands that `made` is a term of; `made` itself if there is none."""
    whole = made
    for step in program.instructions[program.written_by[made] : program.first_update]:
        if step.operation.key == "add" and whole in step.places[:2] and step.places[2].name == made.name:
            whole = step.places[2]
    return whole

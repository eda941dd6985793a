"""A gradient held against central finite differences, on a copy of everything: the session is only read.

Each element is moved by h and by h/2 either way; from the two differences follow a better one (Richardson 1911) and how
far it can be trusted. h shrinks where an activation's kink lies within it, and where the loss is too curved; it grows
where the difference would drown in rounding.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim import data
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, Twins
from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.rerun import Rerun, source_of
from bnsim.lenses.tensor.terms import axes
from bnsim.session.arrays import Tensor, find, program_places
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, significant

MOST = 300
"""Most elements of a tensor that are checked."""
STEP = 1e-3
"""The first h, relative to the element it is added to."""
SMALLEST, LARGEST = 1e-9, 1.0
FINE = 1e-5
"""Relative uncertainty of a difference that needs no better h."""
AGREE = 1e-5
"""Relative error up to which two numbers are the same, beyond the difference's own uncertainty."""
FLOAT32_AGREES = 0.1
"""How far, in norm, a float32 gradient may be from the float64 one: rounding grows through deep stacks."""

Verdict = Literal["right", "wrong", "open"]


class Difference(Struct, frozen=True):
    """A finite difference by one element: slope of the loss, uncertainty, step h; `kinked` if a kink was within h."""

    slope: float
    doubt: float
    step: float
    kinked: bool = False


class Element(Struct, frozen=True):
    """One element's index in the tensor, both numbers, the step h and the uncertainty of the difference."""

    index: tuple[int, ...]
    gradient: float
    slope: float
    step: float
    doubt: float

    @property
    def error(self) -> float:
        """The difference of the two numbers, relative to the larger one."""
        largest = max(abs(self.gradient), abs(self.slope))
        return abs(self.gradient - self.slope) / largest if largest else 0.0


class CheckResult(Struct, frozen=True):
    """The result of a check; the verdict is "open" where nothing could be resolved.

    `worst` is the element of the largest relative error. Of `checked` elements (of `total`), `wrong` disagree, `small`
    are too small for differences, which resolve `resolution`, and `kinked` lie on a kink and were left out.
    `rounding`: of a float32 gradient, its distance from the float64 one in norm; `uses`: how many uses of a shared
    parameter it is the sum over.
    """

    verdict: Verdict
    total: int
    checked: int = 0
    worst: Element | None = None
    wrong: int = 0
    small: int = 0
    kinked: int = 0
    resolution: float = 0.0
    rounding: float | None = None
    shared: bool = False
    axes: tuple[str, str] = ("", "unit")
    why: str = ""

    @property
    def error(self) -> float:
        """The largest relative error; NaN if there is none."""
        return self.worst.error if self.worst is not None else math.nan

    def place(self, index: tuple[int, ...]) -> str:
        """An element's index in words, such as "sample 3, unit 12"."""
        names = self.axes[-len(index) :] if index else ()
        return ", ".join(f"{name} {number}" for name, number in zip(names, index, strict=True)) or "the number"

    def sentence(self) -> str:
        """The whole result in words."""
        return " ".join(filter(None, (self._told(), self._counts(), self._copy())))

    def _told(self) -> str:
        worst = self.worst
        if self.why:
            return self.why
        if worst is None:
            return (
                "Cannot tell more than that both are next to nothing: finite differences resolve about "
                f"{significant(self.resolution, 1)} here, and every element is smaller."
            )
        numbers = f"{significant(worst.gradient, 9)}, by finite differences {significant(worst.slope, 9)}"
        where = f"at {self.place(worst.index)} it is {numbers} (h = {significant(worst.step, 1)})"
        if self.verdict == "wrong":
            return f"Wrong: relative error up to {significant(worst.error, 2)}; {where}."
        known = "" if worst.error <= AGREE else ", and the difference is no more certain than that"
        return f"Right: relative error at most {significant(worst.error, 2)}; {where}{known}."

    def _counts(self) -> str:
        parts = []
        if self.checked == self.total:
            parts.append(f"All {count(self.total)} elements were checked." if self.total > 1 else "It has one element.")
        elif self.checked:
            spread = "evenly spread, the largest among them"
            parts.append(f"{count(self.checked)} of {count(self.total)} elements were checked, {spread}.")
        if self.wrong:
            parts.append(f"{count(self.wrong)} disagree.")
        if self.small and self.worst is not None:
            many = f"{count(self.small)} are" if self.small > 1 else "1 is"
            parts.append(f"{many} too small to tell (differences resolve {significant(self.resolution, 1)}).")
        if self.kinked:
            many = f"{count(self.kinked)} lie" if self.kinked > 1 else "1 lies"
            parts.append(f"{many} on a kink of an activation, where there is no derivative, and had to be left out.")
        return " ".join(parts)

    def _copy(self) -> str:
        shared = "The parameter is shared: this is the gradient over all its uses." if self.shared else ""
        if self.rounding is None:
            return shared
        if self.worst is None:
            return f"{shared} Checked on a float64 copy at the same parameters and mini-batch.".strip()
        return (
            f"{shared} Checked on a float64 copy at the same parameters and mini-batch; the float32 gradient on screen "
            f"differs from that copy's by {significant(self.rounding, 2)} of its norm."
        ).strip()


class GradientCheck(Inquiry, frozen=True):
    """Check any gradient of the present iteration: a parameter's, a layer output's or an intermediate one."""

    tensor: Tensor
    most: int = MOST

    def inquire(self, session: Session, go_on: GoOn) -> CheckResult | None:
        """The result; None if `go_on` says stop. InputError if there is no such gradient, or not yet."""
        found = find(session, self.tensor)
        source = None if found is None else source_of(found[0].program, found[0].stack.layers, self.tensor)
        if found is None or source is None:
            raise InputError("Cannot check this: it is no gradient of the loss; choose one, such as dW.")
        lane, place = found
        of_all = _whole(lane.program, source, place)
        shown = lane.read(of_all)
        if shown is None:
            raise InputError("Cannot check this: it is not computed yet; step on through the backward pass.")
        blank = CheckResult(
            "open",
            shown.size,
            shared=of_all is not place or _uses(lane.program, source) > 1,
            axes=axes(lane.stack.layers, self.tensor.path, self.tensor.name, shown.ndim),
        )
        if lane.loss is None or not math.isfinite(lane.loss):
            return replace(blank, why=f"Cannot tell: the loss is {lane.loss}, which has no differences.")
        if shown.dtype == np.float32:
            rerun, exact = _in_float64(session, lane, self.tensor, of_all)
            scale = float(np.linalg.norm(exact))
            rounding = float(np.linalg.norm(shown - exact)) / scale if scale else float(np.linalg.norm(shown))
            blank = replace(blank, rounding=rounding)
        else:
            rerun, exact = _as_it_is(session, lane, source), shown
        return _checked(rerun, exact, blank, self.most, go_on)


def _checked(rerun: Rerun, gradient: Array, blank: CheckResult, most: int, go_on: GoOn) -> CheckResult | None:
    flat = gradient.reshape(-1)
    slopes = Slopes(rerun, flat)
    worst: Element | None = None
    wrong = small = kinked = 0
    chosen = chosen_elements(flat, most)
    for number, place in enumerate(chosen):
        if not go_on(number / len(chosen)):
            return None
        found = slopes.at(int(place))
        if found.kinked:
            kinked += 1
            continue
        index = tuple(int(k) for k in np.unravel_index(int(place), gradient.shape))
        element = Element(index, float(flat[place]), found.slope, found.step, found.doubt)
        largest = max(abs(element.gradient), abs(element.slope))
        if 0 < largest <= slopes.resolution:
            small += 1
            continue
        off = not abs(element.gradient - element.slope) <= AGREE * largest + found.doubt
        wrong += off
        if not off and found.doubt > 0.01 * largest:
            # Two zeros agree; a number near zero cannot be distinguished from zero.
            small += largest > 0
            continue
        if worst is None or not element.error <= worst.error:
            worst = element
    rounded = blank.rounding is not None and not blank.rounding <= FLOAT32_AGREES
    verdict: Verdict = "wrong" if wrong else "open" if worst is None or rounded else "right"
    why = ""
    if verdict == "open" and rounded and worst is not None:
        why = f"Cannot tell: in float64 it is right to {significant(worst.error, 2)}, but float32 is far from that."
    return replace(
        blank,
        verdict=verdict,
        checked=len(chosen),
        worst=worst,
        wrong=wrong,
        small=small,
        kinked=kinked,
        resolution=slopes.resolution,
        why=why,
    )


class Slopes:
    """Finite differences of the loss by the elements of a rerun's target."""

    def __init__(self, rerun: Rerun, gradient: Array) -> None:
        self._rerun = rerun
        target = rerun.target
        self._typical = float(np.sqrt(np.mean(np.square(target)))) or 1.0
        eps = float(np.finfo(np.float64).eps)
        # What rounding changes in the loss: its own last digit, and those of what it is made from.
        self.noise = 4 * eps * (abs(rerun.loss()) + float(np.linalg.norm(target * gradient)))

    @property
    def resolution(self) -> float:
        """What differences resolve to a part in a hundred; with larger steps than `STEP` curvature takes over."""
        return 100 * self.noise / STEP

    def at(self, place: int) -> Difference:
        """The difference by one element, with the step h that is most precise."""
        scale = max(abs(float(self._rerun.target[place])), self._typical)
        size, best, turn = STEP, None, 0.0
        kinked = False
        while SMALLEST <= size <= LARGEST:
            found, curved = self._try(place, size * scale)
            kinked = kinked or found.kinked
            if not found.kinked and (best is None or found.doubt < best.doubt):
                best = found
            elif best is not None and best is not found:
                break
            if best is not None and best.doubt <= FINE * abs(best.slope):
                break
            turn = turn or (0.1 if found.kinked or curved else 10.0)
            size *= turn
        return best if best is not None else Difference(math.nan, math.inf, size * scale, kinked=True)

    def _try(self, place: int, step: float) -> tuple[Difference, bool]:
        """The difference with that step, and whether curvature rather than rounding limits its precision."""
        wide, wide_sides = self._central(place, step)
        near, near_sides = self._central(place, step / 2)
        if len(wide_sides | near_sides) > 1:
            return Difference(math.nan, math.inf, step, kinked=True), True
        curvature, rounding = abs(near - wide) / 3, 2 * self.noise / step
        slope = (4 * near - wide) / 3
        return Difference(slope, curvature + rounding, step), curvature > rounding

    def _central(self, place: int, step: float) -> tuple[float, set[bytes]]:
        target, rerun = self._rerun.target, self._rerun
        here = float(target[place])
        high, low = here + step, here - step
        target[place] = high
        above, side_above = rerun.loss(), rerun.side()
        target[place] = low
        below, side_below = rerun.loss(), rerun.side()
        target[place] = here
        return (above - below) / (high - low), {side_above, side_below}


def chosen_elements(flat: Array, most: int) -> Array:
    """Indices of the elements to check: all, or `most` spread evenly, the largest gradient among them."""
    if flat.size <= most:
        return np.arange(flat.size)
    spread = np.linspace(0, flat.size - 1, most - 1).round().astype(np.int64)
    return np.union1d(spread, [int(np.nanargmax(np.abs(flat))) if not np.isnan(flat).all() else 0])


def _whole(program: Program, source: Place, place: Place) -> Place:
    """The gradient summed over all uses of a parameter that is used more than once; else `place` itself."""
    for parameter in program.parameters:
        if parameter.value is source and parameter.gradient is not None:
            return parameter.gradient
    return place


def _uses(program: Program, source: Place) -> int:
    kept = {parameter.value for parameter in program.parameters}
    steps = program.instructions[: program.first_update]
    return sum(
        source in kept and step.phase == "forward" and not step.hidden and source in step.places for step in steps
    )


def _as_it_is(session: Session, lane: Lane, source: Place) -> Rerun:
    program, state = lane.program, session.state_before(lane)

    def read(place: Place) -> Array:
        memory = state if program.offsets[place] < program.state_size else lane.machine.memory
        return program.view(memory, place)

    return Rerun(program, source, read)


def _in_float64(session: Session, lane: Lane, tensor: Tensor, whole: Place) -> tuple[Rerun, Array]:
    """The iteration executed again in float64 at the same parameters, as a rerun, and its gradient."""
    training = replace(session.experiment.training, precision="float64")
    stack = session.experiment.stack(lane.stack.id)
    program = lower(stack, training, data.describe(session.experiment.data), recording="none")
    budget.request(8 * program.memory_size, budget.FLOAT64_COPY)
    machine = Machine(program, session.data.astype(np.float64), training.seed, Twins)
    state = session.state_before(lane)
    for mine, theirs in zip(program.parameters, lane.program.parameters, strict=True):
        program.view(machine.memory, mine.value)[...] = lane.program.view(state, theirs.value)
    machine.execute(lane.iteration, 0, program.first_update)
    source = source_of(program, stack.layers, tensor)
    assert source is not None
    place = _whole(program, source, program_places(program, tensor.path)[tensor.name])
    exact = program.view(machine.memory, place).copy()
    return Rerun(program, source, lambda operand: program.view(machine.memory, operand)), exact

"""A gradient held against slopes of the loss, found without it, on a copy of everything: the session is only read.

What rounding may have done to the gradient is measured (`rounding`); where that is nearly as much as there is, the
verdict is that one cannot tell.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.engine.blas import one_thread
from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.lenses.lens import GoOn, Inquiry
from bnsim.lenses.rerun import Rerun, source_of
from bnsim.lenses.rounding import TIMES, Copy
from bnsim.lenses.slopes import Method, Slopes
from bnsim.lenses.tensor.terms import axes
from bnsim.session.arrays import Tensor, find, program_places
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, significant

MOST = 300
"""Most elements of a tensor that are checked."""
AGREE = 1e-5
"""Relative error up to which two numbers are the same, beyond what rounding may have done."""
RESOLVED = 0.003
"""Relative uncertainty from which on nothing is said of an element."""
LEAST = 1e-200
"""Smaller numbers have lost digits on the way, or are about to."""

Verdict = Literal["right", "wrong", "open"]


class Element(Struct, frozen=True):
    """One element's index in the tensor, both numbers, the step h and how it was taken, and how uncertain they are."""

    index: tuple[int, ...]
    gradient: float
    slope: float
    step: float
    method: Method
    doubt: float

    @property
    def largest(self) -> float:
        """The size of the larger one of the two numbers."""
        return max(abs(self.gradient), abs(self.slope))

    @property
    def error(self) -> float:
        """The difference of the two numbers, relative to the larger one."""
        return abs(self.gradient - self.slope) / self.largest if self.largest else 0.0

    @property
    def off(self) -> bool:
        """Whether the numbers are further apart than they are uncertain; if one is a NaN they are."""
        return not abs(self.gradient - self.slope) <= AGREE * self.largest + self.doubt


METHODS: dict[Method, str] = {
    "complex step": "by a complex step",
    "Richardson": "by finite differences (Richardson's)",
}


class CheckResult(Struct, frozen=True):
    """The result of a check; the verdict is "open" where nothing could be resolved.

    `worst` is the element of the largest relative error. Of `checked` elements (of `total`), `wrong` disagree, `small`
    are too small beside rounding, `resolution` being the size from which all of them could be told, and `kinked` lie on
    a kink and were left out. `by_differences` of them were found without a complex step. `rounding`: of a float32
    gradient, its distance from the float64 one in norm; `shared`: whether it is the sum over several uses of a
    parameter.
    """

    verdict: Verdict
    total: int
    checked: int = 0
    worst: Element | None = None
    wrong: int = 0
    small: int = 0
    kinked: int = 0
    by_differences: int = 0
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
        if worst is None and self.kinked == self.checked:
            return "Cannot tell:"
        if worst is None:
            return (
                "Cannot tell more than that both are next to nothing: beside rounding, from about "
                f"{significant(self.resolution, 1)} on it could be told, and every element is smaller."
            )
        method = METHODS[worst.method]
        numbers = f"{significant(worst.gradient, 9)}, {method} {significant(worst.slope, 9)}"
        where = f"at {self.place(worst.index)} it is {numbers} (h = {significant(worst.step, 1)})"
        if self.verdict == "wrong":
            return f"Wrong: relative error up to {significant(worst.error, 2)}; {where}."
        if worst.error > AGREE:
            where = f"{where}, which rounding explains"
        return f"Right: relative error at most {significant(worst.error, 2)}; {where}."

    def _counts(self) -> str:
        parts = []
        if self.checked == self.total:
            parts.append(f"All {count(self.total)} elements were checked." if self.total > 1 else "It has one element.")
        elif self.checked:
            # The largest one may be among those on a kink.
            spread = "evenly spread" if self.kinked else "evenly spread, the largest among them"
            parts.append(f"{count(self.checked)} of {count(self.total)} elements were checked, {spread}.")
        if self.wrong:
            parts.append(f"{count(self.wrong)} disagree.")
        if self.small and self.worst is not None:
            many = f"{count(self.small)} are" if self.small > 1 else "1 is"
            parts.append(f"{many} too small to tell beside rounding (below {significant(self.resolution, 1)}).")
        if 0 < self.by_differences < self.checked:
            parts.append(f"{count(self.by_differences)} went by differences: a complex step led to no number.")
        if self.kinked:
            many = f"{count(self.kinked)} lie" if self.kinked > 1 else "1 lies"
            parts.append(f"{many} on a kink of an activation, where there is no derivative, and had to be left out.")
        return " ".join(parts)

    def _copy(self) -> str:
        shared = "The parameter is shared: this is the gradient over all its uses." if self.shared else ""
        if self.rounding is None:
            return shared
        if self.worst is None:
            copied = "Checked on a float64 copy at the same parameters and mini-batch."
        else:
            copied = (
                "Checked on a float64 copy at the same parameters and mini-batch; the float32 gradient on screen "
                f"differs from that copy's by {significant(self.rounding, 2)} of its norm."
            )
        return " ".join(filter(None, (shared, copied)))


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
            return replace(blank, why=f"Cannot tell: the loss is {lane.loss}, which has no slope.")
        with one_thread():
            copy = Copy(session, lane)
            mine, there = _in(copy.program, lane, self.tensor)
            doubt = copy.doubt(there, "float64").reshape(-1)
            if shown.dtype == np.float32:
                rerun = Rerun(copy.program, mine, copy.read)
                result = _checked(rerun, copy.read(there), doubt, blank, self.most, go_on)
                return None if result is None else _with_rounding(result, copy, there, shown)
            return _checked(_as_it_is(session, lane, source), shown, doubt, blank, self.most, go_on)


def _checked(
    rerun: Rerun, gradient: Array, doubt: Array, blank: CheckResult, most: int, go_on: GoOn
) -> CheckResult | None:
    flat = gradient.reshape(-1)
    slopes = Slopes(rerun, flat)
    worst: Element | None = None
    wrong = small = kinked = by_differences = 0
    resolution, told = 0.0, False
    chosen = chosen_elements(flat, most)
    for number, place in enumerate(chosen):
        if not go_on(number / len(chosen)):
            return None
        element = _element(slopes, gradient, int(place), float(doubt[place]))
        if element is None:
            kinked += 1
            continue
        wrong += element.off
        by_differences += element.method != "complex step"
        uncertain = element.doubt > RESOLVED * element.largest
        if not element.off and (uncertain or 0 < element.largest < LEAST):
            # Two zeros agree; a number near zero cannot be distinguished from zero.
            small += element.largest > 0
            if math.isfinite(element.doubt):
                resolution = max(resolution, element.doubt / RESOLVED)
            continue
        told = told or element.largest > 0
        if worst is None or not element.error <= worst.error:
            worst = element
    if small and not told:
        worst = None  # that zeros agree tells nothing of numbers too small to tell
    verdict: Verdict = "wrong" if wrong else "open" if worst is None else "right"
    return replace(
        blank,
        verdict=verdict,
        checked=len(chosen),
        worst=worst,
        wrong=wrong,
        small=small,
        kinked=kinked,
        by_differences=by_differences,
        resolution=resolution,
    )


def _element(slopes: Slopes, gradient: Array, place: int, doubt: float) -> Element | None:
    """The element and its slope; None on a kink. Who is to be called wrong is heard again, by differences."""
    index = tuple(int(k) for k in np.unravel_index(place, gradient.shape))
    found = slopes.at(place)
    if found.kinked:
        return None
    number = float(gradient[index])
    element = Element(index, number, found.slope, found.step, found.method, doubt + found.doubt)
    if 0 < element.largest < LEAST:
        return replace(element, doubt=2 * LEAST)
    if not element.off or found.method != "complex step":
        return element
    element = replace(element, doubt=doubt + TIMES * slopes.rounding(place, found.slope))
    other = slopes.difference(place)
    if element.off and not other.kinked and other.doubt <= RESOLVED * abs(other.slope):
        return Element(index, number, other.slope, other.step, other.method, doubt + other.doubt)
    return element


def _with_rounding(found: CheckResult, copy: Copy, place: Place, shown: Array) -> CheckResult:
    """The result for a float32 gradient: what was found of the float64 one, and whether rounding tells them apart.

    Two tests: of the whole by norm, and of the numbers one by one, where a large one alone may be off.
    """
    exact = copy.read(place)
    apart = np.abs(shown - exact)
    scale = float(np.linalg.norm(exact))
    rounding = float(np.linalg.norm(apart)) / (scale or 1.0)
    found = replace(found, rounding=rounding)
    if found.verdict != "right":
        return found
    limit = RESOLVED * float(np.abs(exact).max())
    if rounding <= RESOLVED and not np.any(apart > limit):
        return found
    doubt = copy.doubt(place, "float32")
    explained = float(np.linalg.norm(doubt)) / (scale or 1.0)
    error = significant(found.error, 2)
    far = rounding > RESOLVED + explained or bool(np.any(apart > limit + doubt))
    if (far or not math.isfinite(rounding)) and copy.same_sides():
        why = (
            f"Wrong: in float64 it is right to {error}, but the float32 gradient on screen is off by "
            f"{significant(rounding, 2)} of its norm, of which rounding explains {significant(explained, 2)} at most."
        )
        return replace(found, verdict="wrong", why=why)
    why = f"Cannot tell: in float64 it is right to {error}, but float32 is far from that."
    return replace(found, verdict="open", why=why)


def _in(program: Program, lane: Lane, tensor: Tensor) -> tuple[Place, Place]:
    """In the program of a copy: what the gradient is the derivative with respect to, and the whole gradient."""
    source = source_of(program, lane.stack.layers, tensor)
    assert source is not None
    return source, _whole(program, source, program_places(program, tensor.path)[tensor.name])


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

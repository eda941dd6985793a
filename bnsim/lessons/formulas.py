"""Looks whether the formulas of a lesson can be set, which takes tens of milliseconds for each."""

from __future__ import annotations

import re

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.lines import TEXT
from bnsim.lessons.wording import FORMULA, filled
from bnsim.spec.errors import InputError
from bnsim.typeset import problem

_BRACED = re.compile(r"(?:^|[\s=<>+*/(,-])\{(\w+)\}")


def check_formulas(lesson: Lesson, file: str = TEXT) -> None:
    """InputError for the first one that cannot be set, and for a claim in it that is no number there.

    `file` has its words; the lines of steps are known of lesson.md alone.
    """
    line = " in line {}" if file == TEXT else ""
    texts = [(f"the step {step.title!r}{line.format(step.line)}", step.texts) for step in lesson.steps]
    for where, said in [("the head", lesson.front.texts), *texts]:
        for formula in (found for text in said for found in FORMULA.findall(text)):
            latex = formula.strip("$")
            if named := [name for name in _BRACED.findall(latex) if name in lesson.claims]:
                raise InputError(
                    f"{file}, {where}: in a formula a measured number is \\claim{{{named[0]}}}, not {{{named[0]}}}."
                )
            if what := problem(filled(formula, {}).strip("$")):
                raise InputError(f"{file}, {where}: the formula ${latex}$ cannot be set: {what}.")

"""A lesson as three files: slides, and beside them a handout and the teacher's plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from bnsim.decks.handout import ON_PAPER, handout
from bnsim.decks.lesson_deck import lesson_deck
from bnsim.decks.lesson_pictures import DrawStep, pictures, told
from bnsim.decks.markdown_paper import markdown_paper
from bnsim.decks.writing import PDF, refuse_unwritable, write_deck, write_paper
from bnsim.lessons.kept_numbers import kept_or_measured, numbers
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.plan import plan_of
from bnsim.plot.paper import Paper
from bnsim.plot.style import STYLES, Style
from bnsim.spec.phrases import Say, in_english

PLAN_SHEETS = 2
"""Of a teacher's plan."""
Report = Callable[[int, int], None]
"""Told how many parts are done of how many; what it raises ends the work."""


def write_lesson(
    lesson: Lesson, path: Path, style: Style, draw: DrawStep | None, report: Report, say: Say = in_english
) -> tuple[Path, Path, Path]:
    """Write slides to `path`, handout and plan beside; their paths. `say` gives words in the lesson's language.

    InputError for a place that cannot be written to, and for an experiment that cannot run.
    """
    refuse_unwritable(path)

    def go_on(done: int) -> bool:
        report(0, 0)  # ends it by what it raises
        return True

    measurements = kept_or_measured(lesson, go_on)
    shown = numbers(measurements)
    drawn = pictures(lesson, draw, lambda done: report(done, len(lesson.steps)))
    steps = [told(each, say) for each in drawn]
    paper = handout_beside(path)
    deck = lesson_deck(lesson, shown, steps, say)
    write_deck(deck, path, style, report=lambda done: report(done, len(deck.slides)))
    sheets = handout(lesson, shown, steps, say)
    on_paper = replace(ON_PAPER, theme="light")
    write_paper(sheets, paper, on_paper, report=lambda done: report(done, len(sheets.sheets)))
    plan = plan_beside(path)
    write_paper(plan_sheets(plan_of(lesson, measurements, say), lesson, say), plan, STYLES["figure"])
    return path, paper, plan


def plan_sheets(text: str, lesson: Lesson, say: Say = in_english) -> Paper:
    """The teacher's plan, as `plan_of` has it, on sheets of paper."""
    return markdown_paper(text, lesson.title, PLAN_SHEETS, say)


def handout_beside(path: Path) -> Path:
    """Where the handout of slides is written: "talk-handout.pdf" beside "talk.pptx"."""
    return path.with_name(f"{path.stem}-handout{PDF}")


def plan_beside(path: Path) -> Path:
    """Where the plan is written: "talk-plan.pdf"."""
    return path.with_name(f"{path.stem}-plan{PDF}")

"""Lessons, examples and papers as entries of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bnsim.lessons import examples
from bnsim.lessons.progress import Done, share_done
from bnsim.lessons.wording import filled, named_in, quoted
from bnsim.ui.language import sayer, tr
from bnsim.ui.learn.start.page import Entry
from bnsim.ui.model import pictures

if TYPE_CHECKING:  # the engine comes with them
    from bnsim.lessons.lesson import Lesson
    from bnsim.lessons.papers import Paper

EXAMPLE_PICTURE = ".picture.json"
MOST_LESSONS = 8


def chips(papers: Mapping[str, Paper]) -> list[Entry]:
    """An entry for each paper, by the name of its first figure: "Glorot & Bengio 2010, figs. 6, 7"."""
    figure = tr(", fig. ")
    found: dict[str, list[str]] = {}
    for name, paper in papers.items():
        found.setdefault(paper.short.partition(figure)[0], []).append(name)
    entries = []
    for who, names in found.items():
        numbers = [papers[name].short.partition(figure)[2] for name in names]
        of = tr(", figs. ") if len(numbers) > 1 else figure
        figures = f"{of}{', '.join(numbers)}" if all(numbers) else ""
        more = "\n".join(f"{papers[name].source}: {papers[name].title}" for name in names)
        entries.append(Entry(names[0], f"{who}{figures}", more=more))
    return entries


def example_cards() -> list[Entry]:
    """An entry for each example, with its small picture."""
    return [
        Entry(
            name,
            tr(example.title),
            tr(example.what),
            more=f"{tr(example.what)} {tr(example.look)}",
            picture=pictures.read(examples.folder() / f"{name}{EXAMPLE_PICTURE}"),
        )
        for name, example in examples.examples().items()
    ]


def questions(lessons: Sequence[Lesson], done: Mapping[str, Done]) -> list[Entry]:
    """An entry for each of the first lessons: those that were begun, then others in order, those read to the end last.

    On its card is the question that it takes up, and its hook; its title where the hook's numbers are not measured yet.
    """
    nothing = Done()

    def rank(lesson: Lesson) -> int:
        did = done.get(lesson.name, nothing)
        return 2 if did.finished else 0 if did.seen else 1

    return [_question(each, done.get(each.name, nothing)) for each in sorted(lessons, key=rank)[:MOST_LESSONS]]


def _question(lesson: Lesson, done: Done) -> Entry:
    from bnsim.lessons import kept_numbers

    front, steps = lesson.front, [step.key for step in lesson.steps]
    numbers = kept_numbers.numbers(kept_numbers.kept(lesson) or {})
    hook = filled(front.hook, numbers) if set(named_in(front.hook)) <= set(numbers) else front.title
    share, seen = share_done(done, steps), len(set(done.seen) & set(steps))
    foot = (
        tr("read") if done.finished else tr(f"{seen} of {len(steps)} done") if seen else f"{front.minutes} {tr('min')}"
    )
    return Entry(
        lesson.name,
        quoted(front.question, sayer()),
        hook,
        foot,
        more=f"{front.title}, {front.minutes} {tr('minutes')}",
        done=1.0 if done.finished else share if seen else None,
    )

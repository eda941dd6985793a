"""A translation of a lesson has the same steps, questions and numbers, and words alone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bnsim.lessons.formulas import check_formulas
from bnsim.lessons.lesson import Lesson, LessonClaim
from bnsim.lessons.reading import read
from bnsim.lessons.shipped import folder, lesson_of, lessons
from bnsim.lessons.translating import file_of, languages_of, translated
from bnsim.lessons.wording import FORMULA
from bnsim.spec.errors import InputError

FIRST = "01-what-vanishing-means"
ENGLISH = "What vanishing means"


@pytest.fixture
def copied(tmp_path: Path) -> Lesson:
    """The first lesson in a folder of one's own."""
    shutil.copytree(folder() / FIRST, tmp_path / FIRST)
    return read(tmp_path / FIRST)


def change(lesson: Lesson, before: str, after: str) -> None:
    path = file_of(lesson, "de")
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def wordless(lesson: Lesson) -> dict[str, LessonClaim]:
    """What is measured, without what it is in words."""
    return {name: replace(claim, says="…") for name, claim in lesson.claims.items()}


def test_every_translation_fits_its_lesson() -> None:
    there = {name: languages_of(lesson) for name, lesson in lessons().items()}
    assert there[FIRST] == ("de",)
    for name, languages in there.items():
        for language in languages:
            said = lessons(language)[name]
            assert [step.stage for step in said.steps] == [step.stage for step in lessons()[name].steps]
            assert wordless(said) == wordless(lessons()[name])


def test_every_translation_has_the_formulas_and_the_numbers_of_its_lesson() -> None:
    """A number that is typed, "at most 1/4", may have another sign between its thousands, and no other digits."""
    for name, lesson in lessons().items():
        for language in languages_of(lesson):
            for own, words in zip(spoken(lesson), spoken(lessons(language)[name]), strict=True):
                assert sorted(FORMULA.findall(words)) == sorted(FORMULA.findall(own)), (name, words)
                assert numbers_in(words) == numbers_in(own), (name, words)


def numbers_in(text: str) -> list[str]:
    typed = FORMULA.sub("", re.sub(r"\{\w+\}", "", text))
    return sorted(re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", typed)))


def spoken(lesson: Lesson) -> Iterator[str]:
    """All texts of a lesson that its translation has as well."""
    front, plan = lesson.front, lesson.front.plan
    yield from (front.title, front.question, front.hook, front.closing, *front.sources)
    yield from (*plan.objectives, *plan.misconceptions, plan.before)
    for step in lesson.steps:
        yield step.prose
        if step.prediction is not None:
            yield from (step.prediction.ask, *step.prediction.options, step.prediction.reveal)
        if step.task is not None:
            yield from (step.task.say, step.task.hint, step.task.done)


def test_the_words_are_of_that_language_and_all_else_is_the_lesson_s() -> None:
    english, german = lesson_of(FIRST), lesson_of("1", "de")
    assert (english.title, german.title) == (ENGLISH, "Was Verschwinden heißt")
    asked, told = german.steps[1].prediction, english.steps[1].prediction
    assert asked is not None
    assert told is not None
    assert (asked.right, asked.claim, asked.at) == (told.right, told.claim, told.at)
    assert asked.options[3] == "Weniger als ein Milliardstel davon"
    assert all(here.prose != there.prose for here, there in zip(german.steps, english.steps, strict=True))


def test_what_was_done_is_known_in_every_language() -> None:
    english, german = lesson_of("1"), lesson_of("1", "de")
    assert [step.title for step in english.steps] != [step.title for step in german.steps]
    assert [step.key for step in english.steps] == [step.key for step in german.steps]
    assert len({step.key for step in german.steps}) == len(german.steps)


def test_what_is_not_translated_stays_as_it_is(copied: Lesson) -> None:
    assert lesson_of(FIRST, "fr").title == ENGLISH
    change(copied, 'title = "Was Verschwinden heißt"\n', "")
    change(copied, "Der Verlust steht rechts. Dort beginnt der Gradient, und zwanzig Schichten liegen vor ihm.\n", "")
    said = translated(copied, "de")
    assert said.title == ENGLISH
    assert said.steps[1].prose == copied.steps[1].prose


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("# Jetzt machen Sie es kaputt", "", "the lesson has 7 steps, and the translation 6 steps"),
        ("die Norm {last}", "die Norm {first}", "ask names other numbers than in lesson.md: first, there last"),
        ("\\claim{ratio}", "\\claim{five}", "the text names other numbers"),
        ('    "Etwa gleich groß",\n', "", "`options` has 3, and in lesson.md 4"),
        ("```predict\nask", '```predict\nkind = "number"\nask', "has no key 'kind'; it has ask, options, reveal"),
        ("```predict", "```stage", "what a step shows stands in lesson.md"),
        ("```predict", '```task\nsay = "Tun Sie etwas."\n```\n\n```predict', "the lesson has no `task`"),
        ("+++\n\n# Zwanzig", "\n\n# Zwanzig", "it begins with a line +++"),
        ("\nfactor = ", "\nfaktor = ", "[claims] has 'faktor', and claims.toml has no such claim"),
        ("reveal = \"Sie ist", "reveal = Sie ist \"", "line 65: this cannot be read as TOML"),
        ("title = ", "title = 5 #", "line 2: 'title' of the head of a translation: expected a text"),
        ("title = ", f"digits = {'9' * 5000}\ntitle = ", "line 2: this cannot be read as TOML: a number has too many"),
        ("# Jetzt machen Sie es kaputt", "# Jetzt machen Sie {last} kaputt", "the title names other numbers"),
        ("# Jetzt machen", f"# Jetzt {'sehr ' * 100}", "the title has more than 400 letters"),
        ("# Jetzt machen", f"# ${'x + ' * 90}x$\n\n${'x + ' * 250}x$", "has a formula of more than 800 letters"),
        ("# Jetzt machen", f"# Jetzt\n\n{'$x$ ' * 300}\n", "'Jetzt' has more than 200 formulas"),
        ("```predict", "```predic", "there is no block 'predic'; did you mean 'predict'?"),
    ],
)  # fmt: skip
def test_a_translation_of_something_else_is_refused(copied: Lesson, before: str, after: str, problem: str) -> None:
    change(copied, before, after)
    with pytest.raises(InputError) as error:
        translated(copied, "de")
    assert str(error.value).startswith("lesson.de.md, line ")
    assert problem in str(error.value)


def test_comments_without_an_end_take_no_time(copied: Lesson) -> None:
    """Looking from each of them to the end of the file would take minutes; what they are followed by is text."""
    change(copied, "# Jetzt machen Sie es kaputt", "# Jetzt machen Sie es kaputt\n\n" + f"{'<!--' * 2500}\n" * 20)
    with pytest.raises(InputError, match="has more than 20,000 letters of text; make two of it"):
        translated(copied, "de")


def test_a_formula_that_cannot_be_set_is_told_of_its_file(copied: Lesson) -> None:
    change(copied, "# Jetzt machen Sie es kaputt", "# Jetzt machen Sie es kaputt\n\n$\\nix$")
    with pytest.raises(InputError, match=r"^lesson\.de\.md, the step 'Jetzt machen Sie es kaputt': the formula"):
        check_formulas(translated(copied, "de"), "lesson.de.md")

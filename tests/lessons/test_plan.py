"""A teacher's plan says what the lesson's files say, with what is measured, on two pages."""

from __future__ import annotations

import math
import re

import pytest
from msgspec.structs import replace

from bnsim.decks.lesson_writing import PLAN_SHEETS
from bnsim.decks.markdown_paper import markdown_paper
from bnsim.lessons.claims import Measurement
from bnsim.lessons.lesson import Lesson
from bnsim.lessons.plan import minutes, plan_of
from bnsim.lessons.shipped import lessons
from bnsim.plot.diagram import Words
from bnsim.spec.languages import sayer_of

ENGLISH = re.compile(r"\b(?:the|is|as|of|from|to|Expected|Then|Hint|Done|minutes|steps)\b")
"""Words that a German lesson has in titles of papers, conditions and quotations alone."""


def numbers(lesson: Lesson) -> dict[str, Measurement]:
    """Made up ones, within their limits."""
    return {
        name: Measurement(claim, next(each for each in (claim.low, claim.high, math.nan) if each is not None))
        for name, claim in lesson.claims.items()
    }


@pytest.mark.parametrize("name", lessons())
def test_every_lesson_has_a_plan_on_two_pages(name: str) -> None:
    lesson = lessons()[name]
    text = plan_of(lesson, numbers(lesson))
    for step in lesson.steps:
        assert step.title in text
    assert text.count("- Expected: ") == sum(step.prediction is not None for step in lesson.steps)
    assert len(markdown_paper(text, lesson.title, 2).sheets) <= 2


def test_a_plan_says_what_is_expected_and_measured() -> None:
    lesson = lessons()["01-what-vanishing-means"]
    text = plan_of(lesson, numbers(lesson))
    assert "- Expected: “Less than a billionth of it”, of 4 answers." in text
    assert "- Expected: 5.0 × 10⁻⁴; off by a factor of 1.6 at most is near." in text
    assert "| 0–5 | Twenty layers, one loss | listens and looks | gradient by depth |" in text
    assert (
        "| 75 % | share of the last mini-batches that the tanh lane classifies right after 200 updates | from 75 % |"
        in text
    )
    assert "- Done when `norm(gradient" in text


@pytest.mark.parametrize("name", lessons("de"))
def test_every_lesson_has_a_plan_in_german_on_two_pages(name: str) -> None:
    lesson = lessons("de")[name]
    text = plan_of(lesson, numbers(lesson), sayer_of("de"))
    for step in lesson.steps:
        assert step.title in text
    without = re.sub(r"`[^`]*`|„[^“]*“", "", text.partition("## Quellen")[0])
    assert not ENGLISH.findall(without)
    say = sayer_of("de")
    sheets = markdown_paper(text, lesson.title, PLAN_SHEETS, say).sheets
    assert len(sheets) <= PLAN_SHEETS
    assert any(isinstance(each, Words) and each.text.endswith("1 von 2") for each in sheets[0].shapes)


def test_a_plan_in_german_says_what_is_expected_and_measured() -> None:
    lesson = lessons("de")["12-higher-learning-rates"]
    text = plan_of(lesson, numbers(lesson), sayer_of("de"))
    assert "# Höhere Lernraten: Unterrichtsplan\n\n> „Mit BatchNorm kann ich" in text
    assert "| Minuten | der Schritt | die Klasse | das Fenster |\n|---|---|---|---|\n" in text
    assert "| wählt eine Antwort | Verlust, Genauigkeit; nach 200 Updates |" in text
    assert "- Erwartet: „Mit BN bei 0.3“, von 3 Antworten." in text
    assert "| mittleres γ von BatchNorm 2 nach 200 Updates mit Gewichtsabfall |" in text


def test_minutes_are_divided_by_what_there_is_to_do() -> None:
    lesson = lessons()["01-what-vanishing-means"]
    assert minutes(lesson) == lesson.front.plan.minutes
    front = replace(lesson.front, minutes=20, plan=replace(lesson.front.plan, minutes=()))
    divided = minutes(replace(lesson, front=front))
    assert sum(divided) == 20
    assert max(divided) == divided[-1]
    assert min(divided) >= 1


def test_a_formula_on_a_line_of_its_own_is_a_word_of_what_is_said() -> None:
    lesson = lessons()["06-backward-through-bn"]
    text = plan_of(lesson, numbers(lesson))
    assert "$$" not in text
    assert "multiplies what is left: $\\frac{\\partial L}" in text
    assert "| chooses an answer | the equations |" in text

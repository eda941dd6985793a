"""Figures of papers, made anew: every claim is measured, every sentence has its numbers, every figure can be drawn."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.lessons.claims import Claim, measure
from bnsim.lessons.numbers import FigureNumber, Reduction, reduced
from bnsim.lessons.papers import document_of, filled, measured, papers, remade, updates
from bnsim.spec.errors import InputError

QUICK = 100
"""Updates of a run that an ordinary test can wait for."""


NAMES = [pytest.param(name, marks=[pytest.mark.long] * (updates(papers()[name]) > QUICK)) for name in papers()]


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_holds_when_it_is_measured_and_one_run_serves_our_figure_too(name: str) -> None:
    done: list[int] = []
    measurements, figures = remade(name, lambda so_far: done.append(so_far) or True)  # type: ignore[func-returns-value]
    assert done == sorted(done)
    assert done[-1] == updates(papers()[name])
    assert {figure.name for figure in figures} == {papers()[name].figure}
    assert all(figure.has_data for figure in figures)
    wrong = [f"{each.claim.words} is {each.shown}" for each in measurements if not each.holds]
    assert not wrong
    paper = papers()[name]
    for words in (paper.agrees, paper.differs):
        assert not re.search(r"[{}]", filled(words, measurements))


@pytest.mark.parametrize("name", papers())
def test_numbers_of_what_agrees_are_measured_and_limited(name: str) -> None:
    paper = papers()[name]
    used = {int(number) for number in re.findall(r"{(\d+)}", paper.agrees + paper.differs)}
    assert used == set(range(len(paper.claims)))


@pytest.mark.parametrize("name", papers())
def test_every_paper_has_german_words_with_the_same_numbers(name: str) -> None:
    english, german = papers()[name], papers("de")[name]
    assert german.claims == english.claims
    for field in ("title", "claim", "agrees", "differs"):
        before, words = getattr(english, field), getattr(german, field)
        assert words != before
        assert sorted(re.findall(r"{\d+}", words)) == sorted(re.findall(r"{\d+}", before))
        assert not re.search(r"\b(the|of|with|and|is|are)\b", words)


def test_a_claim_without_a_limit_cannot_fail_and_is_none() -> None:
    with pytest.raises(ValueError, match="cannot fail"):
        Claim(expression="loss")


def test_numbers_are_the_same_without_our_figure_and_one_that_is_given_up_has_none() -> None:
    name = "2010-glorot-bengio-7"
    assert measured(name) == remade(name).measurements
    assert not remade(name, lambda so_far: False).figures


def test_an_unknown_paper_is_one_sentence() -> None:
    with pytest.raises(InputError, match="There is no paper 'x'; choose from 2010-glorot-bengio-6"):
        document_of("x")


LINE = bn.Experiment(
    data=bn.TwoSpirals(samples=40),
    training=bn.Training(batch_size=20, seed=1),
    stacks=(bn.Stack(name="one", layers=(bn.Linear(3), bn.Tanh(), bn.Linear(2)), loss=bn.CrossEntropy()),),
)


@pytest.mark.parametrize(
    ("reduction", "number"), [("max", 8.0), ("min", 1.0), ("last/first", 8.0), ("range", 8.0), ("steepest", 2.0)]
)
def test_a_column_becomes_one_number(reduction: Reduction, number: float) -> None:
    values, x = np.array([1.0, 2.0, 4.0, 8.0]), np.array([0.0, 1.0, 3.0, 5.0])
    assert reduced(values, x, reduction) == number
    assert (reduced(values, x, "at", 1), reduced(values, x, "at", -3)) == (2.0, 2.0)
    assert np.isnan([reduced(values, x, "at", place) for place in (4, -5)]).all()
    values[1] = np.nan
    assert np.isnan(reduced(values, x, reduction))


def test_a_number_of_a_figure_is_what_its_columns_say() -> None:
    given: dict[str, Any] = {"figure": "loss_slice", "options": {"direction": "gradient"}, "column": "one, gradient"}
    numbers = [
        FigureNumber(**given, reduction="range"),
        FigureNumber(**given, reduction="max", by="one, now"),
        FigureNumber(figure="unit_percentiles", column="percentile.50", reduction="max"),  # records what a run does not
    ]
    session = bn.Session(LINE, recording="all")
    session.run(3)
    data = bn.figures.loss_slice(session, direction="gradient").data()
    line, now = data["one, gradient"], data["one, now"]
    median = bn.figures.unit_percentiles(session).data()["percentile.50"]
    found = measure(LINE, [Claim(number=number, after=3, low=0.0) for number in numbers])
    assert [each.value for each in found] == [line.max() / line.min(), line.max() / now.max(), median.max()]
    assert found[0].claim.words == "range of “one, gradient” in the figure 'loss_slice'"
    session.close()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"figure": "nonsense"}, "There is no figure 'nonsense'; 'bnsim figures' lists them."),
        ({"options": {"way": "up"}}, "The figure 'loss_slice' has no option 'way'"),
        ({"column": "two"}, "The figure 'loss_slice' has no column 'two'; it has 'one, gradient.x'"),
        ({"layer": "Linear 9"}, "There is no layer 'Linear 9'; write its name as the window shows it"),
        ({"by": "two"}, "The figure 'loss_slice' has no column 'two'; it has"),
        ({"column": "one, gradient.x", "reduction": "steepest"}, "has no 'one, gradient.x.x' for a slope"),
    ],
)
def test_a_number_that_no_figure_has_is_one_sentence(changes: dict[str, Any], problem: str) -> None:
    right: dict[str, Any] = {"figure": "loss_slice", "column": "one, gradient", "reduction": "max"}
    with pytest.raises(InputError, match=problem):
        measure(LINE, [Claim(number=FigureNumber(**{**right, **changes}), low=0.0)])


def test_a_claim_is_about_one_number() -> None:
    number = FigureNumber(figure="loss", column="one", reduction="max")
    both: tuple[dict[str, Any], ...] = ({}, {"expression": "loss", "number": number})
    for given in both:
        with pytest.raises(ValueError, match="either an expression or a number of a figure"):
            Claim(**given, low=0.0)

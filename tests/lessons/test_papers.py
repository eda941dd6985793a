"""Figures of papers, made anew: every claim is measured, every sentence has its numbers, every figure can be drawn."""

from __future__ import annotations

import re

import pytest

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.lessons.claims import Claim
from bnsim.lessons.papers import document_of, filled, measured, papers
from bnsim.spec.errors import InputError

QUICK = 100
"""Updates of a run that an ordinary test can wait for."""


def slow(name: str) -> bool:
    paper = papers()[name]
    return max(paper.iterations, *(claim.after for claim in paper.claims)) > QUICK


NAMES = [pytest.param(name, marks=[pytest.mark.long] * slow(name)) for name in papers()]


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_holds_when_it_is_measured(name: str) -> None:
    measurements = measured(name)
    wrong = [f"{each.claim.expression} is {each.shown}" for each in measurements if not each.holds]
    assert not wrong
    paper = papers()[name]
    for words in (paper.agrees, paper.differs):
        assert not re.search(r"[{}]", filled(words, measurements))


@pytest.mark.parametrize("name", papers())
def test_numbers_of_what_agrees_are_measured_and_limited(name: str) -> None:
    paper = papers()[name]
    used = {int(number) for number in re.findall(r"{(\d+)}", paper.agrees + paper.differs)}
    assert used == set(range(len(paper.claims)))


def test_a_claim_without_a_limit_cannot_fail_and_is_none() -> None:
    with pytest.raises(ValueError, match="cannot fail"):
        Claim(expression="loss")


@pytest.mark.parametrize("name", NAMES)
def test_our_figure_shows_something(name: str) -> None:
    paper = papers()[name]
    kind = FIGURES[paper.figure]
    session = bn.Session(document_of(name).experiment, recording=set(kind.needs(paper.options)))
    session.run(paper.iterations)
    assert kind(session, None, **paper.options).has_data
    session.close()


def test_an_unknown_paper_is_one_sentence() -> None:
    with pytest.raises(InputError, match="There is no paper 'x'; choose from 2010-glorot-bengio-6"):
        document_of("x")

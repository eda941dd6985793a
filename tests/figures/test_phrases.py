"""All that figures say is made of phrases, so that a language can have its own words for it."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator

import pytest

import bnsim as bn
from bnsim.figures import FIGURES, Figure
from bnsim.plot.ghosts import Ghost, with_ghosts
from bnsim.plot.spoken import spoken
from bnsim.spec.phrases import Capital, Joined, Listed, Phrase, capital, joined, listed, phrase, said

LAYERS = re.compile(r"\b(Linear|BatchNorm|Sigmoid|ReLU|Dropout)\b|\bfloat16\b|log₁₀|‖[\w ]+( − \w+)?‖|\bmax\b|NaN")
"""What is called the same in every language."""

WATCHED = "watch", "loss"
"""An expression is no word."""


def plain(text: str) -> Iterator[str]:
    """The parts of a text that no language has its own words for."""
    if isinstance(text, Phrase):
        for part in text.parts.values():
            yield from plain(part)
    elif isinstance(text, Joined):
        for part in (text.between, *text.parts):
            yield from plain(part)
    elif isinstance(text, Capital):
        yield from plain(text.text)
    elif not isinstance(text, Listed):
        yield text


def words(figure: Figure) -> Iterator[str]:
    """All that is read of a figure but the names of its marks."""
    yield from (figure.title, figure.verdict, figure.caption, figure.source)
    for axis in (figure.x, figure.y):
        yield axis.label
        yield from (said for _, said in axis.ticks)
    if figure.color_scale is not None:
        yield figure.color_scale.label
    for mark in figure.marks:
        yield getattr(mark, "label", "")
        yield from getattr(mark, "notes", ())


def names(figure: Figure) -> Iterator[str]:
    """Names of marks that are words: others are of numbers alone, such as "gamma.median"."""
    yield from (name for mark in figure.marks if " " in (name := getattr(mark, "name", "")))


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    layers = (bn.Linear(6), bn.Sigmoid(), bn.Linear(6), bn.Dropout(), bn.Linear(2))
    with_norm = (bn.Linear(6), bn.BatchNorm(), bn.ReLU(), bn.Linear(6), bn.BatchNorm(), bn.ReLU(), bn.Linear(2))
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16, clip=bn.ClipNorm(0.1), evaluate_every=1),
        stacks=(bn.Stack(name="A", layers=layers), bn.Stack(name="B", layers=with_norm)),
    )
    made = bn.Session(experiment, recording="all", wait=False)
    yield made
    made.close()


def test_every_word_of_every_figure_is_of_a_phrase(session: bn.Session) -> None:
    for _ in range(2):
        for kind in FIGURES.values():
            for chosen in ({}, {"theory": "on"}, {"rows": "all"}):
                if {*chosen} <= {option.name for option in kind.options}:
                    figure = kind(session, None, **chosen)
                    ghost = Ghost(figure, phrase("iteration {number}", number="1"))
                    texts = (*names(figure), *words(with_ghosts(figure, (ghost,))))
                    found = [part for text in texts for part in plain(text) if (kind.name, part) != WATCHED]
                    assert [part for part in found if re.search("[a-z]{3}", LAYERS.sub("", part))] == [], kind.name
        session.run(2)
        session.step("layer")


def test_a_figure_in_another_language_has_its_words_and_the_names_of_its_numbers(session: bn.Session) -> None:
    session.run(1)
    figure = FIGURES["moments_by_depth"](session)
    told = spoken(figure, lambda text: f"<{text}>")
    assert told.title == "<Moments by depth>"
    assert told.verdict.startswith("A σ²")
    assert told.caption.startswith("<Output of each weight layer")
    assert told.x.label == "<weight layer, counted from the input>"
    assert list(told.data()) == list(figure.data())
    assert told.marks[0] is figure.marks[0]


def test_phrases_are_texts_that_can_be_told_in_another_order() -> None:
    text = joined(", ", (phrase("{first} to {last}", first="1", last=phrase("loss")), "", capital(phrase("zero"))))
    german = {"{first} to {last}": "bis {last} von {first}", "loss": "Verlust", "zero": "null"}
    assert text == "1 to loss, Zero"
    assert said(text, lambda each: german[each]) == "bis Verlust von 1, Null"
    assert said("zero", lambda each: german[each]) == "zero"
    title = listed("Learning rate", "learning rate")
    assert (title, said(title, lambda _: "Lernrate")) == ("learning rate", "Lernrate")
    again = pickle.loads(pickle.dumps(text))
    assert (again, type(again)) == (text, Joined)
    assert said(again, lambda each: german[each]) == "bis Verlust von 1, Null"

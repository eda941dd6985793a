"""The examples of the Help menu: every one opens and runs, and its files are those that are made."""

from __future__ import annotations

import math

import pytest

import bnsim as bn
from bnsim.lessons.examples import document_of, examples, folder
from bnsim.spec.errors import InputError
from bnsim.spec.layers import Linear


def test_there_are_eight_each_with_two_sentences() -> None:
    assert len(examples()) == 8
    for example in examples().values():
        for sentence in (example.what, example.look):
            assert sentence.endswith((".", "?"))
            assert sentence[0].isupper()
        assert len(example.title) <= 32


@pytest.mark.parametrize("name", list(examples()))
def test_it_opens_with_its_panels_and_runs(name: str) -> None:
    document = document_of(name)
    assert document.layout is not None
    assert all(panel.figure in bn.figures.FIGURES for panel in document.layout.panels)
    session = bn.Session(document.experiment)
    session.run(iterations=3)
    for lane in session.lanes:
        assert lane.loss is not None
        assert math.isfinite(lane.loss)
    for stack in document.experiment.stacks:
        last = stack.layers[-1]
        assert isinstance(last, Linear)
        assert last.follows_data


def test_every_file_belongs_to_one() -> None:
    files = {path.name for path in folder().iterdir()} - {"examples.json"}
    assert files == {f"{name}{ending}" for name in examples() for ending in (".bnsim", ".picture.json")}


def test_one_that_is_not_there_is_told_of_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"no example 'other'; choose from vanishing"):
        document_of("other")

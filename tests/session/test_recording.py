from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.session.recording import LEVELS, Recording, level_of, records
from bnsim.spec.breakpoints import Breakpoint

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=60),
    training=bn.Training(batch_size=16, clip=bn.ClipNorm(limit=1e6)),
    stacks=(
        bn.Stack(name="a", layers=(bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Linear(4), bn.Sigmoid(), bn.Linear(2))),
    ),
)


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_records_what_it_says(level: Recording) -> None:
    assert set(Session(EXPERIMENT, recording=level).history) == LEVELS[level]


def test_each_level_has_what_the_one_before_has() -> None:
    assert all(fewer < more for fewer, more in pairwise(LEVELS.values()))


@pytest.mark.parametrize(
    ("names", "level"), [((), "none"), (("loss",), "none"), (("gamma", "loss"), "norms"), (("gamma", "dead"), "all")]
)
def test_names_are_brought_to_the_least_level_that_has_them(names: tuple[str, ...], level: Recording) -> None:
    assert level_of(names) == level
    session = Session(EXPERIMENT, recording=set(names))
    assert session.recording == level
    assert set(names) <= set(session.history)
    assert records(level, names)


@pytest.mark.parametrize("wrong", ["gradient_norm", "ALL", {"dead", "deaf"}])
def test_what_nobody_records_is_refused_in_words(wrong: str | set[str]) -> None:
    with pytest.raises(bn.InputError, match=r"Cannot record '(gradient_norm|ALL|deaf)'; .*'norms'.*'gradient_norm'"):
        Session(EXPERIMENT, recording=wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", get_args(Breakpoint))
def test_breakpoints_say_what_they_read(kind: type[Breakpoint]) -> None:
    assert set(kind.records) <= LEVELS["all"]

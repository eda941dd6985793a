from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.lenses.why.records import Link, Why
from bnsim.session.lane import Lane
from bnsim.spec.layers import PALETTE
from bnsim.spec.tree import Path, walk
from tests.golden import cases
from tests.golden.random_stacks import random_stacks


def experiment(*layers: object, loss: object = None, **training: object) -> bn.Experiment:
    options = {"batch_size": 12, "precision": "float64", "seed": 3, **training}
    return bn.Experiment(
        data=bn.GaussianNoise(samples=48, features=cases.FEATURES, classes=cases.CLASSES),
        training=bn.Training(**options),
        stacks=(bn.Stack(name="a", layers=layers, loss=loss or bn.CrossEntropy()),),
    )


def after_one(*layers: object, **options: object) -> bn.Session:
    session = bn.Session(experiment(*layers, **options))
    session.step("iteration")
    return session


def asked(*layers: object, layer: int = 0, **options: object) -> Why:
    return bn.why(after_one(*layers, **options).lanes[0], layer)


def size(gradient: np.ndarray | None) -> float:
    assert gradient is not None
    return float(np.linalg.norm(gradient.astype(np.float64)))


def test_every_kind_of_layer_is_in_the_cases() -> None:
    seen = {type(layer) for layers in cases.LAYERS.values() for layer in walk(layers)}
    assert seen == set(PALETTE)


@pytest.mark.parametrize("name", cases.LAYERS)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_links_of_every_layer_multiply_to_the_ratio_of_norms(name: str, precision: str) -> None:
    session = after_one(*cases.LAYERS[name], precision=precision)
    for path in session.lanes[0].program.gradients:
        holds(session.lanes[0], path)


def holds(lane: Lane, path: Path) -> None:
    """The product identity, for the answer and each of its links, and a sentence for each."""
    why = bn.why(lane, path)
    first = size(lane.gradient(len(lane.stack.layers) - 1))
    assert why.start is not None
    assert why.start.norm == pytest.approx(first, rel=1e-13)
    assert why.norm == pytest.approx(size(lane.gradient(path)), rel=1e-13)
    for link in why.links:
        assert link.cause.endswith(".")
        assert "nan" not in link.cause.lower().replace("(not a number)", "")
    if why.ended < 0 and first > 0:
        assert_logs_add_up(why.links, math.log(why.norm) - math.log(first))


def assert_logs_add_up(links: Sequence[Link], expected: float) -> None:
    assert math.fsum(math.log(link.factor) for link in links) == pytest.approx(expected, abs=1e-11)
    for link in links:
        assert math.prod(part.factor for part in link.parts) == pytest.approx(link.factor, rel=1e-12)


def random_links_hold(stack: bn.Stack, precision: str, accumulate: int) -> None:
    session = after_one(*stack.layers, loss=stack.loss, precision=precision, accumulate=accumulate)
    for path in session.lanes[0].program.gradients:
        holds(session.lanes[0], path)


CHOICES = (st.sampled_from(["float32", "float64"]), st.integers(1, 2))


@settings(max_examples=20, deadline=None)
@given(random_stacks(deepest=8), *CHOICES)
def test_logs_of_factors_add_up_in_random_stacks(stack: bn.Stack, precision: str, accumulate: int) -> None:
    random_links_hold(stack, precision, accumulate)


@pytest.mark.fuzz
@settings(max_examples=500, deadline=None)
@given(random_stacks(deepest=30), *CHOICES)
def test_logs_of_factors_add_up_in_many_random_stacks(stack: bn.Stack, precision: str, accumulate: int) -> None:
    random_links_hold(stack, precision, accumulate)

from __future__ import annotations

import math
from itertools import product
from typing import get_args

import numpy as np
import pytest

import bnsim as bn
from bnsim.lenses.why.lens import StuckLens, WhyLens
from bnsim.lenses.why.records import Stuck, Why
from bnsim.lenses.why.value import Measure
from bnsim.session.arrays import Tensor
from bnsim.session.lane import Lane
from tests.german import english_in
from tests.golden import cases
from tests.lenses.test_why import experiment, size


def rms(array: np.ndarray, measure: Measure) -> float:
    array = array.astype(np.float64)
    apart = array - array.mean(axis=0) if measure == "spread" else array
    return float(np.sqrt(np.mean(np.square(apart))))


def of(layers: tuple, layer: int, measure: Measure = "size", **training: object) -> tuple[Why, Lane]:
    session = bn.Session(experiment(*layers, **training))
    session.step("iteration")
    lane = session.lanes[0]
    answer = WhyLens(Tensor(lane.stack.id, (layer,)), measure=measure).answer(session)
    assert answer is not None
    return answer.lanes[0], lane


@pytest.mark.parametrize("name", cases.LAYERS)
def test_links_multiply_from_the_data_to_every_output(name: str) -> None:
    session = bn.Session(experiment(*cases.LAYERS[name]))
    session.step("iteration")
    (lane,) = session.lanes
    for path, measure in product(lane.program.values, get_args(Measure)):
        (why,) = WhyLens(Tensor(lane.stack.id, path), measure=measure).answer(session).lanes
        first = rms(lane.inputs(), measure)
        assert why.start.norm == pytest.approx(first, rel=1e-12)
        assert why.norm == pytest.approx(rms(lane.value(path), measure), rel=1e-12)
        if why.ended < 0:
            assert why.factor * first == pytest.approx(why.norm, rel=1e-11)
        for link in why.links:
            assert math.prod(part.factor for part in link.parts) == pytest.approx(link.factor, rel=1e-11)
            assert link.cause.endswith(".")
        assert [english_in(text) for text in why.summary if english_in(text)] == []


def test_a_saturated_value_says_so() -> None:
    why, lane = of((bn.Linear(6, init=bn.Normal(std=5.0)), bn.Sigmoid(), bn.Linear(4)), 1)
    z = lane.value(0)
    outside = np.mean(np.abs(z) > 3.6368)
    words = f"{100 * outside:.3g} % of units are outside the good range because the inputs’ spread is {z.std():.3g}"
    assert why.title == "Why is the output of Sigmoid 1 so small?"
    assert why.links[1].cause.startswith(words)
    assert any(words in sentence for sentence in why.summary)


def test_a_constant_value_says_that_samples_look_the_same() -> None:
    layers = (
        bn.Linear(6, init=bn.Normal(std=0.01)),
        bn.Sigmoid(),
        bn.Linear(6, init=bn.Normal(std=0.01)),
        bn.Sigmoid(),
    )
    why, lane = of((*layers, bn.Linear(4)), 3, "spread")
    assert why.title == "Why are samples so alike after Sigmoid 2?"
    share = rms(lane.value(3), "spread") / rms(lane.value(3), "size")
    assert share < 1e-3
    assert any(sentence.startswith("All samples look the same here") for sentence in why.summary)
    assert why.links[why.worst[0]].factor == min(link.factor for link in why.links)


def test_a_linear_says_what_unrelated_inputs_would_get() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Linear(4), optimizer=bn.SGD(lr=3.0)))
    weight = session.lanes[0].state_dict()["0.weight"]
    session.step("iteration")
    (why,) = WhyLens(Tensor(session.lanes[0].stack.id, (0,))).answer(session).lanes
    usual = size(weight) / math.sqrt(6)
    assert why.links[0].parts[0].factor == pytest.approx(usual, rel=1e-12)
    assert f"would be multiplied by {usual:.3g} (‖W‖ over √6), these by {why.factor:.3g}" in why.links[0].cause


def test_before_the_forward_pass_one_sentence_says_what_to_do() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Linear(4)))
    (why,) = WhyLens(Tensor(session.lanes[0].stack.id, (1,))).answer(session).lanes
    assert why.due == "The output of Linear 2 is not computed yet: step on until the forward pass has come by."
    assert (why.norm, why.summary) == (None, (why.due,))


def stuck(*layers: object, iterations: int = 1, **training: object) -> tuple[Stuck, Lane]:
    session = bn.Session(experiment(*layers, **training))
    session.run(iterations)
    (found,) = StuckLens().answer(session)
    return found, session.lanes[0]


@pytest.mark.parametrize(
    "optimizer", [bn.SGD(lr=0.2), bn.SGD(lr=0.1, momentum=0.9), bn.Adam(lr=0.01), bn.AdamW(lr=0.01)]
)
def test_the_update_ratio_is_the_session_s_and_its_links_multiply_to_it(optimizer: object) -> None:
    found, lane = stuck(bn.Linear(6), bn.Tanh(), bn.Linear(4), iterations=3, optimizer=optimizer, clip=bn.ClipNorm(0.1))
    ratios = lane.current("update_ratio")
    assert [move.name for move in found.weights] == ["Linear 1", "Linear 2"]
    for move, ratio, key in zip(found.weights, ratios, ("0.weight", "2.weight"), strict=True):
        assert move.ratio == pytest.approx(ratio, rel=1e-9)
        assert move.gradient == pytest.approx(size(lane.gradients()[key]), rel=1e-12)
        assert math.prod(link.factor for link in move.links) * move.gradient == pytest.approx(ratio, rel=1e-9)
    assert found.rate == pytest.approx(optimizer.lr)


def test_a_loss_that_does_not_move_is_told_by_the_rate_and_the_gradient() -> None:
    found, lane = stuck(bn.Linear(6), bn.Tanh(), bn.Linear(4), iterations=20, optimizer=bn.SGD(lr=1e-7))
    assert "2 of 2 weights moved by less than 1e−4 of their norm" in found.summary[1]
    assert "the rate is 1e−7" in found.summary[1]
    losses = lane.history["loss"]
    before, now = losses[:5].mean(), losses[-5:].mean()
    assert found.summary[0] == (
        f"The loss went from {before:.4f} to {now:.4f} over the last 20 iterations, each the mean of 5."
    )
    assert "The rate is 1e−7, and nothing else." in [link.cause for move in found.weights for link in move.links]


def test_amid_an_iteration_it_is_to_be_finished() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Linear(4)))
    session.step("op")
    (found,) = StuckLens().answer(session)
    assert found.due.startswith("The update of this iteration is not done")
    assert found.weights == ()

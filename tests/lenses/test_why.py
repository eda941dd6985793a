from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.lenses.why.again import Again
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Link, Why
from bnsim.lenses.why.way import way_to
from bnsim.session.arrays import Tensor
from bnsim.session.lane import Lane
from bnsim.spec.layers import PALETTE
from bnsim.spec.tree import Path, walk
from tests.german import english_in
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
    assert [
        words for text in (why.title, *why.summary, *(link.cause for link in why.links)) for words in english_in(text)
    ] == []
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


def before_and_after(*layers: object, **options: object) -> tuple[Lane, dict[str, np.ndarray]]:
    """A lane after its first iteration, and the parameters it began with."""
    session = bn.Session(experiment(*layers, **options))
    parameters = session.lanes[0].state_dict()
    session.step("iteration")
    return session.lanes[0], parameters


def test_a_linear_says_its_gain_beside_that_of_a_random_direction() -> None:
    lane, parameters = before_and_after(bn.Linear(6), bn.Linear(7), bn.Linear(4), optimizer=bn.SGD(lr=5.0))
    link = bn.why(lane).links[1]
    weight = parameters["1.weight"]
    random = np.linalg.norm(weight) / math.sqrt(7)
    assert (link.name, link.kind, link.path) == ("Linear 2", "Linear", (1,))
    assert link.parts[0].factor == pytest.approx(random, rel=1e-12)
    assert link.factor == pytest.approx(size(lane.gradient(1) @ weight) / size(lane.gradient(1)), rel=1e-12)
    assert f"random direction by {random:.3g}" in link.cause
    assert f"{link.factor / random:.3g} times that" in link.cause
    instruction = lane.program.instructions[link.position]
    assert (instruction.path, instruction.operation.title) == ((1,), "dx")


def test_a_sigmoid_says_its_slope_its_spread_and_where_the_gradient_sits() -> None:
    lane, _ = before_and_after(bn.Linear(6, init=bn.Normal(std=4.0)), bn.Sigmoid(), bn.Linear(4))
    (_, link) = bn.why(lane).links
    z, y, g = lane.value(0), lane.value(1), lane.gradient(1)
    slope = y * (1 - y)
    outside, there = np.mean(np.abs(z) > 3.6368), np.sum(g[slope < 0.025] ** 2) / np.sum(g**2)
    assert outside > 0.05
    assert link.factor == pytest.approx(size(g * slope) / size(g), rel=1e-12)
    assert link.parts[0].factor == 0.25
    assert "Its slope is at most 1/4;" in link.cause
    assert f"{100 * outside:.3g} % of units are outside the good range" in link.cause
    assert f"the inputs’ spread is {z.std():.3g};" in link.cause
    assert f"{100 * there:.3g} % of the gradient (of its square)" in link.cause


@pytest.mark.parametrize(
    "layer", [bn.BatchNorm(gamma=0.7), bn.BatchNorm(virtual_devices=3), bn.BatchNorm(affine=False)]
)
def test_what_a_batchnorm_keeps_is_what_mean_and_x_hat_leave(layer: bn.BatchNorm) -> None:
    lane, _ = before_and_after(bn.Linear(6), layer, bn.Tanh(), bn.Linear(4))
    link = bn.why(lane).links[-1]
    parts, gamma = layer.virtual_devices, layer.gamma if layer.affine else 1.0
    z, g = (array.reshape(parts, -1, 6) for array in (lane.value(0), lane.gradient(1)))
    variance = z.var(axis=1, keepdims=True)
    x_hat = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(variance + layer.eps)
    weights = gamma**2 / (variance + layer.eps)
    m, r = z.shape[1], np.mean(x_hat**2, axis=1, keepdims=True)
    squares = np.sum(weights * g**2)
    by_mean = np.sum(weights * np.sum(g, axis=1, keepdims=True) ** 2) / m / squares
    by_x_hat = np.sum(weights * (2 - r) * np.sum(g * x_hat, axis=1, keepdims=True) ** 2) / m / squares
    assert [part.name for part in link.parts] == ["size γ/s", "kept"]
    assert link.parts[0].factor == pytest.approx(math.sqrt(squares / np.sum(g**2)), rel=1e-9)
    assert link.parts[1].factor == pytest.approx(math.sqrt(1 - by_mean - by_x_hat), rel=1e-9)
    assert f"the mean direction takes {100 * by_mean:.3g} % of the square" in link.cause
    assert f"the x̂ direction {100 * by_x_hat:.3g} %" in link.cause


def test_a_batchnorm_in_eval_mode_keeps_all() -> None:
    lane, _ = before_and_after(bn.Linear(6), bn.BatchNorm(mode="eval", gamma=0.5), bn.Tanh(), bn.Linear(4))
    link = bn.why(lane).links[-1]
    assert link.factor == pytest.approx(0.5 / math.sqrt(1 + 1e-5), rel=1e-9)
    assert link.parts[1].factor == 1.0
    assert "nothing is taken away" in link.cause


@pytest.mark.parametrize(("layer", "groups"), [(bn.LayerNorm(), 1), (bn.GroupNorm(2), 2), (bn.RMSNorm(), 0)])
def test_gamma_of_norms_over_a_sample_is_a_link_of_its_own(layer: object, groups: int) -> None:
    lane, _ = before_and_after(bn.Linear(6), layer, bn.Tanh(), bn.Linear(4))
    gamma, link = bn.why(lane).links[-2:]
    g, z = lane.gradient(1), lane.value(0).reshape(12, groups or 1, -1)
    assert gamma.name.endswith(" γ")
    assert gamma.factor == pytest.approx(1.0, rel=1e-12)
    center = z.mean(axis=2, keepdims=True) if groups else 0.0
    s = np.sqrt(np.mean((z - center) ** 2, axis=2, keepdims=True) + 1e-5)
    x_hat, h = (z - center) / s, g.reshape(z.shape)
    n, r = z.shape[2], np.mean(x_hat**2, axis=2, keepdims=True)
    squares = np.sum(h**2 / s**2)
    taken = np.sum((2 - r) * np.sum(h * x_hat, axis=2, keepdims=True) ** 2 / s**2) / n
    taken += np.sum(np.sum(h, axis=2, keepdims=True) ** 2 / s**2) / n if groups else 0.0
    assert link.parts[0].factor == pytest.approx(math.sqrt(squares) / size(g), rel=1e-9)
    assert link.parts[1].factor == pytest.approx(math.sqrt(1 - taken / squares), rel=1e-9)


def test_a_residual_tells_skip_from_branch() -> None:
    inside = (bn.Linear(6), bn.Tanh(), bn.Linear(6))
    lane, _ = before_and_after(bn.Linear(6), bn.Residual(inside), bn.Linear(4))
    link = bn.why(lane).links[-1]
    g = lane.gradient(1)
    branch = lane.gradient(0) - g
    cosine = np.sum(g * branch) / size(g) / size(branch)
    assert math.prod(inner.factor for inner in link.inside) == pytest.approx(size(branch) / size(g), rel=1e-9)
    assert [inner.name for inner in link.inside] == ["Linear 3", "Tanh 2", "Linear 2"]
    assert f"adds {size(branch) / size(g):.3g} times its norm" in link.cause
    assert f"at a cosine of {cosine:.3g}".replace("-", "−") in link.cause


def test_copies_of_a_repeat_are_links_each() -> None:
    lane, _ = before_and_after(bn.Linear(6), bn.Repeat((bn.Linear(6), bn.Sigmoid()), times=3), bn.Linear(4))
    why = bn.why(lane)
    named = [(link.name, link.copy) for link in why.links if link.kind == "Sigmoid"]
    assert named == [("Sigmoid 4", "copy 3 of 3"), ("Sigmoid 3", "copy 2 of 3"), ("Sigmoid 2", "copy 1 of 3")]
    assert [(kind.kind, kind.count) for kind in why.kinds] == [("Linear", 4), ("Sigmoid", 3)]


def test_the_start_says_how_wrong_and_how_sure() -> None:
    lane, _ = before_and_after(bn.Linear(6), bn.Linear(4))
    z = lane.value(1)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    start = bn.why(lane).start
    wrong = start.norm * math.sqrt(12)
    assert f"wrong by {wrong:.3g} a sample" in start.words
    assert f"sure by {p.max(axis=1).mean():.3g}" in start.words


@pytest.mark.parametrize("loss", cases.LOSSES.values(), ids=cases.LOSSES)
@pytest.mark.parametrize("accumulate", [1, 3])
def test_every_loss_is_a_start(loss: object, accumulate: int) -> None:
    lane, _ = before_and_after(bn.Linear(6), bn.Linear(4), loss=loss, accumulate=accumulate)
    start = bn.why(lane).start
    assert start.norm == pytest.approx(size(lane.gradient(1)), rel=1e-12)
    assert ("summed" in start.words) == (loss.reduction == "sum")
    assert ("3 mini-batches" in start.words) == (accumulate == 3)


def test_where_nothing_is_left_the_link_is_named() -> None:
    dead = bn.Linear(6, init=bn.Constant(value=-1.0))
    lane, _ = before_and_after(bn.Linear(6), bn.Sigmoid(), dead, bn.ReLU(), bn.Linear(4))
    why = bn.why(lane)
    assert (why.norm, why.ended, len(why.links)) == (0.0, 1, 2)
    assert why.links[1].name == "ReLU 2"
    assert why.title == "Why is there no gradient at Linear 1?"
    assert why.summary[0].startswith("0 at Linear 1, from ")
    assert why.summary[1] == (
        "ReLU 2: Nothing is left of the gradient here: wherever there is some, a slope, a weight or a mask is 0."
    )


def test_what_is_below_the_smallest_number_is_said() -> None:
    layers = (bn.Linear(6, init=bn.Normal(std=1e-9)), bn.Sigmoid()) * 6
    lane, _ = before_and_after(*layers, bn.Linear(4), precision="float32")
    why = bn.why(lane)
    assert why.norm == 0
    assert "1.4e−45 is the smallest number there is in float32" in why.summary[1]


def test_what_is_no_number_is_said() -> None:
    zeros = (bn.Linear(6), bn.Sigmoid(), bn.Linear(6, init=bn.Constant(value=-1.0)), bn.ReLU())
    explode = (bn.Linear(6, bias=False, init=bn.Normal(std=1e6)),) * 8
    lane, _ = before_and_after(*zeros, *explode, bn.Linear(4), precision="float32")
    why = bn.why(lane)
    assert (why.norm, why.due, why.title) == (None, "", "Why is the gradient at Linear 1 no number?")
    last = why.links[why.ended]
    assert (last.kind, math.isfinite(last.norm_after)) == ("Linear", False)
    assert last.cause.startswith("The gradient becomes ")
    assert why.summary[0].startswith("No number at Linear 1, from ")
    assert why.summary[1].startswith(f"{last.name}: The gradient becomes ")
    assert why.worst[0] == why.ended


def test_before_the_backward_pass_one_sentence_says_what_to_do() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Sigmoid(), bn.Linear(4)))
    why = bn.why(session.lanes[0])
    assert (why.norm, why.links, why.start) == (None, (), None)
    assert why.due == "The backward pass has not begun: step on until it has come by, or run an iteration."
    while session.lanes[0].gradient(1) is None:
        session.step("op")
    why = bn.why(session.lanes[0])
    assert [link.name for link in why.links] == ["Linear 2"]
    assert why.norm is None
    assert "Linear 1 is not computed yet (it has come to Linear 2)" in why.due


def test_the_default_answers_as_a_lecturer_would() -> None:
    session = bn.Session(bn.default_experiment())
    session.step("iteration")
    plain, normalized = (bn.why(lane) for lane in session.lanes)
    assert " at Linear 1, from 0.12 at the loss." in plain.summary[0]
    assert plain.summary[1].startswith("Twenty sigmoids multiplied it by 0.24 each; the twenty Linear layers by 1.")
    words = (
        "Twenty sigmoids multiplied it by 0.21 each, but the twenty BatchNorm layers by 5.1 each (divided by a spread"
    )
    assert normalized.summary[1].startswith(words)
    assert plain.links[plain.worst[0]].kind == "Sigmoid"


def test_no_such_layer_is_one_sentence() -> None:
    with pytest.raises(bn.InputError, match="a has no layer 7; layers are counted from 0"):
        asked(bn.Linear(4), layer=7)


def test_slope_1_is_measured_by_the_backward_pass_again() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Sigmoid(), bn.Linear(6), bn.Sigmoid(), bn.Linear(4)))
    lane = session.lanes[0]
    parameters = lane.state_dict()
    session.step("iteration")
    (why,) = WhyLens(Tensor(lane.stack.id, (0,), "gradient")).answer(session).lanes
    found = {remedy.words: remedy for remedy in why.remedies}
    g, y = lane.gradient(4), lane.value(3)
    high, low = parameters["4.weight"], parameters["2.weight"]
    assert found["slope 1 in every Sigmoid"].norm == pytest.approx(size(g @ high @ low), rel=1e-12)
    alone = next(remedy for words, remedy in found.items() if words.endswith(" alone"))
    first = (g @ high) @ low * lane.value(1) * (1 - lane.value(1))
    second = (g @ high * y * (1 - y)) @ low
    expected = second if alone.words == "slope 1 in Sigmoid 1 alone" else first
    assert alone.norm == pytest.approx(size(expected), rel=1e-12)
    assert alone.times == pytest.approx(alone.norm / size(lane.gradient(0)), rel=1e-12)


@pytest.mark.parametrize("name", ["nested", "residual", "tied repeat, eval", "groupnorm, sigmoid", "devices, sigmoid"])
def test_the_backward_pass_again_with_nothing_changed_is_the_session_s(name: str) -> None:
    session = after_one(*cases.LAYERS[name])
    session.run(3)
    lane = session.lanes[0]
    reading = Reading(lane, session.state_before(lane))
    way = way_to(lane.program, lane.stack.layers, (0,))
    # A change far up that changes nothing: dx of the last layer, which is handed on again.
    top = replace(way[0], g=way[0].d_x, step=None)
    again = Again(reading, (top, *way[1:])).norm({top: "passed"})
    assert again == pytest.approx(size(lane.gradient(0)), rel=1e-12)


def test_lanes_answer_side_by_side() -> None:
    session = bn.Session(bn.default_experiment())
    session.step("iteration")
    second = session.lanes[1]
    answer = WhyLens(Tensor(second.stack.id, (4,), "gradient")).answer(session)
    assert answer.asked == 1
    assert answer.lanes[1].tensor.path == (4,)
    assert answer.lanes[0].name.rpartition(" ")[2] == answer.lanes[1].name.rpartition(" ")[2]


def test_a_relu_says_how_many_are_on_its_flat_side() -> None:
    lane, _ = before_and_after(bn.Linear(6), bn.ReLU(), bn.Linear(4))
    cause, z = bn.why(lane).links[1].cause, lane.value(0)
    mean, spread = f"{z.mean():.3g}".replace("-", "−"), f"{z.std():.3g}"
    words = f"{100 * np.mean(z <= 0):.3g} % of units are on its flat side"
    assert cause.startswith(f"Its slope is 0 or 1; {words} (the inputs’ mean is {mean}, their spread {spread});")


def test_a_weight_that_is_overwritten_is_taken_from_the_state_before() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Linear(4), optimizer=bn.SGD(lr=5.0)), recording="none")
    lane = session.lanes[0]
    weight = lane.state_dict()["1.weight"]
    session.step("iteration")
    assert bn.why(lane).links[0].cause == f"Wᵀ multiplies this gradient by {bn.why(lane).factor:.3g}."
    for remedies in (True, False):
        (why,) = WhyLens(Tensor(lane.stack.id, (0,), "gradient"), remedies).answer(session).lanes
        assert why.links[0].parts[0].factor == pytest.approx(np.linalg.norm(weight) / 2, rel=1e-12)

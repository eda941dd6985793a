from __future__ import annotations

import math

import numpy as np
import pytest

import bnsim as bn
from bnsim.lenses.why.lens import WhyLens
from bnsim.lenses.why.records import Why
from bnsim.session.arrays import Tensor
from bnsim.session.lane import Lane
from tests.golden import cases
from tests.lenses.test_why import before_and_after, experiment, size


def of(layers: tuple, path: tuple[int, ...], name: str, **training: object) -> tuple[Why, Lane]:
    session = bn.Session(experiment(*layers, **training))
    session.step("iteration")
    lane = session.lanes[0]
    answer = WhyLens(Tensor(lane.stack.id, path, name)).answer(session)
    assert answer is not None
    return answer.lanes[0], lane


@pytest.mark.parametrize("name", cases.LAYERS)
def test_links_go_on_to_the_gradient_of_every_parameter(name: str) -> None:
    session = bn.Session(experiment(*cases.LAYERS[name], accumulate=2))
    session.step("iteration")
    (lane,) = session.lanes
    gradients = lane.gradients()
    for parameter in lane.program.parameters:
        if parameter.gradient is None:
            continue
        tensor = Tensor(lane.stack.id, parameter.path, f"d{parameter.value.name}")
        (why,) = WhyLens(tensor).answer(session).lanes
        assert why.norm == pytest.approx(size(gradients[parameter.key]), rel=1e-12)
        assert why.start is not None
        if why.ended < 0 and why.norm > 0:
            assert why.factor * why.start.norm == pytest.approx(why.norm, rel=1e-11)
        for link in why.links:
            assert math.prod(part.factor for part in link.parts) == pytest.approx(link.factor, rel=1e-11)


def test_the_product_with_the_input_says_what_cancels() -> None:
    why, lane = of((bn.Linear(6), bn.Linear(4)), (0,), "dweight")
    link, x, g = why.links[-1], lane.inputs(), lane.gradient(0)
    assert link.name == "dW of Linear 1"
    assert why.title == "Why is dW of Linear 1 so large?"
    assert why.summary[0].startswith(f"{why.norm:.2g} in dW of Linear 1, from ")
    assert link.factor == pytest.approx(size(g.T @ x) / size(g), rel=1e-12)
    assert link.parts[0].factor == pytest.approx(size(x), rel=1e-12)
    assert f"{100 * size(g.T @ x) / size(g) / size(x):.3g} % of that is left" in link.cause


def test_gamma_and_beta() -> None:
    layers = (bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(4))
    why, lane = of(layers, (1,), "dweight")
    g, z = lane.gradient(1), lane.value(0)
    x_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
    most = math.sqrt(np.sum(np.sum(g**2, axis=0) * np.sum(x_hat**2, axis=0)) / np.sum(g**2))
    assert why.links[-1].parts[0].factor == pytest.approx(most, rel=1e-9)
    assert why.norm == pytest.approx(size(np.sum(g * x_hat, axis=0)), rel=1e-9)
    why, _ = of(layers, (1,), "dbias")
    assert why.name == "dβ of BatchNorm 1"
    assert why.links[-1].parts[0].factor == pytest.approx(math.sqrt(12), rel=1e-12)


def test_sums_over_copies_and_mini_batches_are_a_link() -> None:
    layers = (bn.Linear(6), bn.Repeat((bn.Linear(6), bn.Tanh()), times=3, tied=True), bn.Linear(4))
    why, lane = of(layers, (1, 2, 0), "dweight", accumulate=2)
    assert [link.kind for link in why.links[-2:]] == ["product", "sum"]
    assert why.norm == pytest.approx(size(lane.gradients()["1.0.weight"]), rel=1e-12)


def test_clipping_and_decay_come_after() -> None:
    training = {"clip": bn.ClipNorm(0.05), "optimizer": bn.SGD(lr=0.1, weight_decay=0.01)}
    why, lane = of((bn.Linear(6), bn.Linear(4)), (0,), "dweight", **training)
    _, parameters = before_and_after(bn.Linear(6), bn.Linear(4), **training)
    gradients = lane.gradients()
    total = math.sqrt(sum(size(gradient) ** 2 for gradient in gradients.values()))
    clipped = gradients["0.weight"] * 0.05 / (total + 1e-6)
    decayed = clipped + 0.01 * parameters["0.weight"]
    assert [link.kind for link in why.after] == ["clipping", "weight decay"]
    assert why.after[0].norm_after == pytest.approx(size(clipped), rel=1e-9)
    assert why.after[1].norm_after == pytest.approx(size(decayed), rel=1e-9)
    assert f"have norm {total:.3g}, beyond the limit 0.05" in why.after[0].cause
    assert f"{0.01 * size(parameters['0.weight']) / size(clipped):.3g} times the gradient" in why.after[1].cause
    assert why.summary[-1].startswith("Clipping (×")
    assert why.summary[-1].endswith("for the optimizer.")


def test_clipping_by_value_says_how_many() -> None:
    why, lane = of((bn.Linear(6), bn.Linear(4)), (0,), "dweight", clip=bn.ClipValue(0.01))
    beyond = np.mean(np.abs(lane.gradients()["0.weight"]) > 0.01)
    assert 0 < beyond < 1
    assert why.after[0].cause == f"{100 * beyond:.3g} % of its elements are beyond ±0.01, and are set to that."


def test_what_has_no_such_parameter_has_no_answer() -> None:
    session = bn.Session(experiment(bn.Linear(6), bn.Tanh(), bn.Linear(4, bias=False)))
    session.step("iteration")
    stack = session.lanes[0].stack.id
    assert WhyLens(Tensor(stack, (1,), "dweight")).answer(session) is None
    assert WhyLens(Tensor(stack, (2,), "dbias")).answer(session) is None
    assert WhyLens(Tensor(stack + 9, (0,), "dweight")).answer(session) is None

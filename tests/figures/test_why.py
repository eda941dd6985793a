"""The figure of why has the links of `bn.why`, in blocks as well."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn


def test_its_steps_are_the_links_of_why() -> None:
    block = bn.Residual(layers=(bn.Linear(6), bn.Tanh()))
    repeat = bn.Repeat(layers=(bn.Linear(6), bn.BatchNorm(), bn.Sigmoid()), times=2)
    layers = (bn.Linear(6), bn.Sigmoid(), block, repeat, bn.Linear(2))
    training = bn.Training(batch_size=16, precision="float64")
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64), training=training, stacks=(bn.Stack(name="a", layers=layers),)
    )
    session = bn.Session(experiment)
    assert not bn.figures.why(session).has_data
    session.step("iteration")
    stack = session.experiment.stacks[0]
    assert isinstance(stack.layers[2], bn.Residual)
    for layer, path in ((stack.layers[0], (0,)), (stack.layers[2].layers[0], (2, 0))):
        data = bn.figures.why(session, layer.id).data()
        for kind in {link.kind for link in bn.why(session.lanes[0], path).links} - {"Residual"}:
            norms = data[f"a, {kind}"].reshape(-1, 3)
            expected = [link.factor for link in bn.why(session.lanes[0], path).links if link.kind == kind]
            assert norms[:, 1] / norms[:, 0] == pytest.approx(expected, rel=1e-12)
        assert np.isfinite(data["a"]).all()


@pytest.mark.parametrize(
    ("factors", "title"),
    [
        ((0.01,), "Why the gradient is so small"),
        ((0.01, 0.02), "Why the gradient is so small"),
        ((0.01, 1.0), "Why the gradient is so small in 0"),
        ((1.0, 50.0), "Why the gradient is so large in 1"),
        ((50.0,), "Why the gradient is so large"),
        ((1.0, 0.5), "Why the gradient is as large as it is"),
        ((0.01, 50.0), "Why the gradient is as large as it is"),
        ((0.01, 0.01, 1.0), "Why the gradient is as large as it is"),
    ],
)
def test_its_title_says_what_was_measured(factors: tuple[float, ...], title: str) -> None:
    def lane(name: str, factor: float) -> bn.Stack:
        layers = (bn.Linear(16, init=bn.Orthogonal()), bn.Linear(16, init=bn.Orthogonal(gain=factor)))
        return bn.Stack(name=name, layers=(*layers, bn.Linear(2)))

    stacks = tuple(lane(str(number), factor) for number, factor in enumerate(factors))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=stacks)
    session = bn.Session(experiment)
    session.step("iteration")
    assert bn.figures.why(session).title == title

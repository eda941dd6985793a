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

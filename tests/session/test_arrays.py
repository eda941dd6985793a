"""Every array of a lane has a name, by which it can be read."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session.arrays import Tensor, find, places, read, tensor_at


@pytest.fixture(scope="module")
def session() -> bn.Session:
    layers = (bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Residual(layers=(bn.Linear(6), bn.Tanh())), bn.Linear(2))
    stack = bn.Stack(name="a", layers=layers)
    data = bn.TwoSpirals(samples=64)
    session = bn.Session(bn.Experiment(data=data, training=bn.Training(batch_size=16), stacks=(stack,)))
    session.step("iteration")
    return session


def test_value_and_gradient_of_every_layer_are_the_lanes(session):
    lane = session.lanes[0]
    for path in [(0,), (1,), (2,), (3,), (3, 0), (3, 1), (4,)]:
        np.testing.assert_array_equal(read(session, Tensor(lane.stack.id, path)), lane.value(path))
        np.testing.assert_array_equal(read(session, Tensor(lane.stack.id, path, "gradient")), lane.gradient(path))


def test_parameters_can_be_read_before_anything_is_computed(session):
    session.reset()
    stack = session.lanes[0].stack.id
    assert read(session, Tensor(stack, (0,), "weight")).shape == (6, 2)
    assert read(session, Tensor(stack, (1,), "running_var")).shape == (6,)
    assert read(session, Tensor(stack, (0,))) is None
    session.step("iteration")


def test_what_batch_norm_computes_on_the_way_has_names(session):
    lane = session.lanes[0]
    names = set(places(lane, (1,)))
    assert {"weight", "bias", "running_mean", "μ", "σ²", "x̂", "dweight", "dσ²"} <= names
    value = lane.value((0,))
    mean = read(session, Tensor(lane.stack.id, (1,), "μ"))
    np.testing.assert_allclose(mean, value.mean(axis=0), rtol=1e-6, atol=1e-7)


def test_a_place_and_its_name_lead_to_each_other(session):
    lane = session.lanes[0]
    for path in [(0,), (1,), (2,), (3, 0), (4,)]:
        for name, place in places(lane, path).items():
            tensor = tensor_at(lane, place)
            assert tensor is not None
            assert find(session, tensor) == (lane, place), name


def test_what_is_not_there_is_none(session):
    stack = session.lanes[0].stack.id
    assert find(session, Tensor(999, (0,))) is None
    assert find(session, Tensor(stack, (17,))) is None
    assert find(session, Tensor(stack, (0,), "σ²")) is None

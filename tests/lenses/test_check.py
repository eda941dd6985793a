"""Gradients against finite differences: the right ones pass, wrong ones do not, and the session is as it was."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.operation import OPERATIONS
from bnsim.lenses.check import MOST, GradientCheck, chosen_elements
from bnsim.lenses.rerun import source_of
from bnsim.lenses.tensor.lens import offers
from bnsim.session.arrays import Tensor
from bnsim.spec.errors import InputError
from bnsim.spec.layers import PALETTE, Block

ACTIVATIONS = [kind() for kind in PALETTE if kind.group in ("activation", "regularization")]
ACTIVATIONS += [bn.Noise(scale=1.5)]


def session_of(*layers, loss=None, iterations=1, wait=False, **training) -> bn.Session:
    options = {"batch_size": 8, **training}
    stack = bn.Stack(layers=layers, **({} if loss is None else {"loss": loss}))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=32), training=bn.Training(**options), stacks=(stack,))
    session = bn.Session(experiment, wait=wait)
    for _ in range(iterations):
        session.step("iteration")
    return session


def check(session, path, name="gradient", most=20):
    return GradientCheck(Tensor(session.lanes[0].stack.id, path, name), most).inquire(session, lambda share: True)


def every_gradient(session, most=12):
    lane = session.lanes[0]
    for path in sorted({instruction.path for instruction in lane.program.instructions}):
        for offer in offers(lane, path):
            tensor = Tensor(lane.stack.id, path, offer.name)
            if source_of(lane.program, lane.stack.layers, tensor) is not None:
                yield tensor, GradientCheck(tensor, most).inquire(session, lambda share: True)


def accepts_all(session):
    found = list(every_gradient(session))
    assert found
    for tensor, result in found:
        assert result.verdict != "wrong", (tensor, result.sentence())
        assert result.by_differences == 0, (tensor, result.sentence())
        if result.verdict == "open":
            # Zero in theory: what a BatchNorm takes away again.
            assert result.small > 0, (tensor, result.sentence())
        else:
            assert result.error < 1e-4
    assert sum(result.verdict == "right" for _, result in found) > len(found) / 2
    session.close()


@pytest.mark.parametrize("layer", ACTIVATIONS, ids=lambda layer: type(layer).__name__)
def test_activations_and_noise_pass(layer):
    accepts_all(session_of(bn.Linear(5), layer, bn.Linear(2), iterations=2))


@pytest.mark.parametrize(
    "layer",
    [
        bn.BatchNorm(),
        bn.BatchNorm(affine=False),
        bn.BatchNorm(virtual_devices=2),
        bn.BatchNorm(mode="eval"),
        bn.LayerNorm(),
        bn.GroupNorm(2),
        bn.GroupNorm(3, affine=False),
        bn.RMSNorm(),
        bn.Residual(layers=(bn.Linear(6), bn.Tanh())),
        bn.Repeat(layers=(bn.Linear(5), bn.BatchNorm(), bn.Tanh()), times=2),
        bn.Repeat(layers=(bn.Linear(6), bn.BatchNorm(), bn.Tanh()), times=3, tied=True),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_normalizations_and_blocks_pass(layer):
    accepts_all(session_of(bn.Linear(6), layer, bn.Tanh(), bn.Linear(2), iterations=2))


@pytest.mark.parametrize("loss", [bn.MSE(), bn.BCEWithLogits(), bn.CrossEntropy(reduction="sum")])
def test_losses_pass(loss):
    accepts_all(session_of(bn.Linear(4), bn.Tanh(), bn.Linear(2), loss=loss))


def test_every_layer_of_the_palette_is_tested_here():
    tested = {type(layer).__name__ for layer in ACTIVATIONS}
    assert tested | {"Linear", "BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm", "Residual", "Repeat"} == {
        kind.__name__ for kind in PALETTE
    }
    assert all(issubclass(kind, Block) for kind in PALETTE if kind.group == "block")


def test_several_mini_batches_of_one_update_pass():
    session = session_of(bn.Linear(4), bn.BatchNorm(), bn.Dropout(), bn.Linear(2), batch_size=4, accumulate=3)
    accepts_all(session)


def test_after_many_updates_the_parameters_are_those_of_this_iteration():
    session = session_of(bn.Linear(4), bn.BatchNorm(mode="eval"), bn.Tanh(), bn.Linear(2), optimizer=bn.SGD(lr=0.5))
    session.run(50)
    assert check(session, (0,), "dweight").verdict == "right"
    session.step("layer")
    session.step("iteration")
    accepts_all(session)


@pytest.mark.parametrize("back", [0, 1, 5])
def test_state_before_is_that_of_the_iterations_start(back):
    session = session_of(bn.Linear(4), bn.BatchNorm(), bn.Linear(2), wait=back != 1)
    session.run(40 + back)
    lane = session.lanes[0]
    found = session.state_before(lane)
    session.seek(session.iteration - 1)
    np.testing.assert_array_equal(found, lane.machine.state)
    session.close()


WRONG = [
    ("linear dW", (0,), "dweight"),
    ("linear db", (3,), "dbias"),
    ("bn dγ", (1,), "dweight"),
    ("bn dσ²", (0,), "gradient"),
    ("tanh dx", (1,), "gradient"),
    ("bn dx", (0,), "dweight"),
]


@pytest.mark.parametrize(("key", "path", "name"), WRONG, ids=[key for key, _, _ in WRONG])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_wrong_gradient_is_found(monkeypatch, key, path, name, precision):
    operation = OPERATIONS[key]
    right, place = operation.twin, len(operation.reads)

    def wrong(*operands):
        right(*operands)
        operands[place][...] *= 1.01

    monkeypatch.setattr(operation, "twin", staticmethod(wrong))
    monkeypatch.setattr("bnsim.engine.readiness.Readiness.ready", False)
    session = session_of(bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Linear(2), precision=precision)
    result = check(session, path, name)
    assert result.verdict == "wrong", result.sentence()
    assert result.wrong > 0
    assert result.error > 1e-3
    assert result.sentence().startswith("Wrong: relative error up to")
    session.close()


def test_one_wrong_sign_among_many_is_found_by_a_full_check(monkeypatch):
    right = OPERATIONS["linear dW"].twin

    def wrong(g, x, weight, scratch):
        right(g, x, weight, scratch)
        if weight.shape == (4, 5):
            weight[3, 1] *= -1

    monkeypatch.setattr(OPERATIONS["linear dW"], "twin", staticmethod(wrong))
    monkeypatch.setattr("bnsim.engine.readiness.Readiness.ready", False)
    result = check(session_of(bn.Linear(5), bn.Tanh(), bn.Linear(4), bn.Tanh(), bn.Linear(2)), (2,), "dweight")
    assert (result.verdict, result.wrong, result.worst.index) == ("wrong", 1, (3, 1))
    assert result.error == pytest.approx(2, rel=1e-3)


def test_the_session_is_as_it_was():
    layers = (bn.Linear(4), bn.BatchNorm(), bn.Dropout(), bn.Linear(2))
    session = session_of(*layers, iterations=3, wait=True)
    lane = session.lanes[0]
    memory, place = lane.machine.memory.copy(), (lane.iteration, lane.position)
    check(session, (0,), "dweight")
    check(session, (1,))
    np.testing.assert_array_equal(lane.machine.memory, memory)
    assert (lane.iteration, lane.position) == place
    other = session_of(*layers, iterations=3, wait=True)
    session.step("iteration")
    other.step("iteration")
    np.testing.assert_array_equal(lane.machine.memory, other.lanes[0].machine.memory)


def test_float32_is_checked_in_float64_and_says_how_far_it_is_off():
    session = session_of(bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Linear(2), precision="float32", iterations=4)
    result = check(session, (0,), "dweight")
    assert result.verdict == "right"
    assert 0 < result.rounding < 1e-4
    assert "float64 copy" in result.sentence()
    session.close()


def test_what_is_zero_but_for_rounding_is_not_called_right():
    # A bias before a BatchNorm changes nothing: its gradient is what rounding left.
    session = session_of(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
    result = check(session, (0,), "dbias")
    assert np.abs(session.lanes[0].gradient(0)).max() > 0
    assert result.verdict == "open"
    assert "next to nothing" in result.sentence()
    session.close()


def test_a_vanished_gradient_is_right_by_a_complex_step():
    layers = [layer for _ in range(25) for layer in (bn.Linear(6), bn.Sigmoid())]
    session = session_of(*layers, bn.Linear(2))
    result = check(session, (0,), "dweight", most=4)
    assert abs(result.worst.gradient) < 1e-15
    assert result.verdict == "right"
    assert result.error < 1e-9
    assert "by a complex step" in result.sentence()
    session.close()


def test_on_a_kink_there_is_nothing_to_compare():
    # Weights of zero put every pre-activation on the ReLU's kink, whatever h is.
    result = check(session_of(bn.Linear(3, init=bn.Constant(0.0)), bn.ReLU(), bn.Linear(2)), (0,), "gradient")
    assert result.kinked > 0
    assert "kink" in result.sentence()


def test_near_a_kink_the_step_shrinks():
    session = session_of(bn.Linear(40), bn.ReLU(), bn.Linear(40), bn.ReLU(), bn.Linear(2), iterations=2)
    result = check(session, (0,), "dweight", most=80)
    assert result.verdict == "right"
    assert result.error < 1e-5
    session.close()


def test_large_tensors_are_sampled_evenly_with_the_largest_among_them():
    flat = np.zeros(100_000)
    flat[77_777] = -3.0
    chosen = chosen_elements(flat, MOST)
    assert len(chosen) <= MOST
    assert 77_777 in chosen
    assert np.diff(chosen).max() < 2 * flat.size / MOST
    np.testing.assert_array_equal(chosen, chosen_elements(flat, MOST))


def test_it_can_be_given_up():
    session = session_of(bn.Linear(5), bn.Linear(2))
    asked = []

    def go_on(share):
        asked.append(share)
        return len(asked) < 4

    tensor = Tensor(session.lanes[0].stack.id, (0,), "dweight")
    assert GradientCheck(tensor).inquire(session, go_on) is None
    assert len(asked) == 4


def test_what_cannot_be_checked_is_refused_in_words():
    session = session_of(bn.Linear(5), bn.Linear(2))
    with pytest.raises(InputError, match="no gradient of the loss"):
        check(session, (0,), "value")
    with pytest.raises(InputError, match="no gradient of the loss"):
        check(session, (9,))
    session.step("layer")
    with pytest.raises(InputError, match="not computed yet"):
        check(session, (0,), "dweight")

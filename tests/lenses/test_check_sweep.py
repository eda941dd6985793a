"""Every gradient of many stacks is checked: no right one is called wrong, none that is 1 % off is called right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.engine.operation import OPERATIONS
from bnsim.lenses.check import CheckResult, GradientCheck, _whole
from bnsim.lenses.rerun import source_of
from bnsim.lenses.tensor.lens import offers
from bnsim.session.arrays import Tensor, find
from bnsim.spec.defaults import default_experiment
from bnsim.spec.layers import PALETTE

ELEMENTS = 4
OFF = 1.01


def session_of(experiment: bn.Experiment, iterations: int = 1) -> bn.Session:
    session = bn.Session(experiment, wait=False)
    for _ in range(iterations):
        session.step("iteration")
    return session


def gradients(session: bn.Session) -> Iterator[Tensor]:
    for lane in session.lanes:
        for path in sorted({instruction.path for instruction in lane.program.instructions}):
            for offer in offers(lane, path):
                tensor = Tensor(lane.stack.id, path, offer.name)
                if source_of(lane.program, lane.stack.layers, tensor) is not None:
                    yield tensor


def shown(session: bn.Session, tensor: Tensor) -> np.ndarray:
    """The gradient as it stands in the lane's memory, flat; writing to it plants an error."""
    found = find(session, tensor)
    assert found is not None
    lane, place = found
    source = source_of(lane.program, lane.stack.layers, tensor)
    assert source is not None
    return lane.program.view(lane.machine.memory, _whole(lane.program, source, place)).reshape(-1)


def check(session: bn.Session, tensor: Tensor) -> CheckResult:
    result = GradientCheck(tensor, ELEMENTS).inquire(session, lambda share: True)
    assert result is not None
    return result


def right_and_wrong(session: bn.Session, tensors: list[Tensor]) -> list[CheckResult]:
    """Checks each as it is, with all its elements 1 % off, and with its largest one off; returns the first results."""
    results = []
    for tensor in tensors:
        result = check(session, tensor)
        assert result.verdict != "wrong", (tensor, result.sentence())
        results.append(result)
        gradient = shown(session, tensor)
        kept = gradient.copy()
        if not np.any(kept):
            continue
        for off in (np.full(kept.shape, True), np.arange(kept.size) == np.argmax(np.abs(kept))):
            gradient[off] *= gradient.dtype.type(OFF)
            planted = check(session, tensor)
            gradient[:] = kept
            if planted.kinked and off.sum() == 1:  # what lies on a kink is left out, and that is said
                continue
            assert planted.verdict != "right", (tensor, planted.sentence())
            if result.verdict == "right" and gradient.dtype == np.float64:
                assert planted.verdict == "wrong", (tensor, planted.sentence())
    return results


def _made(kind: Any) -> Any:
    """A layer of that kind; three groups, as every width here is a multiple of three."""
    return kind(3) if kind is bn.GroupNorm else kind()


def random_experiment(seed: int) -> bn.Experiment:
    """A stack of one to eight layers of any kind, with any loss, in either precision."""
    chosen = random.Random(seed)
    kinds = [kind for kind in PALETTE if kind.group in ("activation", "normalization", "regularization")]
    layers: list[Any] = []
    for _ in range(chosen.randint(1, 4)):
        layers.append(bn.Linear(chosen.choice((3, 6)), bias=chosen.random() < 0.7))
        layers += [_made(chosen.choice(kinds)) for _ in range(chosen.randint(0, 2))]
    if chosen.random() < 0.3:
        inside = (bn.Linear(6), _made(chosen.choice(kinds)))
        layers += [bn.Linear(6), chosen.choice((bn.Residual(layers=inside), bn.Repeat(layers=inside, times=2)))]
    loss = chosen.choice((bn.CrossEntropy(), bn.MSE(), bn.BCEWithLogits(), bn.MSE(reduction="sum")))
    training = bn.Training(
        batch_size=chosen.choice((4, 8)),
        seed=seed,
        precision=chosen.choice(("float64", "float64", "float32")),
        optimizer=bn.SGD(lr=chosen.choice((0.01, 0.3))),
    )
    stack = bn.Stack(layers=(*layers, bn.Linear(2)), loss=loss)
    return bn.Experiment(data=bn.TwoSpirals(samples=32), training=training, stacks=(stack,))


def of_random_stack(seed: int) -> list[CheckResult]:
    session = session_of(random_experiment(seed), iterations=1 + seed % 3)
    try:
        return right_and_wrong(session, list(gradients(session)))
    finally:
        session.close()


def test_random_stacks() -> None:
    results = [result for seed in range(5) for result in of_random_stack(seed)]
    assert sum(result.verdict == "right" for result in results) > 0.6 * len(results)


def test_zeros_that_agree_do_not_make_numbers_right_that_are_too_small_to_tell() -> None:
    of_random_stack(244)  # of a bias's gradient two numbers are rounding, and one is 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 300))
def test_many_random_stacks(seed: int) -> None:
    of_random_stack(seed)


def vanishing() -> bn.Experiment:
    """The default experiment, narrower: its first gradients are some 1e-15."""
    experiment = default_experiment()
    stacks = tuple(
        replace(
            stack,
            layers=tuple(
                replace(layer, units=8) if isinstance(layer, bn.Linear) and layer.units > 10 else layer
                for layer in stack.layers
            ),
        )
        for stack in experiment.stacks
    )
    return replace(experiment, stacks=stacks, training=replace(experiment.training, batch_size=8))


def test_vanished_gradients_are_right_and_not_below_what_can_be_told() -> None:
    session = session_of(vanishing())
    stack = session.experiment.stacks[0].id
    tensors = [tensor for tensor in gradients(session) if tensor.stack == stack and tensor.path[0] < 4]
    results = right_and_wrong(session, tensors)
    assert max(np.abs(shown(session, tensor)).max() for tensor in tensors) < 1e-12
    assert [result.verdict for result in results] == ["right"] * len(tensors)
    assert all(result.error < 1e-9 and result.small == 0 for result in results)
    assert "by a complex step" in results[0].sentence()
    session.close()


@pytest.mark.long
@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_layer_of_the_default_experiment(seed: int, precision: str) -> None:
    experiment = default_experiment()
    session = session_of(replace(experiment, training=replace(experiment.training, seed=seed, precision=precision)))
    results = right_and_wrong(session, list(gradients(session)))
    assert sum(result.verdict == "right" for result in results) > 0.9 * len(results)
    session.close()


def test_a_twin_without_a_complex_form_is_checked_by_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = OPERATIONS["tanh"]
    right = operation.twin

    def real_only(x: np.ndarray, y: np.ndarray) -> None:
        right(x, y) if x.dtype == np.float64 else y.fill(np.nan)

    monkeypatch.setattr(operation, "twin", staticmethod(real_only))
    stack = bn.Stack(layers=(bn.Linear(4), bn.Tanh(), bn.Linear(2)))
    training = bn.Training(batch_size=8)
    session = session_of(bn.Experiment(data=bn.TwoSpirals(samples=32), training=training, stacks=(stack,)))
    result = check(session, Tensor(session.lanes[0].stack.id, (0,), "dweight"))
    assert result.verdict == "right"
    assert result.by_differences == result.checked > 0
    assert "by finite differences (Richardson's)" in result.sentence()
    session.close()


@pytest.mark.parametrize("lost", ["imaginary", "half"])
def test_what_a_complex_step_alone_calls_wrong_is_settled_by_differences(
    monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    operation = OPERATIONS["tanh"]
    right = operation.twin

    def careless(x: np.ndarray, y: np.ndarray) -> None:
        right(x, y)
        if np.iscomplexobj(y):
            y.imag *= 0 if lost == "imaginary" else 0.5

    monkeypatch.setattr(operation, "twin", staticmethod(careless))
    stack = bn.Stack(layers=(bn.Linear(4), bn.Tanh(), bn.Linear(2)))
    training = bn.Training(batch_size=8)
    session = session_of(bn.Experiment(data=bn.TwoSpirals(samples=32), training=training, stacks=(stack,)))
    assert check(session, Tensor(session.lanes[0].stack.id, (0,), "dweight")).verdict == "right"
    session.close()

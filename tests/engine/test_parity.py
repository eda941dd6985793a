"""Forward and every gradient, float64, against PyTorch: kept vectors always, PyTorch itself where it is installed."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import Loss
from bnsim.spec.tree import walk
from tests.golden import cases, engine_run, vectors
from tests.golden.random_stacks import random_stacks

VECTORS = vectors.load()
STACKS = cases.stacks()
TOLERANCE = 1e-12
Arrays = dict[str, np.ndarray]


def assert_close(found: Arrays, wanted: Arrays, noise: dict[str, float]) -> None:
    """To 1e-12 of the largest number of each array, and to `noise` where rounding alone does more.

    Subnormal numbers do not have twelve digits: of those, the last few units may differ, and so may what a gradient
    grows to that was subnormal on its way.
    """
    assert found.keys() == wanted.keys()
    unit = float(np.finfo(np.float64).smallest_subnormal)
    gradients = [wanted[key] for key in wanted if key.startswith("gradient ") and wanted[key].any()]
    on_the_way = [float(np.abs(gradient).max()) for gradient in gradients]
    relative = max(TOLERANCE, 100 * unit / min(on_the_way, default=1.0))
    for key, array in wanted.items():
        allowed = relative * float(np.abs(array).max(initial=0.0)) + noise.get(key, 0.0) + 1000 * unit
        np.testing.assert_allclose(found[key], array, rtol=0, atol=allowed, err_msg=key)


def rounding_of_sums(wanted: Arrays) -> dict[str, float]:
    """What summing gradients over the batch can lose: all there is of a bias's gradient before BatchNorm."""
    gradients = [array for key, array in wanted.items() if key.startswith("gradient ")]
    noise: dict[str, float] = {}
    for key, array in wanted.items():
        if key.startswith("d ") and key.endswith(".bias"):
            terms = max(float(np.abs(g).max()) for g in gradients if g.shape[1:] == array.shape)
            noise[key] = np.finfo(float).eps * len(gradients[0]) * terms
            noise[f"after {key[2:]}"] = 0.1 * noise[key]
    return noise


def on_both_sides_of_zero(found: Arrays, wanted: Arrays) -> bool:
    """Whether a value is 0 but for rounding, which alone decides on which side of a kink it is, as in BatchNorm of what
    is constant: PyTorch's mean of it is off by its last bit."""
    values = [(found[key], wanted[key]) for key in wanted if key.startswith("value ")]
    rounding = TOLERANCE * max(float(np.abs(theirs).max(initial=0.0)) for _, theirs in values)
    return any(
        bool((np.sign(ours) != np.sign(theirs)).any()) and np.allclose(ours, theirs, 0.0, rounding)
        for ours, theirs in values
    )


def kept(name: str) -> tuple[Arrays, Arrays, Arrays]:
    """Starting parameters, one iteration's results, eval mode afterwards."""
    arrays = {key.split("/")[1]: array for key, array in VECTORS.items() if key.split("/")[0] == name}
    start = {key.removeprefix("start "): value for key, value in arrays.items() if key.startswith("start ")}
    evaluated = {key: value for key, value in arrays.items() if key.startswith("eval ")}
    return start, {key: arrays[key] for key in arrays if not key.startswith(("start ", "eval "))}, evaluated


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("name", STACKS)
def test_kept_vectors(name: str, compiled: bool) -> None:
    x, y, shape = cases.data_for(name)
    start, wanted, _ = kept(name)
    machine = engine_run.machine_for(STACKS[name], x, y, shape, engine_run.whole_batch(x), compiled=compiled)
    machine.load_parameters(start)
    engine_run.iterate(machine)
    assert_close(engine_run.results(machine), wanted, rounding_of_sums(wanted))


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("name", STACKS)
def test_kept_vectors_in_eval_mode(name: str, compiled: bool) -> None:
    x, y, shape = cases.data_for(name)
    _, results, wanted = kept(name)
    after = {key.removeprefix("after "): value for key, value in results.items() if key.startswith("after ")}
    output, loss = engine_run.evaluate(STACKS[name], after, x, y, shape, compiled=compiled)
    assert_close({"eval output": output, "eval loss": np.asarray(loss)}, wanted, {})


def test_every_layer_kind_and_loss_has_a_vector() -> None:
    assert {type(layer) for stack in STACKS.values() for layer in walk(stack.layers)} == set(PALETTE)
    assert {(type(s.loss), s.loss.reduction) for s in STACKS.values()} == {
        (loss, reduction) for loss in get_args(Loss) for reduction in ("mean", "sum")
    }
    assert {name.split("/")[0] for name in VECTORS} == set(STACKS)


@pytest.mark.parametrize("name", STACKS)
def test_kernels_draw_and_compute_as_twins_do(name: str) -> None:
    x, y, shape = cases.data_for(name)
    runs = []
    for compiled in (False, True):
        training = engine_run.whole_batch(x, seed=11, accumulate=2)
        machine = engine_run.machine_for(STACKS[name], x, y, shape, training, compiled=compiled)
        engine_run.iterate(machine, 7)
        runs.append((engine_run.results(machine), engine_run.drawn(machine)))
    (twins, drawn), (kernels, drawn_again) = runs
    assert_close(kernels, twins, rounding_of_sums(twins))
    for key, array in drawn.items():
        np.testing.assert_allclose(drawn_again[key], array, rtol=0, atol=1e-14)
        if set(np.unique(array)) <= {0.0, 1.0}:
            assert drawn_again[key].tobytes() == array.tobytes()


def compare(stack: bn.Stack, batch: int, seed: int, shape_and_data: tuple, accumulate: int = 1) -> None:
    """One iteration on the kernels beside PyTorch's."""
    pytest.importorskip("torch", reason="PyTorch is not installed; the kept vectors cover the same ground")
    from tests.golden import torch_oracle

    x, y, shape = shape_and_data
    training = engine_run.whole_batch(x, seed=seed, batch_size=batch, accumulate=accumulate)
    machine = engine_run.machine_for(stack, x, y, shape, training, compiled=True)
    state = machine.parameters()
    engine_run.iterate(machine)
    drawn = engine_run.drawn(machine)
    wanted = torch_oracle.results(stack, state, x, y, training, drawn)
    noise = dict.fromkeys(wanted, 0.0) | rounding_of_sums(wanted)
    # How far PyTorch's own numbers move when every number changes in its last bits. BatchNorm on two samples
    # cancels all but eps / var of the gradient: no float64 code can have 12 digits there.
    for number in range(4):
        jitter = np.random.Generator(np.random.Philox(number))
        moved = torch_oracle.results(stack, state, x, y, training, drawn, jitter)
        for key, array in wanted.items():
            noise[key] = max(noise[key], 30 * float(np.abs(moved[key] - array).max(initial=0.0)))
    found = engine_run.results(machine)
    assume(not on_both_sides_of_zero(found, wanted))
    assert_close(found, wanted, noise)
    after = machine.parameters()
    evaluated = engine_run.evaluate(stack, after, x, y, shape, compiled=True)
    # Here too: a BatchNorm without running statistics makes much of a feature that hardly varies.
    jitters = (np.random.Generator(np.random.Philox(number)) for number in range(4))
    moved_evaluations = [torch_oracle.evaluation(stack, after, x, y, jitter) for jitter in jitters]
    for k, theirs in enumerate(torch_oracle.evaluation(stack, after, x, y)):
        disturbed = max(float(np.abs(moved[k] - theirs).max()) for moved in moved_evaluations)
        allowed = 1e-10 * float(np.abs(theirs).max()) + 30 * disturbed
        np.testing.assert_allclose(evaluated[k], theirs, rtol=0, atol=allowed)


@settings(max_examples=60, deadline=None)
@given(random_stacks(deepest=30), st.integers(1, 16), st.integers(0, 1000), st.integers(1, 3))
def test_random_stacks_equal_pytorch(stack: bn.Stack, quarters: int, seed: int, accumulate: int) -> None:
    batch = 4 * quarters
    x, y = cases.data(batch * accumulate, seed=seed)
    compare(stack, batch, seed, (x, y, cases.shape_of(x)), accumulate)


@settings(max_examples=40, deadline=None)
@given(random_stacks(deepest=8, parts=1), st.integers(2, 64), st.integers(0, 1000))
def test_random_stacks_equal_pytorch_at_any_batch_size(stack: bn.Stack, batch: int, seed: int) -> None:
    x, y = cases.data(batch, seed=seed)
    compare(stack, batch, seed, (x, y, cases.shape_of(x)))


@pytest.mark.fuzz
@settings(max_examples=3000, deadline=None)
@given(random_stacks(deepest=30), st.integers(1, 16), st.integers(0, 100_000), st.integers(1, 3))
def test_many_random_stacks_equal_pytorch(stack: bn.Stack, quarters: int, seed: int, accumulate: int) -> None:
    batch = 4 * quarters
    x, y = cases.data(batch * accumulate, seed=seed)
    compare(stack, batch, seed, (x, y, cases.shape_of(x)), accumulate)

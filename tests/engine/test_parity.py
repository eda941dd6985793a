"""Forward and every gradient, float64, against PyTorch: kept vectors always, PyTorch itself where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnsim as bn
from tests.golden import cases, engine_run

VECTORS = np.load(Path(__file__).parents[1] / "golden" / "vectors.npz")
STACKS = cases.stacks()
TOLERANCE = 1e-12
Arrays = dict[str, np.ndarray]


def assert_close(found: Arrays, wanted: Arrays, noise: dict[str, float]) -> None:
    """To 1e-12 of the largest number of each array, and to `noise` where rounding alone does more."""
    assert found.keys() == wanted.keys()
    for key, array in wanted.items():
        allowed = TOLERANCE * float(np.abs(array).max(initial=0.0)) + noise.get(key, 0.0)
        np.testing.assert_allclose(found[key], array, rtol=0, atol=allowed, err_msg=key)


def rounding_of_sums(wanted: Arrays) -> dict[str, float]:
    """What summing a layer's gradient over the batch can lose: all there is of a bias's gradient before BatchNorm."""
    noise: dict[str, float] = {}
    for key in wanted:
        if key.startswith("d ") and key.endswith(".bias"):
            terms = wanted[f"gradient {key[2:].split('.')[0]}"]
            noise[key] = np.finfo(float).eps * len(terms) * float(np.abs(terms).max())
    return noise


def one_iteration(stack, x, y, training, compiled, state=None) -> Arrays:
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=compiled)
    if state is not None:
        machine.load_parameters(state)
    machine.run(0, 1)
    return engine_run.results(machine)


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("name", STACKS)
def test_kept_vectors(name: str, compiled: bool) -> None:
    x, y = cases.data()
    kept = {key.split("/")[1]: VECTORS[key] for key in VECTORS.files if key.split("/")[0] == name}
    state = {key.removeprefix("start "): value for key, value in kept.items() if key.startswith("start ")}
    wanted = {key: value for key, value in kept.items() if not key.startswith("start ")}
    found = one_iteration(STACKS[name], x, y, engine_run.whole_batch(x), compiled, state)
    assert_close(found, wanted, rounding_of_sums(wanted))


def test_every_layer_kind_has_a_vector() -> None:
    from bnsim.spec.layers import PALETTE

    covered = {type(layer) for stack in STACKS.values() for layer in stack.layers}
    assert covered == set(PALETTE)


layers = st.one_of(
    st.builds(bn.Linear, st.integers(1, 12), bias=st.booleans()),
    st.builds(bn.BatchNorm, eps=st.sampled_from([1e-5, 1e-3, 1e-2]), momentum=st.floats(0, 1)),
    st.sampled_from([bn.Sigmoid(), bn.Tanh(), bn.ReLU()]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(layers, max_size=12),
    st.integers(2, 32),
    st.integers(0, 1000),
    st.sampled_from([bn.CrossEntropy(), bn.MSE()]),
)
def test_random_stacks_equal_pytorch(middle: list, batch: int, seed: int, loss: bn.CrossEntropy | bn.MSE) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed; the kept vectors cover the same ground")
    from tests.golden import torch_oracle

    x, y = cases.data(batch, seed=seed)
    stack = bn.Experiment(
        stacks=(bn.Stack(layers=(*middle, bn.Linear(cases.CLASSES)), loss=loss),),
    ).stacks[0]
    training = engine_run.whole_batch(x, seed=seed)
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    state = machine.parameters()
    wanted = torch_oracle.results(stack, state, x, y, training)
    machine.run(0, 1)
    assert_close(engine_run.results(machine), wanted, conditioning(stack, state, x, y, training, wanted))


def conditioning(stack, state, x, y, training, wanted) -> dict[str, float]:
    """How far PyTorch's own numbers move when inputs and parameters change in their last bits.

    BatchNorm on two samples cancels all but eps / var of the gradient: no float64 code can have 12 digits there.
    """
    from tests.golden import torch_oracle

    generator = np.random.Generator(np.random.Philox(1))
    noise = dict.fromkeys(wanted, 0.0)
    for _ in range(4):

        def nudged(array: np.ndarray) -> np.ndarray:
            return array * (1 + np.finfo(float).eps * generator.standard_normal(array.shape))

        floats = {key: nudged(value) if value.dtype == np.float64 else value for key, value in state.items()}
        moved = torch_oracle.results(stack, floats, nudged(x), y, training)
        for key, array in wanted.items():
            noise[key] = max(noise[key], 30 * float(np.abs(moved[key] - array).max(initial=0.0)))
    return noise

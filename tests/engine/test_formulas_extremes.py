"""Activations and losses at the ends of what numbers can be, both precisions: kernel, twin and PyTorch's own rules."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.spec.datasets import DataShape
from tests.golden import cases, engine_run

ENDS = np.array([-np.inf, -1e30, -800.0, -90.0, -20.0, -1.0, -1e-30, -0.0, 0.0, 1e-30, 0.5, 1.0, 20.0, 90.0, 800.0])
ROUNDING = 64
"""In units of the last place of 1: GELU by tanh takes 1 - tanh² times x³, PyTorch's too."""
LAYERS = {name: layer for name, layer in cases.ACTIVATIONS.items() if "dropout" not in name and "noise" not in name}


def run(layer: object, values: np.ndarray, precision: str, compiled: bool) -> tuple[np.ndarray, np.ndarray]:
    """y and dy/dx: the backward pass is done from a gradient of 1."""
    x = values[None].astype(precision)
    stack = cases.stack_of((bn.Identity(), layer), bn.MSE("sum"))
    shape = DataShape(1, x.shape[1], x.shape[1], False)
    training = engine_run.whole_batch(x, precision=precision, batch_size=1)
    machine = engine_run.machine_for(stack, x, np.zeros_like(x), shape, training, compiled=compiled)
    program = machine.program
    first = next(k for k, i in enumerate(program.instructions) if i.phase == "backward" and i.path == (1,))
    machine.execute(0, 0, first)
    program.view(machine.memory, program.gradients[1,])[...] = 1
    machine.execute(0, first, len(program.instructions))
    return tuple(program.view(machine.memory, place)[0].copy() for place in (program.values[1,], program.gradients[0,]))


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", LAYERS)
def test_kernels_equal_twins_everywhere(name: str, precision: str) -> None:
    values = np.concatenate([ENDS, [np.nan], np.linspace(-30, 30, 2001)])
    kernel, twin = (run(LAYERS[name], values, precision, compiled) for compiled in (True, False))
    unit = float(np.finfo(precision).eps)
    for found, wanted in zip(kernel, twin, strict=True):
        assert found.dtype == precision
        np.testing.assert_allclose(found, wanted, rtol=16 * unit, atol=ROUNDING * unit)


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_slopes_are_pytorchs(name: str) -> None:
    torch = pytest.importorskip("torch")
    from tests.golden import torch_oracle

    values = np.concatenate([ENDS[1:], np.linspace(-30, 30, 2001)])
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    y = torch_oracle._flat(LAYERS[name], 1)(x)
    y.sum().backward()
    found, slope = run(LAYERS[name], values, "float64", True)
    np.testing.assert_allclose(found, y.detach().numpy(), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=1e-13, atol=ROUNDING * np.finfo(float).eps)


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("name", LAYERS)
def test_nan_passes_through(name: str, compiled: bool) -> None:
    y, _ = run(LAYERS[name], np.array([np.nan, 0.5]), "float64", compiled)
    assert np.isnan(y[0])
    assert np.isfinite(y[1])


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", ["cross-entropy", "bce"])
def test_losses_of_huge_logits_stay_finite(name: str, precision: str, compiled: bool) -> None:
    x = np.array([[1e4, -1e4, 3.0, -1e30], [1e30, 0.0, -800.0, 800.0]])
    y = np.array([1, 2])
    stack = cases.stack_of((bn.Identity(),), cases.LOSSES[name])
    training = engine_run.whole_batch(x, precision=precision)
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=compiled)
    engine_run.iterate(machine)
    results = engine_run.results(machine)
    assert np.isfinite(results["loss"])
    assert np.isfinite(results["gradient 0"]).all()


@pytest.mark.parametrize("name", cases.stacks())
def test_float32_follows_float64(name: str) -> None:
    """Every kernel also exists in float32, and keeps to it."""
    x, y, shape = cases.data_for(name)
    found = []
    for precision in ("float32", "float64"):
        training = engine_run.whole_batch(x, precision=precision)
        machine = engine_run.machine_for(cases.stacks()[name], x, y, shape, training, compiled=True)
        engine_run.iterate(machine)
        found.append(engine_run.results(machine))
    for key, wanted in found[1].items():
        np.testing.assert_allclose(found[0][key], wanted, rtol=0, atol=2e-4 * max(1, np.abs(wanted).max()), err_msg=key)

"""Mish and its derivative to a few units in the last place, from subnormal results to infinite inputs."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

import bnsim as bn
from tests.golden import cases, engine_run

ULPS = {True: 4, False: 6}
"""Of kernels, and of the twins, whose exp is NumPy's."""


def exact(x: float) -> tuple[float, float, float]:
    """Value, derivative, and the size of the derivative's two terms, which cancel where it crosses 0."""
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 60, -999_999, 999_999
        e, at = Decimal(x).exp(), Decimal(x)
        n = e * (e + 2)
        t, bend = n / (n + 2), at * 4 * e * (1 + e) / (n + 2) ** 2
        return float(at * t), float(t + bend), float(t + abs(bend))


def computed(x: np.ndarray, compiled: bool) -> tuple[np.ndarray, np.ndarray]:
    """Value and derivative at every element of (rows, 1)."""
    layers = (bn.Identity(), bn.Mish(), bn.Linear(2))
    stack, y = cases.stack_of(layers, bn.CrossEntropy()), np.zeros(len(x), np.int64)
    training = engine_run.whole_batch(x, precision=x.dtype.name)
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x, 2), training, compiled=compiled)
    program = machine.program
    gradient = program.view(machine.memory, program.gradients[1,])
    for position, instruction in enumerate(program.instructions):
        if instruction.operation.key == "mish dx":
            gradient[...] = 1
        machine.execute(0, position, position + 1)
    views = (program.view(machine.memory, place) for place in (program.values[1,], program.gradients[0,]))
    value, slope = (view.copy().ravel() for view in views)
    return value, slope


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize(("precision", "end"), [("float32", 115.0), ("float64", 760.0)])
def test_value_and_derivative_keep_their_digits(precision: str, end: float, compiled: bool) -> None:
    generator = np.random.Generator(np.random.Philox(2))
    sizes = 10.0 ** generator.uniform(-30, 4, 150)
    drawn = [generator.normal(0, 3, 400), generator.uniform(-end, end, 400), generator.uniform(-end, -0.75 * end, 200)]
    x = np.concatenate([*drawn, sizes, -sizes, [0.0]]).astype(precision)
    value, slope = computed(x[:, None], compiled)
    smallest = float(np.finfo(precision).smallest_subnormal)
    for at, found, found_slope in zip(x, value, slope, strict=True):
        wanted, wanted_slope, size = exact(float(at))
        for got, true, scale in ((found, wanted, wanted), (found_slope, wanted_slope, size)):
            ulp = max(float(np.spacing(np.dtype(precision).type(abs(scale)))), smallest)
            assert abs(float(got) - true) <= ULPS[compiled] * ulp, float(at)


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_ends(precision: str, compiled: bool) -> None:
    largest = float(np.finfo(precision).max)
    x = np.array([np.inf, largest, -largest, -np.inf, 0.0, np.nan], precision)
    value, slope = computed(x[:, None], compiled)
    np.testing.assert_array_equal(value, np.array([np.inf, largest, 0, 0, 0, np.nan], precision))
    np.testing.assert_array_equal(slope, np.array([1, 1, 0, 0, 0.6, np.nan], precision))

"""Products in tiles are the products, to the same bits wherever they stand and whoever multiplies beside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.kernels.compile import compile_product
from bnsim.engine.kernels.processor import WIDE
from bnsim.engine.kernels.products import is_tiled
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, Twins, flat_data
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.spec.datasets import DataShape

Array = Any
TOLERANCES = {np.float64: 1e-12, np.float32: 1e-4}
SHAPES = [(13, 1, 1), (14, 32, 16), (26, 33, 17), (48, 64, 255), (57, 16, 256), (61, 15, 257), (100, 131, 300)]
SHAPES += [tuple(shape) for shape in np.random.default_rng(3).integers((13, 1, 1), (150, 150, 700), (12, 3)).tolist()]
FORMS = [(False, False), (True, False), (False, True), (True, True)]


@pytest.fixture(scope="module")
def multiply() -> Any:
    import numba

    from bnsim.engine.kernels.tiled import multiply_in_tiles

    return numba.njit(error_model="numpy", nogil=True)(multiply_in_tiles)


def placed(array: Array, before: int) -> Array:
    """The same matrix, `before` numbers behind the start of memory of its own, NaN all around it."""
    memory = np.full(array.size + before + 40, np.nan, array.dtype)
    place = memory[before : before + array.size].reshape(array.shape)
    place[...] = array
    return place


@pytest.mark.parametrize("number", TOLERANCES)
@pytest.mark.parametrize(("rows", "columns", "depth"), SHAPES)
def test_every_form_is_the_product(multiply: Any, number: Any, rows: int, columns: int, depth: int) -> None:
    generator = np.random.default_rng(rows * columns + depth)
    a, b = (generator.standard_normal(shape).astype(number) for shape in ((rows, depth), (depth, columns)))
    wanted = a.astype(np.float64) @ b.astype(np.float64)
    found = []
    for before in (0, 5):
        for a_turned, b_turned in FORMS:
            c = placed(np.full((rows, columns), 7, number), before)
            parts = placed(a.T if a_turned else a, before + 3), placed(b.T if b_turned else b, before)
            multiply(a_turned, b_turned, *parts, c)
            np.testing.assert_allclose(c, wanted, rtol=0, atol=TOLERANCES[number] * np.abs(wanted).max())
            around = np.concatenate([c.base[:before], c.base[before + c.size :]])
            assert np.isnan(around).all(), "written outside of C"
            found.append(c)
    assert all(np.array_equal(found[0], other) for other in found)


NORMALIZED = (bn.BatchNorm(), bn.Sigmoid())


def stack_program(
    batch: int, inputs: int, units: tuple[int, ...], precision: Any, behind: tuple[Any, ...] = (bn.Tanh(),)
) -> Program:
    layers = tuple(layer for width in units for layer in (bn.Linear(width), *behind))
    stack = bn.Experiment(stacks=(bn.Stack(layers=(*layers, bn.Linear(3))),)).stacks[0]
    training = bn.Training(batch_size=batch, precision=precision)
    return lower(stack, training, DataShape(2 * batch, inputs, 3, True))


def made(program: Program, batch: int, inputs: int, precision: str, executor: type, seed: int = 1) -> Machine:
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((2 * batch, inputs)), generator.integers(0, 3, 2 * batch)
    return Machine(program, flat_data(x, y, precision), seed, executor)


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-11), ("float32", 1e-4)])
@pytest.mark.parametrize(
    ("batch", "inputs", "units"), [(211, 223, (201, 1)), (64, 320, (416, 150)), (1, 300, (257,)), (300, 1, (300, 130))]
)
def test_training_agrees_with_numpy(
    batch: int, inputs: int, units: tuple[int, ...], precision: Literal["float64", "float32"], tolerance: float
) -> None:
    program = stack_program(batch, inputs, units, precision)
    readiness = Readiness([program], precision)
    readiness.wait()
    compiled, twins = (made(program, batch, inputs, precision, kind) for kind in (readiness.executor, Twins))
    for machine in (compiled, twins):
        machine.execute(0, 0, len(program.instructions))
    gradients = [parameter.gradient for parameter in program.parameters if parameter.gradient is not None]
    for place in (*program.values.values(), *gradients):
        one, other = (program.view(machine.memory, place) for machine in (compiled, twins))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max(), err_msg=place.name)
    readiness.stop()


def test_running_stepping_and_lanes_side_by_side_give_the_same_bits() -> None:
    batch, inputs, units, count = 96, 300, (320, 288, 300), 12
    program = stack_program(batch, inputs, units, "float32", NORMALIZED)
    readiness = Readiness([program], "float32")
    readiness.wait_for_fast()
    stepped, *lanes = (made(program, batch, inputs, "float32", readiness.executor) for _ in range(3))
    for iteration in range(count):
        for position in range(len(program.instructions)):
            stepped.execute(iteration, position, position + 1)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda lane: lane.run(0, count), lanes))
    for lane in lanes:
        assert lane.state.tobytes() == stepped.state.tobytes()
        for place in program.written_by:
            left, there = (program.view(machine.memory, place) for machine in (lane, stepped))
            assert place.name == "raised g" or left.tobytes() == there.tobytes(), place.name


@pytest.mark.skipif(not WIDE, reason="products are OpenBLAS's on this processor")
def test_only_programs_with_such_products_get_one() -> None:
    from bnsim.engine.kernels import compile as kernels

    small, medium = (stack_program(width, width, (width,), "float32") for width in (32, 256))
    assert is_tiled(256, 256, 256, 4)
    assert not is_tiled(32, 32, 32, 4)
    compile_product([small, medium], "float32")
    assert kernels._product_address(medium, "float32")
    assert not kernels._product_address(small, "float32")

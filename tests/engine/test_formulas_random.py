"""What dropout and noise draw: the right distribution, and a function of nothing but seed, layer and mini-batch."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from tests.golden import cases, engine_run, nets


def drawn(layers: tuple, seed: int = 3, iteration: int = 0, **fields: object) -> dict:
    """Masks and noises of one iteration of 512 samples, by (path, mini-batch)."""
    x, y = cases.data(512)
    stack = cases.stack_of((*layers, bn.Linear(cases.CLASSES)), bn.CrossEntropy())
    training = engine_run.whole_batch(x, seed=seed, **fields)
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    engine_run.iterate(machine, iteration)
    return engine_run.drawn(machine)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_drops_its_share(p: float) -> None:
    mask = drawn((bn.Linear(64), bn.Dropout(p)))[(1,), 0]
    assert set(np.unique(mask)) == {0.0, 1.0}
    spread = np.sqrt(p * (1 - p) / mask.size)
    assert abs(mask.mean() - (1 - p)) < 4 * spread
    neighbours = np.corrcoef(mask[:, :-1].ravel(), mask[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(mask.size)


def test_dropout_keeps_the_expectation() -> None:
    made = nets.machine(bn.Dropout(0.4), bn.Linear(cases.CLASSES), batch=64)
    y, x = nets.value(made, 0), nets.read(made, made.program.inputs)
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / 0.6, rtol=1e-15)


def test_noise_has_the_mean_and_spread_drawn_for_each_feature() -> None:
    layer = bn.Noise(0.5, 1.25)
    shapes = []
    for iteration in range(30):
        noise = drawn((bn.Linear(64), layer), iteration=iteration)[(1,), 0]
        shapes.append((noise.mean(axis=0), noise.std(axis=0)))
        standard = (noise - noise.mean(axis=0)) / noise.std(axis=0)
        assert abs((standard**3).mean()) < 0.1
        assert abs((standard**4).mean() - 3) < 0.2
    means, spreads = (np.array(part) for part in zip(*shapes, strict=True))
    assert np.abs(means).max() < 0.5 + 6 * 1.25 / np.sqrt(512)
    assert means.std() == pytest.approx(np.sqrt(0.5**2 / 3 + 1.127**2 / 512), rel=0.05)
    assert spreads.mean() == pytest.approx(1.125, abs=0.01)
    assert spreads.std() == pytest.approx(np.sqrt(0.25**2 / 12 + 1.127**2 / 1024), rel=0.1)


def test_a_spread_below_one_is_the_spread_itself() -> None:
    noise = drawn((bn.Linear(64), bn.Noise(0.0, 0.3)))[(1,), 0]
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    assert abs(noise.mean()) < 4 * 0.3 / np.sqrt(noise.size)


def test_draws_differ_between_layers_iterations_seeds_and_mini_batches() -> None:
    layers = (bn.Linear(8), bn.Dropout(), bn.Dropout(), bn.Noise())
    runs = [drawn(layers, seed, iteration, accumulate=2) for seed in (1, 2) for iteration in (0, 1)]
    arrays = [array.tobytes() for run in runs for array in run.values()]
    assert len(set(arrays)) == len(arrays) == 24


def test_draws_do_not_depend_on_what_else_is_in_the_stack() -> None:
    plain = drawn((bn.Linear(8), bn.Dropout(), bn.Noise()))
    longer = drawn((bn.Linear(8), bn.BatchNorm(), bn.Dropout(), bn.Tanh(), bn.Noise()))
    assert plain[(1,), 0].tobytes() == longer[(2,), 0].tobytes()
    assert plain[(2,), 0].tobytes() == longer[(4,), 0].tobytes()


def test_mini_batches_of_an_update_draw_as_updates_of_their_own_do() -> None:
    layers = (bn.Linear(8), bn.Dropout())
    together = drawn(layers, iteration=3, accumulate=2)
    assert together[(1,), 1].tobytes() == drawn(layers, iteration=7)[(1,), 0].tobytes()

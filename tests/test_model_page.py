"""docs/MODEL.md tells of everything that can be built and of every way to train it."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import bnsim as bn
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import LOSSES
from bnsim.spec.training import Clip, Optimizer, Schedule

PAGE = (Path(__file__).parents[1] / "docs" / "MODEL.md").read_text(encoding="utf-8")
HEADINGS = {line.lstrip("# ") for line in PAGE.split("\n") if line.startswith("#")}
ROWS = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("kind", [kind for kind in (*PALETTE, *LOSSES) if kind not in ACTIVATIONS])
def test_every_layer_and_loss_has_a_section(kind: type) -> None:
    assert kind.__name__ in HEADINGS


def test_every_activation_initializer_optimizer_schedule_and_clipping_has_its_row() -> None:
    kinds = {*ACTIVATIONS, *get_args(AnyInitializer), *get_args(Optimizer), *get_args(Schedule), *get_args(Clip)}
    assert {kind.__name__ for kind in kinds} == ROWS


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (Path(__file__).parents[1] / "docs" / target).exists(), target


def test_formulas_of_the_backward_pass_are_what_is_computed() -> None:
    """Those of BatchNorm, Linear and the cross-entropy, put together by hand from the page."""
    layers = (bn.Linear(5), bn.BatchNorm(gamma=1.5, beta=0.2), bn.Linear(2))
    stack = bn.Stack(name="a", layers=layers, loss=bn.CrossEntropy())
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=32), training=bn.Training(batch_size=16), stacks=(stack,))
    session = bn.Session(experiment)
    session.step("iteration")
    lane = session.lanes[0]
    z, y, out = lane.value(0), lane.value(1), lane.value(2)
    p = np.exp(out - out.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    m, g_out = len(out), lane.gradient(2)
    np.testing.assert_allclose(np.where(g_out < 0, p - 1, p) / m, g_out, rtol=1e-9)
    before = bn.Session(experiment).lanes[0].state_dict()
    g = g_out @ before["2.weight"]
    np.testing.assert_allclose(lane.gradient(1), g, rtol=1e-9)
    mu, variance = z.mean(axis=0), z.var(axis=0)
    s = np.sqrt(variance + 1e-5)
    x_hat = (z - mu) / s
    np.testing.assert_allclose(y, 1.5 * x_hat + 0.2, rtol=1e-9)
    dx = 1.5 / s * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))
    np.testing.assert_allclose(lane.gradient(0), dx, rtol=1e-6, atol=1e-12)
    running = lane.state_dict()["1.running_var"]
    np.testing.assert_allclose(running, 0.9 + 0.1 * variance * m / (m - 1), rtol=1e-9)
    gradients = lane.gradients()
    np.testing.assert_allclose(gradients["2.weight"], g_out.T @ y, rtol=1e-9)
    np.testing.assert_allclose(
        lane.state_dict()["2.weight"], before["2.weight"] - 0.1 * gradients["2.weight"], rtol=1e-9
    )


def test_numbers_of_the_theory_are_those_of_the_page() -> None:
    for layer, factor in ((bn.ReLU(), 1.467), (bn.Tanh(), 1.178), (bn.Sigmoid(), 1.034)):
        assert f"{factor}" in PAGE
        assert bn.theory.gradient_factor(layer, norm="batch").value == pytest.approx(factor, abs=6e-4)
    assert math.pi / (math.pi - 1) == pytest.approx(1.467, abs=6e-4)

"""What the panels below the canvas draw and say is what a session computes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
import pytest

import bnsim as bn
from tests.ui.reading import check

if TYPE_CHECKING:
    from bnsim.session.lane import Lane
    from bnsim.ui.charts.panel import FigurePanel
    from tests.ui.numbers.conftest import Screen

ULPS = 1e-5
"""The history keeps float32, relatively."""


def panel(screen: Screen, name: str) -> FigurePanel:
    found = next(dock.panel for dock in screen.window.panel_docks if dock.name == name)
    found.plot.settle()
    return found


def items(found: FigurePanel, kind: type) -> list[np.ndarray]:
    """x and y of the items of a kind, as they are on the axes."""
    shown = [item for item in found.plot.plotItem.items if isinstance(item, kind) and item.isVisible()]
    return [np.array(item.getData()) for item in shown]


def norms(lane: Lane) -> np.ndarray:
    weighted = [at for at, layer in enumerate(lane.stack.layers) if isinstance(layer, bn.Linear)]
    return np.array([np.linalg.norm(lane.gradient((at,)).astype(np.float64)) for at in weighted])


@pytest.mark.parametrize("screen", ["default float32", "default float64"], indirect=True)
def test_gradient_by_depth(screen: Screen) -> None:
    screen.run(20)
    for iteration in (20, 7, 1):
        screen.seek(iteration)
        found = panel(screen, "gradient_by_depth")
        wanted = [norms(lane) for lane in screen.session.lanes]
        markers = sorted(items(found, pg.ScatterPlotItem), key=lambda xy: xy[1][0])
        for (x, y), lane in zip(markers, sorted(wanted, key=lambda each: each[0]), strict=True):
            np.testing.assert_array_equal(x, np.arange(1, len(lane) + 1))
            np.testing.assert_allclose(10**y, lane, rtol=ULPS)
        said = re.findall(r"×(\S+?)(?: a layer)?:", found.verdict.words)
        check(said, [(lane[0] / lane[-1]) ** (1 / (len(lane) - 1)) for lane in wanted])


@pytest.mark.parametrize("screen", ["default float32"], indirect=True)
def test_batchnorm_panels(screen: Screen) -> None:
    screen.run(25)
    norm = next(
        layer for layer in screen.window.document.experiment.stacks[1].layers if isinstance(layer, bn.BatchNorm)
    )
    screen.select(norm.id)
    history = screen.session.lanes[1].history
    x = np.arange(25)
    curves = items(panel(screen, "batch_statistics"), pg.PlotCurveItem)
    for name in ("batch_mean", "batch_var", "running_mean", "running_var"):
        median = np.median(history[name][:, 0, :], axis=1)
        assert any(each.shape == (2, 25) and np.allclose(each, [x, median], rtol=ULPS) for each in curves), name
    drawn = np.concatenate([each[1] for each in items(panel(screen, "gamma_beta"), pg.PlotCurveItem)])
    for name, start in (("gamma", 1), ("beta", 0)):
        rows = history[name][:, 0, :].ravel().astype(float) - start
        assert all(np.isclose(drawn, value, rtol=ULPS, atol=1e-9).any() for value in rows[::7])

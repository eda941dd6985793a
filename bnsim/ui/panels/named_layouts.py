"""The layouts that come with the app: the figures of a lecture, side by side, with more behind them as tabs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bnsim.spec.layout import Layout, Panel

HEIGHT = 0.39
"""Share of the window's height for the panels."""


def _columns(*columns: tuple[float, tuple[str, ...]]) -> Layout:
    """Columns of tabs below the canvas, the first of each in front, with the share of the width that each has."""
    panels, left = [], 0.0
    for width, names in columns:
        at = (round(left, 3), 0.0, width, 1.0)
        panels += [Panel(figure=name, at=at, front=len(names) > 1 and name == names[0]) for name in names]
        left += width
    return Layout(panels=tuple(panels), bottom=HEIGHT)


NAMED: Mapping[str, Layout] = MappingProxyType(
    {
        "vanishing": _columns(
            (0.36, ("gradient_by_depth", "weight_gradient_by_depth")),
            (0.36, ("activations_by_depth", "gradients_hist_by_depth")),
            (0.28, ("saturation_by_depth", "gradient_factors")),
        ),
        "batchnorm": _columns(
            (0.36, ("batch_statistics", "unit_percentiles")),
            (0.36, ("xray", "moments_by_depth")),
            (0.28, ("gamma_beta", "effective_learning_rate")),
        ),
        "training": _columns(
            (0.36, ("loss", "gradient_over_time")),
            (0.28, ("accuracy",)),
            (0.36, ("update_to_weight", "gradient_by_depth")),
        ),
    }
)
"""The layouts by name; `ui/commands/layouts.py` has an action for each."""

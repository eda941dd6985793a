"""What is plotted: functions from a session to a `Figure`, which is data; writers and panels draw it.

Importing this loads no drawing library.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from bnsim.figures.batch_statistics import batch_statistics
from bnsim.figures.gamma_beta import gamma_beta
from bnsim.figures.gradient_by_depth import gradient_by_depth
from bnsim.figures.measured import Known, Session
from bnsim.plot.figure import Axis, Band, Figure, Rule, Series


class FigureFunction(Protocol):
    """How every figure is made. `max_points` None: every iteration, as exported files have it.

    `known`: what was read before, for a figure that is made again and again.
    """

    def __call__(
        self,
        session: Session,
        layer_id: int | None = None,
        *,
        max_points: int | None = ...,
        known: Known | None = ...,
    ) -> Figure:
        """The figure of what the session has done so far."""


FIGURES: Mapping[str, FigureFunction] = MappingProxyType(
    {
        "gradient_by_depth": gradient_by_depth,
        "batch_statistics": batch_statistics,
        "gamma_beta": gamma_beta,
    }
)
"""By the name they have in files and on the command line."""

__all__ = [
    "FIGURES",
    "Axis",
    "Band",
    "Figure",
    "FigureFunction",
    "Known",
    "Rule",
    "Series",
    "batch_statistics",
    "gamma_beta",
    "gradient_by_depth",
]

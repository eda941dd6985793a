"""Many runs: a grid of experiments over any `concurrent.futures` executor, and its two figures."""

from __future__ import annotations

from bnsim.plot.figure import Figure
from bnsim.sweeps.curves import sweep_curves
from bnsim.sweeps.grid import axis, read_axis
from bnsim.sweeps.kept import Kept
from bnsim.sweeps.parameters import Parameter, parameter, parameters, with_value
from bnsim.sweeps.results import Results
from bnsim.sweeps.running import Control, Progress, run_sweep, time_words
from bnsim.sweeps.sweep import MEASURES, Axis, Sweep
from bnsim.sweeps.workers import Cluster, Processes

__all__ = [
    "MEASURES",
    "Axis",
    "Cluster",
    "Control",
    "Kept",
    "Parameter",
    "Processes",
    "Progress",
    "Results",
    "Sweep",
    "axis",
    "figures_of",
    "parameter",
    "parameters",
    "read_axis",
    "run_sweep",
    "sweep_curves",
    "time_words",
    "with_value",
]


def figures_of(results: Results) -> list[Figure]:
    """The figures that fit a sweep."""
    return [sweep_curves(results)]

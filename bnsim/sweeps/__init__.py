"""Many runs: a grid of experiments over any `concurrent.futures` executor, and its two figures."""

from __future__ import annotations

from bnsim.sweeps.background import Background, Published
from bnsim.sweeps.curves import sweep_curves
from bnsim.sweeps.grid import axis, read_axis
from bnsim.sweeps.kept import Kept
from bnsim.sweeps.map import sweep_map
from bnsim.sweeps.parameters import Parameter, parameter, parameters, with_value
from bnsim.sweeps.pointing import values_at
from bnsim.sweeps.results import Results
from bnsim.sweeps.running import Control, Progress, run_sweep, time_words
from bnsim.sweeps.sweep import MEASURES, Axis, Sweep
from bnsim.sweeps.workers import Cluster, Processes
from bnsim.sweeps.writing import SECTION, SHOWN, figures_of, write_results

__all__ = [
    "MEASURES",
    "SECTION",
    "SHOWN",
    "Axis",
    "Background",
    "Cluster",
    "Control",
    "Kept",
    "Parameter",
    "Processes",
    "Progress",
    "Published",
    "Results",
    "Sweep",
    "axis",
    "figures_of",
    "parameter",
    "parameters",
    "read_axis",
    "run_sweep",
    "sweep_curves",
    "sweep_map",
    "time_words",
    "values_at",
    "with_value",
    "write_results",
]

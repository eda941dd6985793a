"""Opening an experiment for the commands that train one."""

from __future__ import annotations

import argparse
from pathlib import Path

import bnsim
from bnsim.spec.data_files import is_on_network, is_outside
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.places import place

DEFAULT = "default"
"""Instead of a file: the experiment that a new window has."""


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """Declare the experiment, and whether its data may be read wherever it is."""
    parser.add_argument("experiment", metavar="FILE", help=f"a .bnsim file, or '{DEFAULT}'")
    parser.add_argument(
        "--allow-data",
        action="store_true",
        help="read the data file that FILE names wherever it is, not beside FILE alone",
    )


def opened(name: str, *, allow_data: bool) -> Experiment:
    """The experiment to run; InputError if it names data that nobody agreed to read, which is then not looked at."""
    if name == DEFAULT and not Path(name).exists():
        return bnsim.default_experiment()
    experiment = bnsim.load(name)
    data = experiment.data
    if allow_data or not isinstance(data, bnsim.FileData):
        return experiment
    named = [each for each in (data.path, data.labels) if each]
    if any(map(is_on_network, named)):
        raise InputError(
            f"Cannot run {name}: its data, {data.path[:300]}, is on the network, which nobody agreed to contact; "
            "copy the file beside the experiment, or add --allow-data."
        )
    if any(is_outside(each, place(name).parent) for each in named):
        raise InputError(
            f"Cannot run {name}: its data, {data.path[:300]}, is not beside it and was not read; "
            "add --allow-data to read it, or copy the file beside the experiment."
        )
    return experiment

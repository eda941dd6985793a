"""Opening an experiment for the commands that train one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import bnsim
from bnsim.spec.data_files import is_on_network, is_outside
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import load_document
from bnsim.spec.places import place

if TYPE_CHECKING:
    from bnsim.session.saved_run import SavedRun

DEFAULT = "default"
"""Instead of a file: the experiment that a new window has."""


def add_allow_data(parser: argparse.ArgumentParser) -> None:
    """Declare that data may be read wherever it is."""
    parser.add_argument(
        "--allow-data",
        action="store_true",
        help="read the data file that FILE names wherever it is, not beside FILE alone",
    )


def opened(name: str, *, allow_data: bool) -> Experiment:
    """The experiment of that name; InputError if it names data that nobody agreed to read."""
    return opened_document(name, allow_data=allow_data).experiment


def opened_document(name: str, *, allow_data: bool) -> Document:
    """As `opened`, with what a document keeps beside its experiment."""
    there = name != DEFAULT or Path(name).exists()
    document = load_document(name) if there else Document(experiment=bnsim.default_experiment())
    refuse_unasked(document.experiment, name, allow_data=allow_data)
    return document


def opened_run(name: str, *, seed: int | None, allow_data: bool) -> SavedRun:
    """The run that was saved there; InputError for another seed, or data that nobody agreed to read."""
    if seed is not None:
        raise InputError(f"Cannot run {name} with another seed: it has begun with its own; leave --seed out.")
    from bnsim.session.opening import experiment_of
    from bnsim.session.run_file import read_run

    run = read_run(name)
    refuse_unasked(experiment_of(run), name, allow_data=allow_data)
    return run


def refuse_unasked(experiment: Experiment, name: str, *, allow_data: bool) -> None:
    """InputError if an experiment names data that nobody agreed to read, which is then not looked at."""
    data = experiment.data
    if allow_data or not isinstance(data, bnsim.FileData):
        return
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

"""Scripts and notebooks as files, with the numbers they are held to beside them."""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path

import numpy as np

from bnsim import data
from bnsim.interop.notebook import notebook
from bnsim.interop.reference import RESULTS, Reported, measured
from bnsim.interop.script import held_parts, joined, names_of, own_parts
from bnsim.spec.datasets import DataShape
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import cannot
from bnsim.spec.forks import stages
from bnsim.spec.places import place, regular
from bnsim.spec.problems import find_problems
from bnsim.spec.whole_file import written_whole

SCRIPT, NOTEBOOK = ".py", ".ipynb"
ITERATIONS = 20
"""So many unless somebody says otherwise."""
MOST = 200
"""So many at most where nobody says how many."""


def fitting_iterations(experiment: Experiment, done: int) -> int:
    """For how many iterations to hold a script to a run of which so many are done: forks must not have begun."""
    starts = [stages(stack)[1][0] for stack in experiment.stacks if stack.fork is not None]
    return max(1, min([*starts, MOST, max(done, ITERATIONS)]))


def pytorch_code(experiment: Experiment, *, title: str, shape: DataShape | None = None) -> str:
    """Code that stands alone: the networks, how they start and are trained, PyTorch drawing what is drawn.

    `shape` is that of the experiment's data, which is loaded if it is not given. InputError if it cannot run.
    """
    shape = data.load(experiment.data).shape if shape is None else shape
    problems = find_problems(experiment, shape)
    if problems:
        raise InputError(problems[0].sentence())
    return joined(own_parts(experiment, shape, title))


def write_pytorch(
    experiment: Experiment,
    path: str | os.PathLike[str],
    *,
    title: str,
    iterations: int = ITERATIONS,
    going_on: Reported = lambda part: True,
) -> tuple[Path, Path]:
    """Write a script, or a notebook, that trains the same networks in PyTorch, and the .npz that it reads.

    `title` names the experiment. `going_on` is told the fraction that is done, and answers whether to go on. Returns
    the paths of both files; each is written whole or not at all. InputError for what cannot be written.
    """
    target = place(path)
    ending = target.suffix.lower()
    if ending not in (SCRIPT, NOTEBOOK):
        raise InputError(
            f"Cannot write {target.name}: its name ends in neither {SCRIPT} nor {NOTEBOOK}; choose one of them."
        )
    numbers = target.with_suffix(".npz")
    if not target.parent.is_dir():
        raise InputError(f"Cannot write {target}: there is no folder {target.parent}; make it first.")
    if iterations < 1:
        raise InputError("Cannot hold a script to 0 iterations; ask for 1 or more.")
    for file in (target, numbers):
        _refuse_unwritable(file)
    _refuse_other_numbers(target, numbers)
    reference = measured(experiment, iterations, names_of(experiment), going_on)
    script = ending == SCRIPT
    parts = held_parts(reference, title, numbers.name, experiment.training.precision, beside=script)
    text = joined(parts) if script else notebook(parts)
    try:
        with written_whole(numbers) as arrays, written_whole(target) as code:
            np.savez_compressed(arrays, **reference.arrays)  # type: ignore[arg-type]
            code.write(text.encode())
    except OSError as error:
        raise InputError(cannot("write", target, error)) from error
    return target, numbers


def _refuse_other_numbers(target: Path, numbers: Path) -> None:
    """InputError where what would be replaced is no script's, such as a person's own data."""
    if not numbers.exists():
        return
    try:
        with zipfile.ZipFile(numbers) as archive:
            ours = any(name.endswith(f"/{RESULTS}.npy") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        ours = False
    if not ours:
        raise InputError(
            f"Cannot write {target}: its numbers would replace {numbers.name}, which holds something else; "
            "choose another name."
        )


def _refuse_unwritable(target: Path) -> None:
    """InputError before anything takes long, for a place that cannot be written to."""
    try:
        there = regular(target)
        if not os.access(target.parent if there is None else target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    except OSError as error:
        raise InputError(cannot("write", target, error)) from error

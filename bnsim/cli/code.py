"""`bnsim code`: an experiment as a PyTorch script that prints the same loss and gradients."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bnsim.cli.opening import DEFAULT, add_allow_data, opened_document
from bnsim.cli.progress import Bar
from bnsim.cli.training import add_iterations, add_quiet, add_seed, seeded
from bnsim.cli.writing import Saying
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.places import place

HELP = "the same networks as PyTorch code, or as a script that is held to bnsim's loss and gradients"
ITERATIONS = 20
_PARTS = 100
"""Of the work, as its bar counts them: the networks run several times, for different ends."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to write, for which library, where, and how many iterations are compared."""
    parser.add_argument("experiment", metavar="FILE", help=f"a .bnsim file, or '{DEFAULT}'")
    parser.add_argument("--to", choices=("pytorch",), default="pytorch", help="the library to write for (pytorch)")
    parser.add_argument(
        "-o",
        "--output",
        type=place,
        metavar="NET.PY",
        help="a script (.py) or notebook (.ipynb) that is held to bnsim's numbers: these, initial weights and "
        "mini-batches go into an .npz beside it. Without this option code that draws its own weights is printed",
    )
    parser.add_argument("--lane", nargs="+", action="extend", metavar="NAME", help="the lanes to write (all)")
    add_iterations(parser, ITERATIONS)
    add_seed(parser)
    add_allow_data(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Run the experiment and write the script and its numbers; prints the names of both files."""
    document = seeded(opened_document(options.experiment, allow_data=options.allow_data), options.seed)
    experiment = _of_lanes(document.experiment, options.lane)
    from bnsim.interop.writing import pytorch_code, write_pytorch

    title = "bnsim's default experiment" if options.experiment == DEFAULT else Path(options.experiment).name
    if options.output is None:
        print(pytorch_code(experiment, title=title), end="")
        return 0
    bar = Bar(_PARTS, "part", quiet=options.quiet)
    say = Saying(quiet=options.quiet)
    written = write_pytorch(
        experiment,
        options.output,
        title=title,
        iterations=options.iterations,
        going_on=lambda part: bar.go_on(round(part * _PARTS)),
    )
    bar.show(_PARTS)
    bar.end()
    for path in written:
        say.file(path)
    if experiment.training.precision != "float64":
        print(f"bnsim: {title} is in {experiment.training.precision}; the script computes in float64.", file=sys.stderr)
    return 0


def _of_lanes(experiment: Experiment, names: Sequence[str] | None) -> Experiment:
    """The experiment with the lanes of those names alone, with all if there are none. InputError for an unknown one."""
    if names is None:
        return experiment
    known = [stack.name for stack in experiment.stacks]
    for name in names:
        if name not in known:
            raise InputError(f"There is no lane {name!r}; choose from {', '.join(known)}.")
    return replace(experiment, stacks=tuple(stack for stack in experiment.stacks if stack.name in names))

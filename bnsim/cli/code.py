"""`bnsim code`: an experiment as a PyTorch script that prints the same loss and gradients."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bnsim.cli.opening import DEFAULT, add_allow_data, opened
from bnsim.cli.training import add_iterations
from bnsim.spec.places import place

HELP = "the same networks as PyTorch code, or as a script that is held to bnsim's loss and gradients"
ITERATIONS = 20


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
    add_iterations(parser, ITERATIONS)
    add_allow_data(parser)


def execute(options: argparse.Namespace) -> int:
    """Run the experiment and write the script and its numbers; prints the names of both files."""
    experiment = opened(options.experiment, allow_data=options.allow_data)
    from bnsim.interop.writing import pytorch_code, write_pytorch

    title = "bnsim's default experiment" if options.experiment == DEFAULT else Path(options.experiment).name
    if options.output is None:
        print(pytorch_code(experiment, title=title), end="")
        return 0
    for path in write_pytorch(experiment, options.output, title=title, iterations=options.iterations):
        print(path)
    if experiment.training.precision != "float64":
        print(f"bnsim: {title} is in {experiment.training.precision}; the script computes in float64.", file=sys.stderr)
    return 0

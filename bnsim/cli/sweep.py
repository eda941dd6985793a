"""`bnsim sweep`: run an experiment over a grid of its parameters; writes one CSV and the figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.cli.opening import DEFAULT, add_allow_data, opened
from bnsim.cli.progress import Bar
from bnsim.cli.training import add_iterations, add_quiet
from bnsim.cli.writing import add_folder, add_look, formats, look_of, made_folder
from bnsim.spec.numerals import count

if TYPE_CHECKING:
    from bnsim.plot.style import Style
    from bnsim.spec.experiment import Experiment
    from bnsim.sweeps import Progress, Results, Sweep
    from bnsim.sweeps.workers import Workers

HELP = "run an experiment over a grid of one or two of its parameters; write one CSV and the figures"
MOST_SEEDS = 1000
EPILOG = (
    "PATH is as in the file: training.optimizer.lr, training.batch_size, data.noise, stacks.0.layers.2.units; or "
    "depth, width, gain, activation or batchnorm of all lanes, or of one as stacks.0.depth. VALUES: a list such as "
    "on,off or ReLU,Tanh or 8,16,64, or FROM:TO:log:NUMBER, FROM:TO:lin:NUMBER. What is done is kept in DIR and used "
    "again. exit codes: 0 done, 2 something to mend, 3 done, but some runs diverged or could not be run"
)
SOME_FAILED = 3
MEASURES = "accuracy, loss, test_accuracy, test_loss, gradient_factor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to vary, what to measure, who runs it and where to write."""
    parser.epilog = EPILOG
    parser.add_argument("experiment", metavar="FILE", help=f"a .bnsim file, or '{DEFAULT}'")
    parser.add_argument(
        "--over",
        action="append",
        required=True,
        metavar="PATH=VALUES",
        help="a parameter and its values; may be given twice",
    )
    parser.add_argument("--seeds", type=_seeds, default=1, metavar="N", help="runs at each point, by seed (1)")
    add_iterations(parser, 300)
    parser.add_argument("--measure", default="accuracy", metavar="NAME", help=f"{MEASURES} (accuracy)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--workers", type=int, metavar="N", help="processes at a time (one for each core)")
    who.add_argument("--dask", metavar="ADDRESS", help="the scheduler of a Dask cluster that runs, in their place")
    add_allow_data(parser)
    add_look(parser)
    add_folder(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Run it, then write `sweep.csv` and the figures; what is done when it is stopped is written too."""
    from bnsim.sweeps import Kept, run_sweep

    suffixes = formats(options.format)
    style = look_of(options)
    experiment = opened(options.experiment, allow_data=options.allow_data)
    sweep = _sweep(experiment, options)
    workers = _workers(options)
    folder = made_folder(options.out)
    latest: list[Callable[[], Results]] = []
    bar = Bar(sweep.runs, "run", quiet=options.quiet)

    def changed(progress: Progress, results: Callable[[], Results]) -> None:
        latest[:] = [results]
        left = "" if progress.left is None else f", {_time(progress.left)} left"
        reused = f" ({count(progress.reused)} done before)" if progress.reused else ""
        bar.show(progress.done, f"{reused}{left}")

    try:
        results = run_sweep(sweep, workers, kept=Kept(folder), on_change=changed)
    except KeyboardInterrupt:
        if latest:
            bar.end()
            _write(latest[0](), suffixes, style, folder, quiet=options.quiet)
        raise
    bar.end()
    _write(results, suffixes, style, folder, quiet=options.quiet)
    for remark in results.remarks():
        print(f"bnsim: {remark}", file=sys.stderr)
    return SOME_FAILED if results.remarks() else 0


def _sweep(experiment: Experiment, options: argparse.Namespace) -> Sweep:
    from bnsim.sweeps import Sweep, read_axis

    first = experiment.training.seed
    return Sweep(
        experiment=experiment,
        axes=tuple(read_axis(experiment, each) for each in options.over),
        seeds=tuple(range(first, first + options.seeds)),
        iterations=options.iterations,
        measure=options.measure,
    )


def _workers(options: argparse.Namespace) -> Workers:
    from bnsim.sweeps import Cluster, Processes

    return Cluster(options.dask) if options.dask else Processes(options.workers)


def _write(results: Results, suffixes: list[str], style: Style, folder: Path, *, quiet: bool) -> None:
    from bnsim.sweeps import write_results

    paths = write_results(results, folder, suffixes, style=style)
    if not quiet:
        print("\n".join(map(str, paths)))


def _time(seconds: float) -> str:
    from bnsim.sweeps import time_words

    return time_words(seconds)


def _seeds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"cannot run {text} seeds; give a number from 1 to {count(MOST_SEEDS)}")
    return int(text)

"""The command line: `bnsim [FILE]` opens the app, `bnsim run` works without a window.

What goes wrong ends with one line on standard error and exit code 2.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bnsim
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count

if TYPE_CHECKING:
    from bnsim.session import Session

COMMANDS = ("run", "snapshot", "bench")
DEFAULT = "default"
PROGRESS_PARTS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            options = _parser().parse_args(given)
            done: int = options.command(options)
            return done
        return _open(_open_parser().parse_args(given))
    except InputError as error:
        print(f"bnsim: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bnsim: stopped.", file=sys.stderr)
        return 130


def _open_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bnsim",
        description="A debugger for backpropagation: build layer stacks, step through them, watch what BatchNorm does.",
        epilog="Without a window: bnsim run --help, bnsim snapshot --help",
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="a .bnsim file to open")
    parser.add_argument("--version", action="version", version=f"bnsim {bnsim.__version__}")
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bnsim")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="train without a window and write figures")
    run.add_argument("experiment", metavar="FILE", help=f"a .bnsim file, or '{DEFAULT}'")
    run.add_argument("--iterations", type=int, default=100, metavar="N", help="updates to make (100)")
    run.add_argument("--figure", nargs="+", action="extend", metavar="NAME", help="figures to write (all)")
    run.add_argument("--format", default="svg", metavar="LIST", help="svg,pdf,png,csv (svg)")
    run.add_argument("--theme", default="light", metavar="NAME", help="light or dark (light)")
    run.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="folder for the figures (.)")
    run.set_defaults(command=_run)
    picture = commands.add_parser("snapshot", help="the window's picture and the figures, on a machine with no display")
    picture.add_argument("--iterations", type=int, default=60, metavar="N", help="updates to make first (60)")
    picture.add_argument("--out", type=Path, default=Path("."), metavar="DIR", help="folder for the pictures (.)")
    picture.set_defaults(command=_snapshot)
    bench = commands.add_parser("bench", help="step time beside the time of its matrix products alone")
    bench.set_defaults(command=_bench)
    return parser


def _open(options: argparse.Namespace) -> int:
    from bnsim.ui.app import check_system

    check_system()
    from bnsim.ui.app import main as open_app

    code: int = open_app(options.file)
    return code


def _run(options: argparse.Namespace) -> int:
    figures = _figure_names(options.figure)
    formats = _formats(options.format)
    _theme(options.theme)
    if options.iterations < 0:
        raise InputError(f"Cannot run {options.iterations} iterations; give --iterations a number from 0 on.")
    experiment = _experiment(options.experiment)
    _folder(options.out)
    session = bnsim.Session(experiment)
    try:
        _train(session, options.iterations)
        _write(session, figures, formats, options.theme, options.out)
    finally:
        session.close()
    return 0


def _snapshot(options: argparse.Namespace) -> int:
    _folder(options.out)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from bnsim.ui.app import check_system

    check_system()
    from bnsim.ui.app import snapshot

    for theme in ("light", "dark"):
        print(snapshot(options.out, theme))
    session = bnsim.Session(bnsim.default_experiment())
    try:
        _train(session, options.iterations)
        _write(session, _figure_names(None), ["png", "svg"], "light", options.out)
    finally:
        session.close()
    return 0


def _bench(options: argparse.Namespace) -> int:
    from bnsim.engine.bench import OWN, SIZES, table

    for line in table(SIZES, OWN):
        print(line, flush=True)
    return 0


def _experiment(name: str) -> Experiment:
    if name == DEFAULT and not Path(name).exists():
        return bnsim.default_experiment()
    return bnsim.load(name)


def _train(session: Session, iterations: int) -> None:
    """With a line of progress where someone is watching."""
    watched = sys.stderr.isatty()
    part = max(1, iterations // PROGRESS_PARTS)
    while session.iteration < iterations:
        session.run(min(part, iterations - session.iteration))
        if watched:
            print(f"\riteration {count(session.iteration)} of {count(iterations)}", end="", file=sys.stderr, flush=True)
    if watched:
        print(file=sys.stderr)


def _write(session: Session, names: Sequence[str], formats: Sequence[str], theme: str, folder: Path) -> None:
    from bnsim.figures import FIGURES

    for name in names:
        figure = FIGURES[name](session)
        for suffix in formats:
            path = folder / f"{name}.{suffix}"
            figure.save(path, theme=theme)
            print(path)
    for lane in session.lanes:
        if lane.loss is not None:
            print(f"{lane.stack.name}: loss {lane.loss:.6g} after {count(session.iteration)} iterations")


def _figure_names(given: Sequence[str] | None) -> list[str]:
    from bnsim.figures import FIGURES

    for name in given or ():
        if name not in FIGURES:
            raise InputError(f"There is no figure {name!r}; choose from {', '.join(FIGURES)}.")
    return list(given or FIGURES)


def _formats(given: str) -> list[str]:
    from bnsim.plot.writers import FORMATS

    wanted = [part.strip().lower() for part in given.split(",") if part.strip()]
    for suffix in wanted:
        if suffix not in FORMATS:
            raise InputError(f"There is no format {suffix!r}; choose from {', '.join(FORMATS)}.")
    return wanted


def _theme(name: str) -> None:
    from bnsim.plot.theme import load_theme

    load_theme(name)


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {path}: {error.strerror}; choose another one with --out.") from error

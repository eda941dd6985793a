"""The command line: `bnsim [FILE]` opens the app, `bnsim COMMAND` works without a window.

What goes wrong ends with one line on standard error and exit code 2. A new command is a module here and a line in
`COMMANDS`.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence

import bnsim
from bnsim.cli import bench, code, completion, deck, figures, lessons, papers, run, snapshot, sweep, window
from bnsim.cli.command import Command, Parser
from bnsim.spec.errors import InputError

COMMANDS: Mapping[str, Command] = {
    "run": run,
    "sweep": sweep,
    "deck": deck,
    "code": code,
    "lessons": lessons,
    "papers": papers,
    "snapshot": snapshot,
    "figures": figures,
    "bench": bench,
    "completion": completion,
}
_DATE = "SOURCE_DATE_EPOCH"
WRONG, CLOSED, STOPPED = 2, 1, 130
"""Exit codes: something the user can mend; nobody reads the output any more; stopped by Ctrl+C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code. `arguments` None: those of the process."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show γ shows "?" in its place
    try:
        _check_date()
        done = _command(given)
        sys.stdout.flush()
        return done
    except InputError as error:
        print(f"bnsim: {error}", file=sys.stderr)
        return WRONG
    except BrokenPipeError:
        # Python writes what is left when it ends, and would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED
    except KeyboardInterrupt:
        print("bnsim: stopped.", file=sys.stderr)
        return STOPPED


def _check_date() -> None:
    """NumPy, as some of its modules are imported, cannot do with a SOURCE_DATE_EPOCH that is no number."""
    given = os.environ.get(_DATE, "")
    try:
        if given.strip():
            int(given)
        else:
            os.environ.pop(_DATE, None)
    except ValueError:
        raise InputError(
            f"The environment variable {_DATE} is {given!r}, which is no whole number of seconds; correct or unset it."
        ) from None


def _command(given: Sequence[str]) -> int:
    if given and given[0] in COMMANDS:
        command = COMMANDS[given[0]]
        parser = Parser(prog=f"bnsim {given[0]}", description=f"{command.HELP[:1].upper()}{command.HELP[1:]}.")
        command.add_arguments(parser)
        parser.set_defaults(whole=whole_parser)
        return command.execute(parser.parse_args(given[1:]))
    return window.execute(_window_parser().parse_args(given))


def whole_parser() -> argparse.ArgumentParser:
    """A parser of everything, each command with its own options; for completion, as parsing needs one alone."""
    parser = _window_parser()
    commands = parser.add_subparsers()
    for name, command in COMMANDS.items():
        command.add_arguments(commands.add_parser(name, help=command.HELP))
    return parser


def _window_parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  bnsim {name:<{width}}  {command.HELP}" for name, command in COMMANDS.items())
    parser = Parser(
        prog="bnsim",
        description="A debugger for backpropagation: build layer stacks, step through them, watch what BatchNorm does.",
        epilog=f"without a window, each with --help:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bnsim {bnsim.__version__}")
    window.add_arguments(parser)
    return parser

"""`bnsim papers`: figures of papers, made anew: list them, measure their claims, write our figures."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from bnsim.cli.progress import Bar
from bnsim.cli.training import add_quiet
from bnsim.spec.errors import InputError
from bnsim.spec.places import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bnsim.lessons.claims import Measurement
    from bnsim.lessons.papers import Paper

HELP = "figures of papers, made anew: list them, or run them and hold their claims to what is measured"
WRONG = 1
_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which papers, and whether they are run."""
    parser.epilog = f"exit codes: 0 done, {WRONG} a claim does not hold here, 2 something to mend"
    parser.add_argument("names", nargs="*", metavar="NAME", help="those of the list that are meant (all)")
    parser.add_argument("--check", action="store_true", help="run them, and say what was measured")
    parser.add_argument("--copy", type=place, metavar="DIR", help="write their experiments there, to open and change")
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """List or run them; the exit code is 1 if a claim does not hold."""
    from bnsim.lessons.papers import papers

    known = papers()
    for name in options.names:
        if name not in known:
            raise InputError(f"There is no paper {name!r}; choose from {', '.join(known)}.")
    names = options.names or list(known)
    if options.copy is not None:
        _copy(names, options.copy)
    held = True
    for name in names:
        if options.check:
            held &= _check(name, known[name], quiet=options.quiet)
        elif options.copy is None:
            print("\n".join(_about(name, known[name])))
    return 0 if held else WRONG


def _about(name: str, paper: Paper) -> list[str]:
    lines = [name, f"  {paper.source}: {paper.title}"]
    return lines + textwrap.wrap(paper.claim, _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _check(name: str, paper: Paper, *, quiet: bool) -> bool:
    from bnsim.lessons.papers import filled, measured

    bar = Bar(max(claim.after for claim in paper.claims), "iteration", quiet=quiet)
    measurements = measured(name, bar.go_on)
    bar.end()
    if not quiet:
        print("\n".join(_about(name, paper)))
        for words in (paper.agrees, paper.differs):
            told = filled(words, measurements)
            print(textwrap.fill(told, _WIDTH, initial_indent="    ", subsequent_indent="    "))
    for each in _broken(measurements):
        print(f"{name}: {each.claim.words} is {each.shown}, not {each.limits}")
    return not _broken(measurements)


def _broken(measurements: Sequence[Measurement]) -> list[Measurement]:
    return [each for each in measurements if not each.holds]


def _copy(names: Sequence[str], folder: Path) -> None:
    from bnsim.cli.writing import made_folder
    from bnsim.lessons.papers import document_of
    from bnsim.spec.files import save_document

    made_folder(folder)
    for name in names:
        save_document(document_of(name), folder / f"{name}.bnsim")
        print(folder / f"{name}.bnsim")

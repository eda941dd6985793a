"""Films of figures over the training, for the command that writes them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bnsim.cli.progress import Bar
from bnsim.cli.writing import Saying, Wanted
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from bnsim.plot.carried import Carried
    from bnsim.plot.style import Style
    from bnsim.plot.writers import Picture
    from bnsim.session import Session

FRAMES = 48


def add_frames(parser: argparse.ArgumentParser) -> None:
    """Declare of how many frames a film is."""
    parser.add_argument(
        "--frames",
        type=_frames,
        default=FRAMES,
        metavar="N",
        help=f"frames of a film, a tenth of a second each ({FRAMES})",
    )


def refuse_films(formats: Sequence[str], frames: int, style: Style) -> None:
    """InputError, before anything takes long, for films that cannot be made."""
    if formats:
        from bnsim.plot.writers.film import refuse

        for format in formats:
            refuse(format, frames, style)


def write_films(
    session: Session,
    wanted: Sequence[Wanted],
    formats: Sequence[str],
    style: Style,
    options: argparse.Namespace,
    say: Saying,
    what: Carried,
) -> None:
    """Write each figure as a film in each format, and say every file's name; what stays empty is left out."""
    from bnsim.decks.frames import frames, spread

    iterations = spread(session.iteration, options.frames)
    for each in wanted:
        made = frames(session, each.name, each.options, iterations)
        if not made:
            say.line(f"{each.file}: nothing to draw")
            continue
        write_film(made, each.file, formats, style, options, say, what)


def write_film(
    made: Sequence[Picture],
    file: str,
    formats: Sequence[str],
    style: Style,
    options: argparse.Namespace,
    say: Saying,
    what: Carried,
) -> None:
    """Write these frames as a film in each format, and say every file's name; `file` is without a suffix.

    `what` says where they come from; a film carries nothing.
    """
    from bnsim.plot.writers import sourced
    from bnsim.plot.writers.film import film

    made = [sourced(each, style, what) for each in made]
    for format in formats:
        path = options.out / f"{file}.{format}"
        bar = Bar(len(made), "frame", quiet=options.quiet)
        content = film(made, format, style, bar.show)
        bar.end()
        write_file(path, content)
        say.file(path)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. InputError for a place that cannot be written to."""
    target = place(path)
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        raise InputError(cannot("write", target, error)) from error


def _frames(text: str) -> int:
    from bnsim.plot.writers import MOST_FRAMES

    if not text.isdecimal() or not 1 <= int(text) <= MOST_FRAMES:
        raise argparse.ArgumentTypeError(f"cannot make a film of {text} frames; give a number from 1 to {MOST_FRAMES}")
    return int(text)

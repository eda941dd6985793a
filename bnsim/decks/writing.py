"""A deck as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.deck import Deck
from bnsim.plot.style import Style
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

ENDINGS = (".pptx",)


def refuse_ending(path: Path) -> None:
    """InputError for a name that says nothing a deck can be written as."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"Cannot write {path.name}: its name must end in {' or '.join(ENDINGS)}; choose such a name.")


def write_deck(
    deck: Deck, path: Path, style: Style, carried: Carried = NOTHING, report: Callable[[int], None] = lambda done: None
) -> None:
    """Write the deck, whole or not at all. `report` is told how many slides are done; what it raises ends the work."""
    target = place(path)
    refuse_ending(target)
    from bnsim.plot.writers.talk import pptx

    content = pptx(deck, style, carried, report)
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        raise InputError(cannot("write", target, error)) from error

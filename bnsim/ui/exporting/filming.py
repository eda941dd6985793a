"""A film from the window: its pictures made by the runner, drawn and written in a thread, with how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from bnsim.plot.writers import Picture
from bnsim.runner.orders import Collect, Order
from bnsim.spec.errors import InputError
from bnsim.spec.whole_file import written_whole
from bnsim.ui.model.export_choices import ExportChoices
from bnsim.ui.model.exportable import Film

EMPTY = "There is nothing to film yet: train a little first."


class Filming(QObject):
    """Makes one film at a time; `give` takes an order of the runner's."""

    progressed = Signal(str, int, int)
    """In words what is done, how many of how many. Emitted in other threads."""

    def __init__(self, give: Callable[[Order], object], parent: QObject) -> None:
        super().__init__(parent)
        self._give = give
        self._stopped = threading.Event()
        self._made: Future[Sequence[Picture]] | None = None

    def begin(self, film: Film, place: Path, choices: ExportChoices) -> Callable[[], Path]:
        """Have the pictures made. What is returned waits for them, and writes the file; call it in another thread."""
        self.stop()
        stopped = self._stopped = threading.Event()
        made: Future[Sequence[Picture]] = Future()
        self._made = made
        collect = partial(_collected, film, choices, partial(self._report, stopped, "pictures"))
        self._give(Collect(collect, made))
        return partial(_written, made, place, choices, partial(self._report, stopped, "frames"))

    def stop(self) -> None:
        """Give up what is being made."""
        self._stopped.set()
        if self._made is not None:
            self._made.cancel()
            self._made = None

    def _report(self, stopped: threading.Event, words: str, done: int, all_of: int) -> None:
        """Called in other threads; ends the work there once it is stopped."""
        if stopped.is_set():
            raise CancelledError
        self.progressed.emit(words, done, all_of)


def _collected(
    film: Film, choices: ExportChoices, report: Callable[[int, int], None], session: object
) -> Sequence[Picture]:
    """In the runner's thread."""
    return film.pictures(session, choices.frames, report, choices.style)


def _written(
    made: Future[Sequence[Picture]], place: Path, choices: ExportChoices, report: Callable[[int, int], None]
) -> Path:
    """In a thread of its own."""
    from bnsim.plot.writers.film import film

    pictures = made.result()
    if not pictures:
        raise InputError(EMPTY)
    content = film(pictures, choices.format, choices.style, lambda number: report(number, len(pictures)))
    with written_whole(place) as file:
        file.write(content)
    return place

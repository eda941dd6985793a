"""Slides of the run: asks what is on them, has figures made by the runner, draws them in a thread, and says how far."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QProgressDialog, QWidget

from bnsim.figures import FIGURES
from bnsim.plot.speaker import speaking
from bnsim.runner.orders import Collect, Order
from bnsim.runner.updates import Notice
from bnsim.spec.errors import InputError
from bnsim.ui.language import speaker, tr
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.making import Making
from bnsim.ui.window.slides_dialog import Choices, SlidesDialog

if TYPE_CHECKING:  # the engine comes with them
    from bnsim.plot.carried import Carried
    from bnsim.plot.deck import Deck
    from bnsim.session import Session

WRITING = "slides"
GIVEN_UP = "No slides were made: it was stopped."


class SlideMaker(QObject):
    """Makes slides. `give` takes an order of the runner's, `ask_where` asks for the file, a name suggested."""

    _collected = Signal(object)

    def __init__(
        self,
        document: Document,
        give: Callable[[Order], object],
        ask_where: Callable[[str], Path | None],
        notify: Callable[[Notice], object],
        appearance: Appearance,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._document = window, document
        self._give, self._ask_where, self._notify, self._appearance = give, ask_where, notify, appearance
        self._making = Making(WRITING, tr("Make slides"), window)
        self._making.stopped.connect(self._stop)
        self._made: Future[Any] | None = None
        self.dialog: SlidesDialog | None = None
        self._collected.connect(self._write)

    @property
    def progress(self) -> QProgressDialog | None:
        """How far it is, while slides are being made."""
        return self._making.progress

    @property
    def busy(self) -> bool:
        """Whether slides are being made."""
        return self._making.busy

    def open(self) -> None:
        """Ask what is on the slides; those that are being made come first."""
        if self.progress is not None:
            self.progress.raise_()
            return
        self.dialog = SlidesDialog(self._appearance.theme.name, self._window)
        self.dialog.chosen.connect(self.make)
        self.dialog.open()

    @Slot(object)
    def make(self, choices: Choices) -> None:
        """Ask where to, and begin."""
        stem = "slides" if self._document.path is None else self._document.path.stem
        path = self._ask_where(f"{stem}.pptx")
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self._making.begin(tr(f"Making {path.name}: its figures"))
        title = "An experiment" if self._document.path is None else self._document.path.stem
        collect = partial(_collect, self._document.contents, choices, title, self._making.report)
        made: Future[Any] = Future()
        self._made = made
        made.add_done_callback(lambda done: self._hand_over(done, path, choices))
        self._give(Collect(collect, made, "make slides of"))

    def close(self) -> None:
        """Give up what is being made, and end the thread."""
        self._making.close()

    @Slot()
    def _stop(self) -> None:
        if self._made is not None:
            self._made.cancel()

    def _hand_over(self, done: Future[Any], path: Path, choices: Choices) -> None:
        """Called in the runner's thread."""
        self._collected.emit((done, path, choices))

    @Slot(object)
    def _write(self, collected: tuple[Future[Any], Path, Choices]) -> None:
        done, path, choices = collected
        if not self.busy:
            return
        self._making.say(tr(f"Making {path.name}: its slides"))
        self._making.work(partial(_written, done, path, choices, self._making.report), self._saved, self._failed)

    def _saved(self, written: tuple[Path, ...]) -> None:
        self._made = None
        alone = f"Saved {written[0]}"
        self._notify(Notice(f"{alone}; its pictures are in {written[1].name}" if written[1:] else alone, "done"))

    def _failed(self, sentence: str) -> None:
        self._made = None
        self._notify(Notice(sentence or GIVEN_UP, "problem" if sentence else "info"))


def _collect(contents: Any, choices: Choices, title: str, report: Callable[[int, int], None], session: Session) -> Any:
    """In the runner's thread: the deck as data, and what its file carries."""
    from bnsim.decks.choice import can_be_made, chosen, named
    from bnsim.decks.making import deck_of
    from bnsim.session.past import carried, past_of

    lacking = [] if choices.usual else [name for name in choices.figures if not can_be_made(session, name)]
    if lacking:
        raise InputError(
            f"Cannot make slides of {FIGURES[lacking[0]].title}: this run has no record of it; "
            "open its panel first, or leave it out."
        )
    shown = chosen(session, contents.watches) if choices.usual else named(choices.figures, contents.watches)
    with speaking(speaker()):
        deck = deck_of(
            session,
            shown,
            title,
            lanes_one_by_one=choices.one_by_one,
            report=lambda number: report(number, len(shown)),
        )
    return deck, carried(past_of(session, contents))


def _written(done: Future[Any], path: Path, choices: Choices, report: Callable[[int, int], None]) -> tuple[Path, ...]:
    """In a thread of its own: the paths of what was written."""
    from bnsim.decks.writing import write_deck
    from bnsim.plot.writers import chosen

    collected: tuple[Deck, Carried] = done.result()
    deck, carried = collected
    slides = len(deck.slides)
    return write_deck(deck, path, chosen(choices.style, choices.theme), carried, lambda number: report(number, slides))

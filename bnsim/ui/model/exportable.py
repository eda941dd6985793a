"""What can leave the window: a thing on screen as a picture, which is made from data and never from the screen.

A widget that has such a picture has a method `exportable`; Export, Copy and a drag ask the widget that has the focus,
else those around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.pages import room_of
from bnsim.plot.speaker import speaking
from bnsim.plot.style import Style
from bnsim.plot.writers import Picture
from bnsim.runner.orders import Order
from bnsim.ui.language import speaker, told


class Film(Struct, frozen=True):
    """Pictures one after the other; `words` say of what: "Over the training".

    `collect` makes at most so many of the session, all of one size, and leaves the session as it is. It is called in
    the runner's thread, and tells how many moments of how many are done; what that raises ends it. `fits`: it takes the
    size of the page, too, as that of an `Exportable` does.
    """

    words: str
    collect: Callable[..., Sequence[Picture]]
    fits: bool = False

    def pictures(self, session: Any, most: int, report: Callable[[int, int], None], style: Style) -> Sequence[Picture]:
        """At most so many pictures for a page of that style, in the language of the window."""
        with speaking(speaker()):
            made = self.collect(session, most, report, *((room_of(style),) if self.fits else ()))
            return [told(picture) for picture in made]


class Exportable(Struct, frozen=True):
    """A thing as it is now. `name` is what its file is called, without an ending; `title` what menus call it.

    `make` makes the picture. It is called in another thread, perhaps more than once, and may wait; so it holds
    what it needs as it was when asked, and reads no widget. InputError, in one sentence, if there is nothing to draw.
    None: there is only `text`, such as LaTeX, which is copied beside the picture. `order`: what `make` waits for, to
    be given to the runner when the picture is wanted. `parts`: what may be taken in place of all, by its name in the
    dialog, and what makes it. `films`: what it can be as a film.
    `fits`: `make` takes the size of the page, width and height in points, and lays the picture out for it.
    """

    name: str
    title: str
    make: Callable[..., Picture] | None
    text: str = ""
    order: Order | None = None
    parts: tuple[tuple[str, Callable[..., Picture]], ...] = ()
    films: tuple[Film, ...] = ()
    fits: bool = False

    def with_part(self, words: str) -> Exportable:
        """The part of that name in place of all; all of it where there is no such part."""
        make = dict(self.parts).get(words)
        return self if make is None else replace(self, make=make)

    def picture(self, style: Style) -> Picture:
        """The picture for a page of that style, in the language of the window; there has to be one."""
        assert self.make is not None
        with speaking(speaker()):
            return told(self.make(room_of(style)) if self.fits else self.make())


@runtime_checkable
class HasExport(Protocol):
    """A widget that something can be taken of."""

    def exportable(self) -> Exportable | None:
        """What it shows now; None if there is nothing."""

"""How far a command has come, on a terminal: a bar that is drawn over itself. Nothing where nobody watches."""

from __future__ import annotations

import shutil
import sys

from bnsim.spec.numerals import count, counted

_WIDEST = 30
_FULL, _EMPTY = "█", "░"


class Bar:
    """A bar with words on standard error while it is a terminal and not `quiet`; `what` is what is counted."""

    def __init__(self, total: int, what: str, *, quiet: bool = False) -> None:
        self._total, self._what = total, what
        self._watched = not quiet and sys.stderr.isatty()
        self._said = ""

    def show(self, done: int, more: str = "") -> None:
        """Draw the bar with `done` of the total; `more` stands behind it."""
        if not self._watched:
            return
        words = f" {count(done)} of {counted(self._total, self._what)}{more}"
        room = shutil.get_terminal_size().columns - len(words) - 1
        said = f"{bar(done, self._total, min(room, _WIDEST))}{words}"
        if said != self._said:
            print(f"\r{said:<{len(self._said)}}", end="", file=sys.stderr, flush=True)
            self._said = said

    def go_on(self, done: int) -> bool:
        """Draw the bar for work that asks after each part whether to go on, which is always so."""
        self.show(done)
        return True

    def end(self) -> None:
        """Leave the bar as it is, and go on in the next line."""
        if self._said:
            print(file=sys.stderr)
            self._said = ""


def bar(done: int, total: int, width: int) -> str:
    """`width` characters, of which as many are full as `done` is of `total`; "" where there is no room for a bar."""
    if width < 5:
        return ""
    full = width * min(done, total) // total if total else width
    return _FULL * full + _EMPTY * (width - full)

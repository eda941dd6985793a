"""Formulas typeset in a thread of their own, each one once, as drawings.

Typesetting a formula takes tens of milliseconds, so the window asks for it and gets a signal when it is there.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from bnsim.typeset import typeset
from bnsim.ui.views.equation.drawing import NOTHING, Drawing, drawn

Key = tuple[str, float]
"""LaTeX and the size in pixels."""

log = logging.getLogger(__name__)


class Typesetter(QObject):
    """Typesets formulas that are wanted now, then those that may be; emits `ready` in the window's thread."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: dict[Key, Drawing] = {}
        self._asked: set[Key] = set()
        self._now: deque[Key] = deque()
        self._later: deque[Key] = deque()
        self._pool: ThreadPoolExecutor | None = None

    def get(self, latex: str, size: float) -> Drawing | None:
        """The drawing of a formula; None while it is being typeset."""
        key = (latex, size)
        found = self._done.get(key)
        if found is None:
            self._ask(key, self._now)
        return found

    def prefetch(self, formulas: Iterable[str], size: float) -> None:
        """Typeset these formulas when nothing else is waiting."""
        for latex in formulas:
            if (latex, size) not in self._asked:
                self._ask((latex, size), self._later)

    def wait(self) -> None:
        """Wait until all that was asked for is typeset."""
        if self._pool is not None:
            self._pool.submit(int).result()

    def stop(self) -> None:
        """End the thread; formulas that wait stay untypeset."""
        self._now.clear()
        self._later.clear()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _ask(self, key: Key, line: deque[Key]) -> None:
        if line is self._later or key not in self._now:
            self._asked.add(key)
            line.append(key)
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="bnsim-typeset")
            self._pool.submit(self._next)

    def _next(self) -> None:
        try:
            urgent = bool(self._now)
            key = self._now.popleft() if urgent else self._later.popleft()
        except IndexError:
            return
        if key not in self._done:
            try:
                self._done[key] = drawn(typeset(*key))
            except Exception:
                log.exception("cannot typeset %s", key[0])
                self._done[key] = NOTHING
        if urgent and isValid(self):
            self.ready.emit()

"""Work that takes longer than a frame, such as drawing a file, in a thread of its own and the window's language."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from bnsim.plot.speaker import speaking
from bnsim.spec.errors import InputError
from bnsim.ui.language import speaker

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Background(QObject):
    """Does one thing after another; of each kind only what was asked for last comes back, in the window's thread."""

    _ended = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool: ThreadPoolExecutor | None = None
        self._newest: dict[str, int] = {}
        self._asked = 0
        self._closing = False
        self._ended.connect(self._hand_over)

    def ask(
        self,
        kind: str,
        work: Callable[[], Result],
        then: Callable[[Result], object],
        failed: Callable[[str], object],
    ) -> None:
        """Have `work` done, and call `then` with what it returns, or `failed` with a sentence.

        What was asked for before of that kind is left out if it is not begun yet, and comes to nothing if it is.
        """
        if self._closing:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bnsim-export-window")
        self._asked += 1
        self._newest[kind] = self._asked
        self._pool.submit(self._do, kind, self._asked, work, then, failed)

    def drop(self, kind: str) -> None:
        """What was asked for of that kind is not wanted any more."""
        self._newest.pop(kind, None)

    @property
    def busy(self) -> bool:
        """Whether something that was asked for has not come back."""
        return bool(self._newest)

    def close(self) -> None:
        """Finish what is under way, and end the thread."""
        self._closing = True
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def _do(self, kind: str, number: int, work: Callable[[], Any], then: Any, failed: Any) -> None:
        if self._newest.get(kind) != number:
            return
        try:
            with speaking(speaker()):
                call, result = then, work()
        except CancelledError:
            call, result = failed, ""
        except InputError as error:
            call, result = failed, str(error)
        except OSError as error:
            call, result = failed, f"Cannot write the file: {error.strerror or error}; choose another place or name."
        except Exception as error:
            log.exception("an export failed")
            call, result = failed, f"Cannot draw this ({type(error).__name__}: {error}); choose another format."
        if not self._closing:
            self._ended.emit((kind, number), (call, result))

    @Slot(object, object)
    def _hand_over(self, about: tuple[str, int], outcome: tuple[Callable[[Any], object], Any]) -> None:
        kind, number = about
        if self._closing or self._newest.get(kind) != number:
            return
        del self._newest[kind]
        call, result = outcome
        call(result)

"""Data sets that were made or read, kept as long as they have room together."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bnsim.data.dataset import Dataset
from bnsim.spec import budget
from bnsim.spec.errors import InputError

MOST = 4
"""Results kept, however small."""

Result = Dataset | InputError


class Kept:
    """Calls `make` for arguments whose result is not kept. An error is kept as well: asking again costs nothing.

    The arrays of all that is kept together have no more bytes than one data set may have.
    """

    def __init__(self, make: Callable[..., Result]) -> None:
        self._make = make
        self._results: OrderedDict[Any, Result] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Result:
        """What was kept, or is made now."""
        with self._lock:
            if arguments in self._results:
                self._results.move_to_end(arguments)
                return self._results[arguments]
        result = self._make(*arguments)
        with self._lock:
            self._results[arguments] = result
            while len(self._results) > 1 and (len(self._results) > MOST or self._size > budget.DATA.limit):
                self._results.popitem(last=False)
        return result

    def cache_clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._results.clear()

    @property
    def _size(self) -> int:
        return sum(result.nbytes for result in self._results.values() if isinstance(result, Dataset))

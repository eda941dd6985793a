"""A cache of data sets, bounded by the memory they take together."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bnsim.data.dataset import Dataset
from bnsim.spec import budget
from bnsim.spec.errors import InputError

MOST = 4
"""Most results that are kept, however small they are."""

Result = Dataset | InputError


class Kept:
    """Caches results of `make` by its arguments. An error is cached as well, so that asking again is cheap.

    The arrays of all that is kept together have no more bytes than one data set may have.
    """

    def __init__(self, make: Callable[..., Result]) -> None:
        self._make = make
        self._results: OrderedDict[Any, Result] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Result:
        """The cached result for these arguments, computed if there is none."""
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
        """Drop all cached results."""
        with self._lock:
            self._results.clear()

    @property
    def _size(self) -> int:
        return sum(result.nbytes for result in self._results.values() if isinstance(result, Dataset))

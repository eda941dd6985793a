"""One BLAS thread while lanes are at work: they have threads of their own, and sums must not depend on how many.

The limit mostly holds for the whole process and is entered from several threads at once: the first one in sets it, the
last one out, often another, restores it. A BLAS on OpenMP has a limit for each thread, which sets its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = Lock()
_inside = 0
_before: list[tuple[Any, int]] = []
_libraries: list[Any] | None = None


def find_libraries() -> None:
    """Search again for loaded BLAS libraries; call it when one may have been loaded."""
    global _libraries
    found = [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]
    with _lock:
        _libraries = found


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which BLAS uses the calling thread alone; may be nested, and entered from several threads."""
    global _inside, _before
    if _libraries is None:
        find_libraries()
    with _lock:
        libraries = _libraries or []
        own = _limited([library for library in libraries if _by_thread(library)])
        _inside += 1
        if _inside == 1:
            _before = _limited([library for library in libraries if not _by_thread(library)])
    try:
        yield
    finally:
        with _lock:
            _restore(own)
            _inside -= 1
            if _inside == 0:
                _restore(_before)


def _by_thread(library: Any) -> bool:
    return getattr(library, "threading_layer", "") == "openmp"


def _limited(libraries: list[Any]) -> list[tuple[Any, int]]:
    """Limit the libraries to one thread; returns them with their limits of before."""
    before = [(library, library.get_num_threads()) for library in libraries]
    _restore([(library, 1) for library in libraries])
    return before


def _restore(numbers: list[tuple[Any, int]]) -> None:
    for library, number in numbers:
        # Recent versions let only the thread that set a limit first set another; here the lock sees to it.
        release = getattr(library, "clear_controlling_thread", None)
        if release:
            release(force=True)
        library.set_num_threads(number)
        if release:
            release(force=True)

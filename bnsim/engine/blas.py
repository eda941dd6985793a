"""One BLAS thread while lanes are at work: they have threads of their own, and sums must not depend on how many.

The limit holds for the whole process and is entered from several threads at once: the first one in sets it, the last
one out restores it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from threadpoolctl import LibController, OpenBLASController, ThreadpoolController

_lock = Lock()
_inside = 0
_before: list[int] = []
_libraries: list[LibController] | None = None


def find_libraries() -> None:
    """Look again at which BLAS libraries are loaded; to be called when one may have been."""
    global _libraries
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    with _lock:
        if not _inside:
            _libraries = found


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, BLAS uses the calling thread alone; may be nested, and entered from any number of threads."""
    global _inside, _before
    if _libraries is None:
        find_libraries()
    libraries = _libraries or []
    with _lock:
        _inside += 1
        if _inside == 1:
            _before = [library.num_threads for library in libraries]
            _set(libraries, [1] * len(libraries))
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _set(_libraries or [], _before)


def _set(libraries: list[LibController], counts: list[int]) -> None:
    for library, count in zip(libraries, counts, strict=True):
        _give_up_control()
        library.set_num_threads(count)
    _give_up_control()


def _give_up_control() -> None:
    """Newer threadpoolctl lets only the thread that set a limit first set it again; here any thread may be the last."""
    clear = getattr(OpenBLASController, "clear_controlling_thread", None)
    if clear:
        clear(force=True)

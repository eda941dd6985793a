"""One BLAS thread while lanes are at work: they have threads of their own, and sums must not depend on how many.

The limit holds for the whole process and is entered from several threads at once: the first one in sets it, the last
one out restores it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = Lock()
_inside = 0
_limit: Any = None
_controller: ThreadpoolController | None = None


def find_libraries() -> None:
    """Look again at which BLAS libraries are loaded; to be called when one may have been."""
    global _controller
    found = ThreadpoolController()
    with _lock:
        _controller = found


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, BLAS uses the calling thread alone; may be nested, and entered from any number of threads."""
    global _inside, _limit
    with _lock:
        _inside += 1
        if _inside == 1:
            _limit = (_controller or ThreadpoolController()).limit(limits=1, user_api="blas")
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
                _limit = None

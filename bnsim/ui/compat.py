"""Workarounds for bugs in Python and PySide6; each says when it can be removed."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from importlib import import_module

ENOUGH = 1 << 40


def keep_singletons_alive() -> None:
    """Keep Python 3.11 from aborting with "deallocating None".

    PySide6 6.12.0 counts on None, True and False being immortal, which they are from Python 3.12 on: each call into
    Qt that returns one takes a reference away from it, and after some thousand calls the interpreter dies. References
    that nobody uses make up for it. Can be removed with the support of Python 3.11 or of PySide6 6.12.0.
    """
    if sys.version_info >= (3, 12):
        return
    for singleton in (None, True, False, NotImplemented, Ellipsis):
        if sys.getrefcount(singleton) < ENOUGH:
            # The reference count is the first word of every object in CPython 3.11.
            ctypes.c_ssize_t.from_address(id(singleton)).value += ENOUGH


def import_what_threads_share() -> None:
    """Import in one thread what Numba and pyqtgraph both import, the one while kernels are made, the other in a window.

    colorama's modules import each other in circles. Where two threads begin with it at the same time, Python breaks
    the circle, by which one of them fails with a KeyError or an ImportError, and a panel stays empty. Can be removed
    when colorama has no circles any more.
    """
    with contextlib.suppress(ImportError):  # older versions of pyqtgraph do without it
        import_module("colorama")

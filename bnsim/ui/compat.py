"""Workarounds for bugs in Python and PySide6; each says when it can be removed."""

from __future__ import annotations

import ctypes
import sys

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

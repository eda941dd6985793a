"""The processor's floating-point flags: whether a NaN or an infinity can have come up, at no cost.

An operation that makes a NaN or an infinity out of ordinary numbers raises a flag that stays up until it is cleared,
one set for each thread. No flag: certainly nothing. A flag: perhaps, since a loop that computes both sides of a choice
raises it for the side not taken; then the numbers themselves have to be looked at.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable

_X86, _ARM, _UCRT = 1 | 4 | 8, 1 | 2 | 4, 4 | 8 | 16
"""invalid | divide by zero | overflow, as the C library numbers them."""


def _flags() -> tuple[Callable[[int], int], Callable[[int], int], int] | None:
    """(clear, test, mask) of the C library, or None where they are missing or do not work."""
    try:
        library = ctypes.PyDLL("ucrtbase" if sys.platform == "win32" else None)
        clear, test = library.feclearexcept, library.fetestexcept
    except (OSError, AttributeError):
        try:
            library = ctypes.PyDLL("libm.so.6")
            clear, test = library.feclearexcept, library.fetestexcept
        except (OSError, AttributeError):
            return None
    mask = _X86 if platform.machine().lower() in ("x86_64", "amd64") else _ARM
    mask = _UCRT if sys.platform == "win32" else mask
    for make, raised in ((_third, False), (_overflow, True), (_indefinite, True)):
        clear(mask)
        make(3.0, 1e200)
        if bool(test(mask)) != raised:
            return None
    clear(mask)
    return clear, test, mask


def _third(small: float, large: float) -> float:
    return 1.0 / small


def _overflow(small: float, large: float) -> float:
    return large * large


def _indefinite(small: float, large: float) -> float:
    return large * large - large * large


_FOUND = _flags()


def clear_flags() -> None:
    """Clear the floating-point flags of the calling thread."""
    if _FOUND:
        _FOUND[0](_FOUND[2])


def flags_raised() -> bool:
    """Whether a NaN or an infinity may have been made since `clear_flags`; True where flags are not available."""
    return _FOUND is None or bool(_FOUND[1](_FOUND[2]))

"""The one error that is the user's to mend."""

from __future__ import annotations

import re

_LONGEST, _BEGINNING = 600, 420
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class InputError(ValueError):
    r"""Something in the user's input cannot be used.

    Its text is one sentence: what is wrong, where, and what to do. The window shows it as it is;
    the command line prints it as its last line and exits with code 2. What it repeats of the input may be of any length
    and kind: of a long text the middle is left out, and control characters are spelled, such as \x00.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(readable(text))


def readable(text: str) -> str:
    """A text cut to what a person reads, with its control characters spelled."""
    if len(text) > 2 * _LONGEST:  # spelling makes nothing shorter: what is left out need not be spelled
        text = text[:_LONGEST] + text[-_LONGEST:]
    text = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_BEGINNING]} … {text[_BEGINNING + 3 - _LONGEST :]}"

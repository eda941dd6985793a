"""The one error that is the user's to mend."""

from __future__ import annotations


class InputError(ValueError):
    """Something in the user's input cannot be used.

    Its text is one sentence: what is wrong, where, and what to do. The window shows it as it is;
    the command line prints it as its last line and exits with code 2.
    """

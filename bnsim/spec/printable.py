"""Names as they can be shown anywhere: on one line, without what steers a terminal, a page or the text around."""

from __future__ import annotations

from unicodedata import category

JOINERS = "\u200c\u200d"
"""Zero-width characters that Persian, Indic scripts and emoji are spelled with."""
_LEFT_OUT = ("Cc", "Cf", "Cs", "Co", "Cn")


def printable(text: str) -> str:
    """The text without control characters, marks of direction, lone surrogates and codes that stand for nothing.

    White space of any kind, line breaks too, becomes single spaces, with none at the ends. Text in any script stays.
    """
    if text.isprintable() and "  " not in text and text == text.strip():
        return text
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if c in JOINERS or category(c) not in _LEFT_OUT).strip()

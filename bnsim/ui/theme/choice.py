"""The themes, sizes of text and languages that can be chosen. Without Qt, so that preferences are read without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ThemeChoice = Literal["system", "light", "dark"]

LanguageChoice = Literal["en", "system", "de"]
LANGUAGES: Mapping[LanguageChoice, str] = {"en": "English", "system": "As the system", "de": "Deutsch"}
"""What each choice is called; a language in its own words."""

TEXT_SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
"""In percent of the usual size."""
USUAL_SIZE = 100


def nearest_size(percent: int, step: int = 0) -> int:
    """The size nearest to `percent`, or the one `step` places from there, as far as there are any."""
    at = min(range(len(TEXT_SIZES)), key=lambda number: abs(TEXT_SIZES[number] - percent))
    return TEXT_SIZES[min(max(at + step, 0), len(TEXT_SIZES) - 1)]

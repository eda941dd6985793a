"""The themes that a person can choose. Without Qt, so that preferences can be read without it."""

from __future__ import annotations

from typing import Literal

ThemeChoice = Literal["system", "light", "dark"]

"""How a room asks a person for a file: by a function handed in, so that no room knows the dialogs of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

AskFile = Callable[[], Path | None]
"""Asks for a file to read; None where the person gives up."""
AskExport = Callable[[str, str], Path | None]
"""Asks where to write, given a suggested name and a format such as "png"; None where the person gives up."""

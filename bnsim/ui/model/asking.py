"""Asking a person for a file: functions that the window hands in, so that no room knows its dialogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

AskFile = Callable[[], Path | None]
"""Asks for a file to read; None if the person cancels."""
AskExport = Callable[[str, str], Path | None]
"""Asks where to write, given a suggested name and a format such as "png"; None if the person cancels."""

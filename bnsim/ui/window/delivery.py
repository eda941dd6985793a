"""Hands something to several parts, so that one part that fails keeps nothing from the others."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

Part = TypeVar("Part")


class Delivery:
    """Calls parts in turn. What one of them raises goes to `sys.excepthook`, as from any slot of Qt, and to `report`
    as a sentence; the same failure at the same place only once.
    """

    def __init__(self, report: Callable[[str], object]) -> None:
        self._report = report
        self._reported: set[tuple[object, ...]] = set()

    def __call__(self, parts: Iterable[Part], call: Callable[[Part], object]) -> None:
        """Call `call` with each part, whatever it raises for one of them."""
        for part in parts:
            try:
                call(part)
            except Exception as error:
                self._tell(part, error)

    def _tell(self, part: object, error: Exception) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = (type(part), type(error), last.filename, last.lineno)
        if place in self._reported:
            return
        self._reported.add(place)
        sys.excepthook(type(error), error, error.__traceback__)
        what = f"{type(error).__name__}: {error}"[:200]
        self._report(f"“{_name(part)}” does not show this moment: something went wrong in it ({what}).")


def _name(part: object) -> str:
    title = getattr(part, "title", "")
    if isinstance(title, str) and title:
        return title
    named = part.accessibleName() or part.objectName() if isinstance(part, QWidget) else ""
    return named or type(part).__name__

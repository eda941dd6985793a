"""Hands the theme to the parts of a window, at first and whenever it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Slot

from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.delivery import Delivery


class Themed(Protocol):
    """A part that takes colors and fonts from the theme."""

    def set_theme(self, theme: Theme, /) -> None: ...


class Theming(QObject):
    """Hands the theme to its parts, in their order."""

    def __init__(
        self, appearance: Appearance, parts: Sequence[Themed], deliver: Delivery, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._parts = tuple(parts)
        appearance.changed.connect(self.set_theme)
        self.set_theme(appearance.theme)

    @Slot(object)
    def set_theme(self, theme: Theme) -> None:
        self._deliver(self._parts, lambda part: part.set_theme(theme))

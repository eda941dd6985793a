"""What an export is of: the thing that has the focus, or had it last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from bnsim.ui.model.exportable import Exportable, HasExport
from bnsim.ui.panels.dock import PanelDock

MOST_KEPT = 8


class ExportTarget(QObject):
    """Follows the focus in a window. Where nothing that has a picture had it yet, the first panel that can be seen is
    taken.
    """

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._panels: Sequence[PanelDock] = ()
        self._had: list[QWidget] = []
        """What had the focus and may have a picture, the last one first."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    def serve(self, panels: Sequence[PanelDock]) -> None:
        """Know the panels of the window."""
        self._panels = panels

    def now(self) -> Exportable | None:
        """What would be exported now; None if nothing is shown that could be."""
        return next((found for _, found in self._all()), None)

    def source(self) -> QWidget | None:
        """The widget of which that is."""
        return next((widget for widget, _ in self._all()), None)

    def _all(self) -> Iterator[tuple[QWidget, Exportable]]:
        focused = [widget for widget in _around(self._window.focusWidget()) if isinstance(widget, HasExport)]
        seen = [dock.panel for dock in self._panels if dock.seen]
        for widget in (*focused, *self._had, *seen):
            if isValid(widget) and widget.isVisible():
                found = cast(HasExport, widget).exportable()
                if found is not None:
                    yield widget, found

    @Slot(QWidget, QWidget)
    def _focus_changed(self, _before: QWidget | None, focused: QWidget | None) -> None:
        if focused is None or not isValid(self._window):
            return
        around = list(_around(focused))
        if self._window not in around or any(widget is self._window for widget in around[:1]):
            return
        found = [widget for widget in around if isinstance(widget, HasExport)]
        if found:
            others = [widget for widget in self._had if isValid(widget) and widget not in found]
            self._had = [*found, *others][:MOST_KEPT]
            self.changed.emit()


def _around(widget: QWidget | None) -> Iterator[QWidget]:
    while widget is not None:
        yield widget
        widget = widget.parentWidget()

"""The areas of a window, such as canvas, palette and time line, which the keyboard goes from one to the next of.

Tab goes on within an area, and through all cards of the canvas before it leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget
from shiboken6 import isValid

from bnsim.plot.theme import Theme
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.widgets.focus_frame import FocusFrame
from bnsim.ui.widgets.spoken import announce, look_around
from bnsim.ui.window.side_dock import SideDock


class Areas(QObject):
    """Gives the focus to the next area, in the order in which one reads: where it last was there, else at its start.

    Every dock is an area, wherever it is; what else there is, is handed to `serve`.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._first: Sequence[QWidget] = ()
        self._middle: Sequence[QWidget] = ()
        self._last: Sequence[QWidget] = ()
        self._was: dict[QWidget, QWidget] = {}
        self.frame = FocusFrame(window)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    def serve(self, first: Sequence[QWidget], middle: Sequence[QWidget], last: Sequence[QWidget]) -> None:
        """Set what comes before all docks, between those at the left and all others, and behind them."""
        self._first, self._middle, self._last = first, middle, last

    def set_theme(self, theme: Theme) -> None:
        """Draw the frame in the theme's color."""
        self.frame.set_theme(theme)

    def go(self, step: int) -> None:
        """Give the focus to the next area (1) or the one before (-1), around the window."""
        areas = [area for area in self.in_order() if self._start(area) is not None]
        if not areas:
            return
        focus = QApplication.focusWidget()
        now = next((at for at, area in enumerate(areas) if _within(area, focus)), None)
        area = areas[(now + step) % len(areas) if now is not None else 0 if step > 0 else -1]
        target = self._start(area)
        assert target is not None
        if area.window() is not self._window:
            area.window().activateWindow()
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.frame.show_around(area)
        announce(area, name_of(area))

    def in_order(self) -> Iterator[QWidget]:
        """All that are seen, in the order of reading."""
        docks = [dock for dock in self._window.findChildren(QDockWidget) if _seen(dock)]
        docks.sort(key=lambda dock: (dock.isFloating(), dock.x(), dock.y()))
        at_left = Qt.DockWidgetArea.LeftDockWidgetArea
        left = [dock for dock in docks if self._window.dockWidgetArea(dock) == at_left and not dock.isFloating()]
        right = [dock for dock in docks if dock not in left]
        right.sort(key=lambda dock: not isinstance(dock, SideDock))
        for area in (*self._first, *left, *self._middle, *right, *self._last):
            if _seen(area):
                yield area

    def _start(self, area: QWidget) -> QWidget | None:
        """Which widget of the area gets the focus; None where there is none that can."""
        was = self._was.get(area)
        if was is not None and isValid(was) and _takes_focus(was) and _within(area, was):
            return was
        page = _page(area)
        return next((widget for widget in _parts(page) if _takes_focus(widget)), None)

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if not isValid(self._window) or now is None:
            return
        look_around()
        for area in (*self._first, *self._middle, *self._last, *self._window.findChildren(QDockWidget)):
            if _within(area, now):
                self._was[area] = now
        if self.frame.around is not None and not _within(self.frame.around, now):
            self.frame.clear()


def name_of(area: QWidget) -> str:
    """What an area is called: a dock with tabs by the tab in front."""
    if isinstance(area, SideDock):
        return area.tabs.tabText(area.tabs.currentIndex())
    return area.accessibleName() or area.windowTitle()


def _page(area: QWidget) -> QWidget:
    page = area.tabs.currentWidget() if isinstance(area, SideDock) else None
    return area if page is None else page


def _seen(area: QWidget) -> bool:
    return area.isVisible() and (not isinstance(area, PanelDock) or area.seen)


def _within(area: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (area is widget or area.isAncestorOf(widget))


def _takes_focus(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(by_tab) and widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None


def _parts(area: QWidget) -> Iterator[QWidget]:
    """The area and all widgets in it, in the order in which they were made, which is that of Tab.

    They are not followed by `nextInFocusChain`: PySide takes what that gives for a part of the widget it was asked of,
    across the whole window, and when a label of the status bar goes, Python holds the canvas for deleted.
    """
    yield area
    yield from area.findChildren(QWidget)

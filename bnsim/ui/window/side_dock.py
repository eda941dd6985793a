"""A dock at a side of the window with several pages, one in front.

Not Qt's own tabbed docks: those leave tab bars standing in the window when they are made or restored (Qt 6.11, 6.12).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QSignalBlocker
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from bnsim.ui.language import tr

PADDING = 10
"""Pixels at the left and at the right of a tab's words, as the style sheet has them where there is room."""
TIGHT = 5
"""Where there is not."""


class SideDock(QDockWidget):
    """A dock with pages, given as (widget, title); a page is called by its widget's object name."""

    def __init__(self, name: str, title: str, pages: Sequence[tuple[QWidget, str]], window: QMainWindow) -> None:
        super().__init__(tr(title), window)
        self.setObjectName(f"dock.{name}")
        # The tabs say what is here; a title bar above them would say it twice.
        self.setTitleBarWidget(QWidget(self))
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName(f"tabs.{name}")
        self.tabs.setAccessibleName(tr(title))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        for widget, words in pages:
            self.tabs.addTab(widget, tr(words))
        self.setWidget(self.tabs)

    @property
    def front(self) -> str:
        """The name of the page in front."""
        page = self.tabs.currentWidget()
        return "" if page is None else page.objectName()

    def bring_up(self, name: str) -> None:
        """Show that page in front, and the dock; does nothing if there is no such page."""
        pages = [self.tabs.widget(index) for index in range(self.tabs.count())]
        for index, page in enumerate(pages):
            if page is not None and page.objectName() == name:
                self.show()
                self.tabs.setCurrentIndex(index)

    def lend(self, name: str) -> QWidget:
        """Take the page of that name out, and keep its place; it is to be handed back by `take_back`."""
        place = QWidget(self)
        place.setObjectName(name)
        return self._replaced(name, place)

    def take_back(self, page: QWidget) -> None:
        """Have a page that was lent in its place again."""
        self._replaced(page.objectName(), page).deleteLater()

    def put(self, name: str, page: QWidget) -> None:
        """Replace the page of that name, which is deleted, by another one."""
        self._replaced(name, page).deleteLater()

    def _fit_tabs(self) -> None:
        """Have tabs stand closer where they would not all be seen: other languages have longer words."""
        bar = self.tabs.tabBar()
        is_tight = bool(bar.property("tight"))
        closer = 2 * (PADDING - TIGHT) * bar.count() if is_tight else 0
        tight = bar.sizeHint().width() + closer > self.width()
        if is_tight != tight:
            bar.setProperty("tight", tight)
            bar.style().polish(bar)
            # Else tabs keep the width that they had with the other padding until the next change, and words are cut.
            QCoreApplication.sendEvent(bar, QEvent(QEvent.Type.StyleChange))

    def _replaced(self, name: str, page: QWidget) -> QWidget:
        """The page of that name, for which another one is there now."""
        tabs = self.tabs
        index = next(at for at in range(tabs.count()) if (old := tabs.widget(at)) and old.objectName() == name)
        replaced, in_front = tabs.widget(index), tabs.currentIndex() == index
        # Nothing else comes to the front by this.
        blocker = QSignalBlocker(tabs)
        tabs.insertTab(index, page, tabs.tabText(index))
        if in_front:
            tabs.setCurrentIndex(index)
        tabs.removeTab(index + 1)
        blocker.unblock()
        assert replaced is not None
        return replaced

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tabs()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit_tabs()

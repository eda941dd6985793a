"""The rows of the list of watches: a past is clicked, or gone along with Left and Right, to seek there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QToolTip, QWidget

from bnsim.runner.updates import Update
from bnsim.session.watch_seen import WatchSeries
from bnsim.ui.language import tr
from bnsim.ui.panels.rows import Rows
from bnsim.ui.panels.watch_cells import EXPRESSION, HOW, LINE, PAST, VALUE, Index, WatchCells, range_width
from bnsim.ui.panels.watch_pasts import Pasts, present_of

COLUMNS = 4
LEAST, MOST = 0.16, 0.36
"""Shares of the width that expressions take at least and at most."""
ARROWS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
OWN_KEYS = "ownKeys"
"""The property of a widget whose keys are not those of the run."""


class WatchRows(Rows):
    """Shows the watches of updates. `seek` orders to go to an iteration, and returns the number of that order."""

    def __init__(
        self, color: Callable[[WatchSeries | str], QColor], seek: Callable[[int], int], parent: QWidget
    ) -> None:
        super().__init__("watches.list", tr("List of watches"), COLUMNS, parent, removable=True, also=(Qt.Key.Key_F2,))
        self.setAccessibleDescription(
            tr("Enter edits, Del removes. In the past Left and Right go to the iteration before and after.")
        )
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        for column, mode in (
            (EXPRESSION, QHeaderView.ResizeMode.Fixed),
            (VALUE, QHeaderView.ResizeMode.Stretch),
            (PAST, QHeaderView.ResizeMode.Fixed),
            (HOW, QHeaderView.ResizeMode.ResizeToContents),
        ):
            header.setSectionResizeMode(column, mode)
        self.cells = WatchCells(color, self)
        self.setItemDelegate(self.cells)
        self._pasts = Pasts()
        self._seek = seek
        self._last_seek = 0
        self._present = self._recorded = self._wanted = 0

    def show_update(self, update: Update) -> None:
        """Show the watches of an update; `cells.seen` has them."""
        self._present = present_of(update)
        self._recorded = max(self._present, 0 if update.track is None else update.track.recorded)
        if update.last_order >= self._last_seek:
            self._wanted = self._present
        self.cells.present = self._present
        lanes = self.cells.lanes
        self.cells.seen = self._pasts.seen(update)
        if self.cells.lanes != lanes:
            self.fit_columns()
        self.viewport().update()

    def fit_columns(self) -> None:
        """Give expressions what they need, and the values the rest: where lanes need it, `HOW` and ranges give way."""
        width, metrics = self.viewport().width(), self.fontMetrics()
        items = (self.topLevelItem(row) for row in range(self.topLevelItemCount()))
        texts = (item.text(EXPRESSION) for item in items if item is not None)
        widest = max(map(metrics.horizontalAdvance, texts), default=0) + 16
        rest = width - LINE - self.cells.values_width(metrics)
        beside, how, least = range_width(metrics), metrics.horizontalAdvance("recorded") + 16, LEAST * width
        has_range, has_how = rest - beside >= least, rest - beside - how >= least
        rest -= beside * has_range + how * has_how
        self.setColumnHidden(HOW, not has_how)
        self.header().resizeSection(EXPRESSION, round(max(min(widest, MOST * width, rest), least)))
        self.header().resizeSection(PAST, LINE + beside * has_range)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.setProperty(OWN_KEYS, current.column() == PAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit_columns()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.property(OWN_KEYS):
            own = event.key() in ARROWS or event.key() in self._own
            event.setAccepted(own and event.modifiers() == Qt.KeyboardModifier.NoModifier)
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.cells.words_at(self.indexAt(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = ARROWS.get(Qt.Key(event.key())) if self.property(OWN_KEYS) else None
        if by is None:
            super().keyPressEvent(event)
        else:
            self._go_to(self._wanted + by)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._scrub(self.indexAt(event.position().toPoint()), event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.property(OWN_KEYS):
            self._scrub(self.currentIndex(), event)
        else:
            super().mouseMoveEvent(event)

    def _scrub(self, index: Index, event: QMouseEvent) -> None:
        if event.buttons() != Qt.MouseButton.LeftButton or index.column() != PAST:
            return
        at = self.cells.iteration_at(index, self.visualRect(index), event.position().x())
        if at is not None:
            self._go_to(at)

    def _go_to(self, iteration: int) -> None:
        wanted = min(max(iteration, 0), self._recorded)
        if wanted != self._wanted:
            self._wanted = wanted
            self._last_seek = self._seek(wanted)

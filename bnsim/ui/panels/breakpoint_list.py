"""The list of breakpoints: what each stops for, how many times it has, and an editor for its limit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.spec.breakpoints import AtLayer, AtOp, Breakpoint, NonFinite
from bnsim.spec.experiment import Experiment
from bnsim.ui.language import tr
from bnsim.ui.model.breakpoints import Breakpoints, condition, limited, what, where
from bnsim.ui.model.document import Document
from bnsim.ui.panels.rows import Rows
from bnsim.ui.theme.icons import icon

WORDS, HITS = 0, 1
HINT = "No breakpoints. F9 sets one on the selected card; Add has conditions on gradients, losses and activations."


class BreakpointList(QWidget):
    """Rows with a check box each; below them, the limit of the current breakpoint."""

    gone_to = Signal(int)
    """The id of a layer whose card is to be shown."""

    def __init__(self, model: Breakpoints, document: Document, add_menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breakpoints")
        self.setAccessibleName(tr("Breakpoints"))
        self._model = model
        self._document = document
        self._hits: Mapping[Breakpoint, int] = MappingProxyType({})
        self._theme: Theme | None = None
        self._filling = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._buttons(add_menu))
        self.hint = QLabel(tr(HINT), self)
        self.hint.setObjectName("breakpoints.hint")
        self.hint.setProperty("role", "muted")
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self.hint)
        self.rows = self._make_rows()
        column.addWidget(self.rows, 1)
        column.addStretch(0)
        column.addWidget(self._limit_row())
        model.changed.connect(self._fill)
        document.changed.connect(self._fill)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.add_button.setIcon(icon("insert", theme))
        self.remove_button.setIcon(icon("delete", theme))
        self._fill()

    def show_update(self, update: Update) -> None:
        """Show how many times each has stopped the run, and which operations there are to break at."""
        hits = update.hits
        if hits != self._hits:
            self._hits = hits
            for row, breakpoint in enumerate(self._model.items):
                self._write_hits(self.rows.topLevelItem(row), breakpoint)

    @property
    def current(self) -> Breakpoint | None:
        """The breakpoint of the current row; None if there is none."""
        row = self.rows.current_row
        return self._model.items[row] if 0 <= row < len(self._model.items) else None

    # Parts

    def _buttons(self, add: QMenu) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        self.add_button = QToolButton(self)
        self.add_button.setObjectName("breakpoints.add")
        self.add_button.setText(tr("Add"))
        self.add_button.setAccessibleName(tr("Add a breakpoint"))
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_button.setMenu(add)
        self.remove_button = QToolButton(self)
        self.remove_button.setObjectName("breakpoints.remove")
        self.remove_button.setAccessibleName(tr("Remove the breakpoint"))
        self.remove_button.setToolTip(tr("Remove the chosen breakpoint (Del)"))
        self.remove_button.clicked.connect(self.remove_current)
        for button in (self.add_button, self.remove_button):
            button.setProperty("kind", "flat")
            button.setIconSize(QSize(18, 18))
        row.addWidget(self.add_button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        return row

    def _make_rows(self) -> Rows:
        rows = Rows("breakpoints.list", tr("List of breakpoints"), 2, self, removable=True)
        rows.header().setStretchLastSection(False)
        rows.header().setSectionResizeMode(WORDS, QHeaderView.ResizeMode.Stretch)
        rows.header().setSectionResizeMode(HITS, QHeaderView.ResizeMode.ResizeToContents)
        rows.customContextMenuRequested.connect(self._open_menu)
        # Later: rows may be made anew, and the one that was just checked must not be among them yet.
        rows.itemChanged.connect(self._take_checks, Qt.ConnectionType.QueuedConnection)
        rows.itemDoubleClicked.connect(self.go_to_current)
        rows.currentItemChanged.connect(self._show_limit)
        rows.removed.connect(self.remove_current)
        rows.chosen.connect(self.go_to_current)
        return rows

    def _limit_row(self) -> QWidget:
        self._limit = QWidget(self)
        row = QHBoxLayout(self._limit)
        row.setContentsMargins(12, 6, 12, 8)
        self._limit_label = QLabel(self._limit)
        self._limit_label.setProperty("role", "muted")
        self.limit = QLineEdit(self._limit)
        self.limit.setObjectName("breakpoints.limit")
        self.limit.setAccessibleName(tr("Limit"))
        self.limit.editingFinished.connect(self._take_limit)
        row.addWidget(self._limit_label)
        row.addWidget(self.limit, 1)
        return self._limit

    # Rows

    @Slot()
    def _fill(self) -> None:
        self._filling = True
        chosen = self.rows.current_row
        self.rows.clear()
        experiment = self._document.experiment
        for breakpoint in self._model.items:
            item = QTreeWidgetItem()
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(WORDS, Qt.CheckState.Checked if breakpoint.enabled else Qt.CheckState.Unchecked)
            self._write(item, breakpoint, experiment)
            self._write_hits(item, breakpoint)
            self.rows.addTopLevelItem(item)
        count = len(self._model.items)
        if count:
            self.rows.setCurrentIndex(self.rows.model().index(min(max(chosen, 0), count - 1), WORDS))
        self.rows.setVisible(count > 0)
        self.hint.setVisible(count == 0)
        self._filling = False
        self._show_limit()

    def _write(self, item: QTreeWidgetItem, breakpoint: Breakpoint, experiment: Experiment) -> None:
        title, place = tr(what(breakpoint, experiment)), tr(where(breakpoint, experiment))
        item.setText(WORDS, f"{title}\n{place}")
        item.setToolTip(WORDS, f"{title}, {place}")
        state = tr("enabled" if breakpoint.enabled else "disabled")
        item.setData(WORDS, Qt.ItemDataRole.AccessibleTextRole, f"{title}, {place}, {state}")

    def _write_hits(self, item: QTreeWidgetItem | None, breakpoint: Breakpoint) -> None:
        if item is not None:
            filling, self._filling = self._filling, True
            count = self._hits.get(breakpoint, 0)
            item.setText(HITS, f"{count}×")
            item.setToolTip(HITS, tr(f"has stopped the run {count} times"))
            item.setTextAlignment(HITS, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            self._filling = filling

    @Slot()
    def _take_checks(self) -> None:
        for row, breakpoint in enumerate(self._model.items):
            item = self.rows.topLevelItem(row)
            on = item is not None and item.checkState(WORDS) == Qt.CheckState.Checked
            if item is not None and on != breakpoint.enabled:
                self.rows.setCurrentItem(item)
                self._model.enable(breakpoint, on)
                return

    # What one can do

    @Slot()
    def remove_current(self) -> None:
        if self.current is not None:
            self._model.remove(self.current)

    @Slot()
    def go_to_current(self) -> None:
        """Ask to show the card of the current breakpoint."""
        if self.current is not None and self.current.layer:
            self.gone_to.emit(self.current.layer)

    @Slot()
    def _toggle_current(self) -> None:
        if self.current is not None:
            self._model.enable(self.current, not self.current.enabled)

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        breakpoint = self.current
        if breakpoint is None:
            return
        menu = QMenu(self)
        menu.setObjectName("breakpoints.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("&Go to the card"), self.go_to_current).setEnabled(bool(breakpoint.layer))
        menu.addAction(tr("&Disable" if breakpoint.enabled else "&Enable"), self._toggle_current)
        menu.addAction(tr("&Remove"), self.remove_current)
        menu.addAction(tr("Remove &all"), self._model.clear)
        menu.popup(self.rows.viewport().mapToGlobal(at))

    @Slot()
    def _show_limit(self) -> None:
        if self._filling:
            return
        breakpoint = self.current
        self.remove_button.setEnabled(breakpoint is not None)
        if breakpoint is None or isinstance(breakpoint, AtLayer | AtOp | NonFinite):
            self._limit.hide()
            return
        title, sign, value = condition(breakpoint)
        self._limit_label.setText(f"{tr(title)} {sign}")
        self.limit.setText(value)
        self._mark_invalid(False)
        self._limit.show()

    @Slot()
    def _take_limit(self) -> None:
        breakpoint = self.current
        if breakpoint is None or not self.limit.isModified():
            return
        try:
            changed = limited(breakpoint, self.limit.text())
        except ValueError:
            self._mark_invalid(True)
            return
        self.limit.setModified(False)
        self._model.replace(breakpoint, changed)
        self._show_limit()

    def _mark_invalid(self, invalid: bool) -> None:
        self.limit.setProperty("invalid", "true" if invalid else "false")
        self.limit.setToolTip(tr("Type a number, such as 1e-6 or 90 %.") if invalid else "")
        self.limit.style().polish(self.limit)

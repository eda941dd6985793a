"""The command palette (Ctrl+K): type a few letters of an action, Enter runs it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.ui.commands.menu_walk import Entry, entries

WIDTH = 620
ROWS = 12
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QFrame):
    """An overlay with a search line and the actions found, best match first. Escape closes it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commands")
        self.setAccessibleName("Find an action")
        self._entries: list[Entry] = []
        self._before: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        self.line = QLineEdit(self)
        self.line.setObjectName("commands.search")
        self.line.setAccessibleName("What to do")
        self.line.setPlaceholderText("What do you want to do?")
        self.list = QTreeWidget(self)
        self.list.setObjectName("commands.list")
        self.list.setAccessibleName("Actions found")
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        column.addWidget(self.line)
        column.addWidget(self.list)
        self.line.textChanged.connect(self._search)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        self.hide()

    def open_for(self, bar: QMenuBar) -> None:
        """Open with all actions of these menus as they are now."""
        self._entries = list(entries(bar))
        self._before = self.window().focusWidget()
        self.line.clear()
        self._search("")
        self._place()
        self.show()
        self.raise_()
        self.line.setFocus()

    def dismiss(self) -> None:
        """Close, and give the focus back to the widget that had it."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None:
            self._before.setFocus()
        self._before = None

    def _place(self) -> None:
        window = self.window()
        row = self.list.sizeHintForRow(0) if self.list.topLevelItemCount() else self.fontMetrics().height() + 12
        width = min(round(WIDTH * self.fontMetrics().height() / 16), window.width() - 40)
        height = min(self.line.sizeHint().height() + ROWS * row + 36, window.height() - 120)
        self.setGeometry((window.width() - width) // 2, 84, width, height)

    def _search(self, words: str) -> None:
        self.list.clear()
        for entry in found(self._entries, words):
            path = " › ".join(entry.path)
            enabled = entry.action.isEnabled()
            why = entry.action.property("why") or "cannot be done now"
            item = QTreeWidgetItem([f"{entry.text}   ({path})", entry.keys if enabled else str(why)])
            item.setIcon(0, entry.action.icon())
            item.setToolTip(0, entry.action.statusTip())
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            muted = self.palette().placeholderText().color()
            item.setForeground(1, QBrush(muted))
            if not enabled:
                item.setForeground(0, QBrush(muted))
            item.setData(0, Qt.ItemDataRole.UserRole, self._entries.index(entry))
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        else:
            self._say_nothing(words)

    def _say_nothing(self, words: str) -> None:
        """A row that cannot be chosen: no action matches."""
        item = QTreeWidgetItem([f"Nothing matches “{words.strip()}”: try fewer or other words", ""])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setFirstColumnSpanned(True)
        self.list.addTopLevelItem(item)

    @Slot(QTreeWidgetItem)
    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        action = self._entries[item.data(0, Qt.ItemDataRole.UserRole)].action
        if action.isEnabled():
            self.dismiss()
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._before = None
            self.hide()
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys typed here are words, never the window's shortcuts
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in MOVES:
                self.list.event(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
            again = event.key() == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if event.key() == Qt.Key.Key_Escape or again:
                self.dismiss()
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return True
        return super().eventFilter(watched, event)


def found(all_entries: list[Entry], words: str) -> list[Entry]:
    """The entries that contain every typed word: those that begin with it first, enabled before disabled ones."""
    wanted = words.casefold().split()

    def rank(entry: Entry) -> tuple[bool, bool, bool]:
        text = entry.text.casefold()
        begins = not wanted or text.startswith(wanted[0])
        named = all(word in text for word in wanted)
        return not named, not begins, not entry.action.isEnabled()

    def holds(entry: Entry) -> bool:
        hay = " ".join((entry.text, *entry.path, entry.action.statusTip())).casefold()
        return all(word in hay for word in wanted)

    return sorted(filter(holds, all_entries), key=rank)

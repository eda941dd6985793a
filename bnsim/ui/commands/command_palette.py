"""The command palette (Ctrl+K): type letters of an action, a setting or a layer; Enter runs, edits or goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QBrush, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QFrame,
    QHeaderView,
    QLineEdit,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.spec.numerals import count
from bnsim.ui.commands.menu_walk import entries
from bnsim.ui.commands.row_editor import RowEditor
from bnsim.ui.commands.search_rows import ActionRow, LayerRow, Row, SettingRow, Settings, action_index
from bnsim.ui.language import tr
from bnsim.ui.model.word_search import WordIndex, words_of
from bnsim.ui.widgets.spoken import announce

WIDTH = 680
ROWS = 12
MOST = 60
"""Rows that are listed of what was found."""
ROW_PADDING = (12, 10)
"""Pixels of a row, across and down, that the style sheet leaves free around what is in it."""
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CommandPalette(QFrame):
    """An overlay with a search line and what was found, best match first. Escape closes it.

    Enter on a setting turns its row into an editor; Enter there changes it, Escape does not.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("commands")
        self.setAccessibleName(tr("Find an action, a setting or a layer"))
        self._settings: Settings | None = None
        self._actions: list[ActionRow] = []
        self._action_index = WordIndex((), ())
        self._rows: list[Row] = []
        self._editor: RowEditor | None = None
        self._before: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        self.line = QLineEdit(self)
        self.line.setObjectName("commands.search")
        self.line.setAccessibleName(tr("What to do, to set or to go to"))
        self.line.setPlaceholderText(tr("An action, a setting or a layer"))
        self.list = QTreeWidget(self)
        self.list.setObjectName("commands.list")
        self.list.setAccessibleName(tr("What was found"))
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
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
        self.list.itemClicked.connect(self._choose)
        self.list.currentItemChanged.connect(self._tell)
        self.hide()

    def serve(self, settings: Settings) -> None:
        """Find settings and layers, too."""
        self._settings = settings

    def open_for(self, bar: QMenuBar) -> None:
        """Open with all actions of these menus as they are now, and the settings of the document."""
        self._actions = [ActionRow(entry) for entry in entries(bar)]
        self._action_index = action_index(row.entry for row in self._actions)
        if self._settings is not None:
            self._settings.prepare()
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
        self._end_edit()
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

    def _search(self, text: str) -> None:
        self._end_edit()
        self._rows, total = self._found(text)
        self.list.setUpdatesEnabled(False)
        self.list.clear()
        self.list.addTopLevelItems([self._item(row) for row in self._rows])
        if not self._rows:
            self._say(tr(f"Nothing matches “{text.strip()}”: try fewer or other words"))
        elif total > len(self._rows):
            self._say(tr(f"{count(total - len(self._rows))} more: type more words"))
        self.list.setUpdatesEnabled(True)
        first = self.list.topLevelItem(0)
        if self._rows and first is not None:
            self.list.setCurrentItem(first)

    def _found(self, text: str) -> tuple[list[Row], int]:
        """The rows for these words, and how many match; without words all actions."""
        words = words_of(text)
        if not words:
            rows: list[Row] = [] if text.strip() else list(self._actions)
            return rows, len(rows)
        actions, total = self._action_index.best(words, MOST)
        merged: list[tuple[int, Row]] = [(cost, self._actions[number]) for cost, number in actions]
        if self._settings is not None:
            others, more = self._settings.best(words, MOST)
            total += more
            merged += [(cost, self._settings.row(number)) for cost, number in others]
        merged.sort(key=lambda each: each[0])
        return [row for _, row in merged[:MOST]], total

    def _item(self, row: Row) -> QTreeWidgetItem:
        item = QTreeWidgetItem([row.text, row.detail])
        item.setIcon(0, row.icon())
        item.setToolTip(0, row.tip)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        muted = QBrush(self.palette().placeholderText().color())
        if not isinstance(row, SettingRow):
            item.setForeground(1, muted)
        if not row.enabled:
            item.setForeground(0, muted)
        return item

    def _say(self, words: str) -> None:
        """A row that cannot be chosen."""
        item = QTreeWidgetItem([words, ""])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)

    @Slot(QTreeWidgetItem)
    def _tell(self, item: QTreeWidgetItem | None) -> None:
        """Have a screen reader say the row that Enter would choose; the line keeps the focus."""
        if item is not None and self.isVisible():
            announce(self.list, ", ".join(filter(None, (item.text(0), item.text(1)))))

    @Slot(QTreeWidgetItem)
    def _choose(self, item: QTreeWidgetItem | None) -> None:
        """Run, edit or go to what a row says."""
        number = -1 if item is None else self.list.indexOfTopLevelItem(item)
        if not 0 <= number < len(self._rows):
            return
        row = self._rows[number]
        if isinstance(row, ActionRow) and row.enabled:
            self.dismiss()
            row.entry.action.trigger()
        elif isinstance(row, LayerRow) and self._settings is not None:
            self.dismiss()
            self._settings.go_to(row.place.layer_id)
        elif isinstance(row, SettingRow):
            self._edit(number, row)

    # Editing in place

    def _edit(self, number: int, row: SettingRow) -> None:
        """Turn a row into an editor."""
        self._end_edit()
        assert self._settings is not None
        item = self.list.topLevelItem(number)
        assert item is not None
        self._settings.begin_edit()
        self.list.setCurrentItem(item)
        editor = self._editor = RowEditor(row, self.list)
        item.setText(1, "")
        self.list.setItemWidget(item, 1, editor)
        self._fit_editor()
        editor.edited.connect(self._enter)
        editor.finished.connect(self._finish)
        editor.browse_asked.connect(self._browse)
        editor.resized.connect(self._fit_editor)
        for control in editor.controls:
            control.installEventFilter(self)
        editor.begin()

    @Slot()
    def _fit_editor(self) -> None:
        """Make the row as high as its editor is now."""
        item, editor = self.list.currentItem(), self._editor
        if item is not None and editor is not None and self.list.itemWidget(item, 1) is editor:
            size = QSize(editor.width(), editor.wanted_height) + QSize(*ROW_PADDING)
            if item.sizeHint(1) != size:
                item.setSizeHint(1, size)
                self.list.doItemsLayout()  # else the editor keeps its height
                self.list.scrollToItem(item)

    @Slot(object)
    def _enter(self, value: object) -> None:
        if self._settings is not None and self._editor is not None:
            self._settings.edit(self._editor.setting, value)

    @Slot()
    def _finish(self) -> None:
        """Show the row with its new value, and go on searching."""
        if self._editor is None:
            return
        self._end_edit()
        if self._settings is not None and not self.isHidden():
            self._settings.prepare()
            at = self.list.currentIndex().row()
            self._search(self.line.text())
            item = self.list.topLevelItem(at)
            if item is not None:
                self.list.setCurrentItem(item)
            self.line.setFocus()

    @Slot()
    def _browse(self) -> None:
        editor, settings = self._editor, self._settings
        if editor is not None and settings is not None:
            self.dismiss()
            settings.browse(editor.setting)

    def _end_edit(self) -> None:
        """Take the editor out of its row; what is not entered yet is given up."""
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.give_up()
        focus = QApplication.focusWidget()
        if focus is not None and editor.isAncestorOf(focus):
            self.line.setFocus()
        for index, row in enumerate(self._rows):
            item = self.list.topLevelItem(index)
            if item is not None and self.list.itemWidget(item, 1) is editor:
                self.list.removeItemWidget(item, 1)
                item.setSizeHint(1, QSize())
                item.setText(1, row.detail)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            self._focus_left(event.reason())
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys typed here are words, never the window's shortcuts
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._line_key(event) if watched is self.line else self._editor_key(watched, event)
        return super().eventFilter(watched, event)

    def _focus_left(self, reason: Qt.FocusReason) -> None:
        """Close once the focus goes elsewhere, but not as a list of choices opens."""
        now = QApplication.focusWidget()
        inside = False
        while now is not None and not inside:  # a list of choices is a window of its own
            inside, now = now is self, now.parentWidget()
        if self.isVisible() and not inside and reason != Qt.FocusReason.PopupFocusReason:
            self._before = None
            self._end_edit()
            self.hide()

    def _line_key(self, event: QKeyEvent) -> bool:
        if event.key() in MOVES:
            self.list.event(event)
            return True
        if event.key() in ENTER:
            self._choose(self.list.currentItem())
            return True
        if event.key() == Qt.Key.Key_Escape or _again(event):
            self.dismiss()
            return True
        return event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def _editor_key(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._end_edit()
            self.line.setFocus()
            return True
        if _again(event):
            self.dismiss()
            return True
        if event.key() in ENTER and isinstance(watched, QCheckBox):
            self._finish()
            return True
        return False


def _again(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier

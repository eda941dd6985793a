"""The sheet of all keys (F1), made from the menus; large enough to read from the back of a room."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QMenuBar, QScrollArea, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.commands.menu_walk import Entry, entries, plain
from bnsim.ui.commands.table import BY_NAME
from bnsim.ui.language import tr

Group = tuple[str, list[tuple[str, str]]]
"""A menu's title, and of each entry what it does and its keys."""

ON_THE_CANVAS = (
    ("Select a card; several", "Click; Shift or Ctrl+click"),
    ("Next card", "Tab"),
    ("Next tab of what is at a side", "Ctrl+Tab"),
    ("Move; copy a card", "Drag; Ctrl+drag"),
    ("Give a drag up", "Esc"),
    ("Edit a card's main value", "Double-click"),
    ("Zoom", "Ctrl+wheel"),
    ("End spotlight, laser, blank screen; then projector mode", "Esc"),
)


class ShortcutSheet(QDialog):
    """A dialog with two columns of groups; Escape or F1 closes it."""

    def __init__(self, bar: QMenuBar, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        groups = grouped([entry for entry in entries(bar) if entry.keys])
        groups.append((tr("On the canvas"), [(tr(what), tr(keys)) for what, keys in ON_THE_CANVAS]))
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(28, 24, 28, 24)
        row.setSpacing(48)
        self.words = ""
        for half in halves(groups):
            label = QLabel(html(half, theme), page)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            self.words += label.text()
            row.addWidget(label, 1)
        area = QScrollArea(self)
        area.setAccessibleName(tr("Keyboard shortcuts"))
        area.setWidgetResizable(True)
        area.setWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        room, wanted = parent.size(), page.sizeHint()
        self.resize(min(wanted.width() + 20, room.width() - 40), min(wanted.height() + 4, room.height() - 40))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)


def grouped(found: list[Entry]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The keys by menu, in the menus' order: (title, [(action, keys)])."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in found:
        # What undo would undo is not the sheet's business.
        action = BY_NAME.get(entry.action.objectName())
        what = entry.text if action is None else plain(tr(action.text))
        groups.setdefault(entry.path[0], []).append((what, entry.keys))
    return list(groups.items())


def halves(groups: list[Group]) -> tuple[list[Group], list[Group]]:
    """The groups in two columns of about equal length."""
    lengths = [len(rows) + 2 for _title, rows in groups]
    cut = min(range(len(groups) + 1), key=lambda k: abs(sum(lengths[:k]) - sum(lengths[k:])))
    return groups[:cut], groups[cut:]


def html(groups: list[Group], theme: Theme) -> str:
    """The groups as one HTML table, so that all keys stand in a column."""
    size, muted, accent = theme.size("text-large"), theme.color("text-muted"), theme.color("accent")
    made: list[str] = []
    for title, rows in groups:
        above = 18 if made else 0
        made.append(
            f'<tr><td colspan="2" style="padding:{above}px 0 4px 0; font-weight:600; color:{accent}">{title}</td></tr>'
        )
        made += (
            f'<tr><td style="padding:3px 28px 3px 0">{escape(what)}</td>'
            f'<td style="padding:3px 0; color:{muted}; font-weight:600">{escape(keys)}</td></tr>'
            for what, keys in rows
        )
    return f'<table style="font-size:{size:g}px">{"".join(made)}</table>'

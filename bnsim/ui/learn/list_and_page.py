"""A dialog with a list at the left, and what is told of the chosen row at the right, over a row of buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QScrollArea, QVBoxLayout, QWidget

from bnsim.ui.theme.style import by_text

MARGIN = 40
"""Pixels that it leaves free of its window, both sides together."""
LEAST = (560, 420)


class ListAndPage(QDialog):
    """`name` begins the object names of its parts; `size` is for a window with room for it, `list_width` for text of
    the usual size. Who makes one fills `list` and `page`, and puts buttons into `buttons`; `right` has what stands
    below the page.
    """

    def __init__(self, parent: QWidget, name: str, size: tuple[int, int], list_width: int) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.list = QListWidget(self)
        self.list.setObjectName(f"{name}.list")
        self.list.setWordWrap(True)
        self.list.setSpacing(4)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = QLabel(self)
        self.page.setObjectName(f"{name}.page")
        self.page.setWordWrap(True)
        self.page.setTextFormat(Qt.TextFormat.RichText)
        self.page.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.area = QScrollArea(self)
        self.area.setWidget(self.page)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.buttons = QHBoxLayout()
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.list)
        self.right = QVBoxLayout()
        self.right.addWidget(self.area, 1)
        row.addLayout(self.right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addLayout(row, 1)
        column.addLayout(self.buttons)
        room = parent.size()
        self.list.setFixedWidth(min(by_text(list_width), (room.width() - MARGIN) // 2))
        self.resize(
            min(by_text(size[0]), max(room.width() - MARGIN, LEAST[0])),
            min(by_text(size[1]), max(room.height() - MARGIN, LEAST[1])),
        )

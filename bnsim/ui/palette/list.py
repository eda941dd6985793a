"""The list of the palette: every item is a building block, and headings of sections are painted above the first.

So arrow keys, searches and screen readers meet building blocks only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QFont, QFontMetrics, QKeyEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.model.payloads import READERS
from bnsim.ui.palette.entries import HEADINGS, Entry, entries
from bnsim.ui.theme.drawing import KINDS, FittedFonts, KindStyle, sized
from bnsim.ui.theme.icons import pixmap
from bnsim.ui.widgets.drag_picture import drag_picture

ENTRY = Qt.ItemDataRole.UserRole
FIRST = "Linear"
"""What is current at first, and what Enter adds then."""

Index = QModelIndex | QPersistentModelIndex


class PaletteStyle:
    """Colors and fonts of one theme, made once so that painting allocates little."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        self.theme = theme
        self.kinds = {kind: KindStyle(theme, kind, theme.size("hairline")) for kind in KINDS}
        self.fonts = FittedFonts()
        self.text, self.muted = QColor(theme.color("text")), QColor(theme.color("text-muted"))
        self.focus = QColor(theme.color("focus"))
        self.chosen, self.hover = QColor(theme.color("accent-soft")), QColor(theme.color("hover"))
        self.name_font = sized(font, theme.size("text"), bold=True)
        self.hint_font = sized(font, theme.size("text-small"))
        self.heading_font = _spaced(sized(font, theme.size("card-text"), bold=True))


class PaletteList(QListWidget):
    """The list of building blocks, in sections."""

    typed = Signal(str)
    """A person began to type what they look for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drawing = PaletteStyle(theme, self.font())
        self.setObjectName("palette")
        self.setAccessibleName(tr("Palette"))
        self.setAccessibleDescription(tr("What to build with. Type to search, drag onto the canvas, or press Enter."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_Delegate(self))
        for entry in entries():
            self.addItem(_item(entry))
        self.setAutoScroll(False)  # else it opens scrolled to what is current
        self._first = next(row for row in range(self.count()) if self.entry(row).title == FIRST)
        self.setCurrentRow(self._first)
        self.setAutoScroll(True)

    def entry(self, row: int) -> Entry:
        """The building block in that row."""
        found: Entry = self.item(row).data(ENTRY)
        return found

    def narrow(self, words: str) -> None:
        """Show only entries with all typed words in names, section, meaning or formula; the best match is current."""
        ranks = [self.entry(row).rank(words) for row in range(self.count())]
        for row, rank in enumerate(ranks):
            self.item(row).setHidden(rank is None)
        best: QListWidgetItem | None
        if not words.strip():
            best = self.item(self._first)
        else:
            fitting = [(rank, row) for row, rank in enumerate(ranks) if rank is not None]
            best = self.item(min(fitting)[1]) if fitting else None
        self.setCurrentItem(best)  # type: ignore[arg-type]
        self.scheduleDelayedItemsLayout()

    def heading(self, row: int) -> str:
        """The heading above that row; "" unless the row is the first shown of its section."""
        section = self.entry(row).section
        for before in range(row - 1, -1, -1):
            if not self.item(before).isHidden():
                return "" if self.entry(before).section == section else tr(HEADINGS[section])
        return tr(HEADINGS[section])

    def set_theme(self, theme: Theme) -> None:
        """Take colors and fonts from the theme."""
        self.drawing = PaletteStyle(theme, self.font())
        self.setStyleSheet(f"QListWidget#palette {{ background: {theme.color('window')}; border: none; outline: 0; }}")
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        return items[0].data(ENTRY).mime() if items else QMimeData()

    def mimeTypes(self) -> list[str]:
        return list(READERS)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def startDrag(self, supported: Qt.DropAction) -> None:
        item = cast("QListWidgetItem | None", self.currentItem())  # the stubs know of no empty list
        if item is None:
            return
        entry: Entry = item.data(ENTRY)
        drag = QDrag(self)
        drag.setMimeData(entry.mime())
        drag.setPixmap(drag_picture(self, self.drawing.theme, entry.title, entry.section))
        drag.setHotSpot(QPoint(24, 14))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Space:
            event.ignore()  # plays, as everywhere
        elif plain and event.text().isprintable() and event.text().strip():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def _item(entry: Entry) -> QListWidgetItem:
    item = QListWidgetItem(tr(entry.title))
    item.setData(ENTRY, entry)
    item.setToolTip(entry.tip)
    section = tr(HEADINGS[entry.section]).capitalize()
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{section}. {entry.sentence}")
    return item


class _Delegate(QStyledItemDelegate):
    """Icon on a tile in the section's color, name and meaning; above the first of a section its heading."""

    def __init__(self, palette: PaletteList) -> None:
        super().__init__(palette)
        self._list = palette
        self._icons: dict[tuple[str, str, int, float], QPixmap] = {}

    def _measures(self) -> tuple[int, int, int]:
        """Heights of an item and of a heading, side of a tile."""
        theme = self._list.drawing.theme
        text, small = theme.size("text"), theme.size("text-small")
        return round(1.35 * (text + small) + 10), round(2.4 * small), round(1.3 * (text + small))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height, heading, _ = self._measures()
        return QSize(120, height + (heading if self._list.heading(index.row()) else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        style, entry = self._list.drawing, self._list.entry(index.row())
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = self._list.heading(index.row())
        if heading:
            height = self._measures()[1]
            painter.setFont(style.heading_font)
            painter.setPen(style.muted)
            line = QRect(area.left() + 2, area.top(), area.width(), height - 4)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, heading)
            area.setTop(area.top() + height)
        box = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        chosen = current and self._list.hasFocus()
        if current or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(style.focus, 1) if chosen else Qt.PenStyle.NoPen)
            painter.setBrush(style.chosen if chosen else style.hover)
            painter.drawRoundedRect(box, 6, 6)
        self._paint_entry(painter, entry, box)
        painter.restore()

    def _paint_entry(self, painter: QPainter, entry: Entry, box: QRectF) -> None:
        style, side = self._list.drawing, self._measures()[2]
        kind = style.kinds[entry.section]
        tile = QRectF(box.left() + 4, box.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(kind.soft)
        painter.drawRoundedRect(tile, 5, 5)
        picture = self._picture(entry.icon, kind.line.color().name(), round(side * 0.76))
        inset = (side - picture.deviceIndependentSize().width()) / 2
        painter.drawPixmap(tile.topLeft() + QPoint(round(inset), round(inset)).toPointF(), picture)
        left = tile.right() + 8
        width = box.right() - left - 4
        name = style.name_font
        words = style.hint_font
        upper, lower = QFontMetrics(name).height(), QFontMetrics(words).height()
        top = box.center().y() - (upper + lower) / 2
        title = tr(entry.title)
        shape = style.fonts.fitting(title, name, width)
        if shape.pixelSize() < words.pixelSize():  # no smaller than what it means
            shape = QFont(name)
            shape.setPixelSize(words.pixelSize())
            title = QFontMetrics(shape).elidedText(title, Qt.TextElideMode.ElideRight, int(width))
        painter.setFont(shape)
        painter.setPen(style.text)
        painter.drawText(QRectF(left, top, width, upper), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(words)
        painter.setPen(style.muted)
        meaning = QFontMetrics(words).elidedText(tr(entry.hint), Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QRectF(left, top + upper, width, lower), Qt.AlignmentFlag.AlignVCenter, meaning)

    def _picture(self, name: str, color: str, size: int) -> QPixmap:
        key = (name, color, size, self._list.devicePixelRatioF())
        if key not in self._icons:
            self._icons[key] = pixmap(*key)
        return self._icons[key]


def _spaced(font: QFont) -> QFont:
    spaced = QFont(font)
    spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.8)
    return spaced

"""The building blocks: a list to search, drag from, or add from with Enter.

Every item is a layer; the headings of groups are painted above the first item of each, so that arrow keys,
searches and screen readers meet layers only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QDrag, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.figures.theme import Theme, load_theme
from bnsim.spec import edits
from bnsim.spec.layers import PALETTE, LayerBase
from bnsim.ui.canvas.drag import layer_mime, name_picture
from bnsim.ui.canvas.look import Look, sized
from bnsim.ui.document import Document
from bnsim.ui.selection import Selection

HEADINGS = {
    "linear": "LAYERS",
    "normalization": "NORMALIZATION",
    "activation": "ACTIVATIONS",
    "block": "BLOCKS",
    "regularization": "REGULARIZATION",
}
KIND = Qt.ItemDataRole.UserRole
"""The layer's class."""
ITEM_HEIGHT, GAP, HEADING_HEIGHT = 46, 6, 26

Index = QModelIndex | QPersistentModelIndex


class PalettePanel(QWidget):
    """A search field over the list."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self.setObjectName("palettePanel")
        self.setAccessibleName("Palette panel")
        self.search = QLineEdit()
        self.search.setObjectName("palette.search")
        self.search.setAccessibleName("Search layers")
        self.search.setPlaceholderText("Search layers")
        self.search.setClearButtonEnabled(True)
        self.list = PaletteList(load_theme("light"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 0)
        layout.setSpacing(4)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self.list.narrow)
        self.search.installEventFilter(self)
        self.list.itemActivated.connect(self._add_item)

    def set_theme(self, theme: Theme) -> None:
        """Take over colors and fonts."""
        self.list.set_theme(theme)

    def add(self, name: str) -> None:
        """Put a new layer of that kind behind the current one, else at the end of the first lane, and select it."""
        kind = next(kind for kind in PALETTE if kind.__name__ == name)
        experiment = self._document.experiment
        if not experiment.stacks:
            return
        container, index = edits.place_behind(experiment, self._selection.current)
        after = edits.insert_layer(experiment, container, index, kind())  # type: ignore[arg-type]
        self._document.push(after, f"insert {name}")
        self._selection.set([after.layers_of(container)[index].id])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            item = self.list.currentItem()
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if item is not None and not item.isHidden():
                    self._add_item(item)
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _add_item(self, item: QListWidgetItem) -> None:
        self.add(item.text())


class PaletteList(QListWidget):
    """The layers, by group."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = Look(theme, self.font())
        self.setObjectName("palette")
        self.setAccessibleName("Palette")
        self.setAccessibleDescription("Layers to add. Drag one onto the canvas, or press Enter.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_Delegate(self))
        for kind in PALETTE:
            self.addItem(_item(kind))
        self.setCurrentRow(0)

    def narrow(self, words: str) -> None:
        """Show only layers whose name, group, meaning or formula holds what is typed; the first, or the one of that
        very name, is current.
        """
        wanted = words.casefold().split()
        first = exact = None
        for row in range(self.count()):
            item = self.item(row)
            kind: type[LayerBase] = item.data(KIND)
            text = f"{kind.__name__} {kind.group} {kind.meaning} {kind.formula}".casefold()
            item.setHidden(not all(word in text for word in wanted))
            if first is None and not item.isHidden():
                first = item
            if kind.__name__.casefold() == words.strip().casefold():
                exact = item
        self.setCurrentItem(exact or first)  # type: ignore[arg-type]
        self.scheduleDelayedItemsLayout()

    def heading(self, row: int) -> str:
        """The heading above that row; "" if it is not the first shown of its group."""
        group = self.item(row).data(KIND).group
        for before in range(row - 1, -1, -1):
            if not self.item(before).isHidden():
                return "" if self.item(before).data(KIND).group == group else HEADINGS[group]
        return HEADINGS[group]

    def set_theme(self, theme: Theme) -> None:
        """Take over colors and fonts."""
        self.look.apply(theme, self.font())
        self.setStyleSheet(f"QListWidget#palette {{ background: {theme.color('window')}; border: none; outline: 0; }}")
        self.viewport().update()

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        return layer_mime(items[0].text()) if items else QMimeData()

    def mimeTypes(self) -> list[str]:
        return layer_mime("").formats()

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def startDrag(self, supported: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None:
            return
        drag = QDrag(self)
        drag.setMimeData(layer_mime(item.text()))
        drag.setPixmap(name_picture(self, self.look, item.text(), item.data(KIND).group))
        drag.setHotSpot(QPoint(24, 14))
        drag.exec(Qt.DropAction.CopyAction)


def _item(kind: type[LayerBase]) -> QListWidgetItem:
    item = QListWidgetItem(kind.__name__)
    meaning = kind.meaning[:1].upper() + kind.meaning[1:]
    item.setData(KIND, kind)
    item.setToolTip(f"{kind.__name__}\n{meaning}\n{kind.formula}")
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{HEADINGS[kind.group].capitalize()}. {meaning}.")
    return item


class _Delegate(QStyledItemDelegate):
    """A stripe in the kind's color, the name, the formula; above the first of a group its heading."""

    def __init__(self, palette: PaletteList) -> None:
        super().__init__(palette)
        self._list = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = HEADING_HEIGHT if self._list.heading(index.row()) else 0
        return QSize(120, ITEM_HEIGHT + GAP + heading)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, row = self._list.look, index.row()
        kind: type[LayerBase] = self._list.item(row).data(KIND)
        area = QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading = self._list.heading(row)
        if heading:
            painter.setFont(_spaced(look.bold_small_font))
            painter.setPen(look.muted)
            place = QRect(area.left() + 1, area.top(), area.width(), HEADING_HEIGHT - 4)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, heading)
            area.setTop(area.top() + HEADING_HEIGHT)
        box = QRectF(area.left() + 0.5, area.top() + 0.5, area.width() - 1, ITEM_HEIGHT - 1)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected) and self._list.hasFocus()
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(look.color("focus" if chosen else "line-strong" if over else "line"), 1))
        painter.setBrush(look.color("accent-soft" if chosen else "card"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.kinds[kind.group].full)
        painter.drawRoundedRect(QRectF(box.left() + 6, box.top() + 8, 4, box.height() - 16), 2, 2)
        self._paint_words(painter, look, kind, box)
        painter.restore()

    def _paint_words(self, painter: QPainter, look: Look, kind: type[LayerBase], box: QRectF) -> None:
        width = int(box.width()) - 26
        left = int(box.left()) + 19
        name_font = sized(look.small_font, look.theme.size("text"), bold=True)
        painter.setFont(name_font)
        painter.setPen(look.text)
        painter.drawText(QRect(left, int(box.top()) + 6, width, 17), Qt.AlignmentFlag.AlignVCenter, kind.__name__)
        math = QFont()
        math.setFamilies([family.strip() for family in look.theme.font("math").split(",")])
        math = sized(math, 12)
        formula = kind.formula
        if QFontMetrics(math).horizontalAdvance(formula) > width:
            formula = formula.removeprefix("y = ")
        math = look.fitting(formula, math, width)
        painter.setFont(math)
        painter.setPen(QColor(look.theme.color("text-muted")))
        formula = QFontMetrics(math).elidedText(formula, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(left, int(box.top()) + 24, width, 16), Qt.AlignmentFlag.AlignVCenter, formula)


def _spaced(font: QFont) -> QFont:
    spaced = QFont(font)
    spaced.setPixelSize(10)
    spaced.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.8)
    return spaced

"""The legend of a formula: each symbol in its color, beside the tensor in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from bnsim.lenses.equations import Named
from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.equation.drawing import Drawing
from bnsim.ui.views.tensor.colors import role_color

NAMED = Qt.ItemDataRole.UserRole
SYMBOL_WIDTH = 44
PADDING = 4


class _Rows(QStyledItemDelegate):
    """Paints a symbol, then words in as many lines as they need."""

    def __init__(self, owner: Where) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        owner = self._owner
        room = max(owner.viewport().width() - SYMBOL_WIDTH - 8, 60)
        words = owner.fontMetrics().boundingRect(0, 0, room, 1000, Qt.TextFlag.TextWordWrap, index.data())
        drawing = owner.symbol(index.data(NAMED))
        tall = 0.0 if drawing is None else drawing.ascent + drawing.descent
        return QSize(room, round(max(words.height(), tall)) + 2 * PADDING)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, named = self._owner.theme, index.data(NAMED)
        if theme is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        state = option.state
        focused = state & QStyle.StateFlag.State_Selected and self._owner.hasFocus()
        hovered = state & QStyle.StateFlag.State_MouseOver and named.tensor is not None
        if focused or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(theme, "accent-soft" if focused else "hover"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), theme.size("space-small"), theme.size("space-small"))
        drawing = self._owner.symbol(named)
        if drawing is not None:
            middle = rect.center().y() + (drawing.ascent - drawing.descent) / 2
            painter.translate(rect.left() + 6, middle)
            for stroke in drawing.strokes:
                painter.fillPath(stroke.path, role_color(theme, named.role))
            painter.translate(-rect.left() - 6, -middle)
        painter.setFont(font(theme))
        painter.setPen(color(theme, "text" if named.tensor is not None else "text-muted"))
        room = rect.adjusted(SYMBOL_WIDTH, 0, -4, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, index.data())
        painter.restore()


class Where(QListWidget):
    """The list of symbols; emits the tensor that is clicked, or on which Enter is pressed."""

    tensor_chosen = Signal(object)

    def __init__(self, symbol: Callable[[Named], Drawing | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.symbol = symbol
        self.theme: Theme | None = None
        self.setObjectName("equation.where")
        self.setAccessibleName(tr("What the symbols are"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_Rows(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.itemClicked.connect(self._chosen)
        self.itemActivated.connect(self._chosen)
        self._named: tuple[Named, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._fit()

    def show_named(self, named: tuple[Named, ...]) -> None:
        """Show one row for each symbol."""
        if named == self._named:
            return
        self._named = named
        self.clear()
        for each in named:
            item = QListWidgetItem(tr(each.sentence()))
            item.setData(NAMED, each)
            if each.tensor is not None:
                item.setToolTip(tr("Show this tensor"))
            self.addItem(item)
        self._fit()

    def refresh(self) -> None:
        """Draw the symbols that have been typeset since they were asked for."""
        self.scheduleDelayedItemsLayout()
        self._fit()

    def _fit(self) -> None:
        height = sum(self.sizeHintForRow(row) for row in range(self.count()))
        self.setFixedHeight(max(height, 1))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _chosen(self, item: QListWidgetItem) -> None:
        named = item.data(NAMED)
        if named.tensor is not None:
            self.tensor_chosen.emit(named.tensor)

"""The chain rule as bars: the factor on the gradient's norm of every layer, on a logarithmic scale."""

from __future__ import annotations

import math
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.lenses.equations import Chain, Link
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import compared, counted
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font

LINK = Qt.ItemDataRole.UserRole
ROW = 26
NAME, FACTOR, PRODUCT = 108, 50, 56
DECADES = 1.0
"""The scale of the bars reaches at least this many powers of ten to either side."""


class _Bars(QStyledItemDelegate):
    """Name, bar to the left for factors below 1 and to the right above, factor, product so far."""

    def __init__(self, owner: ChainList) -> None:
        super().__init__(owner)
        self._owner = owner

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, link = self._owner.theme, index.data(LINK)
        if theme is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        focused = option.state & QStyle.StateFlag.State_Selected and self._owner.hasFocus()
        if link.present or focused or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, color(theme, "accent-soft" if link.present or focused else "hover"))
        if link.present:
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), color(theme, "accent"))
        left, right = (
            Qt.AlignmentFlag.AlignVCenter | side for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
        )
        painter.setPen(color(theme, "text"))
        painter.setFont(font(theme, "text", bold=link.present))
        name = painter.fontMetrics().elidedText(link.title, Qt.TextElideMode.ElideRight, NAME - 10)
        painter.drawText(rect.adjusted(8, 0, 0, 0), left, name)
        painter.setFont(font(theme, "text-small"))
        area = rect.adjusted(NAME, 0, -FACTOR - PRODUCT, 0)
        self._bar(painter, theme, area, link)
        painter.setPen(color(theme, "text"))
        numbers = QRectF(area.right(), rect.top(), FACTOR, rect.height())
        painter.drawText(numbers, right, times(link.factor))
        painter.setPen(color(theme, "text-muted"))
        numbers = QRectF(area.right() + FACTOR, rect.top(), PRODUCT - 4, rect.height())
        painter.drawText(numbers, right, "" if link.product is None else compared(link.product))
        painter.restore()

    def _bar(self, painter: QPainter, theme: Theme, area: QRectF, link: Link) -> None:
        middle = area.center().x()
        painter.setPen(QPen(color(theme, "line-strong"), theme.size("hairline")))
        painter.drawLine(QPointF(middle, area.top()), QPointF(middle, area.bottom()))
        if link.factor is None:
            return
        power = math.log10(link.factor) if link.factor > 0 else -self._owner.reach
        length = area.width() / 2 * max(-1.0, min(1.0, power / self._owner.reach))
        bar = QRectF(middle, area.top() + 7, abs(length), area.height() - 14)
        if length < 0:
            bar.moveRight(middle)
        painter.fillRect(bar, color(theme, "negative" if length > 0 else "positive"))


def times(factor: float | None) -> str:
    """A factor in words, such as "×0.236"."""
    return "" if factor is None else f"×{compared(factor)}"


class ChainList(QListWidget):
    """The layers as rows, from the loss downward."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme: Theme | None = None
        self.reach = DECADES
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Bars(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def watch_at(self, at: QPoint) -> str:
        """The expression of the factor in the row at a point; "" if none is there."""
        index = self.indexAt(self.viewport().mapFrom(self, at))
        return index.data(LINK).watch if index.isValid() else ""


class ChainPage(QWidget):
    """A sentence, the names of the columns, and the rows."""

    layer_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chain: Chain | None = None
        self.verdict = QLabel(self)
        self.verdict.setObjectName("equation.chain.verdict")
        self.verdict.setWordWrap(True)
        self.heading = QLabel(tr("from the loss down: ×factor, product so far"), self)
        self.heading.setProperty("role", "muted")
        self.rows = ChainList(self)
        self.rows.setObjectName("equation.chain")
        self.rows.setAccessibleName(tr("Factors by which layers multiplied the gradient's norm"))
        self.rows.itemClicked.connect(self._chosen)
        self.rows.itemActivated.connect(self._chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 2, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.verdict)
        column.addWidget(self.heading)
        column.addWidget(self.rows, 1)
        self.show_chain(None)

    def set_theme(self, theme: Theme) -> None:
        self.rows.theme = theme
        self.rows.viewport().update()

    def show_chain(self, chain: Chain | None) -> None:
        """Show the factors so far; None before the backward pass has begun."""
        self.chain = chain
        self.verdict.setText(tr(verdict(chain)))
        self.heading.setVisible(chain is not None)
        links = () if chain is None else chain.links
        powers = [abs(math.log10(link.factor)) for link in links if link.factor]
        self.rows.reach = max([DECADES, *powers])
        while self.rows.count() > len(links):
            self.rows.takeItem(self.rows.count() - 1)
        for row, link in enumerate(links):
            item = cast("QListWidgetItem | None", self.rows.item(row))  # the stubs know of no missing row
            if item is None:
                item = QListWidgetItem()
                self.rows.addItem(item)
            if item.data(LINK) != link:
                item.setData(LINK, link)
                item.setText(tr(spoken(link)))
            if link.present:
                self.rows.scrollToItem(item)

    def _chosen(self, item: QListWidgetItem) -> None:
        self.layer_chosen.emit(item.data(LINK).layer_id)


def spoken(link: Link) -> str:
    """A row in words, for screen readers."""
    name = f"{link.title}, {link.copy}" if link.copy else link.title
    if link.factor is None:
        return f"{name}: gradient norm {compared(link.norm)}"
    told = f"{name}: times {compared(link.factor)}"
    return told if link.product is None else f"{told}, product so far {compared(link.product)}"


def verdict(chain: Chain | None) -> str:
    """Says how far the gradient has come and how much it has grown or shrunk."""
    if chain is None:
        return "No gradient yet: step into the backward pass."
    done = [link for link in chain.links if link.product is not None]
    if not done:
        return f"The gradient sets out from the loss with norm {compared(chain.start)}."
    last = done[-1]
    product, steps = last.product, len(done)
    assert product is not None
    each = product ** (1 / steps) if product > 0 else 0.0
    return (
        f"Through {counted(steps, 'layer')} the norm went from {compared(chain.start)} "
        f"to {compared(chain.start * product)}: ×{compared(product)}, ×{compared(each)} a layer."
    )

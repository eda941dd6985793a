"""The three parts of dx as signed bars, of one element and as norms of the whole layer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bnsim.lenses.equations import Parts
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import compared, whole_percent
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.tensor.colors import role_color

ROLES = ("normalized", "mean", "variance")
ROW, APART = 22, 6
NAME, NUMBER = 84, 78


def cancels(share: float) -> str:
    """The share that cancels, in words, such as "35 % cancels"."""
    return f"{whole_percent(share)} cancels"


class PartBars(QWidget):
    """One bar for each part and one for their sum; the longest takes the whole width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._theme: Theme | None = None
        self.parts: Parts | None = None
        self.setObjectName("equation.parts")
        self.setFixedHeight(2 * (ROW - 3) + 8 * ROW + 8)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    def show_parts(self, parts: Parts) -> None:
        self.parts = parts
        sentence = tr(self.sentence())
        self.setAccessibleName(sentence)
        self.setToolTip(sentence)
        self.update()

    def watch_at(self, at: QPoint) -> str:
        """The expression of the sum, here or of the whole layer, at a point of its row; "" elsewhere."""
        if self.parts is None:
            return ""
        head, rows = ROW - 3, len(self.parts.parts) + 1
        tops = (head + ROW * (rows - 1), 2 * head + ROW * (2 * rows - 1) + APART)
        watches = zip(tops, self.parts.total.watches, strict=True)
        return next((watch for top, watch in watches if top <= at.y() < top + ROW), "")

    def sentence(self) -> str:
        """What the bars show, in a sentence for screen readers."""
        assert self.parts is not None
        values = ", ".join(f"{part.name} {compared(part.value, signed=True)}" for part in self.parts.parts)
        norms = ", ".join(f"{part.name} {compared(part.norm)}" for part in self.parts.parts)
        total = self.parts.total
        return (
            f"dx here: {values}; their sum is {compared(total.value, signed=True)}, {cancels(self.parts.cancelled)}. "
            f"Norms over the mini-batch: {norms}; of the sum {compared(total.norm)}, "
            f"{cancels(self.parts.cancelled_norm)}."
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, parts = self._theme, self.parts
        if theme is None or parts is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = [(part.name, part.value, role) for part, role in zip(parts.parts, ROLES, strict=True)]
        rows.append(("sum", parts.total.value, "gradient"))
        top = self._heading(painter, theme, 0, "here", cancels(parts.cancelled))
        top = self._bars(painter, theme, top, rows, signed=True) + APART
        rows = [(part.name, part.norm, role) for part, role in zip(parts.parts, ROLES, strict=True)]
        rows.append(("sum", parts.total.norm, "gradient"))
        top = self._heading(painter, theme, top, tr("norms, whole layer"), cancels(parts.cancelled_norm))
        self._bars(painter, theme, top, rows, signed=False)

    def _heading(self, painter: QPainter, theme: Theme, top: float, left: str, right: str) -> float:
        painter.setFont(font(theme, "text-small"))
        painter.setPen(color(theme, "text-muted"))
        rect = QRectF(0, top, self.width(), ROW - 3)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tr(left))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, tr(right))
        return top + ROW - 3

    def _bars(
        self, painter: QPainter, theme: Theme, top: float, rows: list[tuple[str, float, str]], *, signed: bool
    ) -> float:
        bold = QFontMetricsF(font(theme, "text", bold=True))
        number_width = max(
            NUMBER, *(bold.horizontalAdvance(compared(value, signed=signed)) + 6 for _, value, _ in rows)
        )
        area = QRectF(NAME, top, max(self.width() - NAME - number_width, 20), ROW * len(rows))
        most = max((abs(value) for _, value, _ in rows if abs(value) < float("inf")), default=0.0) or 1.0
        zero = area.center().x() if signed else area.left()
        reach = area.width() / (2 if signed else 1)
        painter.setPen(QPen(color(theme, "line-strong"), theme.size("hairline")))
        painter.drawLine(QPointF(zero, area.top() + 2), QPointF(zero, area.bottom() - 2))
        for number, (name, value, role) in enumerate(rows):
            y = area.top() + ROW * number
            last = name == "sum"
            if last:
                painter.setPen(QPen(color(theme, "line"), theme.size("hairline")))
                painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
            painter.setPen(color(theme, "text"))
            painter.setFont(font(theme, "text", bold=last))
            left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(0, y, NAME, ROW), left, tr(name))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(area.right(), y, number_width, ROW), right, compared(value, signed=signed))
            length = reach * min(abs(value) / most, 1.0) if value == value else 0.0
            bar = QRectF(zero, y + 5, length, ROW - 10)
            if value < 0:
                bar.moveRight(zero)
            painter.fillRect(bar, role_color(theme, role))
        return area.bottom()

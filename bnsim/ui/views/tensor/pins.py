"""Pinned tensors: small maps with their names and norms, always of the present moment."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import significant
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color
from bnsim.ui.views.tensor.choice import Chosen
from bnsim.ui.views.tensor.scale import largest, picture
from bnsim.ui.widgets.elided_label import ElidedLabel

SIDE = 44


class Thumb(QWidget):
    """A map without anything written on it; a dashed frame while there is nothing to draw."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(SIDE, SIDE)
        self._seen: TensorSeen | None = None
        self._theme: Theme | None = None

    def show_seen(self, seen: TensorSeen | None, theme: Theme | None) -> None:
        self._seen, self._theme = seen, theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        area = QRectF(0.5, 0.5, self.width() - 1, self.height() - 1)
        with QPainter(self) as painter:
            if self._seen is None or self._seen.grid is None:
                painter.setPen(QPen(color(self._theme, "line-strong"), 1, Qt.PenStyle.DashLine))
            else:
                cells = self._seen.grid.cells
                painter.drawImage(area, picture(cells, largest(cells), self._theme))
                painter.setPen(QPen(color(self._theme, "line"), 1))
            painter.drawRect(area)


class Opener(QToolButton):
    """A flat button whose words end in "…" where they do not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        self.setProperty("kind", "flat")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_words(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.setAccessibleName(tr(f"Show {words}"))
            self.setToolTip(tr(f"Show {words}"))
            self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, max(self.width() - 6, 30)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.words) + 10, self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())


class Pin(QWidget):
    """One pinned tensor; a click shows it in the view."""

    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, chosen: Chosen, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen = chosen
        self.setObjectName(f"tensor.pin.{number}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._thumb = Thumb(self)
        self._open = Opener(self)
        self._open.setObjectName(f"tensor.pin.{number}.open")
        self._open.clicked.connect(self._opened)
        self.norm = ElidedLabel(self)
        self.norm.setContentsMargins(5, 0, 0, 0)
        self.norm.setProperty("role", "muted")
        self._away = QToolButton(self)
        self._away.setObjectName(f"tensor.pin.{number}.remove")
        self._away.setProperty("kind", "flat")
        self._away.setToolTip(tr("Unpin"))
        self._away.clicked.connect(self._removed)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._open)
        words.addWidget(self.norm)
        row.addWidget(self._thumb)
        row.addLayout(words, 1)
        row.addWidget(self._away)

    def show_seen(self, title: str, lane: str, seen: TensorSeen | None, theme: Theme) -> None:
        """Show the tensor under `title`; `lane` is the name of its stack."""
        self._thumb.show_seen(seen, theme)
        self._open.set_words(title)
        self._away.setAccessibleName(tr(f"Unpin {title}"))
        self._away.setIcon(icon("close", theme, "text-muted"))
        norm = None if seen is None or seen.summary is None else seen.summary.norm
        size = tr("not computed yet" if norm is None else f"norm {significant(norm)}")
        self.norm.set_words(f"{size} · {lane}")

    def _opened(self) -> None:
        self.opened.emit(self.chosen)

    def _removed(self) -> None:
        self.removed.emit(self.chosen)

    def sizeHint(self) -> QSize:
        return QSize(240, SIDE)


class Pins(QWidget):
    """All pinned tensors, one below another; hidden while there are none."""

    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.pins")
        self.setAccessibleName(tr("Pinned tensors"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 0)
        self._layout.setSpacing(6)
        heading = QLabel(tr("PINNED"), self)
        heading.setProperty("role", "heading")
        self._layout.addWidget(heading)
        self.pins: list[Pin] = []
        self.hide()

    def set_chosen(self, chosen: tuple[Chosen, ...]) -> None:
        """Show these tensors, in this order."""
        if tuple(pin.chosen for pin in self.pins) == chosen:
            return
        for pin in self.pins:
            self._layout.removeWidget(pin)
            pin.hide()
            pin.deleteLater()
        self.pins = []
        for number, each in enumerate(chosen):
            pin = Pin(each, number, self)
            pin.opened.connect(self.opened)
            pin.removed.connect(self.removed)
            self._layout.addWidget(pin)
            self.pins.append(pin)
        self.setVisible(bool(chosen))

"""How far one has come in a lesson: a dot for each step, which a click goes to."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color

RADIUS, APART, HEIGHT = 4.0, 18, 20


class Dots(QWidget):
    """The present step is a ring, those that were seen are full, the others hollow and small."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson.dots")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._titles: tuple[str, ...] = ()
        self._at = 0
        self._seen: frozenset[int] = frozenset()
        self._theme: Theme | None = None

    def show_steps(self, titles: tuple[str, ...], at: int, seen: frozenset[int]) -> None:
        """Show that one is at a step, from 0, and has seen others."""
        self._titles, self._at, self._seen = titles, at, seen
        self.setAccessibleName(tr(f"Step {at + 1} of {len(titles)}"))
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def center(self, number: int) -> QPointF:
        """Where the dot of a step is."""
        apart = min(float(APART), (self.width() - 2 * RADIUS - 4) / max(len(self._titles) - 1, 1))
        return QPointF(RADIUS + 2 + number * apart, HEIGHT / 2)

    def sizeHint(self) -> QSize:
        return QSize(round(APART * max(len(self._titles), 1)), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, HEIGHT)

    def _near(self, at: QPointF) -> int | None:
        distances = [abs(self.center(number).x() - at.x()) for number in range(len(self._titles))]
        nearest = min(range(len(distances)), key=distances.__getitem__, default=None)
        return nearest if nearest is not None and distances[nearest] <= APART / 2 else None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        accent, plain = color(self._theme, "accent"), color(self._theme, "text-muted")
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number in range(len(self._titles)):
                here, seen = number == self._at, number in self._seen
                painter.setPen(QPen(accent if here or seen else plain, 2.0 if here else 1.4))
                painter.setBrush(accent if seen and not here else Qt.BrushStyle.NoBrush)
                radius = RADIUS + 1 if here else RADIUS - 0.5 if seen else RADIUS - 1
                painter.drawEllipse(self.center(number), radius, radius)
                if here:
                    painter.setBrush(accent)
                    painter.drawEllipse(self.center(number), 1.4, 1.4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._near(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(number)

    def event(self, event: QHelpEvent) -> bool:  # type: ignore[override]
        if event.type() == QHelpEvent.Type.ToolTip:
            number = self._near(QPointF(event.pos()))
            words = "" if number is None else f"{number + 1}. {self._titles[number]}"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

"""What all drawings of a tensor have in common: an element under the mouse or the keys, and a chosen one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font

Element = tuple[int, int]
"""Row and column in the tensor's matrix; a vector is one row."""


BEGINS = "0123456789.,-−"
"""What a number can begin with."""


def begins_number(event: QKeyEvent) -> bool:
    """Whether a key begins to type another number, F2 or one of its digits."""
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    return plain and (event.key() == Qt.Key.Key_F2 or (event.text() != "" and event.text() in BEGINS))


class TensorDrawing(QWidget):
    """Base of all drawings of a tensor. A subclass says where elements are, and paints them."""

    pointed = Signal(object)
    """The element the mouse or the keys point at; None for none."""
    chosen = Signal(object)
    """An element was clicked, or Enter pressed on it."""
    typed = Signal(object, str)
    """Another number is to be typed for an element: what was typed already, "" after a double-click or F2."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr(title))
        self.setAccessibleDescription(
            tr(
                "Up and Down go through rows, with Shift through columns; Enter chooses, a digit or F2 "
                "types another number."
            )
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.seen: TensorSeen | None = None
        self.theme: Theme | None = None
        self.element: Element | None = None
        self.mark: Element | None = None

    # For subclasses

    def step(self) -> tuple[int, int]:
        """How many rows and columns of the tensor one drawn cell stands for."""
        return 1, 1

    def element_rect(self, element: Element) -> QRectF:
        """The rectangle in which the element is drawn."""
        raise NotImplementedError

    def element_at(self, position: QPointF) -> Element | None:
        """The first element of the cell at that position; None if there is none."""
        raise NotImplementedError

    def paint(self, painter: QPainter, seen: TensorSeen, theme: Theme) -> None:
        """Paint everything but the marks of the chosen and the hovered element."""
        raise NotImplementedError

    # For all

    def show_seen(self, seen: TensorSeen | None) -> None:
        self.seen = seen
        if self.element is not None and not self._there(self.element):
            self._point(None)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_mark(self, element: Element | None) -> None:
        """Mark the chosen element; None for none."""
        if element != self.mark:
            self.mark = element
            self.update()

    def small(self) -> QFontMetricsF:
        """The metrics of the font of tick labels."""
        assert self.theme is not None
        return QFontMetricsF(font(self.theme, "text-small"))

    def _there(self, element: Element) -> bool:
        """Whether the element is one that is drawn."""
        seen = self.seen
        return seen is not None and element[0] < seen.rows and element[1] < seen.columns

    def _point(self, element: Element | None) -> None:
        if element != self.element:
            self.element = element
            self.update()
            self.pointed.emit(element)

    def _move(self, rows: int, columns: int) -> None:
        seen = self.seen
        if seen is None or not self.has_numbers:
            return
        high, wide = self.step()
        row, column = self.element or self.mark or (0, 0)
        if self.element is not None:
            row, column = row + rows * high, column + columns * wide
        last = ((seen.rows - 1) // high * high, (seen.columns - 1) // wide * wide)
        self._point((min(max(row, 0), last[0]), min(max(column, 0), last[1])))

    @property
    def has_numbers(self) -> bool:
        """Whether there are elements to point at."""
        return self.seen is not None and self.seen.values is not None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.seen is None or self.theme is None or not self.has_numbers:
            return
        with QPainter(self) as painter:
            self.paint(painter, self.seen, self.theme)
            if self.mark is not None and self._there(self.mark):
                self._outline(painter, self.mark, "text", self.theme)
            if self.element is not None and self._there(self.element):
                self._outline(painter, self.element, "focus", self.theme)

    def _outline(self, painter: QPainter, element: Element, name: str, theme: Theme) -> None:
        around = self.element_rect(element).adjusted(-1, -1, 1, 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(theme, "window"), 3))
        painter.drawRect(around)
        painter.setPen(QPen(color(theme, name), 1.5))
        painter.drawRect(around)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.element_at(event.position()) if self.has_numbers else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.has_numbers:
            return
        element = self.element_at(event.position())
        if element is not None:
            self.chosen.emit(element)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        element = self.element_at(event.position()) if self.has_numbers else None
        if event.button() == Qt.MouseButton.LeftButton and element is not None:
            self.typed.emit(element, "")

    def event(self, event: QEvent) -> bool:
        # Else what is typed on an element would be the window's shortcut.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._begins(event):
            event.accept()
            return True
        return super().event(event)

    def _begins(self, event: QKeyEvent) -> bool:
        return (self.element or self.mark) is not None and begins_number(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Left and Right step through the run wherever the focus is; Shift turns Up and Down sideways, as of a wheel.
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        sideways = modifiers == Qt.KeyboardModifier.ShiftModifier or (self.seen is not None and self.seen.rows == 1)
        if key in steps and modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            self._move(*((0, steps[key]) if sideways else (steps[key], 0)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.element is not None:
            self.chosen.emit(self.element)
        elif self._begins(event):
            self.typed.emit(self.element or self.mark, event.text() if key != Qt.Key.Key_F2 else "")
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(300, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

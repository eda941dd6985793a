"""What the marks on cards, lines and the time line mean: a "?" on the canvas tells it when pointed at or pressed."""

from __future__ import annotations

from html import escape

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import font

EDGE = 8
"""Pixels between the button and the corner."""


class Mark(Struct, frozen=True):
    """`sign` as it looks in a line of text, `words` for what it means; `role` is its color in the theme."""

    sign: str
    words: str
    role: str = "text"


SECTIONS: tuple[tuple[str, tuple[Mark, ...]], ...] = (
    (
        "On cards",
        (
            Mark("┄┄", "dashed outline: not computed yet in this iteration"),
            Mark("━━", "strong outline: executed last; its operation stands above", "accent"),
            Mark("┅┅", "strong and dashed: this lane waits for the other lanes", "accent"),
            Mark("≠", "set differently than in the lane above"),
            Mark("+", "not in the lane above"),
            Mark("▲", "a finding, filled on the card to look at first", "danger"),
            Mark("△", "hollow: the same finding is about this card, too", "danger"),
            Mark("i", "in a disc: a note; a small ring: the same note is about this card, too", "text-muted"),
            Mark("◆", "a breakpoint", "danger"),
            Mark("◇", "hollow: a breakpoint that is switched off", "danger"),
            Mark("!", "this card keeps its lane from running", "danger"),
            Mark("●", "below a card: the update has changed its parameters", "ok"),
            Mark("×2", "below a card: its weights were multiplied in this run"),
        ),
    ),
    (
        "In figures",
        (
            Mark("┅┅", "dashed and pale: an earlier moment, or a former run"),
            Mark("····", "dotted: the iteration before, or a fitted line"),
            Mark("┅┅", "gray dashes: what theory expects", "text-muted"),
            Mark("0", "in a row of its own: exactly zero, which a log axis has no place for"),
        ),
    ),
    (
        "On the time line",
        (
            Mark("┅┅", "dashed: ahead of the present, computed already"),
            Mark("┊", "where weights were changed, or a lane was forked"),
        ),
    ),
)


def html(theme: Theme | None) -> str:
    """All marks as a table for a rich text."""
    rows: list[str] = []
    for title, marks in SECTIONS:
        rows.append(f'<tr><td colspan="2"><b>{tr(title)}</b></td></tr>')
        for mark in marks:
            ink = "" if theme is None else f' style="color:{theme.color(mark.role)}"'
            sign = f'<td align="center" style="padding-right:10px"><b{ink}>{escape(mark.sign)}</b></td>'
            rows.append(f'<tr>{sign}<td style="white-space:pre">{escape(tr(mark.words))}</td></tr>')
    return f'<table cellspacing="2">{"".join(rows)}</table>'


def plain() -> str:
    """All of it without markup, for a screen reader."""
    return " ".join(f"{tr(title)}: {'; '.join(tr(mark.words) for mark in marks)}." for title, marks in SECTIONS)


class MarksButton(QToolButton):
    """A "?" in the upper right corner of the canvas, where no card lies under it."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("canvas.marks")
        self.setText("?")
        self.setAccessibleName(tr("What the marks mean"))
        self.setAccessibleDescription(plain())
        self.setProperty("kind", "button")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.open)
        self.popup: MarksPopup | None = None
        self._over = over
        self._theme: Theme | None = None
        over.installEventFilter(self)

    def open(self) -> None:
        """Show the marks until the next click or key."""
        if self.popup is None:
            self.popup = MarksPopup(self)
        self.popup.tell(self._theme)
        corner = self.mapToGlobal(QPoint(self.width(), self.height() + EDGE))
        self.popup.open_at(corner)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(font(theme, "text", bold=True))
        self.setToolTip(html(None))
        size = round(theme.size("control") * 0.8)
        self.setFixedSize(size, size)
        self._place()

    def _place(self) -> None:
        self.move(self._over.width() - self.width() - EDGE, EDGE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False


class MarksPopup(QFrame):
    """The table, over the window; any click outside of it, and any key, closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("marks")
        self.setAccessibleName(tr("What the marks mean"))
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.label)

    def tell(self, theme: Theme | None) -> None:
        """Write the table in the theme's colors."""
        self.label.setText(html(theme))
        self.label.setAccessibleName(plain())
        self.adjustSize()

    def open_at(self, corner: QPoint) -> None:
        """Open with that upper right corner, on the screen."""
        screen = self.screen().availableGeometry()
        x = max(screen.left(), min(corner.x() - self.width(), screen.right() - self.width()))
        y = max(screen.top(), min(corner.y(), screen.bottom() - self.height()))
        self.move(x, y)
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.close()

"""A panel: the title and a menu in its title bar, a verdict in words, the plot. Any `Figure` can be shown in it."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMenu, QToolButton, QToolTip, QVBoxLayout, QWidget

from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.ui.charts.plot import FigurePlot
from bnsim.ui.panels.verdicts import fitted
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color, font

EXPORTS = (("png", "PNG picture…"), ("svg", "SVG drawing…"), ("pdf", "PDF page…"), ("csv", "CSV numbers…"))
PICTURE_SCALE = 2.0
FLOATING = QSize(560, 420)
"""At least, for a panel in a window of its own."""
FRAME = Qt.WindowType.Tool | Qt.WindowType.CustomizeWindowHint
FRAME |= Qt.WindowType.WindowTitleHint | Qt.WindowType.WindowCloseButtonHint
APART = 32
"""Pixels between a floating panel's window and what is near it."""
WORDS_MS = 200
"""While figures come fast, the verdict changes no oftener: faster it could not be read."""


WORDY = 84
"""Letters of a verdict: where a line has no room for so many there are two."""


class ElidedLabel(QLabel):
    """One line; what does not fit ends in "…" and is told by the tool tip.

    A `wordy` one has two lines where it is narrow, whatever it says, so that nothing moves when its words change.
    """

    def __init__(self, parent: QWidget | None = None, *, wordy: bool = False) -> None:
        super().__init__(parent)
        self._words = ""
        self._wordy = wordy
        policy = self.sizePolicy()
        policy.setHeightForWidth(wordy)
        self.setSizePolicy(policy)

    def set_words(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.update()

    @property
    def words(self) -> str:
        """All of them."""
        return self._words

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        # Asked by the layout for the width it gives: a label that tells its height once it is resized comes too late.
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        return lines * self.fontMetrics().lineSpacing() + margins.top() + margins.bottom()

    def _lines(self, room: int) -> int:
        return 2 if self._wordy and room < WORDY * self.fontMetrics().averageCharWidth() else 1

    def _shown(self, room: int) -> str:
        return fitted(self._words, room, self._lines(room), self.fontMetrics())

    def paintEvent(self, event: QPaintEvent) -> None:
        # Painted here: QLabel.setText would lay out the window anew, many times a second.
        room = self.contentsRect()
        shown = self._shown(room.width())
        painter = QPainter(self)
        upward = Qt.AlignmentFlag.AlignVCenter if self._lines(room.width()) == 1 else Qt.AlignmentFlag.AlignTop
        side = Qt.AlignmentFlag.AlignLeft | upward
        self.style().drawItemText(painter, room, side, self.palette(), True, shown, self.foregroundRole())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cut = "…" in self._shown(self.contentsRect().width())
            QToolTip.showText(event.globalPos(), self._words if cut else "", self)
            return True
        return super().event(event)


class FigurePanel(QWidget):
    """Draws the newest figure it was given, unless frozen."""

    export_asked = Signal(str)
    """A format: "png", "svg", "pdf" or "csv"."""
    frozen_changed = Signal(bool)
    plot_kind = FigurePlot

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.title = title
        self.figure: Figure | None = None
        self._theme: Theme | None = None
        self._said_at = QElapsedTimer()
        self._said_at.start()
        self.setObjectName(f"panel.{name}")
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        self.verdict = ElidedLabel(self, wordy=True)
        self.verdict.setObjectName(f"panel.{name}.verdict")
        self.verdict.setProperty("role", "muted")
        self.verdict.setContentsMargins(16, 0, 12, 4)
        self.plot = self.plot_kind(self)
        self.plot.setObjectName(f"panel.{name}.plot")
        self.plot.setAccessibleName(title)
        layout.addWidget(self.verdict)
        layout.addWidget(self.plot, 1)
        self.menu = self._menu()
        self.frozen_changed.connect(self._settle)
        self.plot.zoomed.connect(self.show_all_action.setEnabled)

    @property
    def frozen(self) -> bool:
        return self.freeze_action.isChecked()

    def show_figure(self, figure: Figure | None, *, fast: bool = False) -> None:
        """Draw it, `fast` if many come a second; None keeps what there is, for a figure that was not made."""
        if figure is None or self.frozen or figure is self.figure:
            return
        self.figure = figure
        if not fast or self._said_at.hasExpired(WORDS_MS):
            self._say(figure.verdict)
        if self._theme is not None:
            self.plot.draw(figure, fast=fast)

    def _say(self, verdict: str) -> None:
        self._said_at.restart()
        self.verdict.set_words(verdict)
        self.plot.setAccessibleDescription(verdict)

    def _settle(self, frozen: bool) -> None:
        # What stays is shown in full.
        if frozen and self.figure is not None:
            self._say(self.figure.verdict)
            self.plot.settle()

    def set_theme(self, theme: Theme) -> None:
        first = self._theme is None
        self._theme = theme
        self.plot.set_theme(theme)
        if first and self.figure is not None:
            self.plot.draw(self.figure)
        self.freeze_action.setIcon(icon("freeze", theme))
        self.copy_action.setIcon(icon("copy", theme))
        self.show_all_action.setIcon(icon("show-all", theme))
        self.export_menu.setIcon(icon("export", theme))

    def picture(self) -> QPixmap:
        """Title, verdict and plot as one picture, twice as fine as the screen."""
        assert self._theme is not None
        if self.figure is not None:
            self._say(self.figure.verdict)
        self.plot.settle()
        self.plot.place_now()
        self.plot.grab()  # a new name is in its place only after its first paint
        head = 54
        size = QSize(self.plot.width(), self.plot.height() + head)
        made = QPixmap(size * PICTURE_SCALE)
        made.setDevicePixelRatio(PICTURE_SCALE)
        made.fill(color(self._theme, "plot-background"))
        painter = QPainter(made)
        painter.setPen(color(self._theme, "text"))
        painter.setFont(font(self._theme, "panel-title", bold=True))
        painter.drawText(16, 24, self.title)
        painter.setPen(color(self._theme, "text-muted"))
        painter.setFont(font(self._theme, "panel-verdict"))
        painter.drawText(16, 44, self.verdict.words)
        # Told where to: its default is all pixels of the picture, at twice the size.
        area = self.plot.viewport().rect()
        self.plot.render(painter, QRectF(0, head, area.width(), area.height()), area)
        painter.end()
        return made

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName(f"panel.{self.name}.contextMenu")
        self.export_menu = menu.addMenu("Export")
        self.export_actions: dict[str, QAction] = {}
        for suffix, text in EXPORTS:
            action = self.export_menu.addAction(text)
            action.setObjectName(f"panel.{self.name}.export.{suffix}")
            action.triggered.connect(lambda _checked=False, suffix=suffix: self.export_asked.emit(suffix))
            self.export_actions[suffix] = action
        self.copy_action = menu.addAction("Copy picture")
        self.copy_action.setObjectName(f"panel.{self.name}.copy")
        self.copy_action.triggered.connect(lambda: QGuiApplication.clipboard().setPixmap(self.picture()))
        menu.addSeparator()
        self.show_all_action = menu.addAction("Show all")
        self.show_all_action.setEnabled(False)
        self.show_all_action.triggered.connect(lambda: self.plot.show_all())
        self.freeze_action = menu.addAction("Freeze")
        self.freeze_action.setObjectName(f"panel.{self.name}.freeze")
        self.freeze_action.setCheckable(True)
        self.freeze_action.toggled.connect(self.frozen_changed)
        return menu

    def sizeHint(self) -> QSize:
        return QSize(420, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(170, 170)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu.popup(event.globalPos())


class PanelDock(QDockWidget):
    """The dock around a panel, its title bar in the app's own look."""

    def __init__(self, panel: FigurePanel, parent: QWidget | None = None) -> None:
        super().__init__(panel.title, parent)
        self.setObjectName(f"dock.{panel.name}")
        self.panel = panel
        self._asked = False
        self.setWidget(panel)
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 10, 8, 0)
        row.setSpacing(4)
        self._title = ElidedLabel(bar)
        self._title.setObjectName(f"{panel.objectName()}.title")
        self._title.set_words(panel.title)
        self._title.setProperty("role", "title")
        self._chip = QLabel("frozen", bar)
        self._chip.setProperty("role", "frozen")
        self._chip.hide()
        panel.frozen_changed.connect(self._chip.setVisible)
        self._float = self._tool("float", "Float this panel, or dock it again")
        self._float.clicked.connect(self._float_or_dock)
        self._more = self._tool("menu", "Export, copy, freeze")
        self._more.setMenu(panel.menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self._title, 1)
        row.addWidget(self._chip)
        row.addWidget(self._float)
        row.addWidget(self._more)
        self.setTitleBarWidget(bar)
        self.topLevelChanged.connect(self._framed)

    def _float_or_dock(self) -> None:
        if self.isFloating():
            self.setFloating(False)
            return
        place = self._place_apart()
        self._asked = True
        self.setFloating(True)
        self._asked = False
        self.setGeometry(place)

    def _place_apart(self) -> QRect:
        """Above where it is docked, within the screen: its neighbors stay in sight."""
        room = self.screen().availableGeometry().adjusted(APART, APART, -APART, -APART)
        size = self.size().expandedTo(FLOATING).boundedTo(room.size())
        corner = self.mapToGlobal(QPoint(APART, 0))
        place = QRect(corner - QPoint(0, size.height() + APART), size)
        place.moveLeft(max(room.left(), min(place.left(), room.right() - size.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - size.height())))
        return place

    def _framed(self, floating: bool) -> None:
        """A floating panel has the frame and title of a window, unless it is just dragged by its bar."""
        framed = floating and (self._asked or QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton)
        self._title.set_words("" if framed else self.panel.title)
        if framed:
            # Qt leaves the frame out where there is a bar of one's own; setting flags hides the window.
            place, shown = self.geometry(), self.isVisible()
            self.setWindowFlags(FRAME)
            self.setGeometry(place)
            self.setVisible(shown)

    def _tool(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{self.panel.objectName()}.{name}")
        button.setAccessibleName(f"{self.panel.title}: {tip}")
        button.setToolTip(tip)
        button.setProperty("kind", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_theme(self, theme: Theme) -> None:
        self._float.setIcon(icon("float", theme, "text-muted"))
        self._more.setIcon(icon("more", theme, "text-muted"))
        self.panel.set_theme(theme)

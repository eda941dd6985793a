"""The dock around a figure's panel: its title bar has the title, and buttons to float it and for its menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Filling
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.language import tr
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.panels.filling_chip import FillingChip
from bnsim.ui.panels.former_chip import FormerChip
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.outline import Outline
from bnsim.ui.widgets.picture_handle import PictureHandle

FLOATING = QSize(560, 420)
"""Least size of a panel that floats in a window of its own."""
LEAST = QSize(280, 220)
"""The same of one whose place was kept."""
FRAME = Qt.WindowType.Tool | Qt.WindowType.CustomizeWindowHint
FRAME |= Qt.WindowType.WindowTitleHint | Qt.WindowType.WindowCloseButtonHint
BAR_LEFT, BAR_RIGHT, BAR_SPACING = 16, 8, 4
"""Pixels at both ends of the title bar, and between what is in it."""
APART = 32
"""Pixels between a floating panel's window and what is near it."""


class PanelDock(QDockWidget):
    """The dock around a panel, its title bar in the app's own look.

    Panel and title bar are made when the dock is first shown, or the panel first asked for: a dock that stays closed
    costs next to nothing.
    """

    more_asked = Signal()
    """More figures are wanted."""
    dismiss_asked = Signal()
    """The run before the last edit is to be shown no more."""
    resized = Signal()
    drag_asked = Signal()
    """Its picture is being dragged by the handle in its title bar."""
    filling_asked = Signal(bool)
    """Whether the past that it needs is to be filled in."""

    def __init__(
        self, name: str, title: str, make: Callable[[str, str], FigurePanel], parent: QWidget | None = None
    ) -> None:
        """`make` makes the panel, given its name and its title."""
        super().__init__(title, parent)
        self.setObjectName(f"dock.{name}")
        self.name = name
        self.title = title
        self._make = make
        self._panel: FigurePanel | None = None
        self._theme: Theme | None = None
        self._asked = False
        self._last = self._bare = False
        self._seen = False
        self.visibilityChanged.connect(self._see)
        self.topLevelChanged.connect(self._framed)

    @property
    def panel(self) -> FigurePanel:
        """The panel in it, made if it is not there yet."""
        return self._fill() if self._panel is None else self._panel

    @property
    def made(self) -> bool:
        """Whether the panel is there already."""
        return self._panel is not None

    def setVisible(self, visible: bool) -> None:
        # Qt's way to show and to hide, whoever asks. The dock is filled first, since it is then laid out.
        if visible and self._panel is None:
            self._fill()
        super().setVisible(visible)

    @property
    def seen(self) -> bool:
        """Whether it is shown and not behind another tab, where Qt keeps docks visible but out of the window."""
        return self._seen and self.isVisible() and (self.isFloating() or self.geometry().right() >= 0)

    @Slot(bool)
    def _see(self, seen: bool) -> None:
        self._seen = seen

    def set_last(self, last: bool) -> None:
        """Whether it is the last panel of its row, which has the button for more."""
        if last != self._last:
            self._last = last
            self._show_tools()

    def set_bare(self, bare: bool) -> None:
        """Leave out of the title bar all tools but the menu, for the title's sake, or show them again."""
        if bare != self._bare:
            self._bare = bare
            self._show_tools()

    def _show_tools(self) -> None:
        if self._panel is not None:
            self._plus.setVisible(self._last and not self._bare)
            self._pin.setVisible(not self._bare)
            self._float.setVisible(not self._bare)
            self._give_title_room()

    def show_filling(self, filling: Filling | None) -> None:
        """Say in its corner how things stand with the past that it needs; None: nothing is missing."""
        if self._panel is not None:
            self.filling.show_filling(filling)
            self._give_title_room()

    def show_run_before(self, shown: bool) -> None:
        """Say in its corner that the run before the last edit is shown behind the present one, or not any more."""
        if self._panel is not None and shown == self._former.isHidden():
            self._former.setVisible(shown)
            self._give_title_room()

    def exportable(self) -> Exportable | None:
        """What can be exported of the panel, wherever in the dock the focus is."""
        return self.panel.exportable()

    def ask_export(self, suffix: str) -> None:
        """Ask for the panel's figure to be exported in one of the formats that it can be written as."""
        self.panel.export_asked.emit(suffix)

    def _fill(self) -> FigurePanel:
        panel = self._panel = self._make(self.name, self.title)
        self.setWidget(panel)
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(BAR_LEFT, 10, BAR_RIGHT, 0)
        row.setSpacing(BAR_SPACING)
        self._title = ElidedLabel(bar)
        self._title.setObjectName(f"{panel.objectName()}.title")
        self._title.set_words(self.title)
        self._title.setProperty("role", "title")
        self._chip = QLabel(tr("frozen"), bar)
        self._chip.setProperty("role", "frozen")
        self._chip.hide()
        panel.frozen_changed.connect(self._chip.setVisible)
        self._kept = QLabel(tr("kept"), bar)
        self._kept.setProperty("role", "frozen")
        self._kept.setToolTip(tr("It stays with its layer, whatever is selected"))
        self._kept.hide()
        panel.layer_kept.connect(self._show_pin)
        self._pin = self._tool("pin", panel.pin_action.toolTip(), panel.pin_action.text())
        self._pin.setCheckable(True)
        self._pin.clicked.connect(panel.pin_action.trigger)
        panel.pin_changed.connect(self._show_pin)
        self._show_pin()
        self._float = self._tool("float", "Float this panel, or dock it again")
        self._float.clicked.connect(self._float_or_dock)
        self._more = self._tool("menu", "Export, copy, freeze")
        self._more.setMenu(panel.menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self._title, 1)
        row.addWidget(self._chip)
        self.filling = FillingChip(panel.objectName(), bar)
        self.filling.asked.connect(self.filling_asked)
        row.addWidget(self.filling)
        self._former = FormerChip(panel.objectName(), bar)
        self._former.clicked.connect(self.dismiss_asked)
        row.addWidget(self._former)
        self._plus = self._tool("plus", "More figures")
        self._plus.clicked.connect(self.more_asked)
        row.addWidget(self._kept)
        row.addWidget(self._plus)
        row.addWidget(self._pin)
        row.addWidget(self._float)
        self.handle = PictureHandle(f"{panel.objectName()}.drag", self.title, bar)
        self.handle.dragged.connect(self.drag_asked)
        row.addWidget(self.handle)
        row.addWidget(self._more)
        self.setTitleBarWidget(bar)
        self._outline = Outline(self)
        self._show_tools()
        if self._theme is not None:
            self.set_theme(self._theme)
        return panel

    def _float_or_dock(self) -> None:
        if self.isFloating():
            self.setFloating(False)
            return
        rect = self._rect_apart()
        self._asked = True
        self.setFloating(True)
        self._asked = False
        self.setGeometry(rect)

    def float_at(self, rect: QRect) -> None:
        """Float with that geometry, or the nearest one that is on the screen and large enough."""
        window = self.parentWidget()
        room = (self if window is None else window).screen().availableGeometry().adjusted(APART, APART, -APART, -APART)
        size = rect.size().expandedTo(LEAST).boundedTo(room.size())
        place = QRect(rect.topLeft(), size)
        place.moveLeft(max(room.left(), min(place.left(), room.right() - size.width())))
        place.moveTop(max(room.top(), min(place.top(), room.bottom() - size.height())))
        self._asked = True
        self.setFloating(True)
        self._asked = False
        self.setGeometry(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_title_room()
        self.resized.emit()

    def _give_title_room(self) -> None:
        """Leave out the handle, and the word on the chip of the run before, where the title needs their room.

        What is shown is decided before anything changes: showing a part has the bar laid out anew at once.
        """
        if self._panel is None:
            return
        buttons = (self._plus, self._pin, self._float, self._more)
        chips = (self._chip, self.filling, self._kept)
        free = self.width() - BAR_LEFT - BAR_RIGHT - self._title.fontMetrics().horizontalAdvance(self._title.words) - 1
        free -= _room_of(each for each in buttons if not each.isHidden())
        handle = _room_of([self.handle])
        shows_handle = not self._bare and handle <= free
        free -= _room_of(each for each in chips if not each.isHidden()) + (handle if shows_handle else 0)
        self._former.set_short(self._former.full_width() + BAR_SPACING > free)
        self.handle.setVisible(shows_handle)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Dock a floating panel again when its frame's button closes it; the View menu hides it, floating or not."""
        super().closeEvent(event)
        # An action that a person has just unchecked says so already; a window that closes hides its panels first.
        if self.isFloating() and self.toggleViewAction().isChecked():
            QTimer.singleShot(0, self, self._dock_again)

    def _dock_again(self) -> None:
        window = self.parentWidget()
        if window is not None and window.isVisible():
            # Docked while hidden, it would keep the floating window's handle, and not close any more (Qt 6.11).
            self.show()
            self.setFloating(False)

    def _rect_apart(self) -> QRect:
        """The geometry of a floating panel: above its place in the dock, within the screen, neighbors in sight."""
        room = self.screen().availableGeometry().adjusted(APART, APART, -APART, -APART)
        size = self.size().expandedTo(FLOATING).boundedTo(room.size())
        corner = self.mapToGlobal(QPoint(APART, 0))
        rect = QRect(corner - QPoint(0, size.height() + APART), size)
        rect.moveLeft(max(room.left(), min(rect.left(), room.right() - size.width())))
        rect.moveTop(max(room.top(), min(rect.top(), room.bottom() - size.height())))
        return rect

    def _framed(self, floating: bool) -> None:
        """Give a floating panel a window's frame and title, unless it is being dragged by its title bar."""
        if self._panel is None:
            if not floating:
                return
            self._fill()
        framed = floating and (self._asked or QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton)
        self._title.set_words("" if framed else self.title)
        self._outline.show_around(floating and not framed)
        if framed:
            # Qt leaves the frame out where there is a bar of one's own; setting flags hides the window.
            rect, shown = self.geometry(), self.isVisible()
            self.setWindowFlags(FRAME)
            self.setGeometry(rect)
            self.setVisible(shown)

    def _tool(self, name: str, tip: str, called: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"panel.{self.name}.{name}")
        button.setAccessibleName(f"{tr(self.title)}: {tr(called or tip)}")
        button.setToolTip(tr(tip))
        button.setProperty("kind", "flat")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @Slot()
    def _show_pin(self) -> None:
        action = self.panel.pin_action
        self._pin.setChecked(action.isChecked())
        self._kept.setVisible(self.panel.layer is not None and not action.isChecked())
        self._pin.setEnabled(action.isEnabled())
        self._pin.setToolTip(action.toolTip())
        if self._theme is not None:
            self._pin.setIcon(icon("unpin" if action.isChecked() else "pin", self._theme, "text-muted"))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._panel is None:
            return
        self._show_pin()
        self._outline.set_theme(theme)
        self.filling.set_theme(theme)
        self._former.set_theme(theme)
        self._plus.setIcon(icon("insert", theme, "text-muted"))
        self._float.setIcon(icon("float", theme, "text-muted"))
        self.handle.setIcon(icon("drag", theme, "text-muted"))
        self._more.setIcon(icon("more", theme, "text-muted"))
        self._panel.set_theme(theme)


def _room_of(parts: Iterable[QWidget]) -> int:
    """The width that parts of a title bar take in pixels, with the space before each."""
    return sum(part.sizeHint().width() + BAR_SPACING for part in parts)

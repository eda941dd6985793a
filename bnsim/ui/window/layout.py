"""Size and docks of the window, kept between runs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

from bnsim.ui.model import preferences
from bnsim.ui.window.side_dock import SideDock

LAYOUT_VERSION = 4
"""Raised when docks come or go: a layout kept by another version is not used."""
SIZE = QSize(1680, 1020)
FRAME = QMargins(6, 36, 6, 6)
"""Pixels kept free for the frame around a window: how wide it is, is not known before the window is shown."""
CASCADE = 40
"""Pixels a second window stands lower and further right."""
PANEL_SHARES = ((700, 0.3), (1020, 0.42))
"""(height of the window, share of it for the panels), and evenly between: where it is low cards come first."""
PROJECTED_SHARE = 0.32
"""The share of the panels in projector mode, where cards and the explanation need more room."""


def restore_layout(window: QMainWindow, *, remembered: bool) -> None:
    """Restore the layout of the last run, or a default one; the window fits the screen with its frame."""
    kept = preferences.load() if remembered else preferences.Preferences()
    geometry = QByteArray.fromBase64(kept.geometry.encode())
    if geometry.isEmpty() or not window.restoreGeometry(geometry):
        window.setGeometry(first_place(_available(window)))
    elif not window.windowState() & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
        window.setGeometry(kept_inside(_available(window), window.geometry()))
    layout = QByteArray.fromBase64(kept.layout.encode())
    if not layout.isEmpty():
        window.restoreState(layout, LAYOUT_VERSION)
    for dock in window.findChildren(SideDock):
        shown = dock.isVisibleTo(window)
        dock.bring_up(kept.pages.get(dock.objectName(), ""))
        dock.setVisible(shown)


def cascade(window: QWidget, other: QWidget) -> None:
    """Put a new window beside another one, of the same size if there is room."""
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.setGeometry(cascaded(_available(other), other.geometry()))


def panel_share(height: int, *, projected: bool) -> float:
    """The share of a window's height for the panels: at first, and at most when the window shrinks."""
    if projected:
        return PROJECTED_SHARE
    (low, least), (high, most) = PANEL_SHARES
    return least + (most - least) * min(max((height - low) / (high - low), 0.0), 1.0)


def first_place(available: QRect) -> QRect:
    """The geometry of a window without a stored one, frame excluded: in the middle of the screen."""
    inside = available.marginsRemoved(FRAME)
    place = QRect(inside.topLeft(), SIZE.boundedTo(inside.size()))
    place.moveCenter(inside.center())
    return place


def kept_inside(available: QRect, place: QRect) -> QRect:
    """The nearest geometry, no larger, that fits the screen together with a frame."""
    inside = available.marginsRemoved(FRAME)
    size = place.size().boundedTo(inside.size())
    x = min(max(place.x(), inside.x()), inside.x() + inside.width() - size.width())
    y = min(max(place.y(), inside.y()), inside.y() + inside.height() - size.height())
    return QRect(QPoint(x, y), size)


def cascaded(available: QRect, other: QRect) -> QRect:
    """The geometry below and right of another window; at the screen's corner where too little would fit."""
    inside, step = available.marginsRemoved(FRAME), QPoint(CASCADE, CASCADE)
    for corner in (other.topLeft() + step, inside.topLeft() + step):
        place = QRect(corner, other.size()) & inside
        if max(other.width() - place.width(), other.height() - place.height()) <= CASCADE:
            return place
    return kept_inside(available, QRect(inside.topLeft(), other.size()))


def _available(window: QWidget) -> QRect:
    """The available area of the screen the window is on."""
    screen = QGuiApplication.screenAt(window.geometry().center()) or window.screen()
    return screen.availableGeometry()


def keep_layout(window: QMainWindow) -> None:
    """Store the window's layout for the next run."""
    preferences.update(
        pages={dock.objectName(): dock.front for dock in window.findChildren(SideDock)},
        geometry=bytes(window.saveGeometry().toBase64().data()).decode(),
        layout=bytes(window.saveState(LAYOUT_VERSION).toBase64().data()).decode(),
    )

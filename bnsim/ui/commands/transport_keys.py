"""Makes the transport's keys work wherever the focus is in the window, except while text is being typed.

Qt asks the widget with the focus first whether it wants a key before a shortcut gets it. Spin boxes and lists want
arrows and page keys; here they are made to leave them.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

KEYS = {
    Qt.Key.Key_Right,
    Qt.Key.Key_Left,
    Qt.Key.Key_Space,
    Qt.Key.Key_Home,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_PageUp,
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
OWN_KEYS = "ownKeys"
"""The property of a widget in which all keys are its own."""
BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class TransportKeys(QObject):
    """Event filter on the widget of a window that has the focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._watched: QWidget | None = None
        self._by_tab = False
        self._settled = False
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None:
            if isValid(self._watched):  # else it was deleted with the focus
                self._watched.removeEventFilter(self)
            self._watched = None
        if now is not None and now.window() is self._window:
            self._watched = now
            self._settled = False
            now.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.lostFocus():
            self._by_tab = event.reason() in BY_TAB  # which is how the next widget gets it
        if event.type() == QEvent.Type.MouseButtonPress:
            self._settled = False
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in ENTER:
            self._settled = True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in KEYS:
            if watched.property(OWN_KEYS):
                return False
            if isinstance(watched, QAbstractButton):
                # Reached by Tab, a button has no other key than Space; clicked, Space goes on meaning Play.
                if event.key() == Qt.Key.Key_Space and self._by_tab:
                    event.accept()
                    return True
                return False
            if not typing(watched, settled=self._settled):
                event.ignore()
                return True
        return False


def typing(widget: QObject, *, settled: bool) -> bool:
    """Whether text is being edited in it. A spin box counts once its text was changed and not yet taken over.

    A line counts from the start; once Enter was pressed in it (`settled`), like a spin box.
    """
    if isinstance(widget, QAbstractSpinBox):
        return widget.lineEdit().isModified()
    if isinstance(widget, QLineEdit):
        return not widget.isReadOnly() and (widget.isModified() or not settled)
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()

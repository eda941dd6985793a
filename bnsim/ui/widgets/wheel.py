"""The mouse wheel scrolls the page under the pointer; it changes a number only in a control that was clicked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QWidget

_COMES_BACK = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.OtherFocusReason,  # as when the list of a combo box closes
)


class IgnoreWheel(QObject):
    """Event filter of one control: a wheel turn goes on to the page unless the control was clicked and keeps the focus.

    Focus alone is not enough: Tab, and a form that is shown anew, give it to a control nobody points at.
    """

    def __init__(self, control: QWidget) -> None:
        super().__init__(control)
        self._clicked = False
        # Qt gives the focus to a spin box or combo box before it hears of the wheel, unless told otherwise.
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.installEventFilter(self)
        typed_in = control.findChild(QLineEdit) if isinstance(control, QAbstractSpinBox) else None
        if typed_in is not None:
            typed_in.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self._clicked = True
        elif kind == QEvent.Type.FocusOut and isinstance(event, QFocusEvent):
            self._clicked = self._clicked and event.reason() in _COMES_BACK
        elif kind == QEvent.Type.Wheel and not (self._clicked and _has_focus(watched)):
            event.ignore()
            return True
        return False


def _has_focus(watched: QObject) -> bool:
    # The line of a spin box has its focus through the spin box.
    return isinstance(watched, QWidget) and (watched.focusProxy() or watched).hasFocus()


def ignore_wheel(*controls: QWidget) -> None:
    """Make the wheel change these controls only after a click in them."""
    for control in controls:
        IgnoreWheel(control)

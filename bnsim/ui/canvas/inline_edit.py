"""The field that opens on a card to edit its units: Enter keeps, Escape gives up, nonsense is refused with words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget

from bnsim.ui.canvas.look import Look

MOST_UNITS = 65536
"""As `bnsim.spec.layers.Linear` allows."""


class UnitsEditor(QSpinBox):
    """Lives for one edit."""

    committed = Signal(int)
    refused = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget, units: int, title: str, look: Look) -> None:
        super().__init__(parent)
        self._units = units
        self._open = True
        self.setObjectName("canvas.units")
        self.setAccessibleName(f"Units of {title}")
        self.setRange(1, MOST_UNITS)
        self.setValue(units)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setKeyboardTracking(False)
        self.setFont(look.small_font)
        self._colors = (look.theme.color("card"), look.theme.color("text"), look.theme.color("accent"))
        self._danger = look.theme.color("danger")
        self._frame(self._colors[2])

    def start(self) -> None:
        """Show it, ready to type over."""
        self.show()
        self.setFocus()
        self.selectAll()

    def commit(self) -> None:
        """Keep what is typed, or say why not and stay."""
        text = self.cleanText().strip()
        units = int(text) if text.isdecimal() else 0
        if not 1 <= units <= MOST_UNITS:
            self._frame(self._danger)
            words = f"Units must be a whole number from 1 to {MOST_UNITS}."
            self.setToolTip(words)
            self.refused.emit(words)
            self.selectAll()
            return
        self._close()
        if units != self._units:
            self.committed.emit(units)

    def cancel(self) -> None:
        """Keep the units as they were."""
        self._close()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        # Anything may be typed; `commit` judges it, with words. Left to the base class, keys would just do nothing.
        fine = text.isdecimal() and 1 <= int(text) <= MOST_UNITS
        return (QValidator.State.Acceptable if fine else QValidator.State.Intermediate), text, position

    def fixup(self, text: str) -> str:
        return text

    def event(self, event: QEvent) -> bool:
        # Keys the window has as shortcuts are for typing while this is open.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            typing = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            if typing or event.modifiers() == Qt.KeyboardModifier.KeypadModifier:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        # Styled and without buttons, Qt's own text field comes out one pixel wide.
        self.lineEdit().setGeometry(self.rect().adjusted(5, 2, -5, -2))

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab keeps what is typed. Qt also asks this of a field that is being hidden."""
        if not self._open:
            return super().focusNextPrevChild(next)
        self.commit()
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._open and event.reason() != Qt.FocusReason.PopupFocusReason:
            text = self.cleanText().strip()
            if text.isdecimal() and 1 <= int(text) <= MOST_UNITS:
                self.commit()
            else:
                self.cancel()

    def _close(self) -> None:
        if self._open:
            self._open = False
            self.hide()
            self.closed.emit()
            # Later: the key press that closes it is still being delivered to it.
            self.deleteLater()

    def _frame(self, color: str) -> None:
        ground, text, _ = self._colors
        self.setStyleSheet(
            f"QSpinBox {{ background: {ground}; color: {text}; border: 1.5px solid {color}; "
            "border-radius: 3px; padding: 0 4px; margin: 0; min-height: 0; min-width: 0; }"
            f"QLineEdit {{ background: transparent; color: {text}; border: none; padding: 0; min-height: 0; }}"
        )

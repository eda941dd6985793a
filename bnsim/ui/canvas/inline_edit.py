"""The field that opens on a card to edit its units: Enter keeps, Escape gives up, nonsense is refused with words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QSpinBox, QWidget

from bnsim.spec.experiment import MAX_NAME
from bnsim.ui.canvas.look import Look

MOST_UNITS = 65536
"""As `bnsim.spec.layers.Linear` allows."""


class UnitsEditor(QSpinBox):
    """Lives for one edit."""

    committed = Signal(int)
    refused = Signal(str)
    closed = Signal()

    def __init__(
        self, parent: QWidget, units: int, title: str, look: Look, name: str = "Units", most: int = MOST_UNITS
    ) -> None:
        super().__init__(parent)
        self._name, self._most = name, most
        self._units = units
        self._open = True
        self.setObjectName("canvas.units")
        self.setAccessibleName(f"{name} of {title}")
        self.setRange(1, most)
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
        if not 1 <= units <= self._most:
            self._frame(self._danger)
            words = f"{self._name} must be a whole number from 1 to {self._most}."
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
        fine = text.isdecimal() and 1 <= int(text) <= self._most
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
            if text.isdecimal() and 1 <= int(text) <= self._most:
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


class NameEditor(QLineEdit):
    """Over a lane's name: Enter or leaving keeps, Escape gives up."""

    committed = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget, name: str, look: Look) -> None:
        super().__init__(name, parent)
        self._name = name
        self._open = True
        self.setObjectName("canvas.laneName")
        self.setAccessibleName("Lane's name")
        self.setMaxLength(MAX_NAME)
        self.setFont(look.lane_font)
        theme = look.theme
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.color('card')}; color: {theme.color('text')}; padding: 0 4px; "
            f"border: 1.5px solid {theme.color('accent')}; border-radius: 3px; min-height: 0; }}"
        )

    def start(self) -> None:
        """Show it, ready to type over."""
        self.show()
        self.setFocus()
        self.selectAll()

    def cancel(self) -> None:
        """Keep the name as it was."""
        self._finish(keep=False)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # keys are for typing here
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish(keep=True)
        elif event.key() == Qt.Key.Key_Escape:
            self._finish(keep=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._finish(keep=True)

    def _finish(self, keep: bool) -> None:
        if not self._open:
            return
        self._open = False
        self.hide()
        self.closed.emit()
        if keep and self.text() != self._name:
            self.committed.emit(self.text())
        self.deleteLater()

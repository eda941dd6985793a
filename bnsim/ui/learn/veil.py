"""Covers a part of the window that would tell what is to be predicted. What is covered takes no clicks and no keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid

from bnsim.ui.language import tr


class Veil(QFrame):
    """Lies over a widget, beside it in their common parent, with `content` or a sentence on it, until it is lifted."""

    def __init__(self, over: QWidget, also: Sequence[QWidget | None] = (), content: QWidget | None = None) -> None:
        """`also` is what takes no clicks and no keys meanwhile, too."""
        parent = over.parentWidget()
        assert parent is not None
        super().__init__(parent)
        self.setObjectName("veil")
        covered = tr("Covered until you have made your prediction.")
        self.setAccessibleName(covered)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._over = over
        disabled = Qt.WidgetAttribute.WA_ForceDisabled
        self._off = [each for each in (over, *also) if each is not None and not each.testAttribute(disabled)]
        column = QVBoxLayout(self)
        if content is None:
            words = QLabel(covered, self)
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.setWordWrap(True)
            words.setProperty("role", "muted")
            column.addWidget(words)
        else:
            column.setContentsMargins(0, 0, 0, 0)
            content.setParent(self)
            column.addWidget(content)
        for each in self._off:
            each.setEnabled(False)
        over.installEventFilter(self)
        self._fit()

    @property
    def over(self) -> QWidget:
        """What it lies over."""
        return self._over

    def lift(self) -> None:
        """Show what is below again, and be gone."""
        for each in self._off:
            if isValid(each):
                each.setEnabled(True)
        if isValid(self._over):
            self._over.removeEventFilter(self)
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def _fit(self) -> None:
        self.setGeometry(self._over.geometry())
        self.setVisible(not self._over.isHidden())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)
        if watched is self._over and event.type() in kinds:
            self._fit()
        return False

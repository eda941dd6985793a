"""The "Check this" button: holds a gradient against slopes of the loss, and shows the result in words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from bnsim.lenses.check import GradientCheck
from bnsim.runner.updates import Found
from bnsim.session.arrays import Tensor
from bnsim.ui.language import tr


class CheckPanel(QWidget):
    """A button, the progress of the check, and its result. Any view may contain one and connect its signals."""

    inquired = Signal(object)
    """The inquiry to be answered."""
    given_up = Signal()
    """The person cancels the check."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 6)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.button = QPushButton(tr("Check this"), self)
        self.button.setObjectName(f"{name}.button")
        self.button.setToolTip(tr("Compare this gradient with the slope of the loss, found without it (Alt+C)"))
        self.progress = QProgressBar(self)
        self.progress.setObjectName(f"{name}.progress")
        self.progress.setAccessibleName(tr("Share checked"))
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.hide()
        row.addWidget(self.button)
        row.addWidget(self.progress, 1)
        row.addStretch(0)
        self.verdict = QLabel("", self)
        self.verdict.setObjectName(f"{name}.verdict")
        self.verdict.setWordWrap(True)
        self.verdict.hide()
        column.addLayout(row)
        column.addWidget(self.verdict)
        self.button.clicked.connect(self._pressed)
        self._tensor: Tensor | None = None
        self._asked: GradientCheck | None = None
        self._moment: object = None
        self.hide()

    def set_tensor(self, tensor: Tensor | None, moment: object, *, enabled: bool = True) -> None:
        """Set the gradient to check, None for none; the result for another one or another moment is removed."""
        if (tensor, moment) != (self._tensor, self._moment):
            if self._asked is None:
                self._show_words("")
            self._tensor, self._moment = tensor, moment
        self.button.setEnabled(enabled or self._asked is not None)
        self.setVisible(tensor is not None)

    def check(self) -> bool:
        """Start the check; False if there is nothing to check."""
        if self._tensor is None or not self.button.isEnabled() or self._asked is not None:
            return False
        self._asked = GradientCheck(self._tensor)
        self._show_words("")
        self.progress.setValue(0)
        self.progress.show()
        self.button.setText(tr("Stop"))
        self.inquired.emit(self._asked)
        return True

    def show_found(self, found: Found) -> None:
        """Show the progress of the check, or its result."""
        if self._asked is None or found.inquiry != self._asked:
            return
        self.progress.setValue(round(1000 * found.share))
        if not found.ended:
            return
        mine = self._asked.tensor == self._tensor
        self._asked = None
        self.progress.hide()
        self.button.setText(tr("Check this"))
        if mine:
            answer = found.answer
            words = "Given up before it was done." if answer is None else answer.sentence()
            self._show_words(words, "" if answer is None else answer.verdict)

    def _pressed(self) -> None:
        if self._asked is not None:
            self.given_up.emit()
        else:
            self.check()

    def _show_words(self, words: str, verdict: str = "") -> None:
        self.verdict.setProperty("role", "problem" if verdict == "wrong" else "")
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        self.verdict.setText(tr(words))
        self.verdict.setAccessibleName(tr(words))
        self.verdict.setVisible(bool(words))

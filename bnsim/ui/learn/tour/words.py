"""The words of the tour's step, beside what it points at, with the ways to leave it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.widgets.spoken import announce

WIDTH = 330
"""Pixels at the usual size of text."""
USUAL_TEXT = 13.0
DONE = "✓ "
SKIP, END, FINISH = "Skip this", "End tour (Esc)", "Done"


class TourWords(QFrame):
    """A small card over the window."""

    skipped = Signal()
    """On to the next step, without the gesture."""
    ended = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAccessibleName(tr("Tour"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.title = QLabel(self)
        self.title.setProperty("role", "title")
        self.number = QLabel(self)
        self.number.setProperty("role", "muted")
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.skip = self._button(tr(SKIP), "tour.skip")
        self.skip.clicked.connect(self.skipped)
        self.end = self._button(tr(END), "tour.end")
        self.end.clicked.connect(self.ended)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.number)
        foot = QHBoxLayout()
        foot.addWidget(self.skip)
        foot.addStretch()
        foot.addWidget(self.end)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addLayout(foot)
        self.hide()

    def tell(self, title: str, words: str, plain: str, number: int, of: int) -> None:
        """Tell a step, the `number`th from 1; the last one is only to be read. `plain` are the words without markup."""
        last = number == of
        self.title.setText(title)
        self.words.setText(words)
        self.number.setText("" if last else f"{number} / {of - 1}")
        self.skip.setVisible(not last)
        self.end.setText(tr(FINISH) if last else tr(END))
        self.words.setAccessibleName(plain)
        self.setAccessibleDescription(plain)
        self._fit()
        announce(self, f"{tr('Tour')}. {title}. {plain}")

    def tell_done(self) -> None:
        """The gesture was made."""
        self.title.setText(f"{DONE}{self.title.text().removeprefix(DONE)}")

    def set_theme(self, theme: Theme) -> None:
        self.setFixedWidth(round(WIDTH * theme.size("text") / USUAL_TEXT))
        self._fit()

    def _fit(self) -> None:
        for part in (self, self.title, self.words, self.number, self.skip, self.end):
            part.ensurePolished()  # its size is that of its style, before it was ever shown
        layout = self.layout()
        assert layout is not None
        around, border = layout.contentsMargins(), self.height() - self.contentsRect().height()
        across = self.contentsRect().width() - around.left() - around.right()
        # Not the layout's own height for a width, which leaves flat buttons less than they want.
        parts = (self.title.sizeHint(), self.end.sizeHint())
        words = self.words.heightForWidth(across) + 2 * layout.spacing() + sum(part.height() for part in parts)
        self.resize(self.width(), border + around.top() + words + around.bottom())

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("kind", "link")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
        return button

"""When a watch is so and so: its breakpoint, and the way to where it next, or last, was so."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.breakpoints import COMPARED, OnWatch, When
from bnsim.ui.language import tr
from bnsim.ui.model.breakpoints import limited, number
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.spoken import call
from bnsim.ui.widgets.wheel import ignore_wheel

CHANGES = "changes"
WORDS: tuple[tuple[When, str], ...] = (
    ("changes", CHANGES),
    ("<", "becomes <"),
    ("<=", "becomes ≤"),
    (">", "becomes >"),
    (">=", "becomes ≥"),
    ("==", "becomes ="),
    ("!=", "becomes ≠"),
    ("crosses", "crosses"),
    ("not finite", "is not finite"),
)
_BUTTONS = (
    ("break", "Break", "breakpoint", "Stop the run wherever it becomes so"),
    ("last", "Last", "to-breakpoint-back", "Run in reverse to where it last became so"),
    ("next", "Next", "to-breakpoint", "Run forward to where it next becomes so"),
)


class WhenBar(QWidget):
    """Says of the current watch when it is meant; a number is asked for where it is compared with one."""

    asked = Signal(str, object)
    """What is to be done, "break", "last" or "next", and the `OnWatch` that says where."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("watches.when")
        self._expression = ""
        self._typed = False
        self.title = QLabel(self)
        self.title.setProperty("role", "muted")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.kind = QComboBox(self)
        self.kind.setObjectName("watches.when.kind")
        call(self.kind, tr("When it"))
        for when, words in WORDS:
            self.kind.addItem(tr(words), when)
        ignore_wheel(self.kind)
        self.limit = QLineEdit(self)
        self.limit.setObjectName("watches.when.limit")
        self.limit.setAccessibleName(tr("Limit"))
        self.limit.setFixedWidth(110)
        self.limit.textEdited.connect(self._edited)
        self.limit.returnPressed.connect(lambda: self.ask("next"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.title, 1)
        row.addWidget(self.kind)
        row.addWidget(self.limit)
        self._buttons: list[tuple[QToolButton, str]] = []
        for name, text, image, tip in _BUTTONS:
            button = QToolButton(self)
            button.setObjectName(f"watches.when.{name}")
            button.setText(tr(text))
            button.setToolTip(tr(tip))
            button.setAccessibleName(tr(tip))
            button.setProperty("kind", "flat")
            button.setIconSize(QSize(18, 18))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.clicked.connect(lambda _checked=False, name=name: self.ask(name))
            row.addWidget(button)
            self._buttons.append((button, image))
        self.kind.currentIndexChanged.connect(self._choose)
        self._choose()

    def set_theme(self, theme: Theme) -> None:
        for button, image in self._buttons:
            button.setIcon(icon(image, theme))

    def show_watch(self, expression: str, value: float | None) -> None:
        """Be about that watch; its present value is the limit until another one is typed."""
        if expression != self._expression:
            self._expression, self._typed = expression, False
            self.title.setText(tr(f"{expression}  when it"))
            self.title.setToolTip(expression)
        if not self._typed and value is not None and not self.limit.hasFocus():
            self.limit.setText(number(value))

    @property
    def words(self) -> str:
        """What is chosen, such as "becomes < 0.1"."""
        return f"{self.kind.currentText()} {'' if self.limit.isHidden() else self.limit.text()}".strip()

    def ask(self, what: str) -> None:
        """Ask for a breakpoint, or to run to where that holds; a limit that is none is marked."""
        made = OnWatch(expression=self._expression, when=self._when())
        if made.when in COMPARED:
            try:
                made = cast("OnWatch", limited(made, self.limit.text()))
            except ValueError:
                self._mark(True)
                self.limit.setFocus()
                return
        self.asked.emit(what, made)

    def _when(self) -> When:
        return cast("When", self.kind.currentData())

    @Slot()
    def _choose(self) -> None:
        self.limit.setVisible(self._when() in COMPARED)
        self._mark(False)

    @Slot()
    def _edited(self) -> None:
        self._typed = True
        self._mark(False)

    def _mark(self, invalid: bool) -> None:
        self.limit.setProperty("invalid", "true" if invalid else "false")
        self.limit.setToolTip(tr("Type a number, such as 1e-6.") if invalid else "")
        self.limit.style().polish(self.limit)

"""The status bar: what was done, or why something was not; at the right, what the engine computes with."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from bnsim.lenses.findings.finding import Finding
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Notice, Update
from bnsim.spec.numerals import counted
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.widgets.spoken import announce

NOTICE_MS, PROBLEM_MS = 9000, 15_000
"""How many milliseconds a sentence is shown."""

_NOT_COMPILED = {True: "compiling; NumPy meanwhile", False: "NumPy; kernels cannot be compiled"}


class _Sentence(QLabel):
    """Ends in "…" where there is no room for all; the tooltip has all of it."""

    elides = True

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        if self.fontMetrics().horizontalAdvance(self.text()) <= room.width():
            super().paintEvent(event)
            return
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        with QPainter(self) as painter:
            self.style().drawItemText(
                painter, room, self.alignment(), self.palette(), self.isEnabled(), words, self.foregroundRole()
            )


class StatusBar(QStatusBar):
    """Shows one sentence at a time, for a while."""

    findings_asked = Signal()
    """The list of findings is to be opened, or closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setAccessibleName(tr("Status bar"))
        self.message = _Sentence(self)
        self.message.setObjectName("message")
        self.message.setAccessibleName(tr("Message"))
        self.message.setMinimumWidth(10)
        self.findings_button = QToolButton(self)
        self.findings_button.setObjectName("status.findings")
        self.findings_button.setProperty("kind", "flat")
        self.findings_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.findings_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.findings_button.clicked.connect(self.findings_asked)
        self._engine = QLabel(self)
        self._engine.setObjectName("engine")
        self.addWidget(self.message, 1)
        self.addPermanentWidget(self.findings_button)
        self.addPermanentWidget(self._engine)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._clear)
        self._theme: Theme | None = None
        self._found: tuple[Finding, ...] = ()
        self.show_findings(())

    @Slot(object)
    def notice(self, notice: Notice) -> None:
        """Show a sentence; a problem also goes at the next edit or run."""
        self.message.setProperty("kind", notice.kind)
        self.message.style().unpolish(self.message)
        self.message.style().polish(self.message)
        words = tr(notice.text)
        self.message.setText(words)
        self.message.setToolTip(words)
        announce(self.message, words)
        self._timer.start(PROBLEM_MS if notice.kind == "problem" else NOTICE_MS)

    @Slot(str)
    def refuse(self, words: str) -> None:
        """Show why something was not done."""
        self.notice(Notice(words, "problem"))

    @Slot()
    def clear_problem(self) -> None:
        """Remove a problem, once something else has been done."""
        if self.message.property("kind") == "problem":
            self._clear()

    def show_update(self, update: Update) -> None:
        """Show what the engine computes with, and which lanes are left out."""
        frame = update.frame
        kernels = "" if frame is None else "compiled" if frame.kernels_ready else _NOT_COMPILED[frame.compiling]
        left_out = tr(f"left out: {', '.join(update.left_out)}") if update.left_out else ""
        self._engine.setText(" · ".join(filter(None, (left_out, tr(kernels)))))

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Show how many findings there are."""
        self._found = found
        words = tr(counted(len(found), "finding") if found else "no findings")
        self.findings_button.setText(words)
        self.findings_button.setAccessibleName(tr(f"{words}, open the list"))
        lines = [f"{escape(each.lane)}: {tr(each.title)}" for each in found]
        self.findings_button.setToolTip("<br>".join(lines) or tr("No rule has anything to say of this moment."))
        if self._theme is not None:
            warns = any(each.severity == "warning" for each in found)
            name = "warning" if warns else "about" if found else "check"
            self.findings_button.setIcon(icon(name, self._theme, "danger" if warns else "text-muted"))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.show_findings(self._found)

    def close_timer(self) -> None:
        """Stop the timer that removes sentences, when the window closes."""
        self._timer.stop()

    @Slot()
    def _clear(self) -> None:
        self.message.setText("")
        self.message.setToolTip("")

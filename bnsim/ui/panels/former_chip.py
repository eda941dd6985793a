"""What a panel says in its corner while the run before the last edit is shown behind the present one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon

TIP = "The run before the last edit is behind this one, dashed and pale; click, or Alt+B, to show it no more"

PADDING = 17
"""Pixels beside sign and word, between them, and of the frame."""


class FormerChip(QToolButton):
    """A click dismisses that run, in all panels."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}.runBefore")
        self.setText(tr("before"))
        self.setAccessibleName(tr("Dismiss the run before the last edit"))
        self.setToolTip(tr(TIP))
        self.setProperty("kind", "chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def full_width(self) -> int:
        """Pixels that it takes with its word."""
        return self.iconSize().width() + self.fontMetrics().horizontalAdvance(self.text()) + PADDING

    def set_short(self, short: bool) -> None:
        """Show the sign alone, where there is no room for the word."""
        styles = Qt.ToolButtonStyle
        style = styles.ToolButtonIconOnly if short else styles.ToolButtonTextBesideIcon
        if style != self.toolButtonStyle():
            self.setToolButtonStyle(style)

    def set_theme(self, theme: Theme) -> None:
        self.setIcon(icon("close", theme, "text-muted"))

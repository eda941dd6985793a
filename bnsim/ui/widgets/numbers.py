"""Numbers on screen that can be watched: what is drawn knows its expression, and one menu has what can be done with it.

A widget whose every number is the same has the expression as its property; one that draws several has a method
`watch_at`, which is given a point in it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.icons import icon

_PROPERTY = "watch"
_SHOWN = 60
"""Characters of an expression that an entry shows."""
_ENTRIES = (
    ("watch", "Watch {}", "look-values", "Follow it in the list of watches"),
    ("break", "Break when it changes", "breakpoint", "Stop the run at the next iteration in which it is another one"),
    (
        "when",
        "Break or run where it…",
        "to-breakpoint",
        "Becomes less, more or equal, crosses a limit, is not finite",
    ),
)


@runtime_checkable
class DrawsNumbers(Protocol):
    """A widget that draws several numbers."""

    def watch_at(self, at: QPoint) -> str:
        """The expression of the number at a point of the widget; "" if none is there."""


class NumberMenu(QObject):
    """What can be done with a number, given by its expression."""

    watch_asked = Signal(str)
    break_asked = Signal(str)
    """A run is to stop when it changes."""
    when_asked = Signal(str)
    """A person wants to say when a run is to stop."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def entries(self, expression: str, name: str, parent: QObject) -> list[QAction]:
        """The entries of a menu on that number, called `name`.watch, `name`.break and `name`.when."""
        signals = {"watch": self.watch_asked, "break": self.break_asked, "when": self.when_asked}
        made = []
        for key, words, image, tip in _ENTRIES:
            entry = QAction(words.format(_short(expression)).replace("&", "&&"), parent)
            entry.setObjectName(f"{name}.{key}")
            entry.setToolTip(expression if key == "watch" else tip)
            entry.setStatusTip(tip)
            entry.triggered.connect(partial(_emit, signals[key].emit, expression))
            if self._theme is not None:
                entry.setIcon(icon(image, self._theme))
            made.append(entry)
        return made

    def open(self, root: QWidget, event: QContextMenuEvent) -> bool:
        """Open the menu of the number under the pointer in a widget, or in one inside it; False if none is there."""
        expression = expression_at(root, event.pos())
        if not expression:
            return False
        menu = QMenu(root)
        menu.setObjectName("number.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.entries(expression, "number", menu))
        menu.popup(event.globalPos())
        return True


def show_watch(widget: QWidget, expression: str) -> None:
    """Say the expression of the number that a widget shows, "" for none: its own menu gives way to that of numbers."""
    if expression == (widget.property(_PROPERTY) or ""):
        return
    widget.setProperty(_PROPERTY, expression)
    policy = Qt.ContextMenuPolicy
    widget.setContextMenuPolicy(policy.NoContextMenu if expression else policy.DefaultContextMenu)


def expression_at(root: QWidget, at: QPoint) -> str:
    """The expression of the number at a point of a widget, in it or in what is inside; "" if there is none."""
    widget: QWidget | None = root.childAt(at) or root
    while widget is not None:
        shown = widget.property(_PROPERTY)
        if isinstance(widget, DrawsNumbers):
            shown = widget.watch_at(widget.mapFrom(root, at) if widget is not root else at) or shown
        if shown:
            return str(shown)
        widget = None if widget is root else widget.parentWidget()
    return ""


def _short(expression: str) -> str:
    return expression if len(expression) <= _SHOWN else f"{expression[:_SHOWN]}…"


def _emit(emit: Callable[[str], object], expression: str, _checked: bool = False) -> None:
    emit(expression)

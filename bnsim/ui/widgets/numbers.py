"""Numbers on screen that can be watched: what is drawn knows its expression, and one menu has what can be done with it.

A widget whose every number is the same has the expression as its property; one that draws several has a method
`watch_at`, which is given a point in it. Of a number that cannot be watched the same menu says why, in one sentence: as
a property again, or by a method `unwatched_at`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon

_PROPERTY, _REASON = "watch", "unwatched"
WORKED_OUT = "it is worked out for this view, and is in no array of the run"
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


@runtime_checkable
class SaysWhyNot(Protocol):
    """A widget that draws several numbers, some of which cannot be watched."""

    def unwatched_at(self, at: QPoint) -> str:
        """Why the number at a point of the widget cannot be watched; "" if none is there, or it can."""


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
            entry = QAction(tr(words).format(_short(expression)).replace("&", "&&"), parent)
            entry.setObjectName(f"{name}.{key}")
            entry.setToolTip(expression if key == "watch" else tr(tip))
            entry.setStatusTip(tr(tip))
            entry.triggered.connect(partial(_emit, signals[key].emit, expression))
            if self._theme is not None:
                entry.setIcon(icon(image, self._theme))
            made.append(entry)
        return made

    def open(self, root: QWidget, event: QContextMenuEvent) -> bool:
        """Open the menu of the number under the pointer in a widget, or in one inside it; False if none is there."""
        expression = expression_at(root, event.pos())
        reason = "" if expression else reason_at(root, event.pos())
        if not expression and not reason:
            return False
        menu = QMenu(root)
        menu.setObjectName("number.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.entries(expression, "number", menu) if expression else _greyed(reason, menu))
        _add_copy(root.childAt(event.pos()), menu)
        menu.popup(event.globalPos())
        return True


def _greyed(reason: str, menu: QMenu) -> list[QAction]:
    """The entries for a number that cannot be watched."""
    watch, why = QAction(tr("Watch this"), menu), QAction(tr(f"No watch: {reason}").replace("&", "&&"), menu)
    for entry, key in ((watch, "watch"), (why, "unwatched")):
        entry.setObjectName(f"number.{key}")
        entry.setEnabled(False)
    return [watch, why]


def _add_copy(widget: QWidget | None, menu: QMenu) -> None:
    """Copy what is selected of a label, whose own menu has given way."""
    if isinstance(widget, QLabel) and widget.hasSelectedText():
        words = widget.selectedText()
        menu.addSeparator()
        copy = menu.addAction(tr("&Copy"))
        copy.setObjectName("number.copy")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(words))


def show_watch(widget: QWidget, expression: str, why_not: str = "") -> None:
    """Say the expression of the number that a widget shows, "" for none, and then why it has none.

    With either the widget's own menu gives way to that of numbers.
    """
    why_not = "" if expression else why_not
    before = widget.property(_PROPERTY) or "", widget.property(_REASON) or ""
    if (expression, why_not) == before:
        return
    widget.setProperty(_PROPERTY, expression)
    widget.setProperty(_REASON, why_not)
    policy = Qt.ContextMenuPolicy
    widget.setContextMenuPolicy(policy.NoContextMenu if expression or why_not else policy.DefaultContextMenu)


def expression_at(root: QWidget, at: QPoint) -> str:
    """The expression of the number at a point of a widget, in it or in what is inside; "" if there is none."""
    return _found(root, at, _PROPERTY, _drawn)


def reason_at(root: QWidget, at: QPoint) -> str:
    """Why the number at a point of a widget cannot be watched; "" if none is there."""
    return _found(
        root, at, _REASON, lambda widget, there: widget.unwatched_at(there) if isinstance(widget, SaysWhyNot) else ""
    )


def _drawn(widget: QWidget, at: QPoint) -> str:
    return widget.watch_at(at) if isinstance(widget, DrawsNumbers) else ""


def _found(root: QWidget, at: QPoint, named: str, drawn: Callable[[QWidget, QPoint], str]) -> str:
    """What the widget at a point says of itself, or the nearest one around it up to `root` that says something."""
    widget: QWidget | None = root.childAt(at) or root
    while widget is not None:
        there = widget.mapFrom(root, at) if widget is not root else at
        if shown := drawn(widget, there) or widget.property(named):
            return str(shown)
        widget = None if widget is root else widget.parentWidget()
    return ""


def _short(expression: str) -> str:
    return expression if len(expression) <= _SHOWN else f"{expression[:_SHOWN]}…"


def _emit(emit: Callable[[str], object], expression: str, _checked: bool = False) -> None:
    emit(expression)

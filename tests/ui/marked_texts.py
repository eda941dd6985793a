"""Tells what a window says in the language chosen from what it says in English.

`marked` is a catalog in which each text stands between two marks that have no width. Whatever a widget shows beside
such marks was not looked up, or its text is not in the catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

from bnsim.figures import FIGURES
from bnsim.spec.datasets import DATA_SETS
from bnsim.spec.layers import PALETTE
from bnsim.spec.losses import LOSSES

BEGIN, END = "\u2061", "\u2063"
_PLACE = re.compile(r"(\{\w*!?\})")
_MARKED = re.compile(f"{BEGIN}[^{BEGIN}{END}]*{END}")
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_KEYS = re.compile(
    r"\b(Strg|Ctrl|Umschalt|Shift|Alt|Meta)(\+\S+)+"
    r"|\b(Entf|Del|Esc|Pos1|Ende|Home|End|Leertaste|Space|Bild auf|Bild ab)\b"
)
"""Keys as a system calls them."""
_NAMES = frozenset(
    word
    for kind in (*PALETTE, *DATA_SETS, *LOSSES)
    for name in (kind.__name__, kind.name, kind.short, kind.formula)
    for word in re.findall(r"[^\W\d_]{2,}", name)
) | {
    "plain",
    "others",
    "fork",
    "stack",
    "bnsim",
    "own",
    "csv",
    "height",
    "weight",
    "label",
    "PyTorch",
    "dW",
    "db",
    "dx",
}
"""Of kinds, which have the names they have in PyTorch, of what the tests made, and of arrays."""
_AUTHORS = frozenset(word for kind in FIGURES.values() for word in re.findall(r"[^\W\d_]{2,}", kind.source))
_MOST = 400
"""Rows of a list that are read."""


def marked(texts: Mapping[str, str]) -> dict[str, str]:
    """The catalog with each text between marks."""
    return {text: _between_marks(said) for text, said in texts.items()}


def beside(text: str) -> list[str]:
    """The words of a text, of two letters and more, that stand beside marks and are no names."""
    shown = _KEYS.sub(" ", _TAG.sub(" ", _MARKED.sub(" ", text)))
    return [] if shown.startswith("/") else [word for word in _WORD.findall(shown) if word not in _NAMES | _AUTHORS]


def has_words(text: str) -> bool:
    """Whether a text says anything in words."""
    return _WORD.search(_TAG.sub(" ", text)) is not None


def said_in(top: QWidget) -> Iterator[tuple[str, str, str]]:
    """What a window and all that is visible in it say: whose, as what, and the text."""
    for widget in (top, *top.findChildren(QWidget)):
        if widget.isVisible() and not isinstance(widget, QMenu) and widget.window() is top:
            name = _name(widget)
            yield from ((name, kind, text) for kind, text in _said_by(widget) if text)


def _between_marks(text: str) -> str:
    return "".join(part if not part or _PLACE.fullmatch(part) else f"{BEGIN}{part}{END}" for part in _PLACE.split(text))


def _name(widget: QWidget) -> str:
    over: QWidget | None = widget
    while over is not None and not over.objectName():
        over = over.parentWidget()
    return f"{'' if over is None else over.objectName()}/{type(widget).__name__}"


def _said_by(widget: QWidget) -> Iterator[tuple[str, str]]:
    yield "tooltip", widget.toolTip()
    yield "name", widget.accessibleName()
    yield "description", widget.accessibleDescription()
    yield "status tip", widget.statusTip()
    if widget.isWindow():
        yield "title", widget.windowTitle()
    if isinstance(widget, QLabel | QAbstractButton):
        yield "text", widget.text()
    if isinstance(widget, QGroupBox):
        yield "text", widget.title()
    if isinstance(widget, QMessageBox):
        yield "text", widget.informativeText()
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        yield "placeholder", widget.placeholderText()
    if isinstance(widget, QTextEdit):
        yield "text", widget.toPlainText()
    if isinstance(widget, QAbstractSpinBox):
        yield "text", widget.specialValueText()
    if isinstance(widget, QSpinBox | QDoubleSpinBox):
        yield from (("text", widget.prefix()), ("text", widget.suffix()))
    if isinstance(widget, QProgressBar):
        yield "text", widget.text()
    if isinstance(widget, QTabBar):
        for at in range(widget.count()):
            yield from (("tab", widget.tabText(at)), ("tooltip", widget.tabToolTip(at)))
    if isinstance(widget, QComboBox):
        for at in range(min(widget.count(), _MOST)):
            yield "entry", widget.itemText(at)
            yield "tooltip", widget.itemData(at, Qt.ItemDataRole.ToolTipRole) or ""
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _of_model(widget.model(), QModelIndex(), [_MOST], headers=not isinstance(widget, QHeaderView))
    for action in widget.actions():
        yield from _of_action(action)


def _of_action(action: QAction) -> Iterator[tuple[str, str]]:
    if action.isVisible():
        yield from (("action", action.text()), ("tooltip", action.toolTip()), ("status tip", action.statusTip()))


def _of_model(
    model: QAbstractItemModel, over: QModelIndex, left: list[int], *, headers: bool
) -> Iterator[tuple[str, str]]:
    roles = (
        ("item", Qt.ItemDataRole.DisplayRole),
        ("tooltip", Qt.ItemDataRole.ToolTipRole),
        ("name", Qt.ItemDataRole.AccessibleTextRole),
        ("description", Qt.ItemDataRole.AccessibleDescriptionRole),
    )
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(over)
    for column in range(columns):
        if headers and not over.isValid():
            yield "header", str(model.headerData(column, Qt.Orientation.Horizontal) or "")
    for row in range(model.rowCount(over)):
        for column in range(columns):
            if left[0] <= 0:
                return
            left[0] -= 1
            index = model.index(row, column, over)
            for kind, role in roles:
                text = index.data(role)
                if isinstance(text, str):
                    yield kind, text
        if not isinstance(model, QAbstractListModel):
            yield from _of_model(model, model.index(row, 0, over), left, headers=False)

"""What a screen reader is told, and the interfaces of our own by which it reads what Qt's would tell it wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QAccessibleWidget,
    QApplication,
    QComboBox,
    QGraphicsView,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

Maker = Callable[[QWidget], QAccessibleInterface | None]
"""Makes the interface of a window, or of what scrolls; None for one that Qt's own is right for."""


def announce(widget: QWidget, words: str) -> None:
    """Have a screen reader say `words`, once it is done with what it is saying; `widget` is whom they are about."""
    if words and QAccessible.isActive():
        look_around()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


def call(choice: QComboBox, words: str) -> None:
    """Name a drop-down list that no label on screen names. Call it once the list is where it stays.

    On Linux a screen reader reads the choice in place of the name, and the name off the label.
    """
    choice.setAccessibleName(words)
    label = QLabel(words, choice.parentWidget())
    label.setBuddy(choice)
    label.hide()


class Own:
    """An interface of our own. What differs from Qt's is said by the class."""

    own: ClassVar = True


class Area(Own, QAccessibleWidget):
    """What scrolls, as Qt's own interface has it, but for one thing.

    Asked for a child behind the last one, as by a screen reader that has counted a scroll bar which is hidden since,
    Qt's reads behind the end of its list, and the app crashes (Qt 6.11).
    """

    def __init__(self, area: QAbstractScrollArea) -> None:
        figure = isinstance(area, QGraphicsView)
        super().__init__(area, QAccessible.Role.Chart if figure else QAccessible.Role.Client)


def interpret(maker: Maker) -> None:
    """Ask `maker` for interfaces of windows, and of what scrolls, from now on."""
    if maker not in _makers:
        _makers.append(maker)


def look_around() -> None:
    """Give Qt our interfaces of all there is on screen by now, if a screen reader listens.

    Call it when the focus moves, which a screen reader follows. Qt has a way to be asked for them, a factory, but it
    asks while widgets are being made, before Python knows them: Python then takes them for something else, and
    cannot make them. And Qt makes its own anew when a widget gets a slot while it lives.
    """
    if QAccessible.isActive():
        for top in QApplication.topLevelWidgets():
            for widget in (top, *top.findChildren(QAbstractScrollArea)):
                if not is_own(QAccessible.queryAccessibleInterface(widget)):
                    made = next((made for maker in (*_makers, _scrolling) if (made := maker(widget)) is not None), None)
                    if made is not None:
                        give(made)


def is_own(interface: QAccessibleInterface | None) -> bool:
    """Whether that is one that we gave."""
    return getattr(interface, "own", False)


def give(made: QAccessibleInterface) -> QAccessibleInterface:
    """Have Qt use that interface for its object from now on, and return it."""
    if len(_kept) % 256 == 0:
        _kept[:] = filter(isValid, _kept)  # now and then: those whose objects are gone
    _kept.append(made)
    QAccessible.registerAccessibleInterface(made)
    return made


_makers: list[Maker] = []
_kept: list[QAccessibleInterface] = []
"""Interfaces that Qt has. Qt deletes them right after their objects, by pointers of its own: none may go before."""


def _scrolling(widget: QWidget) -> QAccessibleInterface | None:
    if not isinstance(widget, QAbstractScrollArea) or isinstance(widget, QTextEdit | QPlainTextEdit):
        return None
    return None if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView) else Area(widget)

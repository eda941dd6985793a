"""What a screen reader sees of the canvas: a list of cards, lane by lane from the data to the loss.

Qt makes an interface of an object when one is asked for, and deletes it with the object. An interface holds its object
by Qt's pointer alone, so that it keeps nothing alive.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView

from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.language import tr


class CardsInView(Protocol):
    """The canvas, as far as it is read aloud."""

    @property
    def cards(self) -> CanvasScene: ...


def in_order(scene: CanvasScene) -> Iterator[CardItem]:
    """The cards that are shown, as one reads them; the frame of an open block comes before what is in it."""
    for lane in scene.layout.lanes:
        item = scene.lanes.get(lane.stack_id)
        if lane.hidden or item is None:
            continue
        frames = list(zip(lane.row.spans, item.frames, strict=True))
        for at, card in enumerate(item.cards, -1):  # the first card is the data's, before all slots
            yield from (frame for span, frame in frames if span.first == at)
            yield card


def said(card: CardItem) -> str:
    """A card in one sentence: its kind and number, its lane, its shape, and what it holds."""
    words = card.words().split("\n")
    lane = lane_of(card)
    return ", ".join((words[0], tr(f"in {lane}"), *words[1:]) if lane else words)


def lane_of(card: CardItem) -> str:
    """The name of the lane that the card is in."""
    scene = card.scene()
    assert isinstance(scene, CanvasScene)
    for stack in scene.experiment.stacks:
        item = scene.lanes.get(stack.id)
        if item is not None and (card in item.cards or card in item.frames):
            return stack.name
    return ""


def speak_of(card: CardItem) -> None:
    """Have a screen reader say that card: it is the current one now."""
    if listen():
        QAccessible.updateAccessibility(QAccessibleEvent(card, QAccessible.Event.Focus))


def listen() -> bool:
    """Whether a screen reader listens; if so Qt makes these interfaces from now on.

    Where none does Qt asks for an interface all the same, of each widget that it shows or hides.
    """
    if QAccessible.isActive():
        install()
    return QAccessible.isActive()


@cache
def install() -> None:
    """Have Qt make these interfaces, from the first call on."""
    QAccessible.installFactory(_made)


def _made(_class_name: str, about: QObject) -> QAccessibleInterface | None:
    if not QAccessible.isActive():
        return None
    made: QAccessibleInterface | None = None
    if isinstance(about, CardItem):
        made = _Card(about)
    elif isinstance(about, QGraphicsView) and isinstance(about.scene(), CanvasScene):
        made = _Canvas(about)
    if made is not None:
        # Qt keeps a pointer to it for as long as the object lives; without this Python would delete it before.
        vars(about)["_spoken"] = made
    return made


class _Canvas(QAccessibleWidget):
    """The canvas as a list."""

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())

    def _cards(self) -> list[CardItem]:
        return list(in_order(cast(CardsInView, self.object()).cards))

    def childCount(self) -> int:
        return len(self._cards())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        cards = self._cards()
        return QAccessible.queryAccessibleInterface(cards[index]) if 0 <= index < len(cards) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        about, cards = child.object(), self._cards()
        return cards.index(about) if isinstance(about, CardItem) and about in cards else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        found = (child for at in range(self.childCount()) if (child := self.child(at)) and child.rect().contains(x, y))
        return next(found, None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        chosen = next((card for card in self._cards() if card.isSelected()), None)
        return None if chosen is None else QAccessible.queryAccessibleInterface(chosen)


class _Card(QAccessibleObject):
    """A card in that list."""

    @property
    def _card(self) -> CardItem:
        return cast(CardItem, self.object())

    def _view(self) -> QGraphicsView:
        return self._card.scene().views()[0]

    def text(self, kind: QAccessible.Text) -> str:
        return said(self._card) if kind == QAccessible.Text.Name else ""

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state, card = QAccessible.State(), self._card
        state.focusable = state.selectable = True
        state.selected = card.isSelected()
        state.focused = card.isSelected() and self._view().hasFocus()
        return state

    def rect(self) -> QRect:
        view, card = self._view(), self._card
        inside = view.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()
        return QRect(view.viewport().mapToGlobal(inside.topLeft()), inside.size())

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view())

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

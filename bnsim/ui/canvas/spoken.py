"""What a screen reader sees of the canvas: a list of cards, lane by lane from the data to the loss.

An interface holds its object by Qt's pointer alone, so that it keeps nothing alive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, cast

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QAccessibleObject
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView, QWidget

from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.scene import CanvasScene
from bnsim.ui.language import tr
from bnsim.ui.widgets.spoken import Own, give, is_own, look_around


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
    """A card in one sentence: its kind and number, its lane, its shape, what it holds, and what findings there are."""
    words = card.words(brief=True).split("\n")
    lane = lane_of(card)
    return ", ".join((words[0], tr(f"in {lane}"), *words[1:]) if lane else words)


def lane_of(card: CardItem) -> str:
    """The name of the lane that the card is in."""
    scene = card.scene()
    if not isinstance(scene, CanvasScene):
        return ""
    for stack in scene.experiment.stacks:
        item = scene.lanes.get(stack.id)
        if item is not None and (card in item.cards or card in item.frames):
            return stack.name
    return ""


def speak_of(card: CardItem) -> None:
    """Have a screen reader say that card: it is the current one now."""
    if QAccessible.isActive():
        look_around()
        _read(card)
        QAccessible.updateAccessibility(QAccessibleEvent(card, QAccessible.Event.Focus))


def interface_of(widget: QWidget) -> QAccessibleInterface | None:
    """What a screen reader sees of the canvas; None for anything else."""
    return _Canvas(widget) if isinstance(widget, QGraphicsView) and isinstance(widget.scene(), CanvasScene) else None


def _read(about: QObject) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(about)
    return give(_Card(about)) if isinstance(about, CardItem) and not is_own(found) else found


class _Canvas(Own, QAccessibleWidget):
    """The canvas as a list."""

    def __init__(self, view: QGraphicsView) -> None:
        super().__init__(view, QAccessible.Role.List)

    def _cards(self) -> list[CardItem]:
        return list(in_order(cast(CardsInView, self.object()).cards))

    def _children(self) -> list[QObject]:
        """The cards, and behind them what stands on the canvas: the button of the legend, a field that is open."""
        view = cast(QGraphicsView, self.object())
        on_it = view.viewport().findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [*self._cards(), *(each for each in on_it if not each.isHidden())]

    def childCount(self) -> int:
        return len(self._children())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        children = self._children()
        return _read(children[index]) if 0 <= index < len(children) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        about, children = child.object(), self._children()
        return children.index(about) if about in children else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        found = (child for at in range(self.childCount()) if (child := self.child(at)) and child.rect().contains(x, y))
        return next(found, None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        chosen = next((card for card in self._cards() if card.isSelected()), None)
        return None if chosen is None else _read(chosen)


class _Card(Own, QAccessibleObject):
    """A card in that list."""

    @property
    def _card(self) -> CardItem:
        return cast(CardItem, self.object())

    def _view(self) -> QGraphicsView | None:
        """The canvas; None for a card that an edit has taken away, which a screen reader may still ask about."""
        scene = self._card.scene()
        return scene.views()[0] if scene is not None else None

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return said(self._card)
        return self._card.remarks() if kind == QAccessible.Text.Description else ""

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state, card, view = QAccessible.State(), self._card, self._view()
        state.invalid = view is None
        state.focusable = state.selectable = view is not None
        state.selected = card.isSelected()
        state.focused = view is not None and card.isSelected() and view.hasFocus()
        state.offscreen = view is None or not view.rect().intersects(self._within(view))
        return state

    def rect(self) -> QRect:
        view = self._view()
        if view is None:
            return QRect()
        inside = self._within(view)
        return QRect(view.viewport().mapToGlobal(inside.topLeft()), inside.size())

    def _within(self, view: QGraphicsView) -> QRect:
        card = self._card
        return view.mapFromScene(card.mapRectToScene(card.card_rect())).boundingRect()

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        view = self._view()
        return None if view is None else QAccessible.queryAccessibleInterface(view)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

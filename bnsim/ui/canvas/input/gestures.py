"""The mouse on the canvas: a click selects, on a wire it shows what runs there, a press on empty ground draws a band, a
pull on a card drags it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QRubberBand

from bnsim.ui.canvas.items.wires import wire_at
from bnsim.ui.model.payloads import cards_mime
from bnsim.ui.widgets.drag_picture import drag_picture

if TYPE_CHECKING:
    from bnsim.ui.canvas.items.card import CardItem
    from bnsim.ui.canvas.view import CanvasView

CLICK = 4
"""Pixels within which a press and its release are one click."""


class Mouse:
    """One gesture at a time, from press to release."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._origin = QPoint()
        self._card: CardItem | None = None
        self._band: QRubberBand | None = None
        self._kept: frozenset[int] = frozenset()
        self._banding = False
        self._panning = False

    @property
    def busy(self) -> bool:
        """Between press and release."""
        return self._card is not None or self._banding or self._panning

    def cancel(self) -> None:
        """Give up the gesture; what was selected before a band stays."""
        if self._banding:
            self._view.selection.set(self._kept)
        self._finish()

    def press(self, event: QMouseEvent) -> None:
        """Begin."""
        self._view.close_editor()
        self._origin = event.position().toPoint()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panning = True
            self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self._view.press_sign(self._origin):
            return
        elif event.button() == Qt.MouseButton.LeftButton:
            card = self._view.card_at(self._origin)
            if card is not None and card.face.layer_id:
                self._card = card
                self._press_card(card, event.modifiers())
            else:
                self._press_ground(event.modifiers())
        elif event.button() == Qt.MouseButton.RightButton:
            card = self._view.card_at(self._origin)
            if card is not None and card.face.layer_id and not card.isSelected():
                self._view.selection.set([card.face.layer_id])

    def move(self, event: QMouseEvent) -> None:
        """Go on."""
        position = event.position().toPoint()
        if self._panning:
            self._view.scroll_by(self._origin - position)
            self._origin = position
        elif self._banding and self._band is not None:
            self._band.setGeometry(QRect(self._origin, position).normalized())
            self._select_band()
        elif self._card is not None and (position - self._origin).manhattanLength() >= QApplication.startDragDistance():
            self._drag(self._card)
        elif not self.busy:
            self._point_at_wire(position)

    def _point_at_wire(self, position: QPoint) -> None:
        viewport = self._view.viewport()
        wire = None if self._view.card_at(position) is not None else wire_at(self._view, position)
        if wire is None:
            viewport.unsetCursor()
        else:
            viewport.setCursor(Qt.CursorShape.PointingHandCursor)

    def release(self, event: QMouseEvent) -> None:
        """End."""
        card, selection = self._card, self._view.selection
        if card is not None and event.button() == Qt.MouseButton.LeftButton:
            layer_id = card.face.layer_id
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                chosen = selection.layer_ids ^ {layer_id}
                selection.set(sorted(chosen), layer_id if layer_id in chosen else 0)
            elif not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                selection.set([layer_id])
        elif self._banding and (event.position().toPoint() - self._origin).manhattanLength() < CLICK:
            self._click_wire()
        self._finish()

    def _click_wire(self) -> None:
        wire = wire_at(self._view, self._origin)
        if wire is not None and not self._kept:
            self._view.selection.set([wire.layer_id])
            self._view.tensor_asked.emit(wire.tensor)

    def _press_card(self, card: CardItem, modifiers: Qt.KeyboardModifier) -> None:
        selection, layer_id = self._view.selection, card.face.layer_id
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return  # on release, for this may become a copying drag
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            selection.set(selection.layer_ids | set(self._range_to(layer_id)), selection.current or layer_id)
        elif layer_id not in selection.layer_ids:
            selection.set([layer_id])

    def _range_to(self, layer_id: int) -> list[int]:
        """From the current layer to this one, if both are in one lane."""
        stack, _ = self._view.document.experiment.find(layer_id)
        ids = self._view.cards.shown_ids(stack)
        if self._view.selection.current not in ids:
            return [layer_id]
        first, last = sorted((ids.index(self._view.selection.current), ids.index(layer_id)))
        return ids[first : last + 1]

    def _press_ground(self, modifiers: Qt.KeyboardModifier) -> None:
        adding = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._kept = self._view.selection.layer_ids if adding else frozenset()
        self._view.selection.set(self._kept)
        if self._band is None:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self._view.viewport())
            self._band.setObjectName("canvas.band")
        self._band.setGeometry(QRect(self._origin, QSize()))
        self._band.show()
        self._banding = True

    def _select_band(self) -> None:
        if self._band is None:
            return
        area = self._view.mapToScene(self._band.geometry()).boundingRect()
        cards = self._view.cards.cards
        inside = [i for i, card in cards.items() if card.isVisible() and _meets(card, area)]
        self._view.selection.set([*sorted(self._kept), *inside])

    def _drag(self, card: CardItem) -> None:
        selection = self._view.selection
        if card.face.layer_id not in selection.layer_ids:
            selection.set([card.face.layer_id])
        self._finish()
        start_card_drag(self._view, card)

    def _finish(self) -> None:
        self._card = None
        self._banding = self._panning = False
        self._view.viewport().unsetCursor()
        if self._band is not None:
            self._band.hide()


def _meets(card: CardItem, area: QRectF) -> bool:
    return card.mapRectToScene(card.card_rect()).intersects(area)


def start_card_drag(view: CanvasView, card: CardItem) -> None:
    """Drag the selected cards; returns when the button is released."""
    ids = view.cards.selected_ids()
    drag = QDrag(view)
    drag.setMimeData(cards_mime(view.document, ids))
    title = card.face.title if len(ids) == 1 else f"{len(ids)} layers"
    drag.setPixmap(drag_picture(view, view.card_style.theme, title, card.face.kind))
    drag.setHotSpot(QPoint(24, 14))
    carried = [view.cards.cards[layer_id] for layer_id in ids]
    for item in carried:
        item.setOpacity(0.4)
    drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)
    for item in carried:
        item.setOpacity(1.0)

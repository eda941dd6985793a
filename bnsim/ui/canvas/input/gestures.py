"""The mouse on the canvas: a click selects, on a wire it shows what runs there, a press on empty ground draws a band, a
pull on a card drags it.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QRubberBand

from bnsim.spec.layers import Repeat
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.style import Level
from bnsim.ui.canvas.surface import Canvas
from bnsim.ui.model.payloads import cards_mime
from bnsim.ui.widgets.drag_picture import drag_picture

CLICK = 4
"""A press and its release within this many pixels are a click."""


class MouseGestures:
    """One gesture at a time, from the press of a button to its release."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._origin = QPoint()
        self._card: CardItem | None = None
        self._band: QRubberBand | None = None
        self._kept: frozenset[int] = frozenset()
        self._banding = False
        self._panning = False

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way, between press and release."""
        return self._card is not None or self._banding or self._panning

    def cancel(self) -> None:
        """Cancel the gesture; a rubber band leaves the selection as it was."""
        if self._banding:
            self._canvas.selection.set(self._kept)
        self._finish()

    def let_go(self) -> None:
        """End the gesture as it stands: what it is about may be gone."""
        if self.busy:
            self._finish()

    def press(self, event: QMouseEvent) -> None:
        """Begin a gesture at the press of a button."""
        self._canvas.close_editor()
        self._origin = event.position().toPoint()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._panning = True
            self._canvas.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton and self._press_sign(self._origin):
            return
        elif event.button() == Qt.MouseButton.LeftButton:
            card = self._canvas.card_at(self._origin)
            if card is not None and card.face.layer_id:
                self._card = card
                self._press_card(card, event.modifiers())
            else:
                self._press_ground(event.modifiers())
        elif event.button() == Qt.MouseButton.RightButton:
            card = self._canvas.card_at(self._origin)
            if card is not None and card.face.layer_id and not card.isSelected():
                self._canvas.selection.set([card.face.layer_id])

    def move(self, event: QMouseEvent) -> None:
        """Continue the gesture: pan, rubber band, drag; without one, show what is under the pointer."""
        position = event.position().toPoint()
        if not event.buttons():  # a release may have gone to a dialog
            self.let_go()
        if self._panning:
            self._canvas.zoom.scroll_by(self._origin - position)
            self._origin = position
        elif self._banding and self._band is not None:
            self._band.setGeometry(QRect(self._origin, position).normalized())
            self._select_band()
        elif self._card is not None and (position - self._origin).manhattanLength() >= QApplication.startDragDistance():
            self._drag(self._card)
        elif not self.busy:
            self._point_at_wire(position)

    def _point_at_wire(self, position: QPoint) -> None:
        viewport = self._canvas.viewport()
        wire = self._canvas.wire_at(position)
        if wire is None:
            viewport.unsetCursor()
        else:
            viewport.setCursor(Qt.CursorShape.PointingHandCursor)

    def release(self, event: QMouseEvent) -> None:
        """End the gesture at the release of the button."""
        card, selection = self._card, self._canvas.selection
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

    def double_click(self, event: QMouseEvent) -> None:
        """Open or collapse a block, edit a card's number or a lane's name, show a hidden lane."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position().toPoint()
        card = self._canvas.card_at(position)
        if card is None:
            self._double_click_lane(position)
        elif self._press_sign(position):
            return
        elif self._on_block_title(card, position):
            self._canvas.selection.blocks.toggle(card.face.layer_id)
        elif card.face.editable:
            self._canvas.edit_card(card)
        else:
            self._double_click_lane(position)

    def _double_click_lane(self, position: QPoint) -> None:
        stack_id = self._canvas.titles.stack_at(position)
        if stack_id and self._canvas.document.experiment.stack(stack_id).hidden:
            self._canvas.lane_toggled.emit(stack_id)
        elif stack_id:
            self._canvas.rename_lane(stack_id)

    def _press_sign(self, position: QPoint) -> bool:
        """Carry out what a sign on a card means: open, collapse, another copy; False if there is no sign."""
        canvas = self._canvas
        card = canvas.card_at(position)
        hit = "" if card is None else card.hit(card.mapFromScene(canvas.mapToScene(position)))
        if card is None or not hit or canvas.card_style.level != Level.NEAR:
            return False
        if hit == "toggle":
            canvas.selection.blocks.toggle(card.face.layer_id)
            return True
        block = canvas.document.experiment.layer(card.face.layer_id)
        if isinstance(block, Repeat):
            canvas.selection.blocks.step_copy(block, 1 if hit == "next copy" else -1)
        return True

    def _on_block_title(self, card: CardItem, position: QPoint) -> bool:
        if isinstance(card, OpenBlock):
            return True
        return card.face.opens and card.title_rect().contains(card.mapFromScene(self._canvas.mapToScene(position)))

    def _click_wire(self) -> None:
        wire = self._canvas.wire_at(self._origin)
        if wire is not None and not self._kept:
            self._canvas.selection.set([wire.layer_id])
            self._canvas.tensor_asked.emit(wire.tensor)

    def _press_card(self, card: CardItem, modifiers: Qt.KeyboardModifier) -> None:
        selection, layer_id = self._canvas.selection, card.face.layer_id
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return  # on release, for this may become a copying drag
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            selection.set(selection.layer_ids | set(self._range_to(layer_id)), selection.current or layer_id)
        elif layer_id not in selection.layer_ids:
            selection.set([layer_id])

    def _range_to(self, layer_id: int) -> list[int]:
        """Ids from the current layer to this one if both are in one lane; else this one alone."""
        stack, _ = self._canvas.document.experiment.find(layer_id)
        ids = self._canvas.cards.shown_ids(stack)
        if self._canvas.selection.current not in ids:
            return [layer_id]
        first, last = sorted((ids.index(self._canvas.selection.current), ids.index(layer_id)))
        return ids[first : last + 1]

    def _press_ground(self, modifiers: Qt.KeyboardModifier) -> None:
        adding = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        self._kept = self._canvas.selection.layer_ids if adding else frozenset()
        self._canvas.selection.set(self._kept)
        if self._band is None:
            self._band = QRubberBand(QRubberBand.Shape.Rectangle, self._canvas.viewport())
            self._band.setObjectName("canvas.band")
        self._band.setGeometry(QRect(self._origin, QSize()))
        self._band.show()
        self._banding = True

    def _select_band(self) -> None:
        if self._band is None:
            return
        band = self._band.geometry().adjusted(0, 0, 1, 1)
        area = QRectF(self._canvas.mapToScene(band.topLeft()), self._canvas.mapToScene(band.bottomRight()))
        cards = self._canvas.cards.cards
        inside = [i for i, card in cards.items() if card.isVisible() and _meets(card, area)]
        self._canvas.selection.set([*sorted(self._kept), *inside])

    def _drag(self, card: CardItem) -> None:
        selection = self._canvas.selection
        if card.face.layer_id not in selection.layer_ids:
            selection.set([card.face.layer_id])
        self._finish()
        start_card_drag(self._canvas, card)

    def _finish(self) -> None:
        self._card = None
        self._banding = self._panning = False
        self._canvas.viewport().unsetCursor()
        if self._band is not None:
            self._band.hide()


def _meets(card: CardItem, area: QRectF) -> bool:
    return card.mapRectToScene(card.card_rect()).intersects(area)


def start_card_drag(canvas: Canvas, card: CardItem) -> None:
    """Drag the selected cards; returns when the button is released."""
    ids = canvas.cards.selected_ids()
    drag = QDrag(canvas.viewport())
    drag.setMimeData(cards_mime(canvas.document, ids))
    title = card.face.title if len(ids) == 1 else f"{len(ids)} layers"
    drag.setPixmap(drag_picture(canvas.viewport(), canvas.card_style.theme, title, card.face.kind))
    drag.setHotSpot(QPoint(24, 14))
    carried = [canvas.cards.cards[layer_id] for layer_id in ids]
    for item in carried:
        item.setOpacity(0.4)
    drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)
    for item in carried:
        item.setOpacity(1.0)

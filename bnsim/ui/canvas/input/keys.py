"""The keys of the canvas. Left, Right and Space are not among them: they belong to the transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

if TYPE_CHECKING:
    from bnsim.ui.canvas.view import CanvasView


ACTIONS = (
    (QKeySequence.StandardKey.Delete, "edit.delete"),
    (QKeySequence.StandardKey.SelectAll, "edit.selectAll"),
    (QKeySequence.StandardKey.Cut, "edit.cut"),
    (QKeySequence.StandardKey.Copy, "edit.copy"),
    (QKeySequence.StandardKey.Paste, "edit.paste"),
)
"""Keys of the platform that mean an action of the window, which says itself why it cannot be done."""


def press_key(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what the key means; False if it means nothing here."""
    key = event.key()
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    asked = next((name for standard, name in ACTIONS if event.matches(standard)), "")
    if plain and key == Qt.Key.Key_Backspace:
        asked = "edit.delete"
    elif event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_D:
        asked = "edit.duplicate"
    if asked:
        view.action_asked.emit(asked)
    elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and _on_block(view):
        view.selection.blocks.toggle(view.selection.current)
    elif plain and key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        view.edit_selected()
    elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        _select_across(view, -1 if key == Qt.Key.Key_Up else 1)
    elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        _select_end(view, last=key == Qt.Key.Key_End)
    elif plain and key == Qt.Key.Key_Escape and view.selection.layer_ids and not view.escape_leaves():
        view.selection.set(())
    elif event.matches(QKeySequence.StandardKey.ZoomIn):
        view.zoom_in()
    elif event.matches(QKeySequence.StandardKey.ZoomOut):
        view.zoom_out()
    else:
        return False
    return True


def select_next(view: CanvasView, step: int) -> bool:
    """The layer before or behind the current one, over lanes; False if there is none."""
    stacks = view.document.experiment.stacks
    ids = [layer_id for stack in stacks if not stack.hidden for layer_id in view.cards.shown_ids(stack)]
    card = view.cards.card_of(view.selection.current)
    if card is not None and card.face.layer_id in ids:
        place = ids.index(card.face.layer_id) + step
    else:
        place = 0 if step > 0 else len(ids) - 1
    if not 0 <= place < len(ids):
        return False
    view.selection.set([ids[place]])
    return True


def _on_block(view: CanvasView) -> bool:
    card = view.cards.cards.get(view.selection.current)
    return card is not None and card.face.kind == "block"


def _select_across(view: CanvasView, step: int) -> None:
    """From lane to lane, to the card nearest in its column."""
    experiment, lanes = view.document.experiment, view.cards.layout.lanes
    card = view.cards.card_of(view.selection.current)
    if card is None:
        _select_end(view, last=False)
        return
    number = experiment.stacks.index(experiment.find(view.selection.current)[0])
    others = range(number + step, len(lanes) if step > 0 else -1, step)
    for other in others:
        lane = lanes[other]
        if not lane.hidden and lane.xs:
            away = [abs(left - card.home.x()) for left in lane.xs]
            view.selection.set([lane.row.slots[away.index(min(away))].layer.id])
            return


def _select_end(view: CanvasView, last: bool) -> None:
    experiment, current = view.document.experiment, view.selection.current
    stacks = [experiment.find(current)[0]] if current else [stack for stack in experiment.stacks if stack.layers]
    if stacks:
        view.selection.set([view.cards.shown_ids(stacks[0])[-1 if last else 0]])

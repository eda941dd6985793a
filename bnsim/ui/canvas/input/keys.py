"""The keys of the canvas. Left, Right and Space are not among them: they belong to the transport."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from bnsim.ui.canvas.surface import Canvas

ACTIONS = (
    (QKeySequence.StandardKey.Delete, "edit.delete"),
    (QKeySequence.StandardKey.SelectAll, "edit.selectAll"),
    (QKeySequence.StandardKey.Cut, "edit.cut"),
    (QKeySequence.StandardKey.Copy, "edit.copy"),
    (QKeySequence.StandardKey.Paste, "edit.paste"),
)
"""Keys of the platform that mean an action of the window, which says itself why it cannot be done."""


def press_key(canvas: Canvas, event: QKeyEvent) -> bool:
    """Carry out what the key means; False if it has no meaning here."""
    key = event.key()
    plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    asked = next((name for standard, name in ACTIONS if event.matches(standard)), "")
    if plain and key == Qt.Key.Key_Backspace:
        asked = "edit.delete"
    elif event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_D:
        asked = "edit.duplicate"
    if asked:
        canvas.action_asked.emit(asked)
    elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and _on_block(canvas):
        canvas.selection.blocks.toggle(canvas.selection.current)
    elif plain and key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
        canvas.edit_selected()
    elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        _select_across(canvas, -1 if key == Qt.Key.Key_Up else 1)
    elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        _select_end(canvas, last=key == Qt.Key.Key_End)
    elif plain and key == Qt.Key.Key_Escape and canvas.selection.layer_ids and not canvas.escape_leaves():
        canvas.selection.set(())
    elif event.matches(QKeySequence.StandardKey.ZoomIn):
        canvas.zoom.enlarge()
    elif event.matches(QKeySequence.StandardKey.ZoomOut):
        canvas.zoom.shrink()
    else:
        return False
    return True


def select_next(canvas: Canvas, step: int) -> bool:
    """Select the layer before (-1) or behind (1) the current one, over lanes; False if there is none."""
    stacks = canvas.document.experiment.stacks
    ids = [layer_id for stack in stacks if not stack.hidden for layer_id in canvas.cards.shown_ids(stack)]
    card = canvas.cards.card_of(canvas.selection.current)
    if card is not None and card.face.layer_id in ids:
        index = ids.index(card.face.layer_id) + step
    else:
        index = 0 if step > 0 else len(ids) - 1
    if not 0 <= index < len(ids):
        return False
    canvas.selection.set([ids[index]])
    return True


def _on_block(canvas: Canvas) -> bool:
    card = canvas.cards.cards.get(canvas.selection.current)
    return card is not None and card.face.kind == "block"


def _select_across(canvas: Canvas, step: int) -> None:
    """Select the card nearest in column in the lane above (-1) or below (1)."""
    experiment, lanes = canvas.document.experiment, canvas.cards.layout.lanes
    card = canvas.cards.card_of(canvas.selection.current)
    if card is None:
        _select_end(canvas, last=False)
        return
    number = experiment.stacks.index(experiment.find(canvas.selection.current)[0])
    others = range(number + step, len(lanes) if step > 0 else -1, step)
    for other in others:
        lane = lanes[other]
        if not lane.hidden and lane.xs:
            away = [abs(left - card.home.x()) for left in lane.xs]
            canvas.selection.set([lane.row.slots[away.index(min(away))].layer.id])
            return


def _select_end(canvas: Canvas, last: bool) -> None:
    experiment, current = canvas.document.experiment, canvas.selection.current
    stacks = [experiment.find(current)[0]] if current else [stack for stack in experiment.stacks if stack.layers]
    if stacks:
        canvas.selection.set([canvas.cards.shown_ids(stacks[0])[-1 if last else 0]])

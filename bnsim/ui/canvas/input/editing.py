"""Editing in place: at most one field is open, over a card or over a lane's name."""

from __future__ import annotations

from functools import partial

from shiboken6 import isValid

from bnsim.spec import edits
from bnsim.ui.canvas.input.fields import InlineEditor, NameEditor, ValueEditor
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.surface import Canvas
from bnsim.ui.canvas.zoom import NEAR
from bnsim.ui.model.fields import Field, main_field, set_words

DIGITS = 64
"""Least width in pixels for the digits in a field over a card."""


class InlineEditing:
    """Opens and closes the field of one canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._open: InlineEditor | None = None

    def edit_selected(self) -> None:
        """Edit the main number of the current layer, such as a Linear's units; refused in words if it has none."""
        canvas = self._canvas
        current = canvas.selection.current
        card = canvas.cards.cards.get(current)
        if card is None and current:
            canvas.refused.emit("This layer is inside a block: open the block (Ctrl+E) to edit it on its card.")
        elif card is not None and card.face.editable and card.isVisible():
            self.edit_card(card)
        elif card is not None:
            canvas.refused.emit(f"{card.face.title} has no number to edit on its card; see the inspector.")
        else:
            canvas.refused.emit("Select a layer to edit its main number on its card; the inspector has all the rest.")

    def edit_card(self, card: CardItem) -> None:
        """Open a field over the card for its main number, in a legible size."""
        canvas = self._canvas
        layer = canvas.document.experiment.layer(card.face.layer_id)
        field = main_field(type(layer))
        if field is None:
            return
        self.close()
        if canvas.zoom.factor < NEAR:
            canvas.zoom.reset()
        canvas.reveal(card.face.layer_id)
        value = getattr(layer, field.name)
        editor = ValueEditor(canvas.viewport(), field, value, card.face.title, canvas.card_style)
        area = canvas.card_on_viewport(card, card.size_rect()).adjusted(3, 1, -3, 1)
        area.setHeight(max(area.height(), editor.fontMetrics().height() + 5))
        area.setWidth(max(area.width(), editor.textMargins().left() + DIGITS))
        editor.setGeometry(area)
        editor.committed.connect(partial(self._set_number, layer.id, field))
        editor.refused.connect(canvas.refused)
        self._start(editor)

    def rename_lane(self, stack_id: int) -> None:
        """Open a field over the lane's name."""
        canvas = self._canvas
        self.close()
        stack = canvas.document.experiment.stack(stack_id)
        editor = NameEditor(canvas.viewport(), stack.name, canvas.card_style)
        editor.setGeometry(canvas.titles.name_rect(stack))
        editor.committed.connect(partial(canvas.lane_named.emit, stack_id))
        self._start(editor)

    def close(self) -> None:
        """Close the field without a change."""
        if self._open is not None and isValid(self._open):
            self._open.cancel()
        self._open = None

    def _start(self, editor: InlineEditor) -> None:
        editor.closed.connect(self._closed)
        self._open = editor
        editor.start()

    def _closed(self) -> None:
        self._open = None
        self._canvas.setFocus()

    def _set_number(self, layer_id: int, field: Field, value: object) -> None:
        document = self._canvas.document
        after = edits.change_layer(document.experiment, layer_id, **{field.name: value})
        document.push(after, set_words(field, value))

"""The commands undo and redo."""

from __future__ import annotations

from bnsim.ui.commands.action import Action
from bnsim.ui.model.document import Document

ACTIONS: tuple[Action[Document], ...] = (
    Action(
        "edit.undo",
        "&Undo",
        lambda document: document.undo_stack.undo(),
        keys=("Ctrl+Z",),
        icon="undo",
        tip="Take the last edit back",
        enabled=lambda state: state.undo is not None,
        why="nothing to undo",
        shown=lambda state: f"&Undo {state.undo or ''}".rstrip(),
    ),
    Action(
        "edit.redo",
        "&Redo",
        lambda document: document.undo_stack.redo(),
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        icon="redo",
        tip="Do the edit again that was taken back",
        enabled=lambda state: state.redo is not None,
        why="nothing to redo",
        shown=lambda state: f"&Redo {state.redo or ''}".rstrip(),
    ),
)

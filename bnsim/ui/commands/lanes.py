"""What is done to a lane: added, duplicated, renamed, moved, hidden, colored, removed; each one undo step."""

from __future__ import annotations

from bnsim.spec import edits
from bnsim.ui.commands.editing import Editor


class LaneCommands:
    """Acts on the lane of a stack's id."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def add(self) -> None:
        """An empty lane below the others."""
        self._editor.push(edits.add_stack, "add lane")

    def duplicate(self, stack_id: int) -> None:
        """A copy of the lane below it."""
        self._editor.push(lambda now: edits.duplicate_stack(now, stack_id), "duplicate lane")

    def remove(self, stack_id: int) -> None:
        """Take the lane out."""
        name = self._editor.document.experiment.stack(stack_id).name
        self._editor.push(lambda now: edits.remove_stack(now, stack_id), f"remove lane {name}")

    def move(self, stack_id: int, by: int) -> None:
        """Up if `by` is negative, down if positive."""
        self._editor.push(lambda now: edits.move_stack(now, stack_id, by), "move lane")

    def recolor(self, stack_id: int, color: int) -> None:
        """One of the lane colors, 1 to 4; 0 is that of its position."""
        self._editor.push(lambda now: edits.recolor_stack(now, stack_id, color), "recolor lane")

    def hide_or_show(self, stack_id: int) -> None:
        """Show the lane's name only, or all of it again."""
        hidden = not self._editor.document.experiment.stack(stack_id).hidden
        self._editor.push(lambda now: edits.hide_stack(now, stack_id, hidden), "hide lane" if hidden else "show lane")

    def rename(self, stack_id: int, name: str) -> None:
        """Give it another name."""
        self._editor.push(lambda now: edits.rename_stack(now, stack_id, name), "rename lane")

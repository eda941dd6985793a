"""Pushing an edit of the document as one undo step, or refusing it in words; shared by commands."""

from __future__ import annotations

from collections.abc import Callable

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import MAX_LAYERS, Experiment
from bnsim.spec.numerals import count
from bnsim.spec.tree import walk
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

Refuse = Callable[[str], object]
"""Takes words for the person: why something was not done."""


class Editor:
    """Pushes edits of one document; `refuse` is called with the reason of one that cannot be made."""

    def __init__(self, document: Document, selection: Selection, refuse: Refuse) -> None:
        self.document = document
        self.selection = selection
        self.refuse = refuse

    def push(self, edit: Callable[[Experiment], Experiment], text: str) -> bool:
        """Push `edit` of the present experiment as one undo step named `text`; True if it could be made."""
        after = self._tried(edit)
        if after is None:
            return False
        self.document.push(after, text)
        return True

    def push_new(self, edit: Callable[[Experiment], Experiment], text: str) -> bool:
        """As `push`; layers that are new in the experiment are selected afterwards."""
        after = self._tried(edit)
        if after is None:
            return False
        for stack in after.stacks:
            if sum(1 for _ in walk(stack.layers)) > MAX_LAYERS:
                self.refuse(f"{stack.name} can have {count(MAX_LAYERS)} layers at most.")
                return False
        old = {layer.id for stack in self.document.experiment.stacks for layer in walk(stack.layers)}
        self.document.push(after, text)
        new = [layer.id for stack in after.stacks for layer in walk(stack.layers) if layer.id not in old]
        # What a new block holds is selected with it.
        held = {inner.id for number in new for inner in walk(getattr(after.layer(number), "layers", ()))}
        self.selection.set([number for number in new if number not in held])
        return True

    def _tried(self, edit: Callable[[Experiment], Experiment]) -> Experiment | None:
        try:
            return edit(self.document.experiment)
        except InputError as error:
            self.refuse(str(error))
            return None

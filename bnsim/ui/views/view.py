"""What all views have in common."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from bnsim.lenses.lens import Lens
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.spec.experiment import Experiment, Stack
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection


def lane_words(experiment: Experiment, stack: Stack, theme: Theme | None) -> str:
    """A lane's color and name, as rich text."""
    lane = stack.lane_color(experiment.stacks.index(stack))
    chip = "" if theme is None else f'<span style="color:{theme.color(f"lane{lane}")}">■</span> '
    return f"{chip}{escape(stack.name)}"


class View(QWidget):
    """Base of all views. A subclass says which `lenses` it looks through and draws the answers it is shown.

    It draws, and computes nothing; it is shown updates only while it can be seen.
    """

    name = ""
    """Of its dock and actions, such as "equation"."""
    title = ""
    lenses_changed = Signal()
    """What it wants to know has changed, as by a click in it."""
    tensor_chosen = Signal(object)
    """A `Tensor` somebody wants to see."""
    inquired = Signal(object)
    """An `Inquiry` it wants answered; what comes of it is told by `show_found`."""
    given_up = Signal()
    """The person does not want to wait for the inquiry any longer."""
    wanted = Signal()
    """Somebody asked for what it does: it is to be seen, in front of others."""
    refused = Signal(str)
    """Words for the status bar: why something cannot be done."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)

    def lenses(self) -> tuple[Lens, ...]:
        """What it wants to know now. Asked again when the selection, the experiment or the moment is another."""
        return ()

    def show_update(self, update: Update) -> None:
        """Draw `update.answers[lens]` of its lenses; an answer may be missing yet, or None."""

    def show_found(self, found: Found) -> None:
        """An inquiry got on or came to its end; not only those this view made."""

    def set_theme(self, theme: Theme) -> None:
        """Light or dark, and the sizes."""

"""The base class of all views."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from bnsim.lenses.lens import Lens
from bnsim.plot.theme import Theme
from bnsim.runner.updates import Found, Update
from bnsim.spec.experiment import Experiment, Stack
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.model.lane_roles import lane_role
from bnsim.ui.model.selection import Selection
from bnsim.ui.widgets.numbers import NumberMenu


def lane_words(experiment: Experiment, stack: Stack, theme: Theme | None) -> str:
    """A lane's color and name, as rich text."""
    role = lane_role(experiment, stack.id)
    chip = "" if theme is None else f'<span style="color:{theme.color(role)}">■</span> '
    return f"{chip}{escape(stack.name)}"


class View(QWidget):
    """Base of all views. A subclass names the `lenses` it looks through and draws their answers.

    It draws, and computes nothing; it is shown updates only while it can be seen.
    """

    name = ""
    """The name of its dock and actions, such as "equation"."""
    title = ""
    lenses_changed = Signal()
    """The view's `lenses` have changed, for example by a click in it."""
    tensor_chosen = Signal(object)
    """A `Tensor` that is to be shown in the tensor view."""
    element_chosen = Signal(object, object, object)
    """A `Tensor`, row and column of an element in it that was clicked; None for the side that a vector lacks."""
    inquired = Signal(object)
    """An `Inquiry` to be answered; `show_found` is called with progress and result."""
    given_up = Signal()
    """The person cancels the inquiry."""
    why_asked = Signal(int, object, str)
    """Why is an array of a layer what it is? The layer's id, which copy of it, and the array's name."""
    layer_chosen = Signal(int)
    """The id of a layer that is to be selected, and its card to be brought into view."""
    operation_chosen = Signal(int, int, int)
    """The run is to stand behind an operation: the stack's id, the iteration, the position in the lane's program."""
    fork_asked = Signal(int, int, object)
    """A lane is to be forked: the stack's id, from which iteration on, and what it tries (`Try`)."""
    change_asked = Signal(int, int, object, str)
    """A lane is to be forked with one change: the stack's id, from which iteration on, the `Change`, and what the fork
    is called behind the lane's name."""
    copy_asked = Signal()
    """What it shows is to be copied as a picture."""
    export_asked = Signal(str)
    """The same is to be written in the format of that suffix."""
    wanted = Signal()
    """The view is to be brought to the front."""
    refused = Signal(str)
    """Words for the status bar: why something cannot be done."""

    def __init__(self, document: Document, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = selection
        self._number_menu = NumberMenu(self)
        self.setObjectName(self.name)
        self.setAccessibleName(tr(self.title))
        # Whatever of it is clicked, what is exported next is of it.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def serve_numbers(self, menu: NumberMenu) -> None:
        """Take the menu of numbers that the whole window has."""
        self._number_menu = menu

    def lenses(self) -> tuple[Lens, ...]:
        """The lenses whose answers it draws. Called again when selection, experiment or moment have changed."""
        return ()

    def show_update(self, update: Update) -> None:
        """Draw `update.answers[lens]` of its lenses; an answer may still be missing, or be None."""

    def forget(self) -> None:
        """Show nothing and remember nothing of what was chosen: another document has been opened."""

    def show_found(self, found: Found) -> None:
        """Show progress or result of an inquiry, which another view may have made."""

    def exportable(self) -> Exportable | None:
        """What can be exported and copied of it now, as a picture that is made from what it was told."""
        return None

    def set_theme(self, theme: Theme) -> None:
        """Take colors, fonts and sizes from the theme."""

    def _in_area(self, page: QWidget) -> QScrollArea:
        """Fill the view with a page that is scrolled where it is higher than the view; return what scrolls it."""
        area = QScrollArea(self)
        area.setAccessibleName(tr(self.title))
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        return area

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._number_menu.open(self, event):
            super().contextMenuEvent(event)

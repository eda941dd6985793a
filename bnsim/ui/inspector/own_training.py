"""A lane's own training in the inspector: a button to give it one, or a field for all that can be its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.experiment import Stack
from bnsim.spec.training import Training
from bnsim.ui.inspector.form import RecordForm
from bnsim.ui.language import tr
from bnsim.ui.theme.spacing import HEAD_GAP

GIVE, SHARE = "Own training", "Train as the experiment"
WORDS = "Its own training. “Shared” is what the experiment has; mini-batches and seed are always the experiment's."
GIVE_TIP = "Its own optimizer, schedule, clipping, decay and gain; mini-batches and seed stay the experiment's"
SHARE_TIP = "Nothing of the lane's training is its own any more"


class OwnTraining(QWidget):
    """Shows what is a lane's own; each field offers the experiment's, too, and says what that is.

    `asked(own)`: the person wants the lane to have a training of its own, or none. `edited` is as a form's.
    """

    asked = Signal(bool)
    edited = Signal(object, str, str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shared: list[Struct] = []
        """The experiment's own records, which the form knows as well."""
        self._button = QPushButton(self)
        self._button.setObjectName(f"{name}.own")
        self._button.clicked.connect(self._ask)
        self._words = QLabel(tr(WORDS), self)
        self._words.setProperty("role", "muted")
        self._words.setWordWrap(True)
        # Not a method: a form that holds this widget would make a circle that only the collector ends.
        self._form = RecordForm(name, partial(begun, self._shared), self)
        self._form.edited.connect(self.edited)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HEAD_GAP)
        column.addWidget(self._words)
        column.addWidget(self._form)
        column.addWidget(self._button)

    def show_lane(self, stack: Stack, shared: Training) -> None:
        """Show what is that stack's own, `shared` being the training of the experiment."""
        self._shared[:] = shared.optimizer, shared.schedule, shared.clip
        own = bool(stack.training)
        if own:
            self._form.show_record(stack.training)
            self._form.show_inherited(shared, "Shared")
        self._words.setVisible(own)
        self._form.setVisible(own)
        self._button.setText(tr(SHARE if own else GIVE))
        self._button.setToolTip(tr(SHARE_TIP if own else GIVE_TIP))
        self._button.setAccessibleName(f"{stack.name}: {self._button.text()}")

    def set_theme(self, theme: Theme) -> None:
        self._form.set_theme(theme)

    def _ask(self) -> None:
        self.asked.emit(not self._form.isVisibleTo(self))


def begun(shared: Sequence[Struct], kind: type[Struct], _before: Struct | None) -> Struct | None:
    """What becomes a lane's own begins as the experiment's, where that is of the chosen kind."""
    return next((each for each in shared if type(each) is kind), None) or kind()

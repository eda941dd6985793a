"""Commands for the weights of the run: they are multiplied while it goes on, and that is undone."""

from __future__ import annotations

from collections.abc import Callable

from bnsim.runner.orders import Order, UndoChange
from bnsim.spec.tree import weight_layers
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.state import State
from bnsim.ui.model.acted_on import scaled_layers
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection


class WeightCommands:
    """`give` takes an order; `open_scaler` shows the control for the weights of the layers of these ids."""

    def __init__(
        self,
        give: Callable[[Order], object],
        document: Document,
        selection: Selection,
        open_scaler: Callable[[tuple[int, ...]], object],
    ) -> None:
        self._give = give
        self._document = document
        self._selection = selection
        self._open_scaler = open_scaler

    def scale(self) -> None:
        """Show the control for the weights of what is selected, else of all."""
        layers = scaled_layers(self._document.experiment, self._selection.layer_ids)
        if layers:
            self._open_scaler(layers)

    def scale_lane(self, stack_id: int) -> None:
        """Show it for all weights of one lane."""
        layers = weight_layers(self._document.experiment.stack(stack_id).layers)
        if layers:
            self._open_scaler(layers)

    def undo(self) -> None:
        """Undo the last change of the run's weights; it goes back to where that was made."""
        self._give(UndoChange())


def _scale_words(state: State) -> str:
    return f"Multiply {state.whose_weights or 'weights'} by…"


def _undo_words(state: State) -> str:
    return f"Undo {state.change or 'multiplied weights'}"


ACTIONS: tuple[Action[WeightCommands], ...] = (
    Action(
        "run.scaleWeights",
        "Multiply weights by…",
        WeightCommands.scale,
        keys=("Alt+W",),
        icon="scale",
        tip="Scale W by a factor while it runs: of the selected layers, else of the lane; the document stays",
        enabled=lambda state: state.can_run and bool(state.whose_weights),
        why="no Linear layer can run",
        shown=_scale_words,
    ),
    Action(
        "run.undoScaling",
        "Undo multiplied weights",
        WeightCommands.undo,
        icon="undo",
        tip="The run goes back to where that was done, and has the weights as they were, to the bit",
        enabled=lambda state: bool(state.change),
        why="no weights were multiplied in this run",
        shown=_undo_words,
    ),
)

"""What a menu offers on a point of a panel: why its gradient is so small; to watch what is drawn there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from bnsim.session.arrays import GRADIENT
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name
from bnsim.spec.training_words import lane_labels
from bnsim.spec.tree import is_weight_layer, leaves, paths_of
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.widgets.numbers import NumberMenu

if TYPE_CHECKING:  # what draws figures comes with it
    from bnsim.ui.charts.reading import Point

BY_DEPTH = {"gradient_by_depth": GRADIENT, "weight_gradient_by_depth": "dweight"}
"""Figures whose x counts weight layers, and the name of the array whose size they show."""
LOSS = "loss"


class PointEntries(QObject):
    """Makes the entries that a panel's menu begins with on a point of one of its lines, or on a cell."""

    why_asked = Signal(int, object, str)
    """Why is an array of a layer what it is? The layer's id, which copy of it, and the array's name."""

    loss_asked = Signal()
    """Why does the loss not move?"""

    def __init__(self, document: Document, numbers: NumberMenu, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._numbers = numbers
        self._made: list[QAction] = []

    def at(self, point: Point) -> Sequence[QAction]:
        """The entries at that point; of what cannot be watched one that says why."""
        for action in self._made:
            action.deleteLater()
        self._made = []
        found = layer_at_point(self._document.experiment, point)
        if found is not None:
            layer, copy, title = found
            why = QAction(tr(f"Why is it so small at {title}?"), self)
            why.setObjectName("point.why")
            why.triggered.connect(lambda: self.why_asked.emit(layer, copy, BY_DEPTH[point.figure]))
            self._made.append(why)
        if point.figure == LOSS:
            why = QAction(tr("Why does it not move?"), self)
            why.setObjectName("point.whyLoss")
            why.triggered.connect(self.loss_asked)
            self._made.append(why)
        if point.watch:
            self._made += self._numbers.entries(point.watch, "point", self)
        elif reason := unwatched(point.figure):
            cannot = QAction(tr(f"No watch: {reason}"), self)
            cannot.setObjectName("point.unwatched")
            cannot.setEnabled(False)
            self._made.append(cannot)
        return self._made


def unwatched(figure: str) -> str:
    """Why points of figures of that name cannot be watched; "" where there is no general reason."""
    from bnsim.figures import FIGURES

    kind = FIGURES.get(figure)
    return "" if kind is None else kind.unwatched


def layer_at_point(experiment: Experiment, point: Point) -> tuple[int, int, str] | None:
    """The weight layer that a point by depth is of: its id, which copy of it, its name; None if it is of none."""
    names = lane_labels(experiment)
    if point.figure not in BY_DEPTH or point.line not in names or point.x < 1:
        return None
    stack = experiment.stacks[names.index(point.line)]
    weights = (leaf for leaf in leaves(stack.layers) if is_weight_layer(leaf.layer))
    leaf = next(islice(weights, round(point.x) - 1, None), None)
    if leaf is None:
        return None
    copy = next(k for k, path in enumerate(paths_of(stack.layers, leaf.layer.id)) if path == leaf.path)
    return leaf.layer.id, copy, layer_name(stack, leaf.path)

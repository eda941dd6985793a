"""What a menu offers on a point of a panel: by which layer it is of, why its gradient is so small."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from bnsim.session.arrays import GRADIENT
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_name
from bnsim.spec.training_words import lane_labels
from bnsim.spec.tree import is_weight_layer, leaves, paths_of
from bnsim.ui.model.document import Document
from bnsim.ui.model.watches import expression_of
from bnsim.ui.views.tensor.choice import Chosen, tensor_of

if TYPE_CHECKING:  # what draws figures comes with it
    from bnsim.ui.charts.reading import Point

BY_DEPTH = {"gradient_by_depth": GRADIENT, "weight_gradient_by_depth": "dweight"}
"""Figures whose x counts weight layers, and the name of the array whose size they show."""


class PointEntries(QObject):
    """Makes the entries that a panel's menu begins with on a point of one of its lines."""

    why_asked = Signal(int, object, str)
    """Why is an array of a layer what it is? The layer's id, which copy of it, and the array's name."""

    watch_asked = Signal(str)
    """The norm that a point shows is to be watched, by its expression."""

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._made: list[QAction] = []

    def at(self, point: Point) -> Sequence[QAction]:
        """The entries at that point; none where it is not of one layer's gradient."""
        for action in self._made:
            action.deleteLater()
        self._made = []
        found = layer_at_point(self._document.experiment, point)
        if found is not None:
            layer, copy, title = found
            why = QAction(f"Why is it so small at {title}?", self)
            why.setObjectName("point.why")
            why.triggered.connect(lambda: self.why_asked.emit(layer, copy, BY_DEPTH[point.figure]))
            watch = QAction(f"Watch it at {title}", self)
            watch.setObjectName("point.watch")
            watch.triggered.connect(partial(self._watch, layer, copy, BY_DEPTH[point.figure]))
            self._made += [why, watch]
        return self._made

    def _watch(self, layer: int, copy: int, name: str, _checked: bool = False) -> None:
        experiment = self._document.experiment
        tensor = tensor_of(experiment, Chosen(layer, name, copy))
        if tensor is not None:
            self.watch_asked.emit(expression_of(experiment, tensor, None))


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

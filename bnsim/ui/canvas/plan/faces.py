"""What a card shows of the document: title, size, remark, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Block, LayerBase
from bnsim.spec.naming import card_titles
from bnsim.spec.numerals import count
from bnsim.spec.tree import Copies
from bnsim.ui.canvas.plan.rows import Row, Slot
from bnsim.ui.model.layer_facts import inside, remark, settings, sizes, widths


class Face(NamedTuple):
    """What one card shows. `layer_id` 0: the data or the loss; `lane`: a lane color."""

    layer_id: int
    title: str
    size: str
    kind: str
    remark: str
    lane: int
    editable: bool = False
    inside: tuple[tuple[str, str], ...] = ()
    """What a block holds: (kind, name) of each layer."""
    settings: tuple[str, ...] = ()
    """How the layer is set, a few words a line."""
    differs: str = ""
    """A mark if the lane above has no such layer there, or another one."""
    opens: bool = False
    """Whether it is a closed block, with a sign to open it."""


class Faces:
    """Makes the faces of one lane's cards."""

    def __init__(
        self,
        experiment: Experiment,
        stack: Stack,
        number: int,
        features: int | None,
        differences: Mapping[int, str],
        copies: Copies,
    ) -> None:
        self._batch = experiment.training.batch_size
        self._data, self._loss = experiment.data.name, stack.loss.name
        self._color = stack.lane_color(number)
        self._features = features
        self._differences = differences
        self._titles = card_titles(stack, copies)
        self._sizes = sizes(stack, features, self._batch, copies)
        self._widths = widths(stack, features, copies)

    def data(self) -> Face:
        """The face of the data card."""
        return Face(0, self._data, self._shape(self._features), "data", "", self._color)

    def loss(self) -> Face:
        """The face of the loss card."""
        return Face(0, self._loss, "", "loss", "", self._color)

    def of(self, slot: Slot) -> Face:
        """The face of a slot's card."""
        layer = slot.layer
        if slot.role == "sum":
            return Face(layer.id, "x + f(x)", self._shape(self._widths[layer.id]), "block", "", self._color)
        if slot.role == "empty":
            return Face(layer.id, "empty", "", "block", "", self._color)
        return self.of_block(layer)._replace(opens=isinstance(layer, Block))

    def of_block(self, layer: LayerBase) -> Face:
        """The face of a layer's card, or of an open block's frame."""
        return Face(
            layer.id,
            self._titles[layer.id],
            self._sizes[layer.id],
            layer.group,
            remark(layer),
            self._color,
            editable=bool(layer.main),
            inside=inside(layer),
            settings=settings(layer),
            differs=self._differences.get(layer.id, ""),
        )

    def widths_on(self, row: Row) -> list[str]:
        """Output features of the data and of each card in the row; "" where they are the same as before.

        The mini-batch, the same everywhere, is on the cards.
        """
        found: list[str] = []
        before = None
        for width in [self._features, *(self._width(slot) for slot in row.slots)]:
            changed = width is not None and width != before
            found.append(count(width) if changed and width is not None else "")
            before = width or before
        return found

    def _width(self, slot: Slot) -> int | None:
        return None if slot.role == "empty" else self._widths[slot.layer.id]

    def _shape(self, width: int | None) -> str:
        return f"{count(self._batch)} × {'?' if width is None else count(width)}"

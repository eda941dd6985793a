"""How an experiment shows itself in a console and in a notebook: a line, and a table in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Protocol

from bnsim.spec.kind import Kind
from bnsim.spec.layers import Block, Layer, Repeat
from bnsim.spec.losses import Loss
from bnsim.spec.numerals import counted
from bnsim.spec.training import Training
from bnsim.spec.tree import leaf_count

MOST_SHOWN = 12
"""Of a stack so many layers are named."""


class ShownStack(Protocol):
    """What of a stack is shown."""

    @property
    def name(self) -> str:
        """The lane's name."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers."""

    @property
    def loss(self) -> Loss:
        """Its loss."""


def line(data: Kind, training: Training, stacks: Sequence[ShownStack]) -> str:
    """Such as "<Experiment: Two spirals, SGD lr 0.1, batches of 64; plain 3 layers, with BN 4 layers>"."""
    lanes = ", ".join(f"{stack.name} {counted(leaf_count(stack.layers), 'layer')}" for stack in stacks)
    return f"<Experiment: {_about(data, training)}; {lanes or 'no stack'}>"


def table(
    data: Kind, training: Training, stacks: Sequence[ShownStack], more: Sequence[tuple[str, Sequence[str]]] = ()
) -> str:
    """HTML: what all lanes share, and a row for each with its layers and its loss.

    `more` are columns: a heading, and a cell for each lane.
    """
    heads = ["lane", "layers", "loss", *(head for head, _ in more)]
    rows = [
        [stack.name, words_of(stack.layers), stack.loss.name, *(cells[number] for _, cells in more)]
        for number, stack in enumerate(stacks)
    ]
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    return f"<div>{escape(_about(data, training))}</div><table><tr>{_cells('th', heads)}</tr>{body}</table>"


def words_of(layers: Sequence[Layer]) -> str:
    """Layers in a line: "Linear 32 → BatchNorm → Sigmoid"; of many the first ones."""
    said = [_word(layer) for layer in layers[:MOST_SHOWN]]
    rest = len(layers) - len(said)
    return " → ".join([*said, f"{rest} more"] if rest else said)


def _word(layer: Layer) -> str:
    if isinstance(layer, Block):
        times = f"{layer.times} × " if isinstance(layer, Repeat) else ""
        return f"{times}{layer.name if not times else ''}({words_of(layer.layers)})"
    value = getattr(layer, layer.main) if layer.main in ("units", "p", "num_groups") else None
    return layer.name if value is None else f"{layer.name} {value}"


def _about(data: Kind, training: Training) -> str:
    optimizer: Any = training.optimizer
    return f"{data.title}, {optimizer.name} lr {optimizer.lr:g}, batches of {training.batch_size}"


def _cells(tag: str, words: Iterable[str]) -> str:
    return "".join(f'<{tag} style="text-align:left">{escape(each)}</{tag}>' for each in words)

"""Words for places in a stack: the same ones in the transport bar, the inspector and the panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Block, Layer, Repeat
from bnsim.spec.tree import weight_count
from bnsim.ui.canvas.plan.rows import shown_copy

PHASES = {"forward": ("▶", "forward"), "loss": ("●", "loss"), "backward": ("◀", "backward"), "update": ("↻", "update")}
"""Sign and word of each phase: direction is never said by color alone."""
PHASE_COLORS = {"forward": "forward", "loss": "loss", "backward": "backward", "update": "ok"}


def depth(stack: Stack, index: int) -> int:
    """Ordinal of the weight layer that `index` is, ends with or follows, copies counted; 0 before the first."""
    return weight_count(stack.layers[: index + 1])


def layer_place(stack: Stack, layer_id: int, copies: Mapping[int, int]) -> tuple[str, str]:
    """Of a layer, in blocks too: its title, such as "BatchNorm 11", and where it is, "layer 11 of 21 · in Repeat ×3".

    In a Repeat it is counted in the copy that `copies` says, by the block's id; else in the first.
    """
    trail = _trail(stack.layers, layer_id)
    ordinal, inside, layers = 0, [], stack.layers
    for block, index in trail[:-1]:
        assert isinstance(block, Block)
        ordinal += weight_count(layers[:index])
        inside.append(_block_title(block))
        if isinstance(block, Repeat):
            copy = shown_copy(block, copies)
            ordinal += copy * weight_count(block.layers)
            inside[-1] += f", copy {copy + 1}"
        layers = block.layers
    layer, index = trail[-1]
    if isinstance(layer, Block):
        first, last = ordinal + weight_count(layers[:index]) + 1, ordinal + weight_count(layers[: index + 1])
        title, where = _block_title(layer), f"layers {first} to {last}" if last > first else f"layer {last}"
        where = where if last >= first else "without weights"
    else:
        ordinal += weight_count(layers[: index + 1])
        name = type(layer).__name__
        title, where = (f"{name} {ordinal}", f"layer {ordinal}") if ordinal else (name, "before the first Linear")
    if where.startswith("layer"):
        where += f" of {weight_count(stack.layers)}"
    return title, " · ".join([where, *(f"in {name}" for name in reversed(inside))])


def _trail(layers: Sequence[Layer], layer_id: int) -> list[tuple[Layer, int]]:
    """The blocks around a layer, outermost first, and it; each with its index. Empty if it is not there."""
    for index, layer in enumerate(layers):
        if layer.id == layer_id:
            return [(layer, index)]
        inner = _trail(layer.layers, layer_id) if isinstance(layer, Block) else []
        if inner:
            return [(layer, index), *inner]
    return []


def _block_title(block: Block) -> str:
    return f"Repeat ×{block.times}" if isinstance(block, Repeat) else type(block).__name__


def place(stack: Stack, index: int, op: str = "") -> str:
    """Such as "layer 11 of 21 · BatchNorm"; "data" for the batch and "loss" after the last layer."""
    if op == "batch":
        return "data"
    if index >= len(stack.layers):
        return f"loss · {stack.loss.name}"
    ordinal = depth(stack, index)
    name = type(stack.layers[index]).__name__
    return f"layer {ordinal} of {depth(stack, len(stack.layers))} · {name}" if ordinal else f"input · {name}"


def short_place(stack: Stack, index: int, op: str = "") -> str:
    """Such as "BatchNorm 11"."""
    if op == "batch":
        return "data"
    if index >= len(stack.layers):
        return stack.loss.name
    ordinal = depth(stack, index)
    return f"{type(stack.layers[index]).__name__} {ordinal}" if ordinal else type(stack.layers[index]).__name__

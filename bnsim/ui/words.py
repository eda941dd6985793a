"""Words for places in a stack: the same ones in the transport bar, the inspector and the panels."""

from __future__ import annotations

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Linear

PHASES = {"forward": ("▶", "forward"), "loss": ("●", "loss"), "backward": ("◀", "backward"), "update": ("↻", "update")}
"""Sign and word of each phase: direction is never said by color alone."""
PHASE_COLORS = {"forward": "forward", "loss": "loss", "backward": "backward", "update": "ok"}


def depth(stack: Stack, index: int) -> int:
    """Ordinal of the weight layer that `index` is or follows; 0 before the first."""
    return sum(isinstance(layer, Linear) for layer in stack.layers[: index + 1])


def place(stack: Stack, index: int, op: str = "") -> str:
    """Such as "layer 11 of 21 · BatchNorm"; "data" for the batch and "loss" after the last layer."""
    if op == "batch":
        return "data"
    if index >= len(stack.layers):
        return f"loss · {stack.loss.title}"
    ordinal = depth(stack, index)
    name = type(stack.layers[index]).__name__
    return f"layer {ordinal} of {depth(stack, len(stack.layers))} · {name}" if ordinal else f"input · {name}"


def short_place(stack: Stack, index: int, op: str = "") -> str:
    """Such as "BatchNorm 11"."""
    if op == "batch":
        return "data"
    if index >= len(stack.layers):
        return stack.loss.title
    ordinal = depth(stack, index)
    return f"{type(stack.layers[index]).__name__} {ordinal}" if ordinal else type(stack.layers[index]).__name__

"""Lowering of what is recorded: hidden instructions that run along with those they measure."""

from __future__ import annotations

from bnsim.engine.builder import Builder
from bnsim.engine.program import Place
from bnsim.spec.layers import Layer, Linear
from bnsim.spec.tree import Path


def record_value(b: Builder, layer: Layer, x: Place) -> None:
    """What history keeps of a layer's input, in the forward pass."""


def record_gradient(b: Builder, layer: Layer, path: Path, g: Place) -> None:
    """What history keeps of the gradient of a layer's output, as it arrives; belongs to whatever computed it."""
    if b.recording and isinstance(layer, Linear):
        norm = b.place("‖g‖")
        b.emit("norm", g, norm, hidden=True)
        b.record_at("gradient_norm", path, norm)

"""What the cards of a lane show: a histogram, a gradient's norm, a word or two. Computed here, never by the canvas."""

from __future__ import annotations

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.frame import CardFrame
from bnsim.session.lane import Lane
from bnsim.spec.layers import BatchNorm, Layer, ReLU, Sigmoid, Tanh

BINS = 24
SAMPLE = 2048
"""A histogram takes at most about this many values; more cannot be seen on a card."""

SATURATED = {Sigmoid: 0.25 * 0.01, Tanh: 0.01}
"""Below 1 % of its maximum, an activation's derivative counts as saturated."""


def card_frames(lane: Lane) -> tuple[CardFrame, ...]:
    """The data card, a card for each layer, the loss card."""
    batch, features = lane.program.inputs.shape
    inputs = lane.inputs()
    data = _card(0, (batch, features), inputs, None, "")
    cards = [data, *(_layer_card(lane, index, layer) for index, layer in enumerate(lane.stack.layers))]
    loss = lane.loss
    width = lane.program.values[len(lane.stack.layers) - 1,].shape[1]
    note = "" if loss is None else f"{loss:.4g}"
    cards.append(CardFrame(layer_id=0, shape=(batch, width), has_value=loss is not None, note=note))
    return tuple(cards)


def _layer_card(lane: Lane, index: int, layer: Layer) -> CardFrame:
    value = lane.value(index)
    note = "" if value is None else _note(lane, index, layer, value)
    return _card(layer.id, lane.program.values[index,].shape, value, lane.gradient(index), note)


def _card(layer_id: int, shape: tuple[int, ...], value: Array | None, gradient: Array | None, note: str) -> CardFrame:
    density, low, high = (None, 0.0, 0.0) if value is None else _density(value)
    return CardFrame(
        layer_id=layer_id,
        shape=(shape[0], shape[1]),
        has_value=value is not None,
        has_gradient=gradient is not None,
        density=density,
        low=low,
        high=high,
        gradient_norm=None if gradient is None else _norm(gradient),
        note=note,
    )


def _density(value: Array) -> tuple[Array | None, float, float]:
    flat = value.ravel()
    flat = flat[:: max(1, flat.size // SAMPLE)].astype(np.float64)
    low, high = float(flat.min()), float(flat.max())
    if not np.isfinite([low, high]).all():
        return None, low, high
    if high == low:
        high, low = high + 0.5, low - 0.5
    slots = np.minimum(((flat - low) * (BINS / (high - low))).astype(np.intp), BINS - 1)
    counts = np.bincount(slots, minlength=BINS).astype(np.float64)
    return counts / counts.max(), low, high


def _norm(gradient: Array) -> float:
    """Euclidean norm that neither underflows nor overflows on the way."""
    top = float(np.abs(gradient).max())
    if not 0 < top < np.inf:
        return top
    return top * float(np.linalg.norm(gradient / top))


def _note(lane: Lane, index: int, layer: Layer, value: Array) -> str:
    if isinstance(layer, Sigmoid | Tanh):
        slope = value * (1 - value) if isinstance(layer, Sigmoid) else 1 - value * value
        share = float(np.mean(slope < SATURATED[type(layer)]))
        return f"{share:.0%} saturated".replace("%", " %") if share >= 0.005 else ""
    if isinstance(layer, ReLU):
        return f"{float(np.mean(value == 0)):.0%} zero".replace("%", " %")
    if isinstance(layer, BatchNorm):
        var = lane.recorded("batch_var", index)
        return "" if var is None else f"σ² {float(var.mean()):.3g}"
    return ""

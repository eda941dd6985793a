"""What theory expects of a lane: by how much each of its layers multiplies the gradient's norm, at random weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from bnsim.figures.lanes import Shown
from bnsim.figures.present import Link, key_of, links
from bnsim.plot.figure import Array
from bnsim.spec.activations import Activation, Identity, ReLU
from bnsim.spec.errors import InputError
from bnsim.spec.layers import BatchNorm, Layer, LayerNorm, Linear
from bnsim.spec.tree import is_weight_layer


def expected_factor(shown: Shown, first: int, last: int, batch: int) -> float | None:
    """The factor on the norm from one weight layer to the one before it, for the weight layers numbered first to last.

    It is that of a wide random network (`bnsim.theory.gradient_factor`) whose weights and biases have the mean squares
    that these layers have now; None unless each of them is followed by the same: a BatchNorm or a LayerNorm or
    nothing, then an activation or nothing. `batch` is the number of rows of a mini-batch.
    """
    from bnsim.theory import gradient_factor  # the engine comes with it

    chain = links(shown.lane.stack.layers)
    starts = [k for k, link in enumerate(chain) if is_weight_layer(link.layer)][first - 1 : last]
    followed = {_what_follows(chain, start) for start in starts[:-1]}
    if len(followed) != 1 or not all(isinstance(chain[start].layer, Linear) for start in starts):
        return None
    parts = list(followed.pop())
    norm = parts.pop(0) if parts and isinstance(parts[0], BatchNorm | LayerNorm) else None
    activation = parts.pop(0) if parts else Identity()
    if parts or activation.group != "activation" or not _is_plain(norm):
        return None
    weights, biases = _mean_squares(shown, [chain[start] for start in starts[1:]])
    rows = batch // norm.virtual_devices if isinstance(norm, BatchNorm) else 0
    exact = rows > 3 and isinstance(activation, Identity | ReLU)
    try:
        found = gradient_factor(
            _as_activation(activation),
            norm=None if norm is None else "batch" if isinstance(norm, BatchNorm) else "layer",
            batch=rows if exact else None,
            weight_var=weights,
            bias_var=biases if norm is None else 0.0,
        )
    except InputError:
        return None
    return math.sqrt(found.value) if 0 < found.value < math.inf else None


def _what_follows(chain: Sequence[Link], start: int) -> tuple[Layer, ...]:
    """The layers from a weight layer to the next one, without their ids."""
    stop = next((k for k in range(start + 1, len(chain)) if is_weight_layer(chain[k].layer)), len(chain))
    return tuple(replace(link.layer, id=0) for link in chain[start + 1 : stop])


def _is_plain(norm: Layer | None) -> bool:
    """Whether its γ is 1 and its β is 0 at the start, and a BatchNorm normalizes by the mini-batch."""
    if isinstance(norm, BatchNorm):
        return norm.mode == "train" and (not norm.affine or (norm.gamma, norm.beta) == (1.0, 0.0))
    return True


def _as_activation(layer: Layer) -> Activation:
    return layer  # type: ignore[return-value]


def _mean_squares(shown: Shown, weights: Sequence[Link]) -> tuple[float, float]:
    """Of the weights, times the inputs of their layer, and of the biases; zero where there are none."""
    state, layers = shown.lane.state_dict(), shown.lane.stack.layers
    matrices: list[Array] = [np.asarray(state[f"{key_of(layers, link.path)}weight"], np.float64) for link in weights]
    biases = [state.get(f"{key_of(layers, link.path)}bias") for link in weights]
    squares = [float(np.mean(each**2)) * each.shape[1] for each in matrices]
    shifts = [0.0 if each is None else float(np.mean(np.asarray(each, np.float64) ** 2)) for each in biases]
    return float(np.mean(squares)), float(np.mean(shifts))

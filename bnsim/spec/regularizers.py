"""Layers that disturb on purpose; what they draw is a function of (seed, iteration, element)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from bnsim.spec.layer_base import LayerBase

__all__ = ["Dropout", "Noise"]


class Dropout(LayerBase, frozen=True, kw_only=False):
    """Each value is dropped with probability p, the rest multiplied by 1 / (1 - p); Srivastava et al. 2014.

    Off in eval mode, as `torch.nn.Dropout`.
    """

    group = "regularization"
    short = "Drop"
    formula = "y = x m / (1 − p)"
    meaning = "random zeros while training"
    hint = "random zeros in training"
    main = "p"

    p: Annotated[float, Meta(ge=0.0, lt=1.0, title="p", description="Probability of dropping a value.")] = 0.5


class Noise(LayerBase, frozen=True, kw_only=False):
    """Adds noise whose mean and spread change every iteration, the experiment of Santurkar et al. 2018 (section 2.1).

    For each feature and iteration a mean from U(-mean, mean) and a spread from U(1, spread) are drawn (their n_μ and
    n_σ; a `spread` below 1 is the spread itself), then for each sample a normal number with these. With a `scale` other
    than 1 the input itself is multiplied as well, feature by feature, by a factor from U(1, scale), as their algorithm
    does. Off in eval mode.
    """

    group = "regularization"
    formula = "y = h x + m + s z,  z ∼ N(0, 1)"
    meaning = "noise that shifts the distribution every iteration"
    hint = "a new shift every time"
    main = "spread"

    mean: Annotated[float, Meta(ge=0.0, le=1e3, title="Mean", description="Largest shift of a feature.")] = 0.5
    spread: Annotated[float, Meta(ge=0.0, le=1e3, title="Spread", description="Largest standard deviation.")] = 1.25
    scale: Annotated[
        float, Meta(ge=0.0, le=1e3, title="Scale", description="Farthest factor of the input from 1; 1: none.")
    ] = 1.0


Regularizer = Dropout | Noise

"""Layers, as records: names, arguments and defaults are PyTorch's.

Input widths are never written down: they follow from what comes before. Blocks hold layers of their own.
"""

from __future__ import annotations

from typing import Annotated, get_args

from msgspec import Meta

from bnsim.spec.activations import *  # noqa: F403
from bnsim.spec.activations import Activation
from bnsim.spec.initializers import AnyInitializer, PyTorchDefault
from bnsim.spec.layer_base import Group as Group
from bnsim.spec.layer_base import LayerBase as LayerBase
from bnsim.spec.normalizations import *  # noqa: F403
from bnsim.spec.normalizations import Normalization
from bnsim.spec.regularizers import *  # noqa: F403
from bnsim.spec.regularizers import Regularizer

MAX_TIMES = 1000


class Linear(LayerBase, frozen=True, kw_only=False):
    """z = x Wᵀ + b, weight of shape (units, in), as `torch.nn.Linear`."""

    group = "linear"
    short = "Lin"
    formula = "z = x Wᵀ + b"
    meaning = "every output is a weighted sum of all inputs"
    hint = "weighted sums of inputs"
    main = "units"

    units: Annotated[int, Meta(ge=1, le=65536, title="Units", description="Output features.")] = 64
    bias: Annotated[bool, Meta(title="Bias", description="Add b. A BatchNorm right after makes it redundant.")] = True
    init: Annotated[AnyInitializer, Meta(title="Init", description="How the weights start.")] = PyTorchDefault()
    follows_data: bool = False
    """As long as it is the last Linear, a window keeps its units at the number of classes (`spec/last_linear.py`)."""


class Residual(LayerBase, frozen=True, kw_only=False):
    """y = x + f(x), f the layers inside, which must keep the width; He et al. 2016."""

    group = "block"
    short = "Res"
    formula = "y = x + f(x)"
    meaning = "a skip around the layers inside"
    hint = "a skip around layers"

    layers: tuple[Layer, ...] = ()


class Repeat(LayerBase, frozen=True, kw_only=False):
    """The layers inside, `times` over: with weights of their own, or `tied`, an unrolled recurrent net.

    Tied copies share parameters; their gradients are summed over the copies.
    """

    group = "block"
    short = "Rep"
    formula = "y = f(f(… f(x)))"
    meaning = "the layers inside, N times over"
    hint = "its layers, N times over"
    main = "times"

    layers: tuple[Layer, ...] = ()
    times: Annotated[int, Meta(ge=1, le=MAX_TIMES, title="Times", description="How many copies.")] = 2
    tied: Annotated[bool, Meta(title="Tied", description="All copies share their weights.")] = False


Block = Residual | Repeat

Layer = Linear | Normalization | Activation | Regularizer | Block

PALETTE: tuple[type[LayerBase], ...] = get_args(Layer)
"""Every layer kind a person can add, in the palette's order."""

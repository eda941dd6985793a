"""Layers, as records: names, arguments and defaults are PyTorch's.

Input widths are never written down: they follow from what comes before. `id` names a layer for as long as
it lives, across edits; an experiment hands it out (see `bnsim.spec.experiment`), 0 means "not yet".
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from bnsim.spec.initializers import AnyInitializer, PyTorchDefault

Group = Literal["linear", "normalization", "activation", "block", "regularization"]


class LayerBase(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of all layers. `group` gives the card's color, `formula` its one line in the palette."""

    group: ClassVar[Group]
    formula: ClassVar[str]
    meaning: ClassVar[str]

    id: Annotated[int, Meta(ge=0)] = 0


class Linear(LayerBase, frozen=True, kw_only=False):
    """z = x Wᵀ + b, weight of shape (units, in), as `torch.nn.Linear`."""

    group = "linear"
    formula = "z = x Wᵀ + b"
    meaning = "every output is a weighted sum of all inputs"

    units: Annotated[int, Meta(ge=1, le=65536, title="Units", description="Output features.")] = 64
    bias: Annotated[bool, Meta(title="Bias", description="Add b. A BatchNorm right after makes it redundant.")] = True
    init: Annotated[AnyInitializer, Meta(title="Init", description="How the weights start.")] = PyTorchDefault()


class BatchNorm(LayerBase, frozen=True, kw_only=False):
    """y = γ (x - μ) / sqrt(σ² + ε) + β over the mini-batch, per feature; Ioffe and Szegedy 2015, Alg. 1.

    As `torch.nn.BatchNorm1d`. Two of PyTorch's choices differ from the paper's text: `momentum` is the weight
    of the *new* value (0.1 here is 0.9 in the other convention), and the running variance takes the
    *unbiased* batch variance while the output is made with the biased one.
    """

    group = "normalization"
    formula = "y = γ (x − μ) / √(σ² + ε) + β"
    meaning = "each feature gets mean 0 and variance 1 over the mini-batch"

    eps: Annotated[float, Meta(gt=0.0, le=1e3, title="ε", description="Added to the variance.")] = 1e-5
    momentum: Annotated[
        float, Meta(ge=0.0, le=1.0, title="Momentum", description="Weight of the new value in the running statistics.")
    ] = 0.1


class Sigmoid(LayerBase, frozen=True, kw_only=False):
    """y = 1 / (1 + exp(-x)); its derivative y (1 - y) is at most 1/4."""

    group = "activation"
    formula = "y = 1 / (1 + e⁻ˣ)"
    meaning = "saturates on both sides; derivative at most ¼"


class Tanh(LayerBase, frozen=True, kw_only=False):
    """y = tanh(x); its derivative 1 - y^2 is at most 1."""

    group = "activation"
    formula = "y = tanh x"
    meaning = "saturates on both sides; derivative at most 1"


class ReLU(LayerBase, frozen=True, kw_only=False):
    """y = max(0, x); derivative 0 at 0, as PyTorch has it."""

    group = "activation"
    formula = "y = max(0, x)"
    meaning = "derivative 0 or 1"


Layer = Linear | BatchNorm | Sigmoid | Tanh | ReLU

PALETTE: tuple[type[LayerBase], ...] = (Linear, BatchNorm, Sigmoid, Tanh, ReLU)
"""Every layer kind a person can add, in the palette's order."""

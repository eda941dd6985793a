"""Losses, as records; "mean" averages over the batch, as PyTorch's defaults do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

Reduction = Annotated[
    Literal["mean", "sum"], Meta(title="Reduction", description="Average or add up over the batch, as PyTorch does.")
]


class LossBase(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of the losses."""

    title: ClassVar[str]
    formula: ClassVar[str]
    meaning: ClassVar[str]


class CrossEntropy(LossBase, frozen=True):
    """-log softmax(z)[class], over the batch; as `torch.nn.CrossEntropyLoss`."""

    title = "CrossEntropy"
    formula = "ℓ = −log softmax(z)ₖ"
    meaning = "how surprising the right class is"

    reduction: Reduction = "mean"


class MSE(LossBase, frozen=True):
    """(z - t)^2, over batch and outputs; as `torch.nn.MSELoss`. Classes become one-hot targets."""

    title = "MSE"
    formula = "ℓ = mean (z − t)²"
    meaning = "squared distance to the target"

    reduction: Reduction = "mean"


class BCEWithLogits(LossBase, frozen=True):
    """-t log σ(z) - (1 - t) log(1 - σ(z)), over batch and outputs; as `torch.nn.BCEWithLogitsLoss`.

    Two classes with one output are its targets 0 and 1; otherwise classes become one-hot targets.
    """

    title = "BCE"
    formula = "ℓ = −t log σ(z) − (1 − t) log(1 − σ(z))"
    meaning = "yes or no for every output by itself"

    reduction: Reduction = "mean"


Loss = CrossEntropy | MSE | BCEWithLogits

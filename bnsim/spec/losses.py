"""Losses, as records; "mean" averages over the batch, as PyTorch's defaults do."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta

from bnsim.spec.kind import Kind

Reduction = Annotated[
    Literal["mean", "sum"], Meta(title="Reduction", description="Average or add up over the batch, as PyTorch does.")
]


class LossBase(Kind, frozen=True):
    """Base of the losses."""


class CrossEntropy(LossBase, frozen=True):
    """-log softmax(z)[class], over the batch; as `torch.nn.CrossEntropyLoss`."""

    title = "Cross-entropy"
    short = "CE"
    formula = "ℓ = −log softmax(z)ₖ"
    meaning = "how surprising the right class is"
    hint = "surprise at the class"

    reduction: Reduction = "mean"


class MSE(LossBase, frozen=True):
    """(z - t)^2, over batch and outputs; as `torch.nn.MSELoss`. Classes become one-hot targets."""

    title = "Mean squared error"
    formula = "ℓ = mean (z − t)²"
    meaning = "squared distance to the target"
    hint = "distance to the target"

    reduction: Reduction = "mean"


class BCEWithLogits(LossBase, frozen=True):
    """-t log σ(z) - (1 - t) log(1 - σ(z)), over batch and outputs; as `torch.nn.BCEWithLogitsLoss`.

    Two classes with one output are its targets 0 and 1; otherwise classes become one-hot targets.
    """

    name = "BCE"
    title = "BCE with logits"
    formula = "ℓ = −t log σ(z) − (1 − t) log(1 − σ(z))"
    meaning = "yes or no for every output by itself"
    hint = "yes or no per output"

    reduction: Reduction = "mean"


Loss = CrossEntropy | MSE | BCEWithLogits

LOSSES: tuple[type[LossBase], ...] = get_args(Loss)

"""Losses, as records; both average over the batch, as PyTorch's defaults do."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class LossBase(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of the losses."""

    title: ClassVar[str]
    formula: ClassVar[str]


class CrossEntropy(LossBase, frozen=True):
    """-log softmax(z)[class], mean over the batch; as `torch.nn.CrossEntropyLoss`."""

    title = "CrossEntropy"
    formula = "ℓ = −log softmax(z)ₖ"


class MSE(LossBase, frozen=True):
    """(z - t)^2, mean over batch and outputs; as `torch.nn.MSELoss`. Classes become one-hot targets."""

    title = "MSE"
    formula = "ℓ = mean (z − t)²"


Loss = CrossEntropy | MSE

"""How an experiment is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct


class OptimizerBase(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of the optimizers."""


class SGD(OptimizerBase, frozen=True):
    """w <- w - lr dL/dw, as `torch.optim.SGD`."""

    lr: Annotated[float, Meta(ge=0.0, le=1e6, title="Learning rate", description="Step size.")] = 0.1


Optimizer = SGD


class Training(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Batches, optimizer, precision and the seed everything random is a function of.

    A last batch that would be smaller is left out, as with `torch.utils.data.DataLoader(drop_last=True)`, so
    that every iteration has the same shapes. `shuffle=False` takes the rows in the order they are in.
    """

    batch_size: Annotated[int, Meta(ge=1, le=65536, title="Batch size", description="Samples per mini-batch.")] = 64
    optimizer: Annotated[Optimizer, Meta(title="Optimizer", description="How parameters are updated.")] = SGD()
    precision: Annotated[
        Literal["float64", "float32"], Meta(title="Precision", description="Type of every number in the network.")
    ] = "float64"
    seed: Annotated[int, Meta(ge=0, le=2**53, title="Seed", description="Weights and batches follow from it.")] = 1
    shuffle: Annotated[bool, Meta(title="Shuffle", description="A new order of the rows each epoch.")] = True

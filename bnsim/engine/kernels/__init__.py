"""Every operation, by family; importing this registers them all. Numba itself is only in `compile`."""

from bnsim.engine.kernels import (
    activation,
    arithmetic,
    batch,
    batchnorm,
    clip,
    fused,
    linear,
    loss,
    record,
    schedule,
    update,
    update_adaptive,
)

__all__ = [
    "activation",
    "arithmetic",
    "batch",
    "batchnorm",
    "clip",
    "fused",
    "linear",
    "loss",
    "record",
    "schedule",
    "update",
    "update_adaptive",
]

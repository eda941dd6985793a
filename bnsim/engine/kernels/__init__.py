"""Every operation, by family; importing this registers them all. Numba itself is only in `compile`."""

from bnsim.engine.kernels import (
    activation,
    activation_piecewise,
    activation_smooth,
    arithmetic,
    batch,
    batchnorm,
    batchnorm_running,
    clip,
    linear,
    loss,
    normalization,
    record,
    regularization,
    schedule,
    update,
    update_adaptive,
)

__all__ = [
    "activation",
    "activation_piecewise",
    "activation_smooth",
    "arithmetic",
    "batch",
    "batchnorm",
    "batchnorm_running",
    "clip",
    "linear",
    "loss",
    "normalization",
    "record",
    "regularization",
    "schedule",
    "update",
    "update_adaptive",
]

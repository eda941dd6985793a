"""Every operation, by family; importing this registers them all. Numba itself is only in `compile`."""

from bnsim.engine.kernels import activation, arithmetic, batch, batchnorm, linear, loss, record, update

__all__ = ["activation", "arithmetic", "batch", "batchnorm", "linear", "loss", "record", "update"]

"""Initial weights: pure functions of (seed, depth of the weight layer, element).

Lanes that share a seed and a shape therefore share initial weights, whatever else is in them.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.blas import one_thread
from bnsim.engine.kernels import counter
from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter
from bnsim.spec.initializers import Constant, He, LeCun, Normal, Orthogonal, PyTorchDefault, Uniform, Xavier


def initial(parameter: Parameter, seed: int) -> Array:
    """The initial numbers of a parameter, in its shape, float64."""
    shape, fan_in = parameter.value.shape, parameter.fan_in
    if parameter.init is None:
        return np.full(shape, parameter.start)
    if parameter.value.name == "bias":
        return _bias(parameter, seed)
    key = counter.key_of(seed, counter.WEIGHT, parameter.ordinal)
    count = parameter.value.size
    match parameter.init:
        case PyTorchDefault():
            drawn = _spread(key, count, "uniform", 1 / np.sqrt(3 * fan_in))
        case Xavier(distribution=distribution):
            drawn = _spread(key, count, distribution, np.sqrt(2 / (fan_in + shape[0])))
        case He(distribution=distribution):
            drawn = _spread(key, count, distribution, np.sqrt(2 / fan_in))
        case LeCun(distribution=distribution):
            drawn = _spread(key, count, distribution, np.sqrt(1 / fan_in))
        case Normal(std=std):
            drawn = _spread(key, count, "normal", std)
        case Uniform(a=a):
            drawn = _spread(key, count, "uniform", a / np.sqrt(3))
        case Orthogonal():
            drawn = _orthogonal(key, *shape)
        case Constant(value=value):
            drawn = np.full(count, value)
    weights: Array = (parameter.init.gain * drawn).reshape(shape)
    return weights


def _spread(key: Array, count: int, distribution: str, std: float) -> Array:
    """Mean zero and standard deviation `std`, of either shape."""
    if distribution == "normal":
        drawn = std * counter.normals(key, count)
    else:
        drawn = std * np.sqrt(3) * (2 * counter.uniforms(key, count) - 1)
    return drawn


def _orthogonal(key: Array, rows: int, columns: int) -> Array:
    """Orthonormal along the shorter side, shape (rows, columns): the Q of a normal matrix.

    Uniform (Haar) only if the diagonal of R is positive, which LAPACK does not promise (Mezzadri 2007).
    """
    tall = counter.normals(key, rows * columns).reshape(max(rows, columns), min(rows, columns))
    # One BLAS thread: how products are added up must not depend on how many there are.
    with one_thread():
        q, r = np.linalg.qr(tall)
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)
    wanted: Array = q if rows >= columns else q.T
    return wanted


def _bias(parameter: Parameter, seed: int) -> Array:
    if not isinstance(parameter.init, PyTorchDefault):
        return np.zeros(parameter.value.shape)
    key = counter.key_of(seed, counter.BIAS, parameter.ordinal)
    bound = 1 / np.sqrt(parameter.fan_in)
    drawn: Array = bound * (2 * counter.uniforms(key, parameter.value.size) - 1)
    return drawn

"""bnsim, a debugger for backpropagation.

Importing this loads neither Qt nor Numba nor matplotlib; what is heavy arrives when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bnsim.spec.datasets import Digits, FileData, TwoSpirals
from bnsim.spec.defaults import default_experiment
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.files import load, save
from bnsim.spec.initializers import He, Normal, PyTorchDefault, Uniform, Xavier
from bnsim.spec.layers import BatchNorm, Linear, ReLU, Sigmoid, Tanh
from bnsim.spec.losses import MSE, CrossEntropy
from bnsim.spec.training import SGD, Training

if TYPE_CHECKING:
    from bnsim import figures
    from bnsim.session import Session

__version__ = "0.1.0"

__all__ = [
    "MSE",
    "SGD",
    "BatchNorm",
    "CrossEntropy",
    "Digits",
    "Experiment",
    "FileData",
    "He",
    "InputError",
    "Linear",
    "Normal",
    "PyTorchDefault",
    "ReLU",
    "Session",
    "Sigmoid",
    "Stack",
    "Tanh",
    "Training",
    "TwoSpirals",
    "Uniform",
    "Xavier",
    "default_experiment",
    "figures",
    "load",
    "save",
]


def __getattr__(name: str) -> Any:
    """`Session` and `figures` bring NumPy and the engine along, so they are imported when first named."""
    if name == "Session":
        return import_module("bnsim.session").Session
    if name == "figures":
        return import_module("bnsim.figures")
    raise AttributeError(f"module 'bnsim' has no attribute {name!r}")

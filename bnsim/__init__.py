"""bnsim, a debugger for backpropagation.

Importing this loads neither Qt nor Numba nor matplotlib; what is heavy arrives when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bnsim.spec import activations, normalizations, regularizers
from bnsim.spec.activations import *  # noqa: F403
from bnsim.spec.datasets import XOR, Blobs, Circles, Curve, Digits, FileData, GaussianNoise, TwoMoons, TwoSpirals
from bnsim.spec.defaults import default_experiment
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.files import load, save
from bnsim.spec.fork_changes import (
    ChangeLoss,
    ChangeTraining,
    InsertLayer,
    MultiplyWeights,
    OtherBatchMates,
    RemoveLayers,
    RemoveSkips,
    ReplaceLayer,
    SetNumber,
)
from bnsim.spec.initializers import Constant, He, LeCun, Normal, Orthogonal, PyTorchDefault, Uniform, Xavier
from bnsim.spec.layers import Linear, Repeat, Residual
from bnsim.spec.losses import MSE, BCEWithLogits, CrossEntropy
from bnsim.spec.normalizations import *  # noqa: F403
from bnsim.spec.regularizers import *  # noqa: F403
from bnsim.spec.training import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    ClipNorm,
    ClipValue,
    ConstantRate,
    Cosine,
    LaneTraining,
    NoClip,
    RMSprop,
    StepDecay,
    Training,
    WarmUp,
)
from bnsim.version import __version__ as __version__

if TYPE_CHECKING:
    from bnsim import figures, interop, sweeps, theory
    from bnsim.lenses.findings.lens import findings
    from bnsim.lenses.why.answer import why
    from bnsim.session import Session
    from bnsim.session.opening import load_run

__all__ = [
    "MSE",
    "SGD",
    "XOR",
    "Adagrad",
    "Adam",
    "AdamW",
    "BCEWithLogits",
    "Blobs",
    "ChangeLoss",
    "ChangeTraining",
    "Circles",
    "ClipNorm",
    "ClipValue",
    "Constant",
    "ConstantRate",
    "Cosine",
    "CrossEntropy",
    "Curve",
    "Digits",
    "Experiment",
    "FileData",
    "GaussianNoise",
    "He",
    "InputError",
    "InsertLayer",
    "LaneTraining",
    "LeCun",
    "Linear",
    "MultiplyWeights",
    "NoClip",
    "Normal",
    "Orthogonal",
    "OtherBatchMates",
    "PyTorchDefault",
    "RMSprop",
    "RemoveLayers",
    "RemoveSkips",
    "Repeat",
    "ReplaceLayer",
    "Residual",
    "Session",
    "SetNumber",
    "Stack",
    "StepDecay",
    "Training",
    "TwoMoons",
    "TwoSpirals",
    "Uniform",
    "WarmUp",
    "Xavier",
    "default_experiment",
    "figures",
    "findings",
    "interop",
    "load",
    "load_run",
    "save",
    "sweeps",
    "theory",
    "why",
]
__all__ += activations.__all__ + normalizations.__all__ + regularizers.__all__


def __getattr__(name: str) -> Any:
    """`Session` and the rooms below bring NumPy and the engine along, so they are imported when first named."""
    if name == "Session":
        return import_module("bnsim.session").Session
    if name == "load_run":
        return import_module("bnsim.session.opening").load_run
    if name == "findings":
        return import_module("bnsim.lenses.findings.lens").findings
    if name == "why":
        return import_module("bnsim.lenses.why.answer").why
    if name in ("figures", "interop", "sweeps", "theory"):
        return import_module(f"bnsim.{name}")
    raise AttributeError(f"module 'bnsim' has no attribute {name!r}")

"""Initial weights, as records. The numbers are drawn in `bnsim.engine.initial`.

A `Linear` takes one of these as `init`. Only `PyTorchDefault` draws biases; every other one leaves them at
zero, which is what the papers behind them assume. A gain multiplies weights, never biases.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from bnsim.spec.kind import Kind

Gain = Annotated[float, Meta(ge=0.0, le=1e6, title="Gain", description="Multiplies the drawn weights.")]
Shape = Annotated[
    Literal["normal", "uniform"],
    Meta(title="Distribution", description="Shape of the distribution; the variance is the same for both."),
]


class Initializer(Kind, frozen=True):
    """Base of the initializers; n is the layer's fan-in."""


class PyTorchDefault(Initializer, frozen=True):
    """`torch.nn.Linear`'s own: weight and bias from U(-1/sqrt(n), 1/sqrt(n)).

    The variance is 1/(3n), a third of what LeCun et al. (1998) advise: PyTorch calls
    `kaiming_uniform_(a=sqrt(5))` (torch/nn/modules/linear.py, reset_parameters).
    """

    title = "PyTorch default"

    gain: Gain = 1.0


class Xavier(Initializer, frozen=True):
    """Variance 2 / (fan_in + fan_out), Glorot and Bengio 2010; 1/n for a square layer."""

    distribution: Shape = "uniform"
    gain: Gain = 1.0


class He(Initializer, frozen=True):
    """Variance 2 / fan_in, He et al. 2015: keeps the second moment through ReLU."""

    distribution: Shape = "normal"
    gain: Gain = 1.0


class LeCun(Initializer, frozen=True):
    """Variance 1 / fan_in, LeCun et al. 1998: keeps the variance through a linear layer."""

    distribution: Shape = "normal"
    gain: Gain = 1.0


class Normal(Initializer, frozen=True):
    """Weights drawn from the normal distribution N(0, std^2)."""

    std: Annotated[float, Meta(ge=0.0, le=1e6, title="Std", description="Standard deviation of the weights.")] = 0.01
    gain: Gain = 1.0


class Uniform(Initializer, frozen=True):
    """Weights drawn uniformly from -a to a."""

    a: Annotated[float, Meta(ge=0.0, le=1e6, title="a", description="Half width of the interval.")] = 0.1
    gain: Gain = 1.0


class Orthogonal(Initializer, frozen=True):
    """A random matrix with orthonormal rows, or columns if it has fewer of them; Saxe et al. 2014.

    Uniform over all such matrices, as `torch.nn.init.orthogonal_`; every singular value is the gain.
    """

    gain: Gain = 1.0


class Constant(Initializer, frozen=True):
    """Every weight has the same value. Units of a layer then stay equal, since training treats them alike."""

    value: Annotated[float, Meta(ge=-1e6, le=1e6, title="Value", description="Every weight, before the gain.")] = 0.0
    gain: Gain = 1.0


AnyInitializer = PyTorchDefault | Xavier | He | LeCun | Normal | Uniform | Orthogonal | Constant

"""Sigmoid, tanh and ReLU: the output tells the derivative."""

from __future__ import annotations

from typing import Any

from bnsim.engine.kernels.elementary import maximum, tanh
from bnsim.engine.kernels.elementwise import Elementwise
from bnsim.engine.kernels.exponential import exp_beside_one
from bnsim.spec import activations


class Sigmoid(Elementwise):
    """y = 1 / (1 + exp(-x)); dx = g y (1 - y)."""

    key = "sigmoid"
    layer = activations.Sigmoid
    reads = "y"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return n(1) / (n(1) + exp_beside_one(-x))

    @staticmethod
    def slope(n: Any, y: Any) -> Any:
        return y * (n(1) - y)


class Tanh(Elementwise):
    """y = tanh x; dx = g (1 - y²)."""

    key = "tanh"
    layer = activations.Tanh
    reads = "y"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return tanh(x)

    @staticmethod
    def slope(n: Any, y: Any) -> Any:
        return n(1) - y * y


class ReLU(Elementwise):
    """y = max(0, x); dx = g where y > 0, else 0; 0 at 0, as PyTorch has it."""

    key = "relu"
    layer = activations.ReLU
    reads = "y"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return maximum(n(0), x)

    @staticmethod
    def slope(n: Any, y: Any) -> Any:
        return y > n(0)

    @staticmethod
    def kinks() -> tuple[float, ...]:
        return (0.0,)

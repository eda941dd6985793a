"""Every kind of layer as an expression that makes a PyTorch module of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bnsim.interop import helpers
from bnsim.interop.code import Lines, call, folded, indented, listed, unlike
from bnsim.spec.layers import (
    ELU,
    GELU,
    SELU,
    BatchNorm,
    Dropout,
    Erf,
    GroupNorm,
    Hardtanh,
    Identity,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    Mish,
    Noise,
    ReLU,
    Repeat,
    Residual,
    RMSNorm,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)
from bnsim.spec.problems import out_width


@dataclass
class Writer:
    """Writes the modules of one lane. `used` are the helpers that they need, in the order of `helpers`.

    With a `lane`, the name under which its numbers are kept, what dropout and noise drew is read from there; without,
    PyTorch draws.
    """

    lane: str = ""
    used: set[str] = field(default_factory=set)
    _copies: int = 0

    def sequence(self, layers: Sequence[Layer], width: int, name: str = "nn.Sequential(", scope: str = "") -> Lines:
        """A container of the layers, for an input of that width; `scope` is how the names of its modules begin."""
        return listed(name, folded(self.items(layers, width, scope)), ")")

    def items(self, layers: Sequence[Layer], width: int, scope: str) -> list[Lines]:
        """What a container of the layers holds, a module each; arguments as of `sequence`."""
        items = []
        for index, layer in enumerate(layers):
            items.append(MODULES[type(layer)](self, layer, width, f"{scope}{index}"))
            width = out_width(layer, width)
        return items

    def helper(self, source: str) -> None:
        """Say that a helper is needed."""
        self.used.add(source)

    def drawn(self, what: str, scope: str) -> str:
        """The name under which what a layer drew is kept, as a string or, in copies, as an f-string."""
        return f'{"f" * ("{" in scope)}"{self.lane}/{what}/{scope}"'

    def copies(self, layer: Repeat, width: int, scope: str) -> Lines:
        """The copies of a Repeat with weights of their own; only the first may see another width than the others."""
        after = out_width(Repeat(layers=layer.layers, times=1), width)
        first = () if after == width else (self.sequence(layer.layers, width, scope=f"{scope}.0."),)
        times = range(len(first), layer.times)
        if not times:
            return listed("nn.Sequential(", first, ")")
        self._copies += 1
        variable = "copy" if self._copies == 1 else f"copy_{self._copies}"
        inside = self.sequence(layer.layers, after, scope=f"{scope}.{{{variable}}}.")
        used = any(f"{{{variable}}}" in line for line in inside)
        start = f"{times.start}, " if used and times.start else ""
        count = times.stop if used else len(times)
        again = f"for {variable if used else '_'} in range({start}{count})"
        return listed("nn.Sequential(", [*first, ("*(", *indented((*inside, again)), ")")], ")")


Module = Callable[[Writer, Any, int, str], Lines]


def _linear(writer: Writer, layer: Linear, width: int, scope: str) -> Lines:
    return (call("nn.Linear", width, layer.units, **unlike(bias=(layer.bias, True))),)


def _batchnorm(writer: Writer, layer: BatchNorm, width: int, scope: str) -> Lines:
    options = unlike(
        eps=(layer.eps, 1e-5),
        momentum=(layer.momentum, 0.1),
        affine=(layer.affine, True),
        track_running_stats=(layer.track_running_stats, True),
    )
    if layer.mode == "eval":
        writer.helper(helpers.FROZEN)
        return (call("FrozenBatchNorm1d", width, **options),)
    if layer.virtual_devices > 1:
        writer.helper(helpers.GHOST)
        return (call("GhostBatchNorm1d", width, layer.virtual_devices, **options),)
    return (call("nn.BatchNorm1d", width, **options),)


def _layernorm(writer: Writer, layer: LayerNorm, width: int, scope: str) -> Lines:
    options = unlike(eps=(layer.eps, 1e-5), elementwise_affine=(layer.affine, True))
    return (call("nn.LayerNorm", width, **options),)


def _groupnorm(writer: Writer, layer: GroupNorm, width: int, scope: str) -> Lines:
    options = unlike(eps=(layer.eps, 1e-5), affine=(layer.affine, True))
    return (call("nn.GroupNorm", layer.num_groups, width, **options),)


def _rmsnorm(writer: Writer, layer: RMSNorm, width: int, scope: str) -> Lines:
    return (call("nn.RMSNorm", width, eps=layer.eps, **unlike(elementwise_affine=(layer.affine, True))),)


def _plain(writer: Writer, layer: Layer, width: int, scope: str) -> Lines:
    """An activation without arguments, called alike here and there."""
    return (f"nn.{type(layer).__name__}()",)


def _leaky_relu(writer: Writer, layer: LeakyReLU, width: int, scope: str) -> Lines:
    return (call("nn.LeakyReLU", layer.negative_slope),)


def _elu(writer: Writer, layer: ELU, width: int, scope: str) -> Lines:
    return (call("nn.ELU", **unlike(alpha=(layer.alpha, 1.0))),)


def _gelu(writer: Writer, layer: GELU, width: int, scope: str) -> Lines:
    return (call("nn.GELU", **unlike(approximate=(layer.approximate, "none"))),)


def _softplus(writer: Writer, layer: Softplus, width: int, scope: str) -> Lines:
    options = unlike(beta=(layer.beta, 1.0), threshold=(layer.threshold, 20.0))
    return (call("nn.Softplus", **options),)


def _hardtanh(writer: Writer, layer: Hardtanh, width: int, scope: str) -> Lines:
    options = unlike(min_val=(layer.min_val, -1.0), max_val=(layer.max_val, 1.0))
    return (call("nn.Hardtanh", **options),)


def _erf(writer: Writer, layer: Erf, width: int, scope: str) -> Lines:
    writer.helper(helpers.ERF)
    return ("Erf()",)


def _dropout(writer: Writer, layer: Dropout, width: int, scope: str) -> Lines:
    if not writer.lane:
        return (call("nn.Dropout", layer.p),)
    writer.helper(helpers.DROPOUT)
    return (f"Dropout({layer.p!r}, masks={writer.drawn('masks', scope)})",)


def _noise(writer: Writer, layer: Noise, width: int, scope: str) -> Lines:
    if not writer.lane:
        writer.helper(helpers.OWN_NOISE)
        return (call("Noise", layer.mean, layer.spread, **unlike(scale=(layer.scale, 1.0))),)
    writer.helper(helpers.NOISE)
    factors = f", factors={writer.drawn('factors', scope)}" if layer.scale != 1.0 else ""
    return (f"Noise({writer.drawn('noise', scope)}{factors})",)


def _residual(writer: Writer, layer: Residual, width: int, scope: str) -> Lines:
    writer.helper(helpers.RESIDUAL)
    return writer.sequence(layer.layers, width, "Residual(", f"{scope}.")


def _repeat(writer: Writer, layer: Repeat, width: int, scope: str) -> Lines:
    if not layer.tied:
        return writer.copies(layer, width, scope)
    writer.helper(helpers.TIED)
    items = folded(writer.items(layer.layers, width, f"{scope}."))
    return listed("Tied(", [(str(layer.times),), *items], ")")


MODULES: dict[type, Module] = {
    Linear: _linear,
    BatchNorm: _batchnorm,
    LayerNorm: _layernorm,
    GroupNorm: _groupnorm,
    RMSNorm: _rmsnorm,
    **dict.fromkeys((Sigmoid, Tanh, ReLU, SELU, SiLU, Mish, Identity), _plain),
    Erf: _erf,
    LeakyReLU: _leaky_relu,
    ELU: _elu,
    GELU: _gelu,
    Softplus: _softplus,
    Hardtanh: _hardtanh,
    Dropout: _dropout,
    Noise: _noise,
    Residual: _residual,
    Repeat: _repeat,
}

"""How weights start, as lines of PyTorch code that draws them by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bnsim.interop.code import Lines, call, indented
from bnsim.interop.names import module_name
from bnsim.spec.initializers import (
    Constant,
    He,
    LeCun,
    Normal,
    Orthogonal,
    PyTorchDefault,
    Uniform,
    Xavier,
)
from bnsim.spec.layers import BatchNorm, Layer, LayerBase, Linear
from bnsim.spec.tree import leaves


def initial_lines(layers: Sequence[Layer], gain: float) -> list[str]:
    """Lines that set the weights of `model` where they start otherwise than PyTorch's; `gain` is that of all."""
    biases = {leaf.layer.bias for leaf in leaves(layers) if isinstance(leaf.layer, Linear)}

    def weights(layer: Linear) -> Lines:
        own = INITIALIZERS[type(layer.init)](layer.init, layer.init.gain * gain)
        if isinstance(layer.init, PyTorchDefault) or biases == {False}:
            return own
        zero = "nn.init.zeros_(layer.bias)"
        return (*own, zero) if biases == {True} else (*own, "if layer.bias is not None:", f"    {zero}")

    return [
        *_of_kind(layers, Linear, "nn.Linear", weights),
        *_of_kind(layers, BatchNorm, "nn.BatchNorm1d", _scale_and_shift),
    ]


def _of_kind(layers: Sequence[Layer], kind: type[LayerBase], name: str, lines: Callable[[Any], Lines]) -> list[str]:
    """A loop for each way in which layers of that kind start; over all of them if they start alike."""
    ways: dict[Lines, list[str]] = {}
    for leaf in leaves(layers):
        if isinstance(leaf.layer, kind):
            ways.setdefault(lines(leaf.layer), []).append(module_name(layers, leaf.path))
    if len(ways) == 1:
        (alike,) = ways
        loop = ("for layer in model.modules():", f"    if isinstance(layer, {name}):", *indented(alike, 2))
        return list(loop) if alike else []
    found = []
    for own, names in ways.items():
        if own:
            said = " ".join(dict.fromkeys(names))
            found += [f'for name in "{said}".split():', "    layer = model.get_submodule(name)", *indented(own)]
    return found


def _scale_and_shift(layer: BatchNorm) -> Lines:
    if not layer.affine:
        return ()
    named = (("weight", layer.gamma, 1.0), ("bias", layer.beta, 0.0))
    return tuple(f"nn.init.constant_(layer.{name}, {value!r})" for name, value, usual in named if value != usual)


def _scaled(gain: float) -> Lines:
    return () if gain == 1.0 else (f"layer.weight.data.mul_({gain!r})",)


def _xavier(init: Xavier, gain: float) -> Lines:
    named = {} if gain == 1.0 else {"gain": gain}
    return (_drawn(f"xavier_{init.distribution}_", **named),)


def _by_fan_in(init: He | LeCun, gain: float) -> Lines:
    after = "relu" if isinstance(init, He) else "linear"
    return (_drawn(f"kaiming_{init.distribution}_", nonlinearity=after), *_scaled(gain))


def _drawn(name: str, *arguments: object, **named: object) -> str:
    said = call("", *arguments, **named)[1:]
    return f"nn.init.{name}(layer.weight{', ' if said != ')' else ''}{said}"


INITIALIZERS: Mapping[type, Callable[[Any, float], Lines]] = {
    PyTorchDefault: lambda init, gain: _scaled(gain),
    Xavier: _xavier,
    He: _by_fan_in,
    LeCun: _by_fan_in,
    Normal: lambda init, gain: (_drawn("normal_", std=init.std * gain),),
    Uniform: lambda init, gain: (_drawn("uniform_", -init.a * gain, init.a * gain),),
    Orthogonal: lambda init, gain: (_drawn("orthogonal_", **({} if gain == 1.0 else {"gain": gain})),),
    Constant: lambda init, gain: (_drawn("constant_", init.value * gain),),
}

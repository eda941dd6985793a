"""A PyTorch network as a stack and its weights. Modules are known by their class's name: PyTorch is not imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnsim.engine.operation import Array
from bnsim.spec import layers as spec
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer

WIDTHS: Mapping[str, str] = {"Linear": "in_features", "BatchNorm1d": "num_features", "GroupNorm": "num_channels"}
"""The attribute that says for what width of input a module is made."""
HINTS: Mapping[str, str] = {
    "Softmax": "leave it out: the loss CrossEntropy has it",
    "LogSoftmax": "leave it out: the loss CrossEntropy has it",
    "LazyLinear": "run the network once first, which makes it a Linear",
}
EPSILONS: Mapping[str, float] = {"torch.float64": 2.0**-52, "torch.float32": 2.0**-23}
"""What RMSNorm adds where it is not told."""


class ReadNetwork(NamedTuple):
    """`weights` are what `Lane.load_state_dict` takes for a lane that runs `stack`."""

    stack: Stack
    weights: dict[str, Array]


def from_torch(module: Any, name: str = "from PyTorch") -> ReadNetwork:
    """A Sequential of layers that bnsim has, Sequentials in it too, as a stack of that name and its weights.

    Sequentials inside others become layers of the one stack, and a Flatten is left out: rows of data are flat. A
    BatchNorm in eval mode within a network in train mode is one with `mode="eval"`. InputError for a module that
    bnsim has not, which is named.
    """
    made: list[Layer] = []
    weights: dict[str, Array] = {}
    seen: dict[int, str] = {}
    width = None
    for key, inner in _flat(module, ""):
        kind = type(inner).__name__
        where = f"{kind} at “{key}”" if key else kind
        if kind not in READERS or not _is_torch(inner):
            raise _cannot(where, HINTS.get(kind, f"take one of {', '.join(READERS)}"))
        if id(inner) in seen and _arrays(inner):
            raise _cannot(
                where, f"it shares its weights with “{seen[id(inner)]}”; bnsim does so in a tied Repeat alone"
            )
        seen[id(inner)] = key
        wanted = _width(inner, kind)
        if wanted is not None and width is not None and wanted != width:
            raise _cannot(where, f"it is made for {wanted} features and gets {width}; make them the same")
        width = inner.out_features if kind == "Linear" else wanted or width
        layer = READERS[kind](inner, where)
        if layer is None:
            continue
        if isinstance(layer, spec.BatchNorm) and module.training and not inner.training:
            layer = spec.BatchNorm(eps=layer.eps, momentum=layer.momentum, affine=layer.affine, mode="eval")
        weights |= {f"{len(made)}.{own}": value for own, value in _arrays(inner).items()}
        made.append(layer)
    return ReadNetwork(Stack(name=name, layers=tuple(made)), weights)


def _flat(module: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Modules in their order by their names, those in Sequentials one by one."""
    if type(module).__name__ == "Sequential" and _is_torch(module):
        for name, inner in module._modules.items():  # a module that is there twice comes twice
            yield from _flat(inner, f"{key}.{name}" if key else name)
    else:
        yield key, module


def _is_torch(module: Any) -> bool:
    return type(module).__module__.startswith("torch.nn.modules.")


def _arrays(module: Any) -> dict[str, Array]:
    """Parameters and running statistics by name, as float64 and whole numbers."""
    found: dict[str, Array] = {}
    for name, tensor in module.state_dict().items():
        held = tensor.detach().cpu()
        found[name] = np.array((held if name == "num_batches_tracked" else held.double()).numpy())
    return found


def _width(module: Any, kind: str) -> int | None:
    """For how many features a module is made; None if it takes any."""
    if kind in ("LayerNorm", "RMSNorm"):
        return int(module.normalized_shape[-1])
    return int(getattr(module, WIDTHS[kind])) if kind in WIDTHS else None


def _cannot(where: str, what: str) -> InputError:
    return InputError(f"Cannot read the network: bnsim has no {where} such as this; {what}.")


def _layernorm(module: Any, where: str) -> Layer:
    _refuse_planes(module, where)
    if module.elementwise_affine and module.bias is None:
        raise _cannot(where, "give it a bias, which may be zeros")
    return spec.LayerNorm(eps=module.eps, affine=module.elementwise_affine)


def _rmsnorm(module: Any, where: str) -> Layer:
    _refuse_planes(module, where)
    dtype = str(module.weight.dtype) if module.elementwise_affine else "torch.float32"
    eps = EPSILONS.get(dtype, EPSILONS["torch.float32"]) if module.eps is None else module.eps
    return spec.RMSNorm(eps=eps, affine=module.elementwise_affine)


def _refuse_planes(module: Any, where: str) -> None:
    if len(module.normalized_shape) != 1:
        raise _cannot(where, "it must normalize the last dimension alone")


def _batchnorm(module: Any, where: str) -> Layer:
    return spec.BatchNorm(
        eps=module.eps,
        momentum=module.momentum,
        affine=module.affine,
        track_running_stats=module.track_running_stats,
    )


def _dropout(module: Any, where: str) -> Layer:
    if module.p >= 1.0:
        raise _cannot(where, "its p must be below 1")
    return spec.Dropout(module.p)


def _flatten(module: Any, where: str) -> None:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise _cannot(where, "flatten all but the rows")


Reader = Callable[[Any, str], Layer | None]
READERS: Mapping[str, Reader] = {
    "Linear": lambda module, where: spec.Linear(module.out_features, bias=module.bias is not None),
    "BatchNorm1d": _batchnorm,
    "LayerNorm": _layernorm,
    "GroupNorm": lambda module, where: spec.GroupNorm(module.num_groups, eps=module.eps, affine=module.affine),
    "RMSNorm": _rmsnorm,
    "Sigmoid": lambda module, where: spec.Sigmoid(),
    "Tanh": lambda module, where: spec.Tanh(),
    "ReLU": lambda module, where: spec.ReLU(),
    "ReLU6": lambda module, where: spec.Hardtanh(0.0, 6.0),
    "LeakyReLU": lambda module, where: spec.LeakyReLU(module.negative_slope),
    "ELU": lambda module, where: spec.ELU(module.alpha),
    "SELU": lambda module, where: spec.SELU(),
    "GELU": lambda module, where: spec.GELU(module.approximate),
    "SiLU": lambda module, where: spec.SiLU(),
    "Mish": lambda module, where: spec.Mish(),
    "Softplus": lambda module, where: spec.Softplus(module.beta, module.threshold),
    "Hardtanh": lambda module, where: spec.Hardtanh(module.min_val, module.max_val),
    "Identity": lambda module, where: spec.Identity(),
    "Dropout": _dropout,
    "Flatten": _flatten,
}

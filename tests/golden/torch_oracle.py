"""The same stack in PyTorch: the oracle. Only imported where torch is.

What dropout and noise draw is the engine's own (`engine_run.drawn`), taken as constants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

import bnsim as bn
from bnsim.spec.tree import Path

torch.set_num_threads(1)  # arrays this small are slower on several

Drawn = Mapping[tuple[Path, int], NDArray]
"""Masks and noises by (where the layer stands, mini-batch of the update)."""


class VirtualBatchNorm(nn.BatchNorm1d):
    """Statistics over each of equal parts of the batch; the running ones follow the first."""

    parts = 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, *others = x.chunk(self.parts if self.training else 1)
        out = [super().forward(first)]
        for part in others:
            out.append(nn.functional.batch_norm(part, None, None, self.weight, self.bias, True, 0.0, self.eps))
        return torch.cat(out)


class ErrorFunction(nn.Module):
    """PyTorch has it as a function alone."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.erf(x)


def module_for(stack: bn.Stack, features: int) -> nn.Sequential:
    """`stack` as modules, in float64."""
    return _sequence(stack.layers, features)[0].double()


class Run:
    """A forward pass that keeps every layer's output by its path. `jitter` disturbs every number's last bits."""

    def __init__(self, drawn: Drawn | None = None, micro: int = 0, jitter: np.random.Generator | None = None) -> None:
        self.values: dict[Path, torch.Tensor] = {}
        self._drawn = drawn
        self._micro = micro
        self._jitter = jitter

    def __call__(self, module: nn.Module, layers: Sequence, out: torch.Tensor, path: Path = ()) -> torch.Tensor:
        for index, layer in enumerate(layers):
            here = (*path, index)
            out = self._disturbed(self._layer(module[index], layer, out, here))
            if out.requires_grad:
                out.retain_grad()
            self.values[here] = out
        return out

    def _layer(self, module: nn.Module, layer: object, x: torch.Tensor, path: Path) -> torch.Tensor:
        if isinstance(layer, bn.Residual):
            return x + self(module, layer.layers, x, path)
        if isinstance(layer, bn.Repeat):
            for copy in range(layer.times):
                x = self(module if layer.tied else module[copy], layer.layers, x, (*path, copy))
            return x
        if self._drawn is not None and isinstance(layer, bn.Dropout):
            return x * (torch.as_tensor(self._drawn[path, self._micro]) / (1 - layer.p))
        if self._drawn is not None and isinstance(layer, bn.Noise):
            drawn = torch.as_tensor(self._drawn[path, self._micro])
            return x + drawn if layer.scale == 1 else x * drawn[1] + drawn[0]
        return module(x)

    def _disturbed(self, out: torch.Tensor) -> torch.Tensor:
        if self._jitter is None:
            return out
        first, second = (torch.as_tensor(_near_one(self._jitter, out.shape)) for _ in range(2))
        out = out * first
        if out.requires_grad:
            out.register_hook(lambda g: g * second)
        return out


def results(
    stack: bn.Stack,
    state: dict[str, NDArray],
    x: NDArray,
    y: NDArray,
    training: bn.Training,
    drawn: Drawn,
    jitter: np.random.Generator | None = None,
) -> dict[str, NDArray]:
    """One iteration from `state`: the names and shapes of `engine_run.results`."""
    model = module_for(stack, x.shape[1])
    if jitter is not None:
        moving = {key: value for key, value in state.items() if value.dtype == np.float64}
        state = state | {key: value * _near_one(jitter, value.shape) for key, value in moving.items()}
        x = x * _near_one(jitter, x.shape)
    model.load_state_dict({key: torch.as_tensor(value) for key, value in state.items()})
    optimizer = optimizer_for(training, model)
    losses = []
    for micro in range(training.accumulate):
        rows = slice(micro * training.batch_size % len(x), None)
        rows = slice(rows.start, rows.start + training.batch_size)
        run = Run(drawn, micro, jitter)
        out = run(model, stack.layers, torch.as_tensor(x[rows]).requires_grad_())
        loss = loss_for(stack, out, y[rows])
        (loss / training.accumulate).backward()
        losses.append(loss.detach())
    found = {"loss": torch.stack(losses).mean().numpy()}
    for path, value in run.values.items():
        name = ".".join(map(str, path))
        found[f"value {name}"] = value.detach().numpy()
        found[f"gradient {name}"] = value.grad.numpy()
    found |= {f"d {key}": parameter.grad.numpy().copy() for key, parameter in model.named_parameters()}
    optimizer.step()
    found |= {f"after {key}": value.numpy().copy() for key, value in model.state_dict().items()}
    return {key: np.asarray(value) for key, value in found.items()}


def evaluation(
    stack: bn.Stack,
    state: dict[str, NDArray],
    x: NDArray,
    y: NDArray,
    jitter: np.random.Generator | None = None,
) -> tuple[NDArray, float]:
    """Output and loss in eval mode; `jitter` disturbs the last bits of the input and of every layer's output."""
    model = module_for(stack, x.shape[1]).eval()
    model.load_state_dict({key: torch.as_tensor(value) for key, value in state.items()})
    if jitter is not None:
        x = x * _near_one(jitter, x.shape)
    out = Run(jitter=jitter)(model, stack.layers, torch.as_tensor(x))
    return out.detach().numpy(), float(loss_for(stack, out, y).detach())


def loss_for(stack: bn.Stack, out: torch.Tensor, y: NDArray) -> torch.Tensor:
    """The stack's loss of `out`; whole numbers are classes."""
    target, reduction = torch.as_tensor(y), stack.loss.reduction
    if isinstance(stack.loss, bn.CrossEntropy):
        return nn.functional.cross_entropy(out, target, reduction=reduction)
    if not target.is_floating_point():
        target = target[:, None] if out.shape[1] == 1 else nn.functional.one_hot(target, out.shape[1])
    if isinstance(stack.loss, bn.MSE):
        return nn.functional.mse_loss(out, target.double(), reduction=reduction)
    return nn.functional.binary_cross_entropy_with_logits(out, target.double(), reduction=reduction)


def optimizer_for(training: bn.Training, model: nn.Module) -> torch.optim.Optimizer:
    """Plain SGD; optimizers have tests of their own."""
    return torch.optim.SGD(model.parameters(), lr=training.optimizer.lr)


def _sequence(layers: Sequence, features: int) -> tuple[nn.Sequential, int]:
    modules: list[nn.Module] = []
    for layer in layers:
        module, features = _module(layer, features)
        modules.append(module)
    return nn.Sequential(*modules), features


def _module(layer: object, features: int) -> tuple[nn.Module, int]:
    """The module and the width after it."""
    match layer:
        case bn.Linear():
            return nn.Linear(features, layer.units, bias=layer.bias), layer.units
        case bn.Residual():
            return _sequence(layer.layers, features)
        case bn.Repeat(tied=True):
            return _sequence(layer.layers, features)
        case bn.Repeat():
            copies = []
            for _ in range(layer.times):
                inside, features = _sequence(layer.layers, features)
                copies.append(inside)
            return nn.Sequential(*copies), features
        case _:
            return _flat(layer, features), features


def _flat(layer: object, features: int) -> nn.Module:
    """A layer that keeps the width."""
    match layer:
        case bn.BatchNorm():
            module = VirtualBatchNorm(
                features,
                eps=layer.eps,
                momentum=layer.momentum,
                affine=layer.affine,
                track_running_stats=layer.track_running_stats,
            )
            module.parts = layer.virtual_devices
            return module.eval() if layer.mode == "eval" else module
        case bn.LayerNorm():
            return nn.LayerNorm(features, eps=layer.eps, elementwise_affine=layer.affine)
        case bn.GroupNorm():
            return nn.GroupNorm(layer.num_groups, features, eps=layer.eps, affine=layer.affine)
        case bn.RMSNorm():
            return nn.RMSNorm(features, eps=layer.eps, elementwise_affine=layer.affine)
        case bn.LeakyReLU():
            return nn.LeakyReLU(layer.negative_slope)
        case bn.ELU():
            return nn.ELU(layer.alpha)
        case bn.GELU():
            return nn.GELU(layer.approximate)
        case bn.Softplus():
            return nn.Softplus(layer.beta, layer.threshold)
        case bn.Hardtanh():
            return nn.Hardtanh(layer.min_val, layer.max_val)
        case bn.Dropout():
            return nn.Dropout(layer.p)
        case bn.Noise():
            return nn.Identity()
        case bn.Erf():
            return ErrorFunction()
        case _:
            return getattr(nn, type(layer).__name__)()


def _near_one(generator: np.random.Generator, shape: Sequence[int]) -> NDArray:
    return 1 + np.finfo(float).eps * generator.standard_normal(tuple(shape))

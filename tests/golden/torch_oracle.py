"""The same stack in PyTorch: the oracle. Only imported where torch is."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

import bnsim as bn

ACTIVATIONS: dict[type, type[nn.Module]] = {bn.Sigmoid: nn.Sigmoid, bn.Tanh: nn.Tanh, bn.ReLU: nn.ReLU}


def module_for(stack: bn.Stack, features: int) -> nn.Sequential:
    """`stack` as modules, in float64."""
    modules: list[nn.Module] = []
    for layer in stack.layers:
        modules.append(_module(layer, features))
        features = layer.units if isinstance(layer, bn.Linear) else features
    return nn.Sequential(*modules).double()


def results(
    stack: bn.Stack, state: dict[str, NDArray], x: NDArray, y: NDArray, training: bn.Training
) -> dict[str, NDArray]:
    """One iteration from `state`: the names and shapes of `engine_run.results`."""
    model = module_for(stack, x.shape[1])
    model.load_state_dict({key: torch.as_tensor(value) for key, value in state.items()})
    optimizer = optimizer_for(training, model)
    values = []
    out = torch.as_tensor(x).requires_grad_()
    for module in model:
        out = module(out)
        out.retain_grad()
        values.append(out)
    loss = loss_for(stack, out, y)
    loss.backward()
    found = {"loss": loss.detach().numpy()}
    for index, value in enumerate(values):
        found[f"value {index}"] = value.detach().numpy()
        found[f"gradient {index}"] = value.grad.numpy()
    found |= {f"d {key}": parameter.grad.numpy().copy() for key, parameter in model.named_parameters()}
    optimizer.step()
    found |= {f"after {key}": value.numpy().copy() for key, value in model.state_dict().items()}
    return {key: np.asarray(value) for key, value in found.items()}


def loss_for(stack: bn.Stack, out: torch.Tensor, y: NDArray) -> torch.Tensor:
    """The stack's loss of `out`; whole numbers are classes."""
    target = torch.as_tensor(y)
    if isinstance(stack.loss, bn.CrossEntropy):
        return nn.functional.cross_entropy(out, target)
    if not target.is_floating_point():
        target = nn.functional.one_hot(target, out.shape[1]).double()
    return nn.functional.mse_loss(out, target)


def optimizer_for(training: bn.Training, model: nn.Module) -> torch.optim.Optimizer:
    """The training's optimizer."""
    return torch.optim.SGD(model.parameters(), lr=training.optimizer.lr)


def _module(layer: object, features: int) -> nn.Module:
    if isinstance(layer, bn.Linear):
        return nn.Linear(features, layer.units, bias=layer.bias)
    if isinstance(layer, bn.BatchNorm):
        return nn.BatchNorm1d(features, eps=layer.eps, momentum=layer.momentum)
    return ACTIVATIONS[type(layer)]()

"""Many updates in PyTorch: its optimizers, schedulers and clipping. Only imported where torch is."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim import lr_scheduler

import bnsim as bn
from tests.golden import torch_oracle


def trained(
    stack: bn.Stack,
    state: dict[str, NDArray],
    x: NDArray,
    y: NDArray,
    training: bn.Training,
    updates: int,
) -> dict[str, NDArray]:
    """The `state_dict` after some updates from `state`, rows taken in order."""
    model = torch_oracle.module_for(stack, x.shape[1])
    model.load_state_dict({key: torch.as_tensor(value) for key, value in state.items()})
    optimizer = optimizer_for(training, model)
    scheduler = scheduler_for(training, optimizer)
    size = training.batch_size
    for update in range(updates):
        optimizer.zero_grad()
        for micro in range(training.accumulate):
            start = (update * training.accumulate + micro) * size % (len(x) // size * size)
            out = model(torch.as_tensor(x[start : start + size]))
            loss = torch_oracle.loss_for(stack, out, y[start : start + size])
            (loss / training.accumulate).backward()
        if isinstance(training.clip, bn.ClipValue):
            nn.utils.clip_grad_value_(model.parameters(), training.clip.limit)
        elif isinstance(training.clip, bn.ClipNorm):
            nn.utils.clip_grad_norm_(model.parameters(), training.clip.limit)
        optimizer.step()
        if scheduler:
            scheduler.step()
    return {key: np.array(value) for key, value in model.state_dict().items()}


def rates(training: bn.Training, updates: int) -> list[float]:
    """The learning rate of each update."""
    optimizer = optimizer_for(training, nn.Linear(1, 1))
    scheduler = scheduler_for(training, optimizer)
    found = []
    for _ in range(updates):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if scheduler:
            scheduler.step()
    return found


def optimizer_for(training: bn.Training, model: nn.Module) -> torch.optim.Optimizer:
    """The training's optimizer; with `decay_all` off, what is no matrix in a group of its own."""
    made = training.optimizer
    parameters = list(model.parameters())
    decayed = [p for p in parameters if training.decay_all or p.ndim == 2]
    rest = [p for p in parameters if not (training.decay_all or p.ndim == 2)]
    groups = [{"params": decayed, "weight_decay": made.weight_decay}, {"params": rest, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    match made:
        case bn.SGD():
            return torch.optim.SGD(groups, lr=made.lr, momentum=made.momentum, nesterov=made.nesterov)
        case bn.RMSprop():
            return torch.optim.RMSprop(
                groups, lr=made.lr, alpha=made.alpha, eps=made.eps, momentum=made.momentum, centered=made.centered
            )
        case bn.Adagrad():
            return torch.optim.Adagrad(
                groups,
                lr=made.lr,
                lr_decay=made.lr_decay,
                initial_accumulator_value=made.initial_accumulator_value,
                eps=made.eps,
            )
        case bn.Adam():
            return torch.optim.Adam(groups, lr=made.lr, betas=(made.beta1, made.beta2), eps=made.eps)
        case bn.AdamW():
            return torch.optim.AdamW(groups, lr=made.lr, betas=(made.beta1, made.beta2), eps=made.eps)
    raise TypeError(type(made))


def scheduler_for(training: bn.Training, optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler | None:
    """The training's schedule; None if the rate is constant."""
    match training.schedule:
        case bn.StepDecay(every=every, gamma=gamma):
            return lr_scheduler.StepLR(optimizer, every, gamma)
        case bn.Cosine(period=period, lr_min=lr_min):
            return lr_scheduler.CosineAnnealingLR(optimizer, period, lr_min)
        case bn.WarmUp(updates=updates, start=start):
            return lr_scheduler.LinearLR(optimizer, start, total_iters=updates)
    return None

"""python -m tests.bench.step_time: a training step beside its matrix products, PyTorch and JAX, where importable."""

from __future__ import annotations

import os
import platform
from importlib.util import find_spec

import numpy as np

from bnsim.engine.bench import CLASSES, OWN, SIZES, Contender, Size, table


def torch_eager(size: Size) -> Contender:
    """torch.nn modules, torch.optim.SGD, one thread."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    w = size.width
    blocks = [m for _ in range(size.depth) for m in (nn.Linear(w, w, bias=False), nn.BatchNorm1d(w), nn.Sigmoid())]
    model = nn.Sequential(*blocks, nn.Linear(w, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    x, y = torch.randn(size.batch, w), torch.randint(0, CLASSES, (size.batch,))

    def steps(count: int) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()

    return steps


def jax_jit(size: Size) -> Contender:
    """One jitted function: loss, gradient, update, running statistics."""
    import jax
    import jax.numpy as jnp

    w = size.width
    generator = np.random.default_rng(0)
    scale = np.float32(1 / np.sqrt(w))
    weights = [jnp.asarray(generator.standard_normal((w, w)).astype(np.float32) * scale) for _ in range(size.depth)]
    gammas, betas = [jnp.ones(w)] * size.depth, [jnp.zeros(w)] * size.depth
    head = jnp.asarray(generator.standard_normal((CLASSES, w)).astype(np.float32) * scale)
    running = [(jnp.zeros(w), jnp.ones(w))] * size.depth
    x = jnp.asarray(generator.standard_normal((size.batch, w)).astype(np.float32))
    y = jnp.asarray(generator.integers(0, CLASSES, size.batch))

    def loss(parameters, running, x, y):
        kept = []
        for weight, gamma, beta, (mean, var) in zip(*parameters[:3], running, strict=True):
            z = x @ weight.T
            mu, sigma = z.mean(0), z.var(0)
            x = jax.nn.sigmoid(gamma * (z - mu) / jnp.sqrt(sigma + 1e-5) + beta)
            kept.append((0.9 * mean + 0.1 * mu, 0.9 * var + 0.1 * sigma))
        logits = x @ parameters[3].T
        return -jax.nn.log_softmax(logits)[jnp.arange(len(y)), y].mean(), kept

    @jax.jit
    def step(parameters, running, x, y):
        gradient, kept = jax.grad(loss, has_aux=True)(parameters, running, x, y)
        return jax.tree.map(lambda p, g: p - 0.01 * g, parameters, gradient), kept

    state = [(weights, gammas, betas, head), running]

    def steps(count: int) -> None:
        for _ in range(count):
            state[0], state[1] = step(state[0], state[1], x, y)
        jax.block_until_ready(state[0])

    return steps


def main() -> None:
    # XLA's threads cannot be counted down by an option: it takes the cores the process may use.
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    others = {"torch": ("PyTorch eager", torch_eager), "jax": ("JAX jit", jax_jit)}
    makers = {**OWN, **{name: make for module, (name, make) in others.items() if find_spec(module)}}
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one core, float32")
    for line in table(SIZES, makers):
        print(line, flush=True)


if __name__ == "__main__":
    main()

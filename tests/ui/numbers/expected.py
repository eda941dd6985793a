"""What the equation view has to put in, operation by operation, written down from the formulas and the arrays.

Of a sum the first two terms and the last are shown; of at most four, all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import bnsim as bn
from bnsim.session.arrays import Tensor, read
from bnsim.spec.tree import layer_at

SAMPLE, UNIT, ENTRY = 3, 2, 1
"""The sample, the unit and the input that are chosen."""
Lines = list[list[float]]


def ends(terms: Iterable[tuple[float, ...]]) -> list[float]:
    every = list(terms)
    shown = every if len(every) <= 4 else [*every[:2], every[-1]]
    return [number for term in shown for number in term]


class At:
    """The arrays at a layer of a lane; `x` and `dx` stand at its input."""

    def __init__(self, session: bn.Session, lane: int, path: tuple[int, ...], before: bn.Session) -> None:
        self.session, self.lane, self.path = session, session.lanes[lane], path
        self.before = before.lanes[lane]
        self.layer: Any = layer_at(self.lane.stack.layers, path)
        count = len(self.lane.stack.layers)
        self.inner = len(path) == 1 and path[0] == 0
        if path[0] < count:
            self.m, self.n = self.lane.program.values[path].shape
        self.z_path = (count - 1,)

    def __getitem__(self, name: str) -> Any:
        found = read(self.session, Tensor(self.lane.stack.id, self.path, name))
        assert found is not None, name
        return found.astype(np.float64)

    @property
    def x(self) -> Any:
        if self.inner:
            return self.lane.inputs().astype(np.float64)
        return self.lane.value((*self.path[:-1], self.path[-1] - 1)).astype(np.float64)

    @property
    def g(self) -> Any:
        return self["gradient"]

    @property
    def i(self) -> int:
        return min(SAMPLE, self.m - 1)

    @property
    def j(self) -> int:
        return min(UNIT, self.n - 1)


def _linear(a: At) -> Lines:
    x, w = a.x, a["weight"]
    bias = [a["bias"][a.j]] if a.layer.bias else []
    return [ends(zip(x[a.i], w[a.j], strict=True)) + bias]


def _mean(a: At) -> Lines:
    return [[1, a.m, *ends((value,) for value in a.x[:, a.j])]]


def _variance(a: At) -> Lines:
    return [[1, a.m, *ends((value, -a["μ"][a.j], 2) for value in a.x[:, a.j])]]


def _normalize(a: At) -> Lines:
    return [[a.x[a.i, a.j], -a["μ"][a.j], a["σ²"][a.j], a.layer.eps]]


def _row_mean(a: At) -> Lines:
    return [[1, a.n, *ends((value,) for value in a.x[a.i])]]


def _row_variance(a: At) -> Lines:
    return [[1, a.n, *ends((value, -a["μ"][a.i], 2) for value in a.x[a.i])]]


def _row_normalize(a: At) -> Lines:
    return [[a.x[a.i, a.j], -a["μ"][a.i], a["σ²"][a.i], a.layer.eps]]


def _scale(a: At) -> Lines:
    return [[a["weight"][a.j], a["x̂"][a.i, a.j], a["bias"][a.j]]]


def _running(a: At) -> Lines:
    old = a.before.state_dict()
    key, rho = ".".join(map(str, a.path)), a.layer.momentum
    mean, var = (old[f"{key}.running_{name}"][a.j] for name in ("mean", "var"))
    return [
        [1, -rho, mean, rho, a["μ"][a.j]],
        [1, -rho, var, rho, a.m, a.m, -1, a["σ²"][a.j]],
        [float(old[f"{key}.num_batches_tracked"]), 1],
    ]


def _sigmoid(a: At) -> Lines:
    return [[1, 1, -a.x[a.i, a.j]]]


def _input(a: At) -> Lines:
    return [[a.x[a.i, a.j]]]


def _relu(a: At) -> Lines:
    return [[0, a.x[a.i, a.j]]]


def _add(a: At) -> Lines:
    return [[a.x[a.i, a.j], a.lane.value((*a.path, len(a.layer.layers) - 1))[a.i, a.j]]]


def _softmax(a: At) -> Lines:
    z = a.lane.value(a.z_path).astype(np.float64)
    row = ends((value,) for value in z[min(SAMPLE, len(z) - 1)])
    return [[z[SAMPLE, UNIT], *row], [z[SAMPLE, UNIT], *row]]


def _targets(a: At) -> Any:
    return a.lane.read(a.lane.program.targets).reshape(-1).astype(np.float64)


def _cross_entropy_dz(a: At) -> Lines:
    z = a.lane.value(a.z_path).astype(np.float64)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return [[p[SAMPLE, UNIT], _targets(a)[SAMPLE], UNIT, len(z)]]


def _d_weight(a: At) -> Lines:
    k = min(ENTRY, a.x.shape[1] - 1)
    return [ends(zip(a.g[:, a.j], a.x[:, k], strict=True))]


def _column(a: At) -> Lines:
    return [ends((value,) for value in a.g[:, a.j])]


def _linear_dx(a: At) -> Lines:
    unit = min(UNIT, a.x.shape[1] - 1)
    return [ends(zip(a.g[a.i], a["weight"][:, unit], strict=True))]


def _relu_dx(a: At) -> Lines:
    return [[a.g[a.i, a.j], a["value"][a.i, a.j], 0]]


def _sigmoid_dx(a: At) -> Lines:
    y = a["value"][a.i, a.j]
    return [[a.g[a.i, a.j], y, 1, -y]]


def _tanh_dx(a: At) -> Lines:
    return [[a.g[a.i, a.j], 1, -a["value"][a.i, a.j], 2]]


def _d_gamma(a: At) -> Lines:
    return [ends(zip(a.g[:, a.j], a["x̂"][:, a.j], strict=True))]


def _d_x_hat(a: At) -> Lines:
    return [[a.g[a.i, a.j], a["weight"][a.j]]]


def _inverse(a: At, at: int) -> float:
    return float(1 / np.sqrt(a["σ²"][at] + a.layer.eps))


def _d_variance(a: At) -> Lines:
    j = a.j
    terms = ((d, x, -a["μ"][j]) for d, x in zip(a["dx̂"][:, j], a.x[:, j], strict=True))
    return [[1, 2, _inverse(a, j), 3, *ends(terms)]]


def _row_d_variance(a: At) -> Lines:
    i = a.i
    terms = ((d, x, -a["μ"][i]) for d, x in zip(a["dx̂"][i], a.x[i], strict=True))
    return [[1, 2, _inverse(a, i), 3, *ends(terms)]]


def _d_mean(a: At) -> Lines:
    j = a.j
    terms = ends((d,) for d in a["dx̂"][:, j])
    rest = ends((x, -a["μ"][j]) for x in a.x[:, j])
    return [[-_inverse(a, j), *terms, -a["dσ²"][j], 2, a.m, *rest]]


def _row_d_mean(a: At) -> Lines:
    return [[-_inverse(a, a.i), *ends((d,) for d in a["dx̂"][a.i])]]


def _dx(a: At) -> Lines:
    i, j = a.i, a.j
    first = [a["dx̂"][i, j], _inverse(a, j), a["dσ²"][j], 2, a.x[i, j], -a["μ"][j], a.m]
    return [[*first, 1, a.m, a["dμ"][j]]]


def _row_dx(a: At) -> Lines:
    i, j = a.i, a.j
    first = [a["dx̂"][i, j], _inverse(a, i), a["dσ²"][i], 2, a.x[i, j], -a["μ"][i], a.n]
    return [[*first, 1, a.n, a["dμ"][i]]]


def _mse(a: At) -> Lines:
    y, t = a.lane.value(a.z_path)[:, 0], _targets(a)
    return [[1, len(y), *ends((shown, -wanted, 2) for shown, wanted in zip(y, t, strict=True))]]


def _mse_dz(a: At) -> Lines:
    y, t = a.lane.value(a.z_path)[:, 0], _targets(a)
    return [[2, len(y), y[SAMPLE], -t[SAMPLE]]]


def _commit(a: At) -> Lines:
    state, key = a.lane.state_dict(), ".".join(map(str, a.path))
    found = [state[f"{key}.{name}"] for name in ("running_mean", "running_var", "num_batches_tracked")]
    return [[found[0][a.j]], [found[1][a.j]], [float(found[2])]]


EXPECTED: dict[str, Callable[[At], Lines]] = {
    "linear": _linear,
    "linear without bias": _linear,
    "bn mean": _mean,
    "bn variance": _variance,
    "bn normalize": _normalize,
    "bn running": _running,
    "bn scale-and-shift": _scale,
    "ln mean": _row_mean,
    "ln variance": _row_variance,
    "ln normalize": _row_normalize,
    "sigmoid": _sigmoid,
    "tanh": _input,
    "relu": _relu,
    "add": _add,
    "softmax": _softmax,
    "mse": _mse,
    "mse dz": _mse_dz,
    "cross-entropy dz": _cross_entropy_dz,
    "linear dW": _d_weight,
    "linear db": _column,
    "linear dx": _linear_dx,
    "relu dx": _relu_dx,
    "sigmoid dx": _sigmoid_dx,
    "tanh dx": _tanh_dx,
    "bn dβ": _column,
    "bn dγ": _d_gamma,
    "bn dx̂": _d_x_hat,
    "bn dσ²": _d_variance,
    "bn dμ": _d_mean,
    "bn dx": _dx,
    "ln dσ²": _row_d_variance,
    "ln dμ": _row_d_mean,
    "ln dx": _row_dx,
    "bn commit": _commit,
}

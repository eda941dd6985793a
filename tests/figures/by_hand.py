"""A small network and its loss in NumPy, for figures that run the network at other parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

import bnsim as bn

LAYERS = (bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
TRAINED = ("0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias")


def session_of(*layers: bn.Layer, wait: bool = False, **training: Any) -> bn.Session:
    options = {"batch_size": 16, "optimizer": bn.SGD(lr=0.3)} | training
    stack = bn.Stack(name="net", layers=layers or LAYERS)
    data = bn.TwoSpirals(samples=64)
    experiment = bn.Experiment(data=data, training=bn.Training(**options), stacks=(stack,))
    return bn.Session(experiment, wait=wait)


def theta_of(state: dict[str, np.ndarray]) -> np.ndarray:
    return np.concatenate([state[name].ravel() for name in TRAINED])


class Net:
    """`LAYERS` on one mini-batch in train mode."""

    def __init__(self, lane: Any) -> None:
        self.x, self.targets = lane.inputs(), lane.read(lane.program.targets)[:, 0].astype(int)
        self.shapes = [lane.state_dict()[name].shape for name in TRAINED]

    def loss(self, theta: np.ndarray) -> Any:
        """The cross-entropy; of a complex `theta`, a complex number."""
        parts, start = [], 0
        for shape in self.shapes:
            stop = start + int(np.prod(shape))
            parts.append(theta[start:stop].reshape(shape))
            start = stop
        w, b, gamma, beta, v, c = parts
        z = self.x @ w.T + b
        centered = z - z.mean(axis=0)
        h = np.tanh(centered / np.sqrt((centered**2).mean(axis=0) + 1e-5) * gamma + beta)
        out = h @ v.T + c
        logs = out - np.log(np.exp(out).sum(axis=1, keepdims=True))
        return -logs[np.arange(len(out)), self.targets].mean()

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        """By a complex step, which takes no difference."""
        moved = (theta + 1e-40j * unit for unit in np.eye(theta.size))
        return np.array([self.loss(each).imag / 1e-40 for each in moved])

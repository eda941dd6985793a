"""Experiments, layers and lanes of all sorts, decided by a seed; they need not fit together."""

from __future__ import annotations

import random

import bnsim as bn
from bnsim.spec.datasets import Data
from bnsim.spec.layers import PALETTE, Repeat, Residual
from bnsim.spec.losses import Loss
from bnsim.spec.training import Clip, Optimizer

Losses = tuple[tuple[Loss, int], ...]
"""Each with the width it wants."""


def classes(count: int) -> Losses:
    return ((bn.CrossEntropy(), count),) * 3 + ((bn.MSE(), count), (bn.BCEWithLogits(), 1 if count == 2 else count))


NUMBER: Losses = ((bn.MSE(), 1), (bn.MSE("sum"), 1))
KINDS: list[tuple[Data, Losses]] = [
    (bn.TwoSpirals(samples=48, test_fraction=0.25), classes(2)),
    (bn.Blobs(samples=40, classes=3), classes(3)),
    (bn.Curve(samples=32), NUMBER),
    (bn.XOR(samples=32), classes(2)),
    (bn.GaussianNoise(samples=40, features=5, classes=4), classes(4)),
]


class Choices:
    """Random experiments and parts of them, decided by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def layer(self, depth: int = 0) -> bn.Layer:
        one = self.random
        kind = one.choice(PALETTE if depth < 2 else [kind for kind in PALETTE if kind not in (Repeat, Residual)])
        if kind is Repeat:
            return bn.Repeat(layers=self.layers(depth + 1, 3), times=one.randint(1, 3), tied=one.random() < 0.3)
        if kind is Residual:
            return bn.Residual(layers=self.layers(depth + 1, 2))
        if kind is bn.Linear:
            return bn.Linear(one.randint(1, 6), bias=one.random() < 0.7)
        if kind is bn.BatchNorm:
            return self.batchnorm()
        if kind is bn.GroupNorm:
            return bn.GroupNorm(one.choice([1, 1, 2]))
        return kind()

    def batchnorm(self) -> bn.Layer:
        one = self.random
        return bn.BatchNorm(
            affine=one.random() < 0.8,
            track_running_stats=one.random() < 0.8,
            mode=one.choice(["train", "train", "eval"]),
            virtual_devices=one.choice([1, 1, 2, 4]),
        )

    def layers(self, depth: int, most: int) -> tuple[bn.Layer, ...]:
        least = 0 if self.random.random() < 0.1 else 1
        return tuple(self.layer(depth) for _ in range(self.random.randint(least, most)))

    def stack(self, number: int, fitting: Losses) -> bn.Stack:
        one = self.random
        loss, outputs = one.choice(fitting)
        layers = self.layers(0, 6)
        if one.random() < 0.95:
            layers = (*layers, bn.Linear(outputs))
        return bn.Stack(name=f"lane {number}", layers=layers, loss=loss, hidden=one.random() < 0.1)

    def experiment(self) -> bn.Experiment:
        one = self.random
        data, losses = one.choice(KINDS)
        clips: list[Clip] = [bn.NoClip(), bn.ClipNorm(), bn.ClipValue()]
        optimizers: list[Optimizer] = [
            bn.SGD(lr=0.1),
            bn.SGD(lr=0.1, momentum=0.9),
            bn.Adam(),
            bn.SGD(lr=1e6),
            bn.AdamW(),
            bn.Adagrad(lr_decay=0.1),
            bn.RMSprop(centered=True),
        ]
        training = bn.Training(
            batch_size=one.choice([1, 2, 4, 8, 8, 16, 16, 16, 16, 100]),
            optimizer=one.choice(optimizers),
            clip=one.choice(clips),
            accumulate=one.choice([1, 1, 2, 3]),
            precision=one.choice(["float32", "float64"]),
            evaluate_every=one.choice([0, 0, 3]),
        )
        stacks = tuple(self.stack(number, losses) for number in range(one.randint(1, 4)))
        return bn.Experiment(data=data, training=training, stacks=stacks)

"""What lectures and papers say their figures show, held against the figures here, on digits and on Gaussian data.

Others stand beside their figures' own tests: activations and gradients by depth (Glorot and Bengio 2010), update to
weight (CS231n), percentiles (Ioffe and Szegedy 2015), smoothness (Santurkar et al. 2018, where measurement disagrees).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import accuracy, activation_response, gradient_by_depth, loss, update_to_weight
from bnsim.lenses.depth import factor_per_layer

SEEDS = (1, 2, 3)


def session_of(seed: int, data: bn.Data, lr: float = 0.1, **lanes: tuple[bn.Layer, ...]) -> bn.Session:
    stacks = tuple(bn.Stack(name=name, layers=layers) for name, layers in lanes.items())
    training = bn.Training(batch_size=64, optimizer=bn.SGD(lr=lr), seed=seed)
    return bn.Session(bn.Experiment(data=data, training=training, stacks=stacks), recording="norms")


def deep(depth: int, *after: bn.Layer, width: int = 32, init: bn.Initializer | None = None) -> tuple[bn.Layer, ...]:
    linear = bn.Linear(width, init=init) if init is not None else bn.Linear(width)
    return (*(linear, *after) * depth, bn.Linear(10))


# Loss and accuracy: with BatchNorm a network trains sooner, and one that does not train without it trains


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deep_sigmoid_network_trains_with_batchnorm_alone(seed: int) -> None:
    session = session_of(
        seed, bn.Digits(), 0.5, plain=deep(10, bn.Sigmoid()), BN=deep(10, bn.BatchNorm(), bn.Sigmoid())
    )
    session.run(300)
    right, losses = accuracy(session), loss(session)
    session.close()
    shares, falls = right.data(), losses.data()
    assert shares["plain, smoothed"].max() < 25  # of 10 classes
    assert abs(falls["plain, smoothed"][-1] - math.log(10)) < 0.1
    assert shares["BN, smoothed"][-1] > 80
    assert falls["BN, smoothed"][-1] < 0.6
    assert "plain stays at 2.3" in losses.verdict
    assert "BN fell from" in losses.verdict


@pytest.mark.parametrize("seed", SEEDS)
def test_where_both_train_batchnorm_gets_there_in_fewer_updates(seed: int) -> None:
    """Ioffe and Szegedy 2015, figures 1a and 2: three hidden layers of sigmoids."""
    session = session_of(
        seed,
        bn.Digits(),
        1.0,
        plain=deep(3, bn.Sigmoid(), init=bn.Xavier()),
        BN=deep(3, bn.BatchNorm(), bn.Sigmoid(), init=bn.Xavier()),
    )
    session.run(1500)
    data = accuracy(session, max_points=None).data()
    session.close()
    first = {name: int(np.argmax(data[f"{name}, smoothed"] > 85)) for name in ("plain", "BN")}
    assert data["plain, smoothed"].max() > 85
    assert 0 < 2 * first["BN"] < first["plain"]


# Gradient by depth: what one layer multiplies it by


def per_layer(session: bn.Session, name: str) -> float:
    return factor_per_layer(gradient_by_depth(session).data()[name])


@pytest.mark.parametrize("seed", SEEDS)
def test_each_initialization_has_the_factor_that_its_source_says(seed: int) -> None:
    """He et al. 2015: with a variance of 2/n a ReLU keeps the gradient; PyTorch's 1/(3n) loses √6 of it a layer.

    Sigmoids near 0 let a quarter through at most; with BatchNorm a ReLU's grows by √(π/(π − 1)) (Yang et al. 2019).
    """
    wide = {"width": 128}
    session = session_of(
        seed,
        bn.GaussianNoise(samples=640, features=128),
        0.0,
        he=deep(20, bn.ReLU(), init=bn.He(), **wide),
        pytorch=deep(20, bn.ReLU(), **wide),
        sigmoid=deep(20, bn.Sigmoid(), init=bn.Xavier(), **wide),
        BN=deep(20, bn.BatchNorm(), bn.ReLU(), init=bn.He(), **wide),
    )
    session.run(1)
    assert per_layer(session, "he") == pytest.approx(1.0, rel=0.06)
    assert per_layer(session, "pytorch") == pytest.approx(1 / math.sqrt(6), rel=0.06)
    assert per_layer(session, "sigmoid") < 0.26
    assert per_layer(session, "BN") == pytest.approx(math.sqrt(math.pi / (math.pi - 1)), rel=0.06)
    session.close()


# Update to weight


@pytest.mark.parametrize("seed", SEEDS)
def test_batchnorm_brings_the_updates_of_all_layers_within_a_decade(seed: int) -> None:
    """CS231n and makemore: ratios should be near 1e-3 and alike; those of the plain net spread over many decades."""
    session = session_of(
        seed, bn.Digits(), 0.1, plain=deep(10, bn.Sigmoid()), BN=deep(10, bn.BatchNorm(), bn.Sigmoid())
    )
    session.run(100)
    last = {}
    for lane in session.lanes:
        last[lane.stack.name] = lane.history["update_ratio"][-1][:-1]  # the head has another width
    verdict = update_to_weight(session).verdict
    session.close()
    assert last["plain"].max() / last["plain"].min() > 1e3
    assert last["BN"].max() / last["BN"].min() < 10
    assert 1e-4 < np.median(last["BN"]) < 1e-1
    assert verdict.startswith("plain")


# Activation and its derivative


@pytest.mark.parametrize("seed", SEEDS)
def test_batchnorm_holds_the_inputs_of_an_activation_where_it_is_steep(seed: int) -> None:
    """Wide weights drive a tanh into its flat ends (Glorot and Bengio 2010); after a BatchNorm they do not.

    Of a standard normal input the root of the mean of tanh'² is 0.68: what a gradient is multiplied by there.
    """
    wide = bn.Normal(std=0.6)
    session = session_of(
        seed,
        bn.GaussianNoise(samples=640, features=64),
        0.0,
        plain=deep(5, bn.Tanh(), width=64, init=wide),
        BN=deep(5, bn.BatchNorm(), bn.Tanh(), width=64, init=wide),
    )
    session.run(1)
    last = session.experiment.stacks[1].layers[-2].id
    figure = activation_response(session, last)
    data = figure.data()
    flat = {}
    for lane in ("plain", "BN"):
        middles = (data[f"{lane}.low"] + data[f"{lane}.high"]) / 2
        flat[lane] = data[lane][np.abs(middles) > 1.82].sum()
    x = np.random.default_rng(0).normal(size=200_000)
    wanted = np.sqrt(np.mean((1 - np.tanh(x) ** 2) ** 2))
    session.close()
    assert flat["plain"] > 0.5
    assert flat["BN"] < 0.12
    said = figure.verdict.split("BN, ")[1].split("√mean f′² ")[1].split(",")[0]
    assert float(said) == pytest.approx(wanted, abs=0.02)

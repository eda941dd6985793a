"""Writes `resources/papers`: an experiment and a record for each figure of a paper that is made anew.

Run it after a change here: python packaging/make_papers.py. What is measured is checked by the tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

import bnsim as bn
from bnsim.lessons.claims import Claim
from bnsim.lessons.papers import EXPERIMENT, RECORD, Paper
from bnsim.spec.layer_base import LayerBase

FOLDER = Path(__file__).parents[1] / "resources" / "papers"


def stack(name: str, *layers: LayerBase, classes: int = 10) -> bn.Stack:
    """A classifier of that many classes."""
    return bn.Stack(name=name, layers=(*layers, bn.Linear(classes)), loss=bn.CrossEntropy())


def hidden(depth: int, width: int, activation: LayerBase, norm: bool = False, **linear: Any) -> tuple[LayerBase, ...]:
    """That many hidden layers, each a Linear, a BatchNorm if asked for, and an activation."""
    one = (bn.Linear(width, bias=not norm, **linear), *((bn.BatchNorm(),) if norm else ()), activation)
    return one * depth


def digits(*lanes: bn.Stack, batch_size: int = 64, lr: float = 0.1, **more: Any) -> bn.Experiment:
    """These lanes on the shipped digits."""
    training = bn.Training(batch_size=batch_size, optimizer=bn.SGD(lr=lr), seed=1, **more)
    return bn.Experiment(data=bn.Digits(), training=training, stacks=lanes)


def at_layer(lane: str, quantity: str, first: str, last: str, reduction: str = "norm") -> str:
    """An expression: a quantity at one layer of a lane as a share of that at another one."""
    one, other = (f'{reduction}({quantity}("{lane}")["{layer}"])' for layer in (first, last))
    return f"{one} / {other}"


def glorot_bengio() -> bn.Experiment:
    """Five hidden layers of tanh with both initializations of Glorot and Bengio 2010."""
    return digits(
        stack("standard", *hidden(5, 100, bn.Tanh(), init=bn.PyTorchDefault())),
        stack("normalized", *hidden(5, 100, bn.Tanh(), init=bn.Xavier())),
    )


def glorot_6() -> tuple[bn.Experiment, Paper]:
    """Activations at the start, by layer."""
    spread = [at_layer(lane, "value", "Tanh 5", "Tanh 1", "std") for lane in ("standard", "normalized")]
    return glorot_bengio(), Paper(
        title="Activations shrink with the standard initialization, and keep their spread with the normalized one",
        source="Glorot and Bengio 2010, figure 6",
        claim="Histograms of the activations of five hidden tanh layers, at the start: with U(−1/√n, 1/√n) they crowd "
        "around 0 more and more with depth, with U(±√(6/(n_in + n_out))) all layers look alike.",
        figure="activations_by_depth",
        agrees="From the first to the fifth layer the spread of activations becomes {0} times as large with the "
        "standard initialization, and {1} times with the normalized one.",
        differs="The paper's images are Shapeset; ours are digits, and the network is narrower. The normalized one "
        "shrinks a little, as tanh bends: its variance argument is about the linear part.",
        claims=(
            Claim(expression=spread[0], low=0.1, high=0.45),
            Claim(expression=spread[1], low=0.65, high=1.1),
        ),
    )


def glorot_7() -> tuple[bn.Experiment, Paper]:
    """Back-propagated gradients at the start, by layer."""
    shrinks = [at_layer(lane, "gradient", "Linear 1", "Linear 5") for lane in ("standard", "normalized")]
    weights = [at_layer(lane, "dW", "Linear 1", "Linear 5", "std") for lane in ("standard", "normalized")]
    return glorot_bengio(), Paper(
        title="Gradients shrink on their way down with the standard initialization, and less with the normalized one",
        source="Glorot and Bengio 2010, figure 7",
        claim="Histograms of back-propagated gradients of five hidden tanh layers, at the start: with U(−1/√n, 1/√n) "
        "they are smaller at each lower layer, with the normalized initialization they keep their size. Gradients of "
        "weights are about as large at all layers with either one (figure 8).",
        figure="gradients_hist_by_depth",
        agrees="From the fifth layer down to the first the gradient becomes {0} times as large with the standard "
        "initialization, {1} times with the normalized one. That of the weights, {2} and {3} times, hardly tells them "
        "apart: activations shrink upwards as gradients do downwards, and their product is level.",
        differs="The paper's images are Shapeset; ours are digits. With the normalized one gradients shrink somewhat, "
        "too: tanh's slope is below 1 wherever it is not at 0.",
        claims=(
            Claim(expression=shrinks[0], low=0.03, high=0.25),
            Claim(expression=shrinks[1], low=0.4, high=1.1),
            Claim(expression=weights[0], low=0.3, high=1.3),
            Claim(expression=weights[1], low=0.5, high=1.5),
        ),
    )


PAPERS = {
    "2010-glorot-bengio-6": glorot_6,
    "2010-glorot-bengio-7": glorot_7,
}


def main() -> None:
    """Write all of them."""
    for name, make in PAPERS.items():
        experiment, paper = make()
        place = FOLDER / name
        place.mkdir(parents=True, exist_ok=True)
        bn.save(experiment, place / EXPERIMENT)
        (place / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(paper), indent=2) + b"\n")


if __name__ == "__main__":
    main()

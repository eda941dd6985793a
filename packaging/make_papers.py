"""Writes `resources/papers`: an experiment and a record for each figure of a paper that is made anew.

Run it after a change here: python packaging/make_papers.py. What is measured is checked by the tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

import bnsim as bn
from bnsim.lessons.claims import Claim
from bnsim.lessons.numbers import FigureNumber, Reduction
from bnsim.lessons.papers import EXPERIMENT, RECORD, Paper
from bnsim.spec.document import Document
from bnsim.spec.files import load_document, save_document
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layout import Layout, Panel

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "papers"


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


def of(figure: str, column: str, reduction: Reduction, by: str = "", **options: str | int) -> FigureNumber:
    """A number of a figure."""
    return FigureNumber(figure=figure, options=options, column=column, reduction=reduction, by=by)


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
        short="Glorot & Bengio 2010, fig. 6",
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
        short="Glorot & Bengio 2010, fig. 7",
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


def clipping_cliff() -> tuple[bn.Experiment, Paper]:
    """The cliff of a recurrent unit, of the examples."""
    line = {name: of("loss_slice", f"{name}, gradient", "steepest", direction="gradient") for name in CLIFF}
    norms = {name: of("clipping", name, "max") for name in CLIFF}
    return load_document(ROOT / "examples" / "clipping_cliff.bnsim").experiment, Paper(
        title="The loss of a recurrent unit has a cliff, where clipping keeps the step short",
        short="Pascanu et al. 2013, fig. 6",
        source="Pascanu, Mikolov and Bengio 2013, figure 6",
        claim="The error of one recurrent unit after 50 steps, over its weight and bias, has walls of high curvature. "
        "At a wall the gradient is so large that a step throws the parameters far away; clipping its norm keeps the "
        "step near.",
        figure="loss_slice",
        options={"direction": "gradient"},
        agrees="Along its gradient the loss of a unit that is run 50 times is {0} times as steep at the steepest place "
        "as it mostly is. The gradient's norm is {1} there, and clipping cuts it to {2}. The same unit with "
        "BatchNorm has no wall: {3} times as steep, with a norm of {4}.",
        differs="The paper shows a surface and a sigmoid unit with one target; ours is the line along the gradient, a "
        "tanh unit and a curve of 64 samples, and its start was looked for, as most starts are not at a wall. "
        "BatchNorm is not in the paper. One moment is measured: that training goes better for it is not.",
        claims=(
            Claim(number=line["plain"], low=15.0),
            Claim(number=norms["plain"], low=20.0),
            Claim(number=of("clipping", "plain, clipped", "max"), low=0.99, high=1.01),
            Claim(number=line["with BatchNorm"], high=3.0),
            Claim(number=norms["with BatchNorm"], high=2.0),
        ),
    )


CLIFF = ("plain", "with BatchNorm")
"""The lanes of the example of the cliff."""


def he(depth: int, rate: float) -> bn.Experiment:
    """A rectifier network of that many hidden layers with Xavier's and with He's initialization."""
    return digits(
        stack("Xavier", *hidden(depth, 64, bn.ReLU(), init=bn.Xavier(distribution="normal"))),
        stack("He", *hidden(depth, 64, bn.ReLU(), init=bn.He())),
        lr=rate,
    )


REACHES = 'norm(gradient("Xavier")["Linear 1"]) / norm(gradient("He")["Linear 1"])'
"""How much of the gradient reaches the first layer with Xavier's, as a share of that with He's."""


def he_2() -> tuple[bn.Experiment, Paper]:
    """22 layers of rectifiers: both learn, He's sooner."""
    return he(22, 0.05), Paper(
        title="22 layers of ReLU: both initializations learn, and He's begins sooner",
        short="He et al. 2015, fig. 2",
        source="He, Zhang, Ren and Sun 2015, figure 2",
        claim="A rectifier network of 22 layers converges with Xavier's initialization as with He's, which begins to "
        "reduce the error earlier.",
        figure="loss",
        iterations=600,
        agrees="After 600 updates the loss is {0} with He's initialization and {1} with Xavier's, which has left the "
        "level of guessing, ln 10 ≈ 2.30, by then: it begins later. At the start its gradient in the first layer is "
        "{2} times that of He's.",
        differs="The paper's network is convolutional and sees ImageNet; ours is fully connected, 64 wide, on digits. "
        "With a rate of 0.01 in place of 0.05 the one with Xavier's does not begin in 600 updates at all.",
        claims=(
            Claim(expression='loss("He")', after=600, high=1.0),
            Claim(expression='loss("Xavier")', after=600, low=1.2, high=2.25),
            Claim(expression=REACHES, high=0.01),
        ),
    )


def he_3() -> tuple[bn.Experiment, Paper]:
    """30 layers of rectifiers: Xavier's stalls."""
    return he(30, 0.01), Paper(
        title="30 layers of ReLU: with Xavier's initialization nothing is learned",
        short="He et al. 2015, fig. 3",
        source="He, Zhang, Ren and Sun 2015, figure 3",
        claim="A rectifier network of 30 layers converges with He's initialization; with Xavier's it stalls, and its "
        "gradients diminish.",
        figure="loss",
        iterations=600,
        agrees="After 600 updates the loss is {0} with He's initialization and {1} with Xavier's: guessing is ln 10 ≈ "
        "2.30. Xavier's variance lacks the factor 2 that ReLU takes, and over 30 layers that leaves {2} times the "
        "gradient in the first one.",
        differs="The paper's network is convolutional and sees ImageNet; ours is fully connected, 64 wide, on digits.",
        claims=(
            Claim(expression='loss("He")', after=600, high=1.4),
            Claim(expression='loss("Xavier")', after=600, low=2.25, high=2.35, digits=3),
            Claim(expression=REACHES, high=1e-3),
        ),
    )


def ioffe_szegedy() -> tuple[bn.Experiment, Paper]:
    """Three layers of 100 sigmoids, with and without BatchNorm."""
    spreads = ('std(value("plain")["Linear 3"])', 'std(value("with BN")["BatchNorm 3"])')
    return digits(
        stack("plain", *hidden(3, 100, bn.Sigmoid())),
        stack("with BN", *hidden(3, 100, bn.Sigmoid(), norm=True)),
        batch_size=60,
    ), Paper(
        title="With BatchNorm a sigmoid network learns sooner and better, and its inputs stay steady",
        short="Ioffe & Szegedy 2015, fig. 1",
        source="Ioffe and Szegedy 2015, figure 1",
        claim="(a) With BatchNorm a network of three layers of 100 sigmoids trains faster and to a higher accuracy on "
        "MNIST. (b, c) The 15th, 50th and 85th percentile of a typical sigmoid's input are steadier with it.",
        figure="unit_percentiles",
        iterations=1000,
        agrees="After 1,000 updates the mini-batch's accuracy is {0} with BatchNorm and {1} without. The inputs of the "
        "third layer of sigmoids are spread by {2} with it, near 1 all the while, and by {3} without.",
        differs="The paper runs 50,000 updates on MNIST with its own initialization, and its plain network learns, "
        "too, later and less well. In 1,000 updates on 8x8 digits ours has not begun: its gradient is small, as each "
        "sigmoid takes at least three quarters of it. That says more of vanishing than of shifting inputs.",
        claims=(
            Claim(expression='accuracy("with BN")', after=1000, low=0.95, digits=3),
            Claim(expression='accuracy("plain")', after=1000, high=0.3),
            Claim(expression=spreads[1], after=1000, low=0.8, high=1.8),
            Claim(expression=spreads[0], after=1000, high=0.6),
        ),
    )


def santurkar_noise() -> bn.Experiment:
    """Five layers: plain, with BatchNorm, and with BatchNorm and noise right behind it."""
    noisy = (bn.Linear(128, bias=False), bn.BatchNorm(), bn.Noise(), bn.ReLU()) * 5
    return digits(
        stack("plain", *hidden(5, 128, bn.ReLU())),
        stack("with BN", *hidden(5, 128, bn.ReLU(), norm=True)),
        stack("with BN and noise", *noisy),
    )


def santurkar_1() -> tuple[bn.Experiment, Paper]:
    """Training with and without BatchNorm."""
    return santurkar_noise(), Paper(
        title="With BatchNorm training is much faster",
        short="Santurkar et al. 2018, fig. 1",
        source="Santurkar, Tsipras, Ilyas and Mądry 2018, figure 1",
        claim="A network with BatchNorm trains faster than the same one without, at the same rate; how far the "
        "distributions of its layers shift looks hardly different.",
        figure="accuracy",
        iterations=400,
        agrees="After 100 updates the accuracy on the mini-batch is {0} with BatchNorm and {1} without; the loss is "
        "{2} against {3}.",
        differs="The paper trains a VGG on CIFAR-10; ours is five fully connected layers on digits, where the "
        "difference is larger, as PyTorch's default initialization leaves the plain one a small gradient.",
        claims=(
            Claim(expression='accuracy("with BN")', after=100, low=0.95, digits=3),
            Claim(expression='accuracy("plain")', after=100, high=0.5),
            Claim(expression='loss("with BN")', after=100, high=0.15),
            Claim(expression='loss("plain")', after=100, low=1.5),
        ),
    )


def santurkar_2() -> tuple[bn.Experiment, Paper]:
    """Noise behind BatchNorm: its distributions shift, and it still learns sooner than the plain one."""
    return santurkar_noise(), Paper(
        title="BatchNorm with noise behind it still learns sooner than no BatchNorm",
        short="Santurkar et al. 2018, fig. 2",
        source="Santurkar, Tsipras, Ilyas and Mądry 2018, figure 2",
        claim="With noise added behind each BatchNorm, whose mean and spread are drawn anew at every update, the "
        "distributions shift more than without BatchNorm; training is nearly as fast as with BatchNorm alone, and "
        "much faster than without. So steadier distributions are not what makes BatchNorm work.",
        figure="loss",
        iterations=1000,
        agrees="After 100 updates the loss is {0} with BatchNorm and noise, {1} with BatchNorm alone and {2} with "
        "neither: the noisy one has begun, the plain one has not.",
        differs="Ours is hurt more by the noise: after 1,000 updates the losses are {3} with noise and {4} without "
        "BatchNorm, which has caught up. The network has five layers of 128 and small images, so that noise of this "
        "size outweighs more of the signal than in the paper's VGG.",
        claims=(
            Claim(expression='loss("with BN and noise")', after=100, high=1.8),
            Claim(expression='loss("with BN")', after=100, high=0.15),
            Claim(expression='loss("plain")', after=100, low=2.0),
            Claim(expression='loss("with BN and noise")', after=1000, low=0.1, high=0.9),
            Claim(expression='loss("plain")', after=1000, high=0.8),
        ),
    )


def with_and_without(init: bn.Init, after: str = "") -> tuple[bn.Stack, bn.Stack]:
    """Five layers of 128 rectifiers from that start, without and with BatchNorm."""
    return (
        stack(f"plain{after}", *hidden(5, 128, bn.ReLU(), init=init)),
        stack(f"with BN{after}", *hidden(5, 128, bn.ReLU(), norm=True, init=init)),
    )


def santurkar_4() -> tuple[bn.Experiment, Paper]:
    """Loss and gradient along the gradient, from a start of both sizes."""
    small = ", small start"

    def along(lane: str, column: str, reduction: Reduction) -> FigureNumber:
        return of("smoothness", f"{lane}, {column}", reduction)

    return digits(*with_and_without(bn.He()), *with_and_without(bn.PyTorchDefault(), small)), Paper(
        title="Along the gradient loss and gradient vary less with BatchNorm, from a large enough start",
        short="Santurkar et al. 2018, fig. 4",
        source="Santurkar, Tsipras, Ilyas and Mądry 2018, figure 4",
        claim="Over steps along the gradient the loss varies less with BatchNorm, and the gradient changes less: the "
        "landscape is smoother, which is why BatchNorm helps.",
        figure="smoothness",
        iterations=20,
        agrees="From He's start after 20 updates, over steps from 1/16 to 16 learning rates: the largest loss is {0} "
        "times the smallest without BatchNorm and {1} times with it; the gradient changes by up to {2} times its norm "
        "without and {3} times with it.",
        differs="It depends on the moment and the start. After one update the loss varies {8} times without "
        "BatchNorm and {9} times with it, where all these steps lower it, to {12} of what it was or less; "
        "the gradient changes by {10} and {11} times its norm. From PyTorch's start, whose weights are "
        "smaller, it is the other way round after 20 updates, too: the loss varies {4} times without and "
        "{5} times with BatchNorm, the gradient changes by {6} and {7} times its norm, as the plain network"
        " lies on a plateau. The paper has a VGG on CIFAR-10 and goes through the training; ours is fully "
        "connected, on digits, at two moments.",
        claims=(
            Claim(number=along("plain", "loss", "range"), after=20, low=20.0),
            Claim(number=along("with BN", "loss", "range"), after=20, high=12.0),
            Claim(number=along("plain", "gradient", "max"), after=20, low=8.0),
            Claim(number=along("with BN", "gradient", "max"), after=20, high=2.5, digits=3),
            Claim(number=along(f"plain{small}", "loss", "range"), after=20, high=1.1, digits=3),
            Claim(number=along(f"with BN{small}", "loss", "range"), after=20, low=1.5),
            Claim(number=along(f"plain{small}", "gradient", "max"), after=20, high=0.7),
            Claim(number=along(f"with BN{small}", "gradient", "max"), after=20, low=0.8),
            Claim(number=along("plain", "loss", "range"), low=1.0, high=1.8),
            Claim(number=along("with BN", "loss", "range"), low=1.8),
            Claim(number=along("plain", "gradient", "max"), low=3.0),
            Claim(number=along("with BN", "gradient", "max"), high=2.5),
            Claim(number=along("with BN", "loss", "max"), high=1.0, digits=3),
        ),
    )


def at_rate(name: str, rate: float, norm: bool) -> bn.Stack:
    """Four layers of rectifiers with a rate of their own."""
    made = stack(name, *hidden(4, 64, bn.ReLU(), norm=norm))
    return replace(made, training=bn.LaneTraining(optimizer=bn.SGD(lr=rate)))


def bjorck_1() -> tuple[bn.Experiment, Paper]:
    """Rates with and without BatchNorm."""
    return digits(
        at_rate("plain, 0.1", 0.1, norm=False),
        at_rate("plain, 3", 3.0, norm=False),
        at_rate("BN, 0.1", 0.1, norm=True),
        at_rate("BN, 3", 3.0, norm=True),
    ), Paper(
        title="BatchNorm bears a rate at which the plain network learns nothing",
        short="Bjorck et al. 2018, fig. 1",
        source="Bjorck, Gomes, Selman and Weinberger 2018, figure 1",
        claim="Without BatchNorm a network learns at small rates only. With it much larger ones work, and they are "
        "where it does best.",
        figure="accuracy",
        iterations=800,
        agrees="After 800 updates at a rate of 3 the accuracy on the mini-batch is {0} with BatchNorm and {1} "
        "without; at 0.1 it is {2} and {3}.",
        differs="The paper's ResNet gains accuracy on new images from the large rate; digits are too easy to show "
        "that. At 0.1 BatchNorm learns sooner here, too: after 100 updates the losses are {4} and {5}.",
        claims=(
            Claim(expression='accuracy("BN, 3")', after=800, low=0.9, digits=3),
            Claim(expression='accuracy("plain, 3")', after=800, high=0.25),
            Claim(expression='accuracy("BN, 0.1")', after=800, low=0.95, digits=3),
            Claim(expression='accuracy("plain, 0.1")', after=800, low=0.85, digits=3),
            Claim(expression='loss("BN, 0.1")', after=100, high=0.4),
            Claim(expression='loss("plain, 0.1")', after=100, low=1.5),
        ),
    )


def bjorck_3() -> tuple[bn.Experiment, Paper]:
    """The loss along the gradient, far and near."""
    lanes = ("plain", "with BN")
    far = [of("loss_slice", f"{lane}, gradient", "range", direction="gradient") for lane in lanes]
    near = [of("smoothness", f"{lane}, loss", "max") for lane in lanes]
    return digits(*with_and_without(bn.He())), Paper(
        title="Without BatchNorm the loss explodes at larger steps along the gradient",
        short="Bjorck et al. 2018, fig. 3",
        source="Bjorck, Gomes, Selman and Weinberger 2018, figure 3",
        claim="By how far one goes along the gradient, the loss of the mini-batch soon explodes without BatchNorm: "
        "only small steps lower it. With BatchNorm much larger ones do.",
        figure="loss_slice",
        options={"direction": "gradient"},
        iterations=20,
        agrees="After 20 updates, downhill by up to 16 learning rates, the loss gets to {0} times what it is now "
        "without BatchNorm, and nowhere above {1} times with it. On the line of our figure, as far to both sides as "
        "the parameters are long, the largest loss is {2} times the smallest without and {3} times with it.",
        differs="After one update there is less to see: up to {4} times without BatchNorm and {5} times with "
        "it. The paper has a ResNet of 110 layers on CIFAR-10; ours has five fully connected layers on digits, from "
        "He's start. Far enough out the loss is higher with BatchNorm, too.",
        claims=(
            Claim(number=near[0], after=20, low=5.0),
            Claim(number=near[1], after=20, high=1.0, digits=3),
            Claim(number=far[0], after=20, low=5e3),
            Claim(number=far[1], after=20, high=2e3),
            Claim(number=near[0], low=1.0, high=5.0, digits=3),
            Claim(number=near[1], high=1.0, digits=3),
        ),
    )


def bjorck_4() -> tuple[bn.Experiment, Paper]:
    """Moments by depth at the start, in residual blocks."""

    def layers(*norm: LayerBase) -> tuple[LayerBase, ...]:
        first, inside = (bn.Linear(64, bias=bias, init=bn.He()) for bias in (True, not norm))
        return (first, *(bn.Residual((inside, *norm, bn.ReLU())),) * 20)

    def moment(name: str, by: str = "") -> FigureNumber:
        return of("moments_by_depth", name, "max" if by else "range", by)

    names = [f"{lane}, {moment}" for moment in ("variance", "squared mean") for lane in ("plain", "with BN")]
    return digits(stack("plain", *layers()), stack("with BN", *layers(bn.BatchNorm())), lr=0.01), Paper(
        title="Without BatchNorm means and variances grow exponentially with depth",
        short="Bjorck et al. 2018, fig. 4",
        source="Bjorck, Gomes, Selman and Weinberger 2018, figure 4",
        claim="At the start the means and variances of channels grow almost exponentially with depth without "
        "BatchNorm; with it they stay about the same throughout the network.",
        figure="moments_by_depth",
        agrees="Over 20 residual blocks the largest variance of a layer is {0} times the smallest without BatchNorm "
        "and {1} times with it; of squared means it is {2} and {3} times. The largest variance without is {4} times "
        "the one with it.",
        differs="With BatchNorm they do not stay the same here: each block adds to what it is given, so that variances "
        "grow by about the same amount a block, not by a factor, and squared means faster, as a rectifier's output is "
        "positive. Digits are small numbers for the first layer. The paper's ResNet has 110 convolutional layers and "
        "stages with fewer pixels; ours are fully connected, 64 wide.",
        claims=(
            Claim(number=moment(names[0]), low=1e5),
            Claim(number=moment(names[1]), high=1e3),
            Claim(number=moment(names[2]), low=1e6),
            Claim(number=moment(names[3]), high=5e3),
            Claim(number=moment(names[0], by=names[1]), low=1e3),
        ),
    )


def yang() -> tuple[bn.Experiment, Paper]:
    """BatchNorm and ReLU over statistics of 8, 32 and 256 samples."""

    def layers(samples: int) -> tuple[LayerBase, ...]:
        return (bn.Linear(256, bias=False, init=bn.He()), bn.BatchNorm(virtual_devices=256 // samples), bn.ReLU()) * 30

    def factor(samples: int) -> str:
        lane = f"m = {samples}"
        return f"({at_layer(lane, 'gradient', 'Linear 1', 'Linear 30')}) ** (2 / 29)"

    lanes = (stack(f"m = {samples}", *layers(samples)) for samples in (8, 32, 256))
    return digits(*lanes, batch_size=256, lr=0.01), Paper(
        title="With BatchNorm gradients explode with depth, and the more so the smaller the batch",
        short="Yang et al. 2019",
        source="Yang, Pennington, Rao, Sohl-Dickstein and Schoenholz 2019",
        claim="At the start a deep network of BatchNorm and ReLU multiplies the squared gradient by π/(π − 1) ≈ 1.467 "
        "a layer on its way down, for large batches, and by more for small ones; no initialization mends it.",
        figure="gradient_by_depth",
        agrees="Over 30 layers, 256 wide, the squared gradient grows by {0} a layer where statistics are of 256 "
        "samples, "
        "by {1} where they are of 32 and by {2} where they are of 8.",
        differs="The closed form is for infinitely wide layers; at 256 the factor is above it by a few percent. "
        "Statistics of "
        "8 and 32 samples are taken over parts of one batch of 256 (virtual devices), so that all lanes see the same.",
        claims=(
            Claim(expression=factor(256), low=1.42, high=1.62, digits=3),
            Claim(expression=factor(32), low=1.5, high=1.75, digits=3),
            Claim(expression=factor(8), low=1.7, high=2.2, digits=3),
        ),
    )


def wu_he() -> tuple[bn.Experiment, Paper]:
    """BatchNorm over 64 and over 2 samples, and GroupNorm."""

    def layers(norm: LayerBase) -> tuple[LayerBase, ...]:
        return (bn.Linear(64, bias=False), norm, bn.ReLU()) * 3

    return digits(
        stack("BatchNorm, 64", *layers(bn.BatchNorm())),
        stack("BatchNorm, 2", *layers(bn.BatchNorm(virtual_devices=32))),
        stack("GroupNorm", *layers(bn.GroupNorm(num_groups=8))),
        lr=0.05,
    ), Paper(
        title="BatchNorm over two samples hardly learns; GroupNorm does not depend on the batch",
        short="Wu & He 2018, fig. 1",
        source="Wu and He 2018, figure 1",
        claim="The error with BatchNorm grows quickly as it has fewer samples; with GroupNorm it stays the same.",
        figure="loss",
        iterations=600,
        agrees="After 600 updates the loss is {0} with BatchNorm over 64 samples, {1} over 2 and {2} with GroupNorm; "
        "the accuracies on the mini-batch are {3}, {4} and {5}.",
        differs="The paper shows errors of a ResNet-50 on new images of ImageNet, from 24 % to 35 % with "
        "BatchNorm. Ours is the "
        "training itself: with two samples every normalized number is near 1 or −1, so that layer by layer only signs "
        "are left. The batch has 64 samples in every lane, BatchNorm looks at parts of two.",
        claims=(
            Claim(expression='loss("BatchNorm, 64")', after=600, high=0.2),
            Claim(expression='loss("BatchNorm, 2")', after=600, low=0.8),
            Claim(expression='loss("GroupNorm")', after=600, high=0.2),
            Claim(expression='accuracy("BatchNorm, 64")', after=600, low=0.95, digits=3),
            Claim(expression='accuracy("BatchNorm, 2")', after=600, high=0.7),
            Claim(expression='accuracy("GroupNorm")', after=600, low=0.95, digits=3),
        ),
    )


def pytorch_tutorial() -> tuple[bn.Experiment, Paper]:
    """Gradients of weights by layer, with and without BatchNorm."""
    ends = [at_layer(lane, "dW", "Linear 1", "Linear 8") for lane in ("without", "with BN")]
    return digits(
        stack("without", *hidden(8, 32, bn.Sigmoid())),
        stack("with BN", *hidden(8, 32, bn.Sigmoid(), norm=True)),
    ), Paper(
        title="Gradients by layer tell at a glance which network vanishes",
        short="PyTorch tutorial",
        source="PyTorch tutorial, Visualizing Gradients",
        claim="Plotted by layer, gradients of a network of sigmoids vanish towards the first layers; with BatchNorm "
        "they stay level.",
        figure="weight_gradient_by_depth",
        iterations=100,
        agrees="At the start the gradient of the first layer's weights is {0} times that of the eighth's without "
        "BatchNorm and {1} times with it; after 100 updates {2} and {3} times.",
        differs="The tutorial's figure is of gradients at outputs, ours of weights as well: both are in the app. "
        "Its sizes "
        "and data are others.",
        claims=(
            Claim(expression=ends[0], high=1e-4),
            Claim(expression=ends[1], low=0.3, high=5.0),
            Claim(expression=ends[0], after=100, high=1e-3),
            Claim(expression=ends[1], after=100, low=0.3, high=8.0),
        ),
    )


def d2l() -> tuple[bn.Experiment, Paper]:
    """The product of a hundred random matrices, as a network of that many layers."""

    def matrices(*after: LayerBase) -> tuple[LayerBase, ...]:
        return (bn.Linear(4, bias=False, init=bn.Normal(std=1.0)), *after) * 100

    lanes = ("100 matrices", "with BatchNorm")
    products = [
        at_layer(lanes[0], "value", "Linear 100", "Linear 1"),
        at_layer(lanes[1], "value", "BatchNorm 100", "BatchNorm 1"),
    ]
    backward = [at_layer(lane, "gradient", "Linear 1", "Linear 100") for lane in lanes]
    training = bn.Training(batch_size=20, optimizer=bn.SGD(lr=0.1), seed=1, precision="float64")
    return bn.Experiment(
        data=bn.TwoSpirals(samples=200),
        training=training,
        stacks=(stack(lanes[0], *matrices(), classes=2), stack(lanes[1], *matrices(bn.BatchNorm()), classes=2)),
    ), Paper(
        title="The product of 100 random matrices explodes; divided by its spread at each step it does not",
        short="Dive into Deep Learning",
        source="Zhang, Lipton, Li and Smola, Dive into Deep Learning, Numerical Stability and Initialization",
        claim="The product of a hundred 4x4 matrices of standard normal numbers has elements of about 10²⁴: so do the "
        "values of a network of that depth, and its gradients.",
        figure="gradient_by_depth",
        agrees="Values grow {0} times on their way up through 100 matrices, gradients {1} times on their way "
        "down. With "
        "BatchNorm behind each matrix values keep their size, {2} times, and gradients change by {3}.",
        differs="BatchNorm is not in the book's example; it is what the rest of the book's chapter leads to.",
        claims=(
            Claim(expression=products[0], low=1e20, high=1e28),
            Claim(expression=backward[0], low=1e20, high=1e28),
            Claim(expression=products[1], low=0.999, high=1.001),
            Claim(expression=backward[1], low=0.01, high=100.0),
        ),
    )


PAPERS = {
    "2010-glorot-bengio-6": glorot_6,
    "2010-glorot-bengio-7": glorot_7,
    "2013-pascanu-6": clipping_cliff,
    "2015-he-2": he_2,
    "2015-he-3": he_3,
    "2015-ioffe-szegedy-1": ioffe_szegedy,
    "2018-bjorck-1": bjorck_1,
    "2018-bjorck-3": bjorck_3,
    "2018-bjorck-4": bjorck_4,
    "2018-santurkar-1": santurkar_1,
    "2018-santurkar-2": santurkar_2,
    "2018-santurkar-4": santurkar_4,
    "2018-wu-he-1": wu_he,
    "2019-yang": yang,
    "d2l-random-matrices": d2l,
    "pytorch-visualizing-gradients": pytorch_tutorial,
}


def main() -> None:
    """Write all of them."""
    for name, make in PAPERS.items():
        experiment, paper = make()
        place = FOLDER / name
        place.mkdir(parents=True, exist_ok=True)
        panel = Panel(figure=paper.figure, options=paper.options)
        save_document(Document(experiment=experiment, layout=Layout(panels=(panel,))), place / EXPERIMENT)
        (place / RECORD).write_bytes(msgspec.json.format(msgspec.json.encode(paper), indent=2) + b"\n")


if __name__ == "__main__":
    main()

"""Writes `resources/examples`: the experiments of Help > Examples, their records, and their small pictures.

Run it after a change here: python packaging/make_examples.py. A test holds the files to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

import bnsim as bn
from bnsim.lessons.examples import RECORDS, Example
from bnsim.spec.document import Document
from bnsim.spec.files import save_document
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layout import Layout, Panel
from bnsim.ui.model.pictures import Picture, picture_of

FOLDER = Path(__file__).parents[1] / "resources" / "examples"
PICTURE = ".picture.json"
PICTURED_AFTER = 3
"""Iterations of a picture, where the example begins before that."""


def hidden(depth: int, width: int, *between: LayerBase, **linear: Any) -> tuple[LayerBase, ...]:
    """That many hidden layers, each a Linear and what is between it and the next."""
    return (bn.Linear(width, **linear), *between) * depth


def lane(name: str, *layers: LayerBase, **stack: Any) -> bn.Stack:
    """A stack with a last Linear, which follows the data."""
    return bn.Stack(name=name, layers=(*layers, bn.Linear(10, follows_data=True)), **stack)


def on(data: bn.Data, *lanes: bn.Stack, lr: float = 0.1, batch_size: int = 64, **more: Any) -> bn.Experiment:
    """These lanes on that data, with plain gradient descent."""
    training = bn.Training(batch_size=batch_size, optimizer=bn.SGD(lr=lr), seed=1, **more)
    fitted = tuple(_fitted(each, data) for each in lanes)
    return bn.Experiment(data=data, training=training, stacks=fitted)


def _fitted(stack: bn.Stack, data: bn.Data) -> bn.Stack:
    from bnsim.spec.last_linear import outputs_of

    outputs = outputs_of(data)
    assert outputs is not None
    last = msgspec.structs.replace(stack.layers[-1], units=outputs)
    return msgspec.structs.replace(stack, layers=(*stack.layers[:-1], last))


def made() -> Iterator[tuple[Example, bn.Experiment, tuple[str, ...]]]:
    """Each record with its experiment and the figures that are open."""
    yield (
        Example(
            name="vanishing",
            title="A gradient vanishes",
            what="Twenty sigmoid layers, with and without BatchNorm, on the same weights and digits.",
            look="Step through the backward pass and watch the bars of the plain lane shrink, layer by layer.",
        ),
        bn.default_experiment(),
        ("gradient_by_depth", "batch_statistics", "gamma_beta"),
    )
    he = bn.He("normal")
    yield (
        Example(
            name="exploding",
            title="BatchNorm makes one explode",
            what="Thirty ReLU layers with He's initialization: without BatchNorm the gradient keeps its size.",
            look="See it grow towards the input in the lane with BatchNorm, then look again after some updates.",
        ),
        on(
            bn.Digits(),
            lane("He alone", *hidden(30, 64, bn.ReLU(), init=he)),
            lane("He and BatchNorm", *hidden(30, 64, bn.BatchNorm(), bn.ReLU(), init=he, bias=False)),
            lr=0.01,
        ),
        ("gradient_by_depth", "gradient_factors", "loss"),
    )
    yield (
        Example(
            name="initialization",
            title="Three ways to begin",
            what="Ten tanh layers whose weights begin too small, as Glorot and Bengio say, and too large.",
            look="Compare what comes out of the last layers before any update; then train and see who learns.",
        ),
        on(
            bn.Digits(),
            lane("too small", *hidden(10, 64, bn.Tanh(), init=bn.Normal(std=0.02))),
            lane("Xavier", *hidden(10, 64, bn.Tanh(), init=bn.Xavier("normal"))),
            lane("too large", *hidden(10, 64, bn.Tanh(), init=bn.Normal(std=0.6))),
        ),
        ("activations_by_depth", "gradient_by_depth", "loss"),
    )
    yield (
        Example(
            name="residual",
            title="A way around",
            what="Sixteen tanh layers with small weights, and the same layers with a skip around each.",
            look="The skips carry the gradient to the input; remove one (Stack > Ungroup) and look again.",
        ),
        on(
            bn.Digits(),
            lane("plain", bn.Linear(64), *hidden(16, 64, bn.Tanh(), init=bn.Normal(std=0.06))),
            lane(
                "with skips",
                bn.Linear(64),
                *(bn.Residual((bn.Linear(64, init=bn.Normal(std=0.06)), bn.Tanh())) for _ in range(16)),
            ),
            lr=0.02,
        ),
        ("gradient_by_depth", "gradient_factors", "loss"),
    )
    large = {"init": bn.Normal(std=0.35)}
    yield (
        Example(
            name="clipping",
            title="What clipping does",
            what="Gradients of a net with large weights: as they are, clipped by value, and clipped by norm.",
            look="By norm the step keeps its direction; the figure says how far clipping by value turns it.",
        ),
        on(
            bn.Digits(),
            lane("none", *hidden(8, 64, bn.ReLU(), **large)),
            lane(
                "by value",
                *hidden(8, 64, bn.ReLU(), **large),
                training=bn.LaneTraining(clip=bn.ClipValue(limit=0.01)),
            ),
            lane("by norm", *hidden(8, 64, bn.ReLU(), **large), training=bn.LaneTraining(clip=bn.ClipNorm(limit=1.0))),
            lr=0.01,
        ),
        ("clipping", "gradient_by_depth", "loss"),
    )
    yield (
        Example(
            name="norms",
            title="Four ways to normalize",
            what="One sigmoid net with BatchNorm, LayerNorm, RMSNorm, and none.",
            look="Select a norm's card and open the X-ray: over which rows and columns does it average?",
        ),
        on(
            bn.Digits(),
            lane("none", *hidden(8, 64, bn.Sigmoid())),
            lane("BatchNorm", *hidden(8, 64, bn.BatchNorm(), bn.Sigmoid())),
            lane("LayerNorm", *hidden(8, 64, bn.LayerNorm(), bn.Sigmoid())),
            lane("RMSNorm", *hidden(8, 64, bn.RMSNorm(), bn.Sigmoid())),
        ),
        ("gradient_by_depth", "activations_by_depth", "loss"),
    )
    yield (
        Example(
            name="small-batches",
            title="Four samples at a time",
            what="Mini-batches of four: what BatchNorm subtracts jumps; LayerNorm sees one sample.",
            look="Play it, then compare the accuracy in training with that on the test part.",
        ),
        on(
            bn.Digits(test_fraction=0.25),
            lane("BatchNorm", *hidden(3, 32, bn.BatchNorm(), bn.ReLU(), init=he)),
            lane("LayerNorm", *hidden(3, 32, bn.LayerNorm(), bn.ReLU(), init=he)),
            batch_size=4,
            lr=0.05,
        ),
        ("batch_statistics", "accuracy", "loss"),
    )
    small = hidden(4, 32, bn.Tanh(), init=bn.Xavier("normal"))
    yield (
        Example(
            name="optimizers",
            title="Three ways down",
            what="The same net on two moons with plain gradient descent, with momentum, and with Adam.",
            look="Play it and watch the regions find the moons, and how long each step is beside the weights.",
        ),
        on(
            bn.TwoMoons(),
            lane("SGD", *small),
            lane("momentum", *small, training=bn.LaneTraining(optimizer=bn.SGD(lr=0.1, momentum=0.9))),
            lane("Adam", *small, training=bn.LaneTraining(optimizer=bn.Adam(lr=0.01))),
        ),
        ("decision_regions", "update_to_weight", "loss"),
    )


def pictured(experiment: bn.Experiment) -> Picture:
    """The gradient by depth after some iterations."""
    session = bn.Session(experiment)
    session.run(iterations=PICTURED_AFTER)
    picture = picture_of(bn.figures.gradient_by_depth(session), PICTURED_AFTER, made_at=0.0)
    assert picture is not None
    return picture


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    records = []
    for example, experiment, figures in made():
        records.append(example)
        panels = tuple(
            Panel(figure=figure, at=(k / len(figures), 0.0, 1 / len(figures), 1.0)) for k, figure in enumerate(figures)
        )
        save_document(Document(experiment=experiment, layout=Layout(panels=panels)), FOLDER / f"{example.name}.bnsim")
        picture = msgspec.json.encode(pictured(experiment)) + b"\n"
        (FOLDER / f"{example.name}{PICTURE}").write_bytes(picture)
    (FOLDER / RECORDS).write_bytes(msgspec.json.format(msgspec.json.encode(records), indent=2) + b"\n")


if __name__ == "__main__":
    main()

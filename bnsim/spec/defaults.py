"""What one begins with: the same deep sigmoid net, plain and with batch normalization; or a lane without a layer."""

from __future__ import annotations

from msgspec.structs import replace

from bnsim.spec.datasets import Digits
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.initializers import Xavier
from bnsim.spec.layers import BatchNorm, Layer, Linear, Sigmoid
from bnsim.spec.training import SGD, Training

DEPTH = 20
WIDTH = 64
CLASSES = 10


def blank_experiment() -> Experiment:
    """The default experiment's data and training, and one lane without a layer."""
    default = default_experiment()
    return replace(default, stacks=(Stack(),))


def default_experiment() -> Experiment:
    """Digits, and two lanes of 20 hidden layers of 64 sigmoid units; one has a BatchNorm before each sigmoid.

    Weights have mean zero and variance 1/64 (Xavier; every hidden layer is square), the same in both lanes,
    so that what differs is BatchNorm alone. The biases start at zero.
    """
    weight = Linear(WIDTH, init=Xavier("normal"))
    unbiased = Linear(WIDTH, bias=False, init=Xavier("normal"))
    head = Linear(CLASSES, init=Xavier("normal"), follows_data=True)
    plain: tuple[Layer, ...] = (weight, Sigmoid()) * DEPTH + (head,)
    normalized: tuple[Layer, ...] = (unbiased, BatchNorm(), Sigmoid()) * DEPTH + (head,)
    return Experiment(
        data=Digits(),
        training=Training(batch_size=64, optimizer=SGD(lr=0.1), seed=1),
        stacks=(Stack(name="plain", layers=plain), Stack(name="with BatchNorm", layers=normalized)),
    )

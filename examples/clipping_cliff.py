"""The cliff that clipping is for (Pascanu et al. 2013, fig. 6): the loss of a recurrent unit along its gradient.

One tanh unit is run 50 times with the same weight and bias, its start just where what it settles at changes. There
the loss has a wall; beside it lies the same unit with a BatchNorm, whose loss has none. Along a line through both,
the script finds how steep the loss gets by how steep it mostly is:

    python clipping_cliff.py [FOLDER]     writes clipping_cliff.bnsim and the picture to the folder
"""

import sys
from pathlib import Path

import numpy as np

import bnsim as bn

STEPS = 50
start = bn.PyTorchDefault(gain=3.0)


def recurrent(name, *norm):
    """A unit that is run again and again, with layers between it and its function."""
    unit = (bn.Linear(1, init=start), *norm, bn.Tanh())
    return bn.Stack(name=name, layers=(bn.Repeat(unit, times=STEPS, tied=True),), loss=bn.MSE())


cliff = bn.Experiment(
    data=bn.Curve(function="sine", samples=64, noise=0.0),
    training=bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.01), clip=bn.ClipNorm(limit=1.0), seed=1243),
    stacks=(recurrent("plain"), recurrent("with BatchNorm", bn.BatchNorm())),
)


def steepness(t, loss):
    """The largest slope of a line by its median slope."""
    slopes = np.abs(np.diff(loss) / np.diff(t))
    return float(slopes.max() / np.median(slopes))


if __name__ == "__main__":
    session = bn.Session(cliff, recording="norms")
    session.run(iterations=1)
    figure = bn.figures.loss_slice(session, direction="gradient")
    numbers = figure.data()
    for lane in session.lanes:
        name = lane.stack.name
        steep = steepness(numbers[f"{name}, gradient.x"], numbers[f"{name}, gradient"])
        norm = np.sqrt(sum((gradient**2).sum() for gradient in lane.gradients().values()))
        print(f"{name}: the steepest place is {steep:.1f} times as steep as the median; gradient norm {norm:.3g}")
    print(bn.figures.clipping(session).verdict)
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        bn.save(cliff, folder / "clipping_cliff.bnsim")
        figure.save(folder / "clipping_cliff.png")

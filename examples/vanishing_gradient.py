"""How much of the gradient reaches the first layer of a deep sigmoid stack, with and without BatchNorm."""

import numpy as np

import bnsim as bn

DEPTH = 12


def hidden(normalized: bool) -> tuple[object, ...]:
    """`DEPTH` hidden layers of 32 sigmoid units."""
    block = (bn.Linear(32, bias=False), bn.BatchNorm(), bn.Sigmoid()) if normalized else (bn.Linear(32), bn.Sigmoid())
    return block * DEPTH


session = bn.Session(
    bn.Experiment(
        data=bn.Digits(),
        training=bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.1), precision="float64", seed=1),
        stacks=(
            bn.Stack(name="plain", layers=(*hidden(False), bn.Linear(10)), loss=bn.CrossEntropy()),
            bn.Stack(name="with BN", layers=(*hidden(True), bn.Linear(10)), loss=bn.CrossEntropy()),
        ),
    )
)
session.step("iteration")

for lane in session.lanes:
    gradients = lane.gradients()
    weights = [name for name, array in gradients.items() if array.ndim == 2]
    first, last = (float(np.linalg.norm(gradients[name])) for name in (weights[0], weights[-1]))
    print(f"{lane.stack.name:8} first layer {first:.2e}, last layer {last:.2e}, ratio {first / last:.1e}")

"""The depth at which a plain sigmoid net stops learning, and the same with BatchNorm."""

import sys
from pathlib import Path

import bnsim as bn
from bnsim.sweeps import Kept, Sweep, read_axis, run_sweep, write_results


def hidden(normalized: bool) -> tuple[object, ...]:
    """One hidden layer of 32 sigmoid units; the sweep copies it."""
    plain = (bn.Linear(32), bn.Sigmoid())
    return (bn.Linear(32, bias=False), bn.BatchNorm(), bn.Sigmoid()) if normalized else plain


EXPERIMENT = bn.Experiment(
    data=bn.Digits(test_fraction=0.3),
    training=bn.Training(optimizer=bn.SGD(lr=1.0)),
    stacks=(
        bn.Stack(name="plain", layers=(*hidden(False), bn.Linear(10))),
        bn.Stack(name="with BN", layers=(*hidden(True), bn.Linear(10))),
    ),
)
SWEEP = Sweep(
    experiment=EXPERIMENT,
    axes=(read_axis(EXPERIMENT, "depth=1,2,3,4,5,6,8,10,12"),),
    seeds=(1, 2, 3),
    iterations=600,
    measure="accuracy",
)
CAPTION = (
    "Digits, hidden layers of 32 sigmoid units, PyTorch's initialization, plain SGD at rate 1: without BatchNorm 600 "
    "updates learn nothing from about three hidden layers on (the gradient shrinks by about four in each: Hochreiter "
    "1991; Glorot and Bengio 2010), with it they learn at all depths up to 12, though less surely at the end. More "
    "updates or Adam move the place where it stops; the order of the two stays."
)


def main() -> None:
    """Run it, or what is not done yet of it, and write one CSV and the figures to a folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "sigmoid_depth")
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_results(run_sweep(SWEEP, kept=Kept(folder)), folder, caption=CAPTION):
        print(path)
    print(CAPTION)


if __name__ == "__main__":  # every worker process reads this file, too
    main()

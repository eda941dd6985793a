"""The largest rate that still learns, with BatchNorm and without (Ioffe and Szegedy 2015; Bjorck et al. 2018)."""

import sys
from pathlib import Path

import bnsim as bn
from bnsim.sweeps import Kept, Sweep, read_axis, run_sweep, write_results


def hidden(normalized: bool) -> tuple[object, ...]:
    """Four hidden layers of 32 ReLU units, initialized as He et al. (2015) for either."""
    plain = (bn.Linear(32, init=bn.He()), bn.ReLU())
    return ((bn.Linear(32, bias=False, init=bn.He()), bn.BatchNorm(), bn.ReLU()) if normalized else plain) * 4


EXPERIMENT = bn.Experiment(
    data=bn.Digits(test_fraction=0.3),
    training=bn.Training(batch_size=64),
    stacks=(
        bn.Stack(name="plain", layers=(*hidden(False), bn.Linear(10))),
        bn.Stack(name="with BN", layers=(*hidden(True), bn.Linear(10))),
    ),
)
SWEEP = Sweep(
    experiment=EXPERIMENT,
    axes=(read_axis(EXPERIMENT, "training.optimizer.lr=0.01:100:log:9"),),
    seeds=(1, 2, 3),
    iterations=300,
    measure="accuracy",
)
CAPTION = (
    "Digits, four hidden layers of 32 ReLU units, He's initialization, plain SGD: without BatchNorm nothing is learned "
    "from a rate of 1 on, with it up to about 3, so some ten times the rate. That agrees with the literature; that a "
    "higher rate also generalizes better (Bjorck et al. 2018) is not measured here."
)


def main() -> None:
    """Run it, or what is not done yet of it, and write one CSV and the figures to a folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "largest_rate")
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_results(run_sweep(SWEEP, kept=Kept(folder)), folder, caption=CAPTION):
        print(path)
    print(CAPTION)


if __name__ == "__main__":  # every worker process reads this file, too
    main()

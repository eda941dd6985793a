"""Initial weights over four decades, with BatchNorm and without: how careful an initialization has to be."""

import sys
from pathlib import Path

import bnsim as bn
from bnsim.sweeps import Kept, Sweep, read_axis, run_sweep, write_results


def hidden(normalized: bool) -> tuple[object, ...]:
    """Five hidden layers of 32 tanh units, initialized as Glorot and Bengio (2010), times the gain."""
    plain = (bn.Linear(32, init=bn.Xavier()), bn.Tanh())
    return ((bn.Linear(32, bias=False, init=bn.Xavier()), bn.BatchNorm(), bn.Tanh()) if normalized else plain) * 5


EXPERIMENT = bn.Experiment(
    data=bn.Digits(test_fraction=0.3),
    training=bn.Training(batch_size=64),
    stacks=(
        bn.Stack(name="plain", layers=(*hidden(False), bn.Linear(10, init=bn.Xavier()))),
        bn.Stack(name="with BN", layers=(*hidden(True), bn.Linear(10, init=bn.Xavier()))),
    ),
)
SWEEP = Sweep(
    experiment=EXPERIMENT,
    axes=(read_axis(EXPERIMENT, "gain=0.01:100:log:9"),),
    seeds=(1, 2, 3),
    iterations=300,
    measure="accuracy",
)
CAPTION = (
    "Digits, five hidden layers of 32 tanh units, plain SGD at rate 0.1, all weights of Xavier's initialization times "
    "the gain. Without BatchNorm only gains near 1 learn; with it all four decades do, as Ioffe and Szegedy (2015) "
    "claim, but not equally well: large weights learn slowly, since the effective rate goes with 1/gain squared, and "
    "the head, which has no BatchNorm behind it, feels the gain as ever."
)


def main() -> None:
    """Run it, or what is not done yet of it, and write one CSV and the figures to a folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "gain")
    folder.mkdir(parents=True, exist_ok=True)
    for path in write_results(run_sweep(SWEEP, kept=Kept(folder)), folder, caption=CAPTION):
        print(path)
    print(CAPTION)


if __name__ == "__main__":  # every worker process reads this file, too
    main()

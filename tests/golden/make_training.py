"""Adds what is missing in training.npz with PyTorch 2.13.0: python tests/golden/make_training.py [--all]

With --all everything is made anew, whose last bits depend on the machine.

"start" is the engine's own initial state (seed 1); each case holds what 100 updates in PyTorch make of it. States are
flat, in the order of the `state_dict`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden import cases, engine_run, torch_training, training_cases

FILE = Path(__file__).parent / "training.npz"


def main() -> None:
    kept = {} if "--all" in sys.argv[1:] else dict(np.load(FILE))
    x, y = training_cases.data()
    trainings = training_cases.trainings()
    first = next(iter(trainings.values()))
    stack = training_cases.STACK
    state = engine_run.machine_for(stack, x, y, cases.shape_of(x), first, compiled=False).parameters()
    arrays = {"start": training_cases.flat(state)}
    for name, training in trainings.items():
        if name in kept:
            arrays[name] = kept[name]
            continue
        after = torch_training.trained(stack, state, x, y, training, training_cases.UPDATES)
        arrays[name] = training_cases.flat({key: after[key] for key in state})
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()

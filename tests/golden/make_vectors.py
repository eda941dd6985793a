"""Adds what is missing in vectors.npz with PyTorch 2.13.0: python tests/golden/make_vectors.py [--all]

What no case has any more is left out; with --all everything is made anew, whose last bits depend on the machine.
Each case's starting parameters, masks and noise are the engine's own (seed 1); everything else in it is PyTorch's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden import cases, engine_run, torch_oracle, vectors


def main() -> None:
    kept = {} if "--all" in sys.argv[1:] else vectors.load()
    arrays: dict[str, np.ndarray] = {}
    for name, stack in cases.stacks().items():
        known = {key: array for key, array in kept.items() if key.split("/")[0] == name}
        if known:
            arrays |= known
            continue
        x, y, shape = cases.data_for(name)
        training = engine_run.whole_batch(x)
        machine = engine_run.machine_for(stack, x, y, shape, training, compiled=False)
        state = machine.parameters()
        engine_run.iterate(machine)
        found = torch_oracle.results(stack, state, x, y, training, engine_run.drawn(machine))
        arrays |= {f"{name}/start {key}": value for key, value in state.items()}
        arrays |= {f"{name}/{key}": value for key, value in found.items()}
        after = {key.removeprefix("after "): value for key, value in found.items() if key.startswith("after ")}
        output, loss = torch_oracle.evaluation(stack, after, x, y)
        arrays |= {f"{name}/eval output": output, f"{name}/eval loss": np.asarray(loss)}
    vectors.save(arrays)


if __name__ == "__main__":
    main()

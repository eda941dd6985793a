"""Writes vectors.npz with PyTorch 2.13.0: python tests/golden/make_vectors.py

Each case's starting parameters are the engine's own (seed 1); everything else in the file is PyTorch's.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden import cases, engine_run, torch_oracle


def main() -> None:
    x, y = cases.data()
    arrays: dict[str, np.ndarray] = {}
    training = engine_run.whole_batch(x)
    for name, stack in cases.stacks().items():
        machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=False)
        state = machine.parameters()
        arrays |= {f"{name}/start {key}": value for key, value in state.items()}
        found = torch_oracle.results(stack, state, x, y, training)
        arrays |= {f"{name}/{key}": value for key, value in found.items()}
    np.savez_compressed(Path(__file__).parent / "vectors.npz", **arrays)


if __name__ == "__main__":
    main()

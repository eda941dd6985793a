"""Your own arrays as the data of an experiment: two rings, written to a file and learned from it."""

import tempfile
from pathlib import Path

import numpy as np

import bnsim as bn

random = np.random.default_rng(0)
y = random.integers(0, 2, 300)
angle = random.uniform(0, 2 * np.pi, 300)
x = (1 + y[:, None]) * np.stack([np.cos(angle), np.sin(angle)], axis=1) + random.normal(0, 0.1, (300, 2))

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "rings.npz"
    np.savez(file, x=x, y=y)
    session = bn.Session(
        bn.Experiment(
            data=bn.FileData(str(file), standardize=True),
            training=bn.Training(batch_size=50, optimizer=bn.SGD(lr=0.5)),
            stacks=(bn.Stack(name="net", layers=(bn.Linear(16), bn.BatchNorm(), bn.ReLU(), bn.Linear(2))),),
        )
    )
    lane = session.lane("net")
    for _ in range(3):
        session.run(iterations=50)
        print(f"after {session.iteration} updates the loss is {lane.loss:.4f}")

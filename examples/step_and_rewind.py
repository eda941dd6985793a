"""Step through one backward pass by single operations, then go back and find every number as it was, to the bit."""

import numpy as np

import bnsim as bn

session = bn.Session(
    bn.Experiment(
        data=bn.TwoSpirals(samples=400, noise=0.05),
        stacks=(bn.Stack(name="net", layers=(bn.Linear(16), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),),
    )
)
lane = session.lane("net")

session.run(iterations=20)
before = lane.state_dict()

while lane.cursor.phase != "backward":
    session.step("op")
for _ in range(6):
    cursor = lane.cursor
    session.step("op")
    print(f"{cursor.phase}: layer {cursor.layer}, {cursor.op}")

session.run(iterations=30)
session.seek(iteration=20)
same = all(np.array_equal(array, before[name]) for name, array in lane.state_dict().items())
print("back at iteration 20, every array the same to the bit:", same)

from __future__ import annotations

import bnsim as bn
from bnsim.data import describe
from bnsim.runner.runnable import left_out, problems_of, runnable


def test_lanes_keep_their_colors_when_another_cannot_run() -> None:
    broken = bn.Stack(name="broken", layers=(bn.Sigmoid(),))
    sound = bn.Stack(name="sound", layers=(bn.Linear(2),))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(broken, sound))
    problems = problems_of(experiment, describe(experiment.data))
    rest = runnable(experiment, problems)
    assert left_out(experiment, problems) == ("broken",)
    assert rest is not None
    assert [(stack.name, stack.lane_color(0)) for stack in rest.stacks] == [("sound", 1)]

"""What making a session takes: an edit lowers what it changed, work grows with depth alone, and it can be given up."""

from __future__ import annotations

import dataclasses
import gc
import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.engine.fusing import fast
from bnsim.session import Session
from bnsim.session.building import GivenUp
from bnsim.session.materials import Materials
from bnsim.spec import edits


def session_of(experiment: bn.Experiment, materials: Materials) -> Session:
    return Session(experiment, wait=False, materials=materials)


def test_an_edit_of_one_lane_lowers_that_lane_alone(small: bn.Experiment) -> None:
    materials = Materials()
    before = session_of(small, materials)
    before.close()
    made = materials.lowered
    edited = edits.change_layer(small, small.stacks[1].layers[0].id, units=5)
    after = session_of(edited, materials)
    after.close()
    assert after.lanes[0].program is before.lanes[0].program
    assert after.lanes[1].program is not before.lanes[1].program
    # The evaluation of the edited lane may be lowered by now, too; of the other lane nothing is.
    assert materials.lowered - made <= 2


def test_a_lane_made_of_what_there_was_computes_the_same(small: bn.Experiment) -> None:
    materials = Materials()
    session_of(small, materials).close()
    again, anew = Session(small, materials=materials), Session(small)
    for session in (again, anew):
        session.run(5)
        session.close()
    for one, other in zip(again.lanes, anew.lanes, strict=True):
        for key, value in one.state_dict().items():
            assert np.array_equal(value, other.state_dict()[key])
    assert np.array_equal(again.lanes[0].evaluate().loss, anew.lanes[0].evaluate().loss)


@pytest.mark.parametrize(
    "other",
    [
        lambda e: edits.change_training(e, seed=e.training.seed + 1),
        lambda e: edits.change_training(e, batch_size=8),
        lambda e: edits.change_training(e, precision="float32"),
        lambda e: replace(e, data=bn.TwoSpirals(samples=48)),
        lambda e: replace(e, stacks=tuple(replace(stack, loss=bn.CrossEntropy(reduction="sum")) for stack in e.stacks)),
    ],
)
def test_what_a_program_depends_on_lowers_it_again(small: bn.Experiment, other: Any) -> None:
    materials = Materials()
    before = session_of(small, materials)
    after = session_of(other(small), materials)
    for session in (before, after):
        session.close()
    assert not {lane.program for lane in before.lanes} & {lane.program for lane in after.lanes}


def test_what_is_recorded_is_part_of_a_program(small: bn.Experiment) -> None:
    materials = Materials()
    before = session_of(small, materials)
    after = Session(small, wait=False, recording="all", details_every=4, materials=materials)
    for session in (before, after):
        session.close()
    assert "histogram" in after.lanes[0].history
    assert after.lanes[0].program.details_every == 4


def test_making_a_session_can_be_given_up(small: bn.Experiment) -> None:
    layers = (*((bn.Linear(4), bn.Sigmoid()) * 100), bn.Linear(2))
    deep = replace(small, stacks=(bn.Stack(name="deep", layers=layers),))
    told: list[float] = []

    def go_on(share: float) -> bool:
        told.append(share)
        return len(told) < 3

    with pytest.raises(GivenUp):
        Session(deep, wait=False, go_on=go_on)
    assert len(told) == 3
    told.clear()
    Session(deep, wait=False, go_on=lambda share: not told.append(share)).close()
    assert told == sorted(told)
    assert told[0] < 0.2
    assert 0.8 < told[-1] <= 1.0


def work(depth: int) -> int:
    """How many lines are executed to make a session of that depth and its fast form."""
    block = (bn.Linear(3, bias=False), bn.BatchNorm(), bn.Sigmoid(), bn.Residual(layers=(bn.LayerNorm(), bn.ReLU())))
    stack = bn.Stack(layers=(*block * depth, bn.Linear(2)))
    experiment = bn.Experiment(data=bn.XOR(samples=32), training=bn.Training(batch_size=4), stacks=(stack,))
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        session = Session(experiment, wait=False)
        # A copy: the thread that prepares kernels may have made the fast form of the session's own already.
        fast(dataclasses.replace(session.lanes[0].program))
    finally:
        sys.settrace(before)
        session.close()
    return lines


def test_the_work_of_making_a_session_grows_as_its_depth() -> None:
    # The least of some counts: what is worked out once for all sessions is in the first, and the end of sessions of
    # tests before, whose garbage is collected meanwhile, is in any.
    gc.collect()
    work(10)
    lines = [min(work(depth) for _ in range(3)) for depth in (10, 20, 40)]
    # A line through the first two passes through the third: a tenth of a quadratic term would show.
    assert lines[2] - lines[1] < 2.06 * (lines[1] - lines[0])

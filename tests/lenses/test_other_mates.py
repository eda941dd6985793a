"""What is computed beside a run has the mini-batch that the lane has, in an iteration with other batch-mates too."""

from __future__ import annotations

import numpy as np

import bnsim as bn
from bnsim.engine.mates import loaded_rows, loads
from bnsim.lenses.rounding import Copy
from bnsim.lenses.why.what_if import WhatIf
from bnsim.lenses.xray.forward import present_rows
from bnsim.session.arrays import Tensor
from bnsim.session.session import Session
from tests.session.test_forks import EXPERIMENT

AT = 3


def in_its_update() -> tuple[Session, bn.session.lane.Lane]:
    """A session at the end of the backward pass of the iteration in which a lane has other mates."""
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(AT)
    lane = session.fork("plain", changes=(bn.OtherBatchMates((3,)),))
    while lane.cursor.phase != "update":
        session.step("phase")
    return session, lane


def test_rows_are_those_that_are_loaded() -> None:
    _, lane = in_its_update()
    rows = present_rows(lane)
    assert np.array_equal(bn.data.load(EXPERIMENT.data).x[rows], lane.inputs())
    assert np.array_equal(rows, loaded_rows(lane.program, AT, loads(lane.program)[-1]))


def test_a_gradient_is_checked_on_the_same_mini_batch() -> None:
    session, lane = in_its_update()
    copy = Copy(session, lane)
    assert np.array_equal(copy.read(copy.program.inputs), lane.inputs())
    np.testing.assert_allclose(copy.read(copy.program.loss), lane.loss, rtol=1e-12)


def test_a_probe_runs_it_and_the_other_mini_batches_of_the_epoch() -> None:
    session, lane = in_its_update()
    probe = session.probe(lane)
    assert probe is not None
    assert probe.loss(probe.theta) == lane.loss
    program = session.lane("plain").program
    for number, read in enumerate(probe.mini_batches()):
        rows = loaded_rows(program if number != AT else lane.program, number, loads(program)[-1])
        assert np.array_equal(read(None), bn.data.load(EXPERIMENT.data).x[rows])


def test_another_stack_is_tried_on_it() -> None:
    session, lane = in_its_update()
    answers = {
        each.lane: each for each in WhatIf(Tensor(lane.stack.id, (0,), "gradient")).inquire(session, lambda _: True)
    }
    before = {name: {each.words: each.norm for each in found.remedies} for name, found in answers.items()}
    own, source = before[lane.stack.name], before["plain"]
    assert own.keys() == source.keys() != set()
    assert all(own[words] != source[words] for words in own)

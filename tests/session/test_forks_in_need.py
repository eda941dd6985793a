"""Forks where something is missing or goes wrong: the source lane, the data file, finite numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.session.moment import Moment
from bnsim.session.opening import load_run
from bnsim.spec import edits
from bnsim.spec.files import decode, encode
from bnsim.spec.fork_words import forked_from
from tests.session.test_forks import EXPERIMENT, forked, history, state
from tests.session.test_random_forks import alike, come_to

AT = 12


@pytest.mark.parametrize("key", ["0.bias", "2.bias", "5.1.2.bias"], ids=["b", "β", "β in a block"])
def test_one_number_of_a_bias_or_a_shift_is_another_one(key: str) -> None:
    session, fork = forked(changes=(bn.SetNumber(key, (3,), 0.75),))
    source, own = session.lane("plain").state_dict(), session.lane(fork).state_dict()
    assert own[key][3] == 0.75
    own[key][3] = source[key][3]
    assert all(np.array_equal(own[name], source[name]) for name in source)
    session.run(5)
    later = state(session.lane(fork))
    assert later != state(session.lane("plain"))
    session.seek(AT - 1)
    assert state(session.lane(fork)) == state(session.lane("plain"))
    session.seek(AT + 5)
    assert state(session.lane(fork)) == later


def test_a_fork_goes_on_without_its_source_before_and_after_it() -> None:
    session, fork = forked(changes=(bn.RemoveLayers((2,)), bn.OtherBatchMates((3,))))
    session.run(10)
    ends = {}
    for at in (AT - 5, AT, AT + 4, AT + 10):
        session.seek(at)
        ends[at] = state(session.lane(fork)), history(session.lane(fork))
    alone = edits.remove_stack(session.experiment, session.experiment.stacks[0].id)
    rest = bn.Session(alone, recording="all", before=session)
    rest.branch_off(session)
    assert rest.iteration == AT + 10
    read = bn.Session(decode(encode(alone)), recording="all")
    for at in (AT + 10, AT - 5, AT, AT + 4):
        for each in (rest, read):
            each.seek(at)
            assert (state(each.lane(fork)), history(each.lane(fork))) == ends[at]
    said = "forked from plain at iteration 12: BatchNorm removed, other batch-mates around sample 3 (once)"
    assert forked_from(alone.stacks[0], alone) == said


def test_without_its_data_file_a_fork_waits_for_it(tmp_path: Path) -> None:
    table, document, run = tmp_path / "mine.csv", tmp_path / "it.bnsim", tmp_path / "it.bnrun"
    rows = np.random.default_rng(1).normal(size=(90, 2)).round(6)
    text = "".join(f"{a},{b},{int(a * b > 0)}\n" for a, b in rows)
    table.write_text(f"a,b,class\n{text}")
    session = bn.Session(replace(EXPERIMENT, data=bn.FileData(str(table))))
    session.run(AT)
    fork = session.fork("plain", changes=(bn.SetNumber("0.bias", (3,), 0.75), bn.OtherBatchMates((3,)))).stack.name
    session.run(6)
    bn.save(session.experiment, document)
    session.save(run)
    table.rename(tmp_path / "elsewhere.csv")
    read = bn.load(document)
    assert read.stacks == session.experiment.stacks
    for opening in (lambda: bn.Session(read), lambda: load_run(run)):
        with pytest.raises(bn.InputError, match="no such file or directory") as refused:
            opening()
        assert "mine.csv" in str(refused.value)
        assert "\n" not in str(refused.value)
    (tmp_path / "elsewhere.csv").rename(table)
    again, opened = bn.Session(bn.load(document)), load_run(run)
    for at in (AT + 6, AT - 2, AT + 9):
        for each in (session, again, opened):
            each.seek(at)
            assert state(each.lane(fork)) == state(session.lane(fork))


def test_a_twin_of_a_lane_that_stops_being_finite_does_so_with_it() -> None:
    diverging = bn.Stack(
        name="source",
        layers=(bn.Noise(), bn.Linear(16), bn.BatchNorm(), bn.ReLU(), bn.Linear(2)),
        loss=bn.MSE(reduction="sum"),
        training=bn.LaneTraining(optimizer=bn.SGD(lr=1.0, momentum=0.9)),
    )
    session = bn.Session(replace(EXPERIMENT, stacks=(diverging,)), recording="all")
    session.seek(400)
    assert session.stopped is not None
    stopped = session.moment
    assert 3 < stopped.iteration < 400
    at = stopped.iteration - 2
    come_to(session, at)
    twin = session.fork("source").stack.name
    assert session.moment == Moment(at, 0)
    session.seek(400)
    assert session.moment == stopped
    alike(session, "source", twin)
    for updates in (stopped.iteration + 5, at // 2, stopped.iteration + 1):
        come_to(session, updates)
        alike(session, "source", twin)

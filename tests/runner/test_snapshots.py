"""What the window is shown is of the session as it is, whatever was kept of it."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.lenses.findings.lens import FindingsLens
from bnsim.runner import snapshots as module
from bnsim.runner.snapshots import Snapshots
from bnsim.runner.updates import Update
from bnsim.spec.breakpoints import AtLayer, AtOp


def test_a_past_written_anew_has_another_time_line(small: bn.Experiment) -> None:
    session, snapshots = bn.Session(small), Snapshots(print)
    session.run(3)
    before = snapshots.track(session)
    session.seek(0)
    lane = session.lanes[0]
    lane.load_state_dict({name: 0.5 * values for name, values in lane.state_dict().items()})
    session.run(3)
    snapshots.forget_history()
    after = snapshots.track(session)
    assert after.recorded == before.recorded
    assert not np.array_equal(after.lanes[0].losses, before.lanes[0].losses)


def test_a_stop_for_another_reason_at_the_same_moment_is_on_the_time_line(small: bn.Experiment) -> None:
    session, snapshots = bn.Session(small), Snapshots(print)
    lane, shown = small.stacks[0], []
    for stop in (AtLayer(layer=lane.layers[1].id, phase="backward"), AtOp(op="sigmoid dx", layer=lane.layers[1].id)):
        session.seek(0)
        session.breakpoints = (stop,)
        session.run_to_breakpoint()
        track = snapshots.track(session)
        assert track.marks == session.track().marks
        shown.append(track.marks)
    assert all(len(marks) == 1 for marks in shown)
    assert shown[0] != shown[1]


def test_a_figure_that_shows_the_same_is_the_same_object(small: bn.Experiment) -> None:
    session = bn.Session(small)
    session.run(iterations=4)
    snapshots = Snapshots(lambda *_: None)
    snapshots.wanted = ("loss", "gradient_by_depth")
    before = snapshots.figures(session, fast=False, moving=False)
    session.step("op")
    after = snapshots.figures(session, fast=False, moving=False)
    assert all(after[name] is before[name] for name in snapshots.wanted)
    session.step("iteration")
    later = snapshots.figures(session, fast=False, moving=False)
    assert not any(later[name] is before[name] for name in snapshots.wanted)
    snapshots.forget_session()
    other = snapshots.figures(session, fast=False, moving=False)
    assert not any(other[name] is later[name] for name in snapshots.wanted)


def test_a_relaxed_lens_is_answered_now_and_then_while_it_plays_and_after_the_rest_where_it_rests(
    small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    session, snapshots, lens = bn.Session(small), Snapshots(print), FindingsLens()
    snapshots.lenses = (lens,)

    def answer(*, playing: bool) -> object:
        update = snapshots.add_moment(replace(Update(), playing=playing), session, fast=False)
        return update.answers.get(lens)

    assert answer(playing=False) is None
    first = answer(playing=True)
    assert first == bn.findings(session)
    session.run(80)
    assert answer(playing=True) is first
    assert answer(playing=False) is first
    answers = snapshots.answer_relaxed(session)
    assert answers is not None
    assert answers[lens] == bn.findings(session) != first
    assert snapshots.answer_relaxed(session) is None
    session.seek(1)
    now += module.RELAXED_SECONDS
    assert answer(playing=True) == bn.findings(session)

"""A session that records more takes over from one that recorded less, and fills in the past by replay, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.spec.breakpoints import LossBelow, Saturated

EVERY = 4


def pair(small: bn.Experiment, iterations: int, details_every: int = 1) -> tuple[bn.Session, bn.Session, bn.Session]:
    """One that has recorded norms, one that has recorded everything all along, and one that is new."""
    before = bn.Session(small, recording="norms")
    always, new = (bn.Session(small, recording="all", details_every=details_every) for _ in range(2))
    for session in (before, always):
        session.run(iterations)
    return before, always, new


def same(one: bn.Session, other: bn.Session) -> bool:
    return all(
        np.array_equal(mine.history[name], theirs.history[name], equal_nan=True)
        for mine, theirs in zip(one.lanes, other.lanes, strict=True)
        for name in mine.history
    )


@pytest.mark.parametrize("details_every", [1, EVERY])
def test_it_stands_at_the_same_place_and_the_past_is_filled_in(small: bn.Experiment, details_every: int) -> None:
    before, always, new = pair(small, 70, details_every)
    for session in (before, always):
        session.step("layer")
    moment, losses = before.moment, before.track().lanes[0].losses.copy()
    new.take_over(before)
    before.release()
    assert (new.moment, new.iteration, new.unfilled) == (moment, 70, 70)
    assert np.array_equal(new.track().lanes[0].losses, losses)
    for mine, theirs in zip(new.lanes, always.lanes, strict=True):
        assert all(np.array_equal(a, theirs.state_dict()[key]) for key, a in mine.state_dict().items())
        assert np.array_equal(mine.history["gradient_norm"], theirs.history["gradient_norm"])
    assert np.isnan(new.lanes[0].history["saturated"][:40]).all()
    shares = []
    while new.unfilled:
        shares.append(new.filled_share)
        new.fill(0.0001)
    assert shares == sorted(shares)
    assert same(new, always)
    new.run(10)
    always.run(10)
    assert same(new, always)


def test_the_newest_come_first_and_what_is_there_stays(small: bn.Experiment) -> None:
    before, always, new = pair(small, 100)
    new.take_over(before)
    while new.unfilled > 60:
        new.fill(0.0)
        new._filling.advance(0.0)
        new._filling._run_chunk()
    since = new.unfilled
    assert 0 < since <= 60
    rows = new.lanes[1].history["percentiles"]
    assert np.array_equal(rows[since:], always.lanes[1].history["percentiles"][since:])
    assert np.isnan(rows[: since // 2]).any()
    # What is run from now on is whole, and so is what a replay passes.
    new.run(3)
    assert np.isfinite(new.lanes[1].history["percentiles"][since:]).all()
    new.seek(5)
    for _ in range(3):
        new.step("iteration")
    assert np.isfinite(new.lanes[1].history["percentiles"][5:8]).all()


def test_going_back_and_a_loaded_state_are_kept(small: bn.Experiment) -> None:
    before, always, new = pair(small, 20)
    for session in (before, always):
        lane = session.lanes[0]
        lane.load_state_dict({key: array * 0.5 for key, array in lane.state_dict().items()})
        session.run(20)
        session.seek(33)
    new.take_over(before)
    assert new.recorded[0] == 40
    while new.unfilled:
        new.fill(1.0)
    assert same(new, always)
    new.seek(40)
    always.seek(40)
    assert same(new, always)


def test_a_reset_leaves_nothing_to_fill_in(small: bn.Experiment) -> None:
    before, _, new = pair(small, 30)
    new.take_over(before)
    new.fill(0.0)
    new.reset()
    assert new.unfilled == 0
    new.fill(1.0)
    new.run(5)
    assert np.isfinite(new.lanes[0].history["percentiles"]).all()


def test_breakpoints_stops_and_names_come_along(small: bn.Experiment) -> None:
    before, _, new = pair(small, 30)
    before.breakpoints = (LossBelow(below=1e9),)
    before.run(5)
    assert before.stopped is not None
    new.take_over(before)
    assert new.stopped is before.stopped
    assert new.track().marks == before.track().marks


def test_a_search_back_for_a_breakpoint_sees_what_is_not_filled_in() -> None:
    layers = (bn.Linear(8, init=bn.Normal(std=2.0)), bn.Tanh(), bn.Linear(2))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=2.0))
    stack = bn.Stack(name="plain", layers=layers, loss=bn.CrossEntropy())
    before, always, new = pair(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)), 40)
    shares = always.lanes[0].history["saturated"][:, 0]
    limit = float(shares[16:].max())
    assert shares[:16].max() > limit  # it held early only, further back than where the replay began
    new.take_over(before)
    for session in (new, always):
        session.breakpoints = (Saturated(layer=session.experiment.stacks[0].layers[1].id, above=limit),)
        assert session.run_to_breakpoint(True, 40)
    assert new.moment == always.moment
    assert new.stopped.sentence == always.stopped.sentence

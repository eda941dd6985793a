"""All that a session keeps stays within what it may have, and the sessions of a process within what there is."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.session import Session
from bnsim.session.checkpoints import OVERHEAD, Checkpoints
from bnsim.session.rows import FEWEST, BoundedRows
from bnsim.spec import budget
from bnsim.spec.budget import MIB, Holding


def wide(units: int = 1000) -> bn.Experiment:
    """One lane whose parameters take about 8 MB, and its session, checkpoints included, about 50."""
    stack = bn.Stack(layers=(bn.Linear(units), bn.Linear(units), bn.Linear(2)))
    return bn.Experiment(data=bn.XOR(samples=64), training=bn.Training(batch_size=4), stacks=(stack,))


@given(
    st.integers(1, 40), st.integers(0, 200_000), st.lists(st.integers(0, 300), min_size=1, max_size=80), st.booleans()
)
def test_checkpoints_keep_to_their_bytes_however_large_each_is(
    numbers: int, limit: int, saves: list[int], goes_on: bool
) -> None:
    size = 1000 * numbers
    kept = Checkpoints(limit)
    kept.save(0, (np.zeros(size // 8),))
    for iteration in sorted(saves) if goes_on else saves:
        if not kept.use(iteration):
            kept.save(iteration, (np.zeros(size // 8),))
        states = list(kept._saved.values())
        taken = sum(state.nbytes + OVERHEAD for (state,) in states)
        assert taken <= limit or len(states) <= 2
        assert kept.get(0) is not None
        assert kept.get(iteration) is not None
        assert kept._holding.count == taken


@given(st.integers(1, 3000), st.integers(0, 100_000), st.integers(1, 400))
def test_rows_keep_to_their_bytes_however_wide_they_are(width: int, limit: int, count: int) -> None:
    rows = BoundedRows(width, np.dtype(np.float32), limit)
    for iteration in range(count):
        rows.append(np.array([iteration]), np.full((1, width), iteration, np.float32))
    row = 4 * width + 8
    assert rows._rows.nbytes + rows._at.nbytes <= max(limit, FEWEST * row)
    assert rows.kept[0] == 0
    assert rows.kept[-1] == count - 1
    assert np.array_equal(rows.rows[:, 0], rows.kept)


def test_a_run_with_memory_for_two_checkpoints_goes_back_to_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "CHECKPOINTS", budget.Share("checkpoints", 1))
    monkeypatch.setattr(budget, "ROWS", budget.Share("rows", 1))
    session = Session(wide(30), history_bytes=1)
    seen = []
    for _ in range(40):
        seen.append(session.lanes[0].state_dict()["1.weight"])
        session.step("iteration")
        assert len(session._replay.checkpoints._saved) <= 2
    assert len(session.lanes[0].history.kept) <= 2 * FEWEST
    for iteration in (39, 20, 33, 1, 0):
        session.seek(iteration)
        assert np.array_equal(session.lanes[0].state_dict()["1.weight"], seen[iteration])
    session.close()


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is open may take 60 MiB more than is held now."""
    gc.collect()
    limit = budget.held() + 60 * MIB
    monkeypatch.setattr(budget, "TOGETHER", budget.Share("what is open", limit, mend="close another window"))


def test_the_second_session_is_refused_with_the_figures_where_both_do_not_fit(little_memory: None) -> None:
    first = Session(wide(), wait=False)
    with pytest.raises(bn.InputError, match=r"would take [\d.]+ MiB, and what is open takes [\d.]+ MiB of the [\d.]+"):
        Session(wide(900), wait=False)
    first.release()
    Session(wide(900), wait=False).release()


def test_what_is_released_or_gone_is_held_no_more() -> None:
    gc.collect()
    before = budget.held()
    session = Session(wide(), wait=False)
    assert budget.held() > before + 12 * MIB
    session.release()
    assert budget.held() < before + MIB
    session = Session(wide(), wait=False)
    session.close()
    del session
    gc.collect()
    assert budget.held() < before + MIB


def test_a_second_request_knows_what_the_first_has_taken(little_memory: None) -> None:
    one, other = Holding(), Holding()
    one.grow(40 * MIB, budget.SESSION)
    with pytest.raises(bn.InputError, match="close another window"):
        other.grow(30 * MIB, budget.SESSION)
    assert other.count == 0
    one.release()
    other.grow(30 * MIB, budget.SESSION)
    assert other.count == 30 * MIB


def test_stores_that_can_do_with_less_leave_what_there_is_to_others(little_memory: None) -> None:
    taken = Holding()
    taken.grow(59 * MIB, budget.SESSION)
    state = np.zeros(2**16)
    kept = Checkpoints()
    for iteration in range(20):
        kept.save(iteration, (state.copy(),))
    assert kept._holding.count <= 2 * MIB
    rows = BoundedRows(2**10, np.dtype(float), 64 * MIB)
    for iteration in range(500):
        rows.append(np.array([iteration]), np.zeros((1, 2**10)))
    assert rows._rows.nbytes <= 2 * MIB

"""A task is done when its condition holds in the session, and what has to stay is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.lessons.lesson import Stage, Task
from bnsim.lessons.standing import stand
from bnsim.lessons.tasks import TaskLens, TaskState, state
from bnsim.spec.errors import InputError


@pytest.fixture
def session(small: bn.Experiment) -> Iterator[bn.Session]:
    made = bn.Session(small)
    yield made
    made.close()


def test_a_condition_holds_in_a_session(session: bn.Session) -> None:
    assert state(session, 'loss("plain") > 0').words == 'loss("plain") is not computed yet.'
    session.run(1)
    assert state(session, 'loss("plain") > 0 and loss("with BN") < 9') == TaskState(True)
    said = state(session, 'loss("plain") > 0 and loss("with BN") > 9')
    assert not said.done
    assert said.words.startswith('loss("with BN") is ')
    assert said.words.endswith("; it has to be > 9.")


def test_without_a_lane_all_has_to_hold_in_one(session: bn.Session) -> None:
    session.run(1)
    losses = sorted(lane.loss for lane in session.lanes)
    middle = sum(losses) / 2
    assert state(session, f"loss < {middle!r} and loss > 0").done
    apart = state(session, f"loss < {middle!r} and loss > {middle!r}")
    assert apart == TaskState(False, "No lane has all of it.")
    assert "in “with BN”" in state(session, "loss > 100").words


def test_what_is_nowhere_is_told(session: bn.Session) -> None:
    found = state(session, 'norm(dW["Linear 9"]) < 1')
    assert found.lost
    assert "has no layer" in found.words


@pytest.mark.parametrize(
    ("keeps", "changes", "words"),
    [
        ("depth", "layers", ""),
        ("layers", "layers", "The layers are to stay as they were."),
        ("training", "training", "The training is to stay as it was."),
        ("data", "data", "The data is to stay as it was."),
        ("data", "training", ""),
    ],
)
def test_what_has_to_stay_is_held_against_what_was(small: bn.Experiment, keeps: Any, changes: str, words: str) -> None:
    now = {
        "layers": replace(
            small, stacks=(replace(small.stacks[0], layers=(bn.Linear(4), bn.Tanh(), bn.Linear(2))), small.stacks[1])
        ),
        "training": replace(small, training=bn.Training(batch_size=8)),
        "data": replace(small, data=bn.TwoSpirals(samples=48)),
    }[changes]
    session = bn.Session(now)
    session.run(1)
    task = Task(say="s", condition='loss("plain") > 0', keeps=(keeps,))
    assert TaskLens(task, small).answer(session) == TaskState(not words, words)
    assert hash(TaskLens(task, small)) == hash(TaskLens(task, small))
    session.close()


@pytest.mark.parametrize(
    ("at", "cursor"),
    [
        ("start", ("forward", 0, 2)),
        ("forward", ("loss", 3, 2)),
        ("loss", ("backward", 3, 2)),
        ("backward", ("update", 0, 2)),
        ("update", ("forward", 0, 3)),
        ("layer: Sigmoid 1", ("forward", 2, 2)),
        ("layer: Sigmoid 1, backward", ("backward", 0, 2)),
    ],
)
def test_a_session_stands_where_a_step_says(session: bn.Session, at: str, cursor: tuple[str, int, int]) -> None:
    for _ in range(2):
        stand(session, Stage(at=at, iterations=2))
        there = session.lanes[0].cursor
        assert (there.phase, there.layer, there.iteration) == cursor
    stand(session, Stage())
    assert session.at_start


def test_a_layer_that_is_not_there_is_one_sentence(session: bn.Session) -> None:
    with pytest.raises(InputError, match="There is no layer 'Tanh 1'"):
        stand(session, Stage(at="layer: Tanh 1"))

"""Lanes step together, by weight layer; one without a counterpart waits."""

from __future__ import annotations

import bnsim as bn
from bnsim.session import Session

PLAIN = (bn.Linear(4), bn.Sigmoid(), bn.Linear(2))
NORMALIZED = (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))


def session(*stacks: tuple) -> Session:
    named = tuple(bn.Stack(name=f"lane {k}", layers=layers) for k, layers in enumerate(stacks))
    return Session(
        bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=named),
    )


def visited(made: Session, size: str) -> list[tuple]:
    """(phase, layer, op) of each lane after each step of one iteration."""
    seen = []
    while made.iteration == 0:
        made.step(size)
        seen.append(tuple((lane.executed.phase, lane.executed.layer, lane.executed.op) for lane in made.lanes))
    return seen


def test_a_layer_step_ends_at_the_same_column_in_every_lane() -> None:
    seen = visited(session(PLAIN, NORMALIZED), "layer")
    assert [(plain[:2], normalized[:2]) for plain, normalized in seen[:6]] == [
        (("forward", 0), ("forward", 0)),
        (("forward", 0), ("forward", 1)),
        (("forward", 1), ("forward", 2)),
        (("forward", 2), ("forward", 3)),
        (("loss", 3), ("loss", 4)),
        (("backward", 3), ("backward", 4)),
    ]


def test_the_lane_without_a_counterpart_waits_and_says_so() -> None:
    made = session(PLAIN, NORMALIZED)
    made.step()
    made.step()
    assert [lane.waiting for lane in made.frame().lanes] == [True, False]


def test_batchnorm_is_stepped_through_op_by_op_as_in_the_paper() -> None:
    ops = [(phase, op) for ((phase, layer, op),) in visited(session(NORMALIZED), "op") if layer == 1]
    assert ops == [
        ("forward", "mean"),
        ("forward", "variance"),
        ("forward", "normalize"),
        ("forward", "scale-and-shift"),
        ("forward", "running"),
        ("backward", "dβ"),
        ("backward", "dγ"),
        ("backward", "dx̂"),
        ("backward", "dσ²"),
        ("backward", "dμ"),
        ("backward", "dx"),
        ("update", "sgd"),
        ("update", "sgd"),
        ("update", "commit"),
    ]


def test_each_size_ends_where_the_next_larger_one_does() -> None:
    by_op, by_layer = session(PLAIN, NORMALIZED), session(PLAIN, NORMALIZED)
    ends = visited(by_layer, "layer")
    ops = visited(by_op, "op")
    assert set(ends) <= set(ops)
    assert ends[-1] == ops[-1]


def test_who_is_said_to_move_next_moves_and_nobody_else() -> None:
    made = session(PLAIN, NORMALIZED)
    seen = set()
    while made.iteration < 2:
        said = tuple(lane.moves for lane in made.frame().lanes)
        coming = [lane.cursor for lane in made.lanes]
        made.step("op")
        assert said == tuple(lane.executed == cursor for lane, cursor in zip(made.lanes, coming, strict=True))
        seen.add(said)
    assert seen == {(True, True), (False, True)}

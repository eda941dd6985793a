"""A fork is drawn as a branch: its line begins where it leaves that of its source."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.spec import edits
from bnsim.spec.branches import Branch, branches

EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=60),
    training=bn.Training(batch_size=20, optimizer=bn.SGD(lr=0.3), seed=2),
    stacks=(
        bn.Stack(
            name="plain",
            layers=(bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Residual((bn.Linear(6),)), bn.Linear(2)),
        ),
    ),
)


def forked() -> bn.Session:
    """Forked at 8, and the fork at 12."""
    session = bn.Session(EXPERIMENT)
    session.run(8)
    session.fork("plain", "no BN", (bn.RemoveLayers((1,)),))
    session.run(4)
    session.fork("no BN", "steep", (bn.MultiplyWeights(3.0),))
    session.run(6)
    return session


@pytest.mark.parametrize("name", ["loss", "update_to_weight", "clipping", "watch"])
def test_the_line_of_a_fork_begins_on_that_of_its_source(name: str) -> None:
    figure = bn.figures.FIGURES[name](forked())
    lines = {mark.name: mark for mark in figure.marks if hasattr(mark, "x")}
    own = "{}, median" if name == "update_to_weight" else "{}"
    assert lines[own.format("plain")].x[0] == 0
    for fork, source, at in (("no BN", "plain", 8), ("steep", "no BN", 12)):
        line, there = lines[own.format(fork)], lines[own.format(source)]
        assert line.x[0] == at - 1
        assert line.y[0] == pytest.approx(there.y[list(there.x).index(at - 1)])
        if name in ("loss", "watch"):
            bold, other = lines[f"{fork}, smoothed"], lines[f"{source}, smoothed"]
            assert bold.y[0] == pytest.approx(np.interp(at - 1, other.x, other.y))
            line = bold
        mark = lines[f"{fork}, forked"]
        assert (mark.x[0], mark.y[0]) == (line.x[0], line.y[0])


def test_columns_before_the_fork_are_empty() -> None:
    figure = bn.figures.gradient_over_time(forked())
    assert [words.count("where it was forked") for words in figure.verdict.split(" · ")] == [0, 1, 1]
    images = {mark.name: mark for mark in figure.marks}
    assert np.isnan(images["no BN"].values[:, :8]).all()
    assert np.isfinite(images["no BN"].values[:, 8:]).all()
    assert np.isfinite(images["plain"].values).all()


def test_before_the_run_is_at_the_fork_there_is_no_mark() -> None:
    session = forked()
    fresh = bn.Session(session.experiment)
    fresh.run(5)
    assert not [mark for mark in bn.figures.loss(fresh).marks if mark.name.endswith("forked")]


def test_what_a_fork_branches_off_from() -> None:
    experiment = forked().experiment
    plain, no_bn, steep = (stack.id for stack in experiment.stacks)
    assert branches(experiment) == {no_bn: Branch(plain, 8), steep: Branch(no_bn, 12)}
    # Its own edits leave a fork where it branches off; without its source it does so from the source of that one.
    edited = edits.remove_layers(experiment, [experiment.stack(steep).layers[1].id])
    assert branches(edited) == branches(experiment)
    assert branches(edits.remove_stack(experiment, no_bn)) == {steep: Branch(plain, 8)}
    # The past of a fork is what its source was: that one's edits part them.
    other = edits.remove_layers(experiment, [experiment.stack(plain).layers[1].id])
    assert branches(other) == {steep: Branch(no_bn, 12)}
    renamed = edits.rename_stack(experiment, plain, "other name")
    assert branches(renamed) == branches(experiment)

"""A fork is drawn as a branch: its line begins where it leaves that of its source."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.plot.marks import Band, Series
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


def one_lane() -> bn.Session:
    """Forked at 8 with its BatchNorm; the fork runs at a tenth of the rate."""
    session = bn.Session(EXPERIMENT, recording="all")
    session.run(8)
    session.fork("plain", "slow", (bn.ChangeTraining(bn.LaneTraining(optimizer=bn.SGD(lr=0.03))),))
    session.run(6)
    return session


@pytest.mark.parametrize("name", ["gamma_beta", "batch_statistics", "unit_percentiles"])
def test_a_figure_of_a_fork_alone_has_the_past_as_the_sources(name: str) -> None:
    session = one_lane()
    layers = session.experiment.stacks[1].layers
    layer = next(
        each.id for each in layers if isinstance(each, bn.Tanh if name == "unit_percentiles" else bn.BatchNorm)
    )
    figure = bn.figures.FIGURES[name](session, layer, max_points=5)
    lines = {mark.name: mark for mark in figure.marks if isinstance(mark, Series)}
    own = [line for line in lines.values() if not line.ghost and line.line != "none"]
    assert own
    for line in own:
        before = lines[f"{line.name}, before the fork"]
        assert before.ghost
        assert (before.x[0], before.x[-1], line.x[0], line.x[1] >= 8) == (0, 7, 7, True)
        assert before.y[-1] == line.y[0]
        if line.label:
            mark = lines[f"{line.name}, forked"]
            assert (mark.x[0], mark.y[0]) == (line.x[0], line.y[0])
    assert "Pale: before it was forked from plain at iteration 8." in figure.caption
    for band in (mark for mark in figure.marks if isinstance(mark, Band)):
        assert band.x[0] == 7
    source = bn.figures.FIGURES[name](session, session.experiment.stacks[0].layers[1].id, max_points=5)
    assert not any(mark.ghost for mark in source.marks if isinstance(mark, Series))
    assert "Pale" not in source.caption


def test_before_it_is_forked_all_of_a_forks_line_is_the_sources() -> None:
    session = one_lane()
    session.seek(4)
    figure = bn.figures.gamma_beta(session, session.experiment.stacks[1].layers[1].id)
    lines = [mark for mark in figure.marks if isinstance(mark, Series)]
    assert lines
    assert all(line.ghost for line in lines)
    assert {line.label for line in lines} >= {"γ − 1", "β"}


def test_the_effective_rate_of_a_fork_begins_on_that_of_its_source() -> None:
    figure = bn.figures.effective_learning_rate(one_lane(), over="iterations")
    lines = {mark.name: mark for mark in figure.marks if isinstance(mark, Series)}
    slow, plain = lines["slow"], lines["plain"]
    assert slow.x[0] <= 8 < slow.x[1]
    assert slow.y[0] == plain.y[list(plain.x).index(slow.x[0])]
    assert lines["slow, forked"].x[0] == slow.x[0]
    assert "plain, forked" not in lines


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

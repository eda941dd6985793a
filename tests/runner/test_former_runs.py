"""After an edit the run before it stays behind the new one; runs that are kept stay under their names."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.runner.former_runs import BEFORE, FEWEST, MOST_KEPT
from bnsim.runner.orders import (
    CompareBefore,
    KeepRun,
    RemoveRun,
    RenameRun,
    Reset,
    Seek,
    SetExperiment,
    SetFigures,
)
from bnsim.runner.playback import Playback
from bnsim.spec import budget
from bnsim.spec.edits import change_training, remove_stack
from tests.runner.conftest import Window


def edit(window: Window, experiment: bn.Experiment) -> None:
    window.do(SetExperiment(experiment, restart=False))
    window.settle()


def names(window: Window, figure: str = "loss") -> list[str]:
    return [ghost.when for ghost in window.figures[-1].former.get(figure, ())]


@pytest.fixture
def faster(small: bn.Experiment) -> bn.Experiment:
    return change_training(small, optimizer=bn.SGD(lr=0.7))


def test_the_run_before_an_edit_stays_as_it_was(running: Window, small: bn.Experiment, faster: bn.Experiment) -> None:
    running.runner.give(SetFigures(("loss", "gradient_by_depth")))
    running.do(Seek(40))
    edit(running, faster)
    session = bn.Session(small)
    session.run(40)
    for figure in ("loss", "gradient_by_depth"):
        (ghost,) = running.figures[-1].former[figure]
        assert ghost.when == BEFORE
        for was, line in zip(FIGURES[figure](session).series, ghost.figure.series, strict=True):
            np.testing.assert_array_equal(was.y, line.y)
    assert [(run.name, run.iterations) for run in running.updates[-1].former] == [("", 40)]
    running.do(Seek(20))
    running.settle()
    edit(running, small)
    (ghost,) = running.figures[-1].former["loss"]
    assert len(ghost.figure.series[0].x) == 20


def test_a_run_that_was_rewound_is_shown_whole(running: Window, faster: bn.Experiment) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(40))
    running.do(Seek(2))
    edit(running, faster)
    assert running.updates[-1].former[0].iterations == 40


def test_a_run_of_a_few_iterations_is_none_and_the_one_before_it_stays(
    running: Window, small: bn.Experiment, faster: bn.Experiment
) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(FEWEST - 1))
    edit(running, faster)
    assert names(running) == []
    running.do(Seek(30))
    edit(running, small)
    running.do(Seek(2))
    edit(running, faster)
    assert names(running) == [BEFORE]
    assert running.updates[-1].former[0].iterations == 30


def test_it_is_dismissed_and_can_be_switched_off(running: Window, small: bn.Experiment, faster: bn.Experiment) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(20))
    edit(running, faster)
    held = budget.held()
    running.do(RemoveRun())
    running.settle()
    assert names(running) == []
    assert budget.held() < held
    running.do(Seek(20))
    running.do(CompareBefore(False))
    edit(running, small)
    assert names(running) == []
    running.do(CompareBefore(True))
    running.do(Seek(20))
    edit(running, faster)
    assert names(running) == [BEFORE]
    running.do(CompareBefore(False))
    running.settle()
    assert names(running) == []


def test_kept_runs_stay_over_edits_with_their_names(
    running: Window, small: bn.Experiment, faster: bn.Experiment
) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(25))
    running.do(KeepRun("slow"))
    running.do(Seek(60))  # what is kept is frozen
    edit(running, faster)
    assert names(running) == ["slow", BEFORE]
    assert [run.iterations for run in running.updates[-1].former] == [25, 60]
    running.do(Seek(10))
    running.do(KeepRun("slow"))
    running.do(RenameRun(running.updates[-1].former[0].number, "first"))
    running.do(Reset())
    edit(running, small)
    assert names(running) == ["first", "slow 2", BEFORE]
    lines = {ghost.line for ghost in running.figures[-1].former["loss"]}
    assert lines == {"dashed", "dotted"}
    before = running.updates[-1].former[-1]
    running.do(RenameRun(before.number, BEFORE))
    running.settle()
    assert names(running) == ["first", "slow 2", f"{BEFORE} 2"]
    for run in running.updates[-1].former:
        running.do(RemoveRun(run.number))
    running.settle()
    assert names(running) == []


def test_a_kept_run_is_as_the_run_was(running: Window, small: bn.Experiment) -> None:
    running.runner.give(SetFigures(("gradient_by_depth", "gamma_beta")))
    running.do(Seek(25))
    running.do(KeepRun("slow"))
    running.settle()
    figures = running.figures[-1]
    for name, (ghost,) in figures.former.items():
        for was, line in zip(figures.by_name[name].series, ghost.figure.series, strict=True):
            np.testing.assert_array_equal(was.y, line.y)
    assert set(figures.former) == {"gradient_by_depth", "gamma_beta"}


def test_there_is_an_end_to_what_can_be_kept(running: Window) -> None:
    running.do(Seek(10))
    for _ in range(MOST_KEPT + 1):
        running.do(KeepRun("again"))
    assert "kept runs; remove one first" in running.notices[-1].text
    assert len(running.updates[-1].former) == MOST_KEPT


def test_a_figure_follows_the_layer_and_its_options_behind_too(
    running: Window, small: bn.Experiment, faster: bn.Experiment
) -> None:
    norm = small.stacks[1].layers[1].id
    running.runner.give(SetFigures(("batch_statistics",), layer_id=norm))
    running.do(Seek(20))
    edit(running, faster)
    assert names(running, "batch_statistics") == [BEFORE]
    running.do(SetFigures(("batch_statistics", "loss"), layer_id=norm))
    running.settle()
    assert names(running) == [BEFORE]  # of a panel that was not open then
    edit(running, remove_stack(faster, small.stacks[1].id))
    assert names(running, "batch_statistics") in ([], [BEFORE])
    running.do(SetFigures(("batch_statistics",), layer_id=10**6))
    running.settle()
    assert names(running, "batch_statistics") == []


def test_a_watch_of_a_lane_that_a_run_did_not_have_has_nothing_behind_it(
    running: Window, faster: bn.Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    renamed = replace(faster, stacks=(replace(faster.stacks[0], name="quick"), *faster.stacks[1:]))
    running.do(Seek(20))
    edit(running, renamed)
    running.do(SetFigures(("watch",), options={"watch": {"expression": 'loss("quick")'}}))
    running.settle()
    assert names(running, "watch") == []
    assert not caplog.records, "it is no fault of the program"


def test_another_document_begins_without_any(running: Window, faster: bn.Experiment) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(20))
    running.do(KeepRun("slow"))
    edit(running, faster)
    running.do(SetExperiment(faster))
    running.settle()
    assert running.updates[-1].former == ()
    assert names(running) == []


def test_the_run_before_makes_way_where_memory_is_short(
    running: Window, faster: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.runner.give(SetFigures(("loss",)))
    running.do(Seek(20))
    start, tried = Playback.start, []

    def tight(playback: Playback, *arguments: object) -> None:
        tried.append(budget.held())
        if len(tried) == 1:
            raise bn.InputError("There is not enough memory; close something.")
        start(playback, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Playback, "start", tight)
    edit(running, faster)
    assert len(tried) == 2
    assert tried[1] < tried[0]
    assert running.updates[-1].problems == ()
    assert running.updates[-1].frame is not None
    assert names(running) == []

"""The run is brought to where a phase, or a layer's part of it, is done; however it came to where it is."""

from __future__ import annotations

import pytest

from bnsim.runner.orders import GoBehind, ScaleWeights, Seek
from bnsim.session.frame import Cursor

from .conftest import Window


def executed(window: Window) -> Cursor:
    frame = window.updates[-1].frame
    assert frame is not None
    cursor = frame.lanes[0].executed
    assert cursor is not None
    return cursor


@pytest.mark.parametrize("phase", ["forward", "loss", "backward"])
@pytest.mark.parametrize("before", [0, 7])
def test_a_phase_is_done(running: Window, phase: str, before: int) -> None:
    running.do(Seek(before))
    running.runner.give(GoBehind(phase, 3))  # type: ignore[arg-type]
    running.settle()
    assert (executed(running).phase, executed(running).iteration) == (phase, 3)
    assert not running.updates[-1].playing
    running.runner.give(GoBehind(phase, 3, layer_id=10**6))  # type: ignore[arg-type]
    running.settle()
    assert executed(running).phase == phase


def test_a_layer_is_done_in_it(running: Window) -> None:
    experiment = running.updates[-1].experiment
    assert experiment is not None
    layer = experiment.stacks[0].layers[1]
    for phase in ("forward", "backward"):
        running.runner.give(GoBehind(phase, 2, layer.id))  # type: ignore[arg-type]
        running.settle()
        assert (executed(running).phase, executed(running).layer) == (phase, 1)


@pytest.mark.parametrize("updates", [0, 4])
def test_after_an_update_the_iteration_is_over(running: Window, updates: int) -> None:
    running.runner.give(GoBehind("update", updates))
    running.settle()
    frame = running.updates[-1].frame
    assert frame is not None
    assert frame.iteration == updates + 1
    assert executed(running).phase == "update"


def test_before_all_it_is_the_start_and_changes_are_gone(running: Window) -> None:
    experiment = running.updates[-1].experiment
    assert experiment is not None
    running.do(ScaleWeights((experiment.stacks[0].layers[0].id,), 2.0, gesture=1))
    running.do(Seek(2))
    assert running.updates[-1].changes
    running.runner.give(GoBehind(None))
    running.settle()
    frame = running.updates[-1].frame
    assert frame is not None
    assert (frame.iteration, frame.tick) == (0, 0)
    assert not running.updates[-1].changes

"""Forking a lane from the window: the run stays where it is, undo takes the fork back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import bnsim as bn
from bnsim.runner.orders import Step
from bnsim.ui.window.main_window import MainWindow
from tests.ui.reading import compiled

Opener = Callable[..., "MainWindow"]


def test_a_fork_goes_on_where_the_run_stands_and_undo_takes_it_back(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    do = window.actions_by_name
    window.bridge.settle()
    for _ in range(4):
        window.bridge.runner.give(Step("iteration"))
    window.bridge.settle()
    before = compiled(window).lanes[0].state_dict()
    do["lane.fork"].trigger()
    window.bridge.settle()
    session = compiled(window)
    fork = window.document.experiment.stacks[1].fork
    assert fork is not None
    assert fork.iteration == session.iteration == 4
    assert len(session.lanes) == len(small.stacks) + 1
    for key, value in before.items():
        assert np.array_equal(session.lanes[0].state_dict()[key], value)
        assert np.array_equal(session.lanes[1].state_dict()[key], value)
    window.document.undo_stack.undo()
    window.bridge.settle()
    session = compiled(window)
    assert session.iteration == 4
    assert len(session.lanes) == len(small.stacks)
    window.document.undo_stack.redo()
    window.bridge.settle()
    assert len(compiled(window).lanes) == len(small.stacks) + 1


def test_forks_that_differ_in_one_thing(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    do = window.actions_by_name
    window.selection.set([small.stacks[-1].layers[0].id])
    for name in ("lane.forkPlain", "lane.forkSlower", "lane.forkScaled"):
        do[name].trigger()
        window.bridge.settle()
        assert window.bridge.runner.session is not None
    names = [stack.name for stack in window.document.experiment.stacks]
    assert [name for name in names if name.startswith(f"{small.stacks[-1].name}, ")] == [
        f"{small.stacks[-1].name}, W ×10",
        f"{small.stacks[-1].name}, rate ÷10",
        f"{small.stacks[-1].name}, no BN",
    ]

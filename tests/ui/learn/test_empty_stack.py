"""A stack without a layer is an invitation, not an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import bnsim as bn
from bnsim.spec.defaults import blank_experiment
from bnsim.ui.transport.display import NOTHING_RUNS, NOTHING_THERE
from bnsim.ui.views.equation.page import NOTHING as NOTHING_COMPUTED
from bnsim.ui.views.equation.page import NOTHING_RUNS as EQUATION_OF_NOTHING
from bnsim.ui.views.equation.view import EquationView

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_an_empty_stack_warns_of_nothing_and_says_where_a_layer_goes(open_window: Opener) -> None:
    window = open_window(blank_experiment())
    assert window.problems.isHidden()
    assert not window.canvas.cards.problems
    assert window.transport.status.text() == NOTHING_THERE
    view = window.shelf.view("equation")
    window.shelf.bring_up("equation")
    window.settle()
    assert isinstance(view, EquationView)
    said = view.page.subtitle
    assert said.text() == EQUATION_OF_NOTHING
    assert "left out" not in window.messages._engine.text()
    assert [item.empty for item in window.canvas.cards.lanes.values()] == [True]
    window.palette_panel.add("Linear")
    window.settle()
    assert [item.empty for item in window.canvas.cards.lanes.values()] == [False]
    assert said.text() == NOTHING_COMPUTED
    assert window.update_shown.problems == () or window.problems.isVisible()


def test_a_stack_without_a_linear_is_an_error(open_window: Opener) -> None:
    window = open_window(bn.Experiment(data=bn.Blobs(samples=64), stacks=(bn.Stack(layers=(bn.Sigmoid(),)),)))
    assert window.problems.isVisible()
    assert window.transport.status.text() == NOTHING_RUNS

"""The Why view answers what is asked on a card, with the session's numbers, and its links lead to their layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.plot.diagram import Diagram, Words
from bnsim.plot.style import STYLES
from tests.plot.measuring_diagrams import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from bnsim.ui.views.why.view import WhyView
    from bnsim.ui.window.main_window import MainWindow


def experiment() -> bn.Experiment:
    plain = (bn.Linear(6), bn.Sigmoid(), bn.Linear(6), bn.Sigmoid(), bn.Linear(2))
    normed = (bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16, precision="float64"),
        stacks=(bn.Stack(name="plain", layers=plain), bn.Stack(name="with BN", layers=normed)),
    )


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    made = open_window(experiment())
    made.resize(1680, 1020)
    return made


def ask(window: MainWindow, layer: int = 0, lane: int = 0) -> WhyView:
    """Select a card and press "?" on the canvas, as a person does."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    window.go_to(window.document.experiment.stacks[lane].layers[layer].id)
    QTest.keyClick(window.canvas, Qt.Key.Key_Question)
    window.settle()
    view = window.shelf.view("why")
    assert view.isVisible()
    return view  # type: ignore[return-value]


def label(view: WhyView, name: str) -> str:
    from PySide6.QtWidgets import QLabel

    found = view.findChild(QLabel, name)
    assert found is not None
    assert found.isVisibleTo(view)
    return found.text()


def norms(lane: int, first: int) -> list[float]:
    """The norms of the gradient from the last layer down to layer `first`, of a session of its own."""
    session = bn.Session(experiment())
    session.step("iteration")
    found = session.lanes[lane]
    return [float(np.linalg.norm(found.gradient(k))) for k in reversed(range(first, len(found.stack.layers)))]


def test_a_key_asks_why_and_every_number_is_the_sessions(window: MainWindow) -> None:
    view = ask(window)
    assert "backward pass has not begun" in label(view, "why.missing")
    window.step("iteration")
    window.settle()
    assert label(view, "why.question") == "Why is the gradient at Linear 1 so small?"
    for lane, flight in enumerate(view.shown.flights):
        expected = norms(lane, 0)
        assert [flight.steps[0].y[0], *(step.y[1] for step in flight.steps)] == pytest.approx(expected, rel=1e-12)
        assert [step.factor for step in flight.steps] == pytest.approx(np.divide(expected[1:], expected[:-1]))
    assert "plain" in label(view, "why.summary")
    assert "BatchNorm (2)" in label(view, "why.kinds")


def test_lanes_line_up_by_weight_layer(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window, layer=2)
    plain, normed = (
        {step.name: step.x for step in flight.steps if step.kind == "Linear"} for flight in view.shown.flights
    )
    assert plain.keys() == normed.keys() == {"Linear 3"}
    assert plain["Linear 3"] == (3.0, 2.5)
    assert normed["Linear 3"] == (3.0, pytest.approx(2 + 2 / 3))


def test_a_click_on_a_link_selects_its_layer_and_the_question_stays(window: MainWindow) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QPushButton

    window.step("iteration")
    view = ask(window)
    button = view.findChild(QPushButton, "why.worst.0.go")
    assert button is not None
    flight, step = view.shown.worst[0]
    assert step.name in button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.selection.current == step.layer
    assert label(view, "why.question") == "Why is the gradient at Linear 1 so small?"
    window.go_to(window.document.experiment.stacks[0].layers[2].id)
    window.settle()
    assert label(view, "why.question") == "Why is the gradient at Linear 2 so small?"
    assert flight.name in {"plain", "with BN"}


def stands_at(window: MainWindow, lane: int) -> tuple[str, tuple[int, ...], str]:
    """Phase, path and operation of what a lane has executed last."""
    executed = window.update_shown.frame.lanes[lane].executed  # type: ignore[union-attr]
    assert executed is not None
    return executed.phase, executed.path, executed.op


def test_a_link_leads_to_its_operation_and_the_whole_answer_stays(window: MainWindow) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QPushButton

    window.step("iteration")
    window.step("iteration")
    view = ask(window, lane=1)
    whole = view.shown
    button = view.findChild(QPushButton, "why.worst.0.go")
    assert button is not None
    button.setFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    window.settle()
    flight, step = whole.worst[0]
    assert flight.name == "with BN"
    assert window.update_shown.frame.iteration == 1  # type: ignore[union-attr]
    assert stands_at(window, 1) == ("backward", step.path, step.operation)
    assert view.shown is whole
    assert label(view, "why.question") == "Why is the gradient at Linear 1 so small?"
    assert "iteration 1" in label(view, "why.kept")
    assert step in view.page.stairs.plot._come_to
    assert view.isAncestorOf(window.focusWidget())
    window.step("layer")
    window.settle()
    assert view.shown is whole
    window.step("iteration")
    window.settle()
    assert view.shown is not whole
    assert view.findChild(type(view._note), "why.kept").isHidden()  # type: ignore[union-attr]


def test_the_key_of_a_jump_takes_the_link_pointed_at_and_goes_back_an_iteration(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window)
    window.actions_by_name["view.whyJump"].trigger()
    window.settle()
    worst = view.shown.worst[0][1]
    assert stands_at(window, 0) == ("backward", worst.path, worst.operation)
    step = view.shown.flights[0].steps[1]
    view.page.stairs.plot.point_at(step)
    window.actions_by_name["view.whyJump"].trigger()
    window.settle()
    assert stands_at(window, 0) == ("backward", step.path, step.operation)


def test_of_a_value_a_link_leads_to_the_forward_pass(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window, layer=2)
    choose(view, "value")
    window.settle()
    step = view.shown.flights[0].steps[1]
    view.page.chosen.emit(step)
    window.settle()
    assert stands_at(window, 0) == ("forward", step.path, step.operation)
    assert view.shown.flights[0].steps[1] == step


def test_the_staircase_tells_the_link_under_the_pointer(window: MainWindow) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    window.step("iteration")
    view = ask(window)
    plot, step = view.page.stairs.plot, view.shown.flights[0].steps[-1]
    QApplication.processEvents()  # the page has its height
    view._area.ensureWidgetVisible(plot)
    view.catch_up()
    ends = plot._line(step)
    assert ends is not None
    middle = (ends[0] * 0.2 + ends[1] * 0.8).toPoint()  # where the other lane is far
    QTest.mouseMove(plot.viewport(), middle)
    assert plot.step is step
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert window.selection.current == step.layer
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert plot.step is view.shown.flights[0].steps[-2]


def test_without_a_selection_the_first_weight_layer_is_asked_about(window: MainWindow) -> None:
    window.step("iteration")
    window.go_to(0)
    window.actions_by_name["view.why"].trigger()
    window.settle()
    view = window.shelf.view("why")
    assert label(view, "why.question") == "Why is the gradient at Linear 1 so small?"  # type: ignore[arg-type]


def test_a_point_of_a_panel_asks_about_its_layer_in_its_lane(window: MainWindow) -> None:
    window.step("iteration")
    window.settle()
    panel = next(dock.panel for dock in window.panel_docks if dock.name == "gradient_by_depth")
    series = next(series for series in panel.figure.series if series.name == "with BN")
    view = panel.plot._area()
    from PySide6.QtCore import QPoint

    at = QPoint(round(view.across(series.x[1])), round(view.down(np.log10(series.y[1]))))
    menu = panel.menu_at(panel.plot.viewport().mapToGlobal(at))
    assert menu.actions()[0].text() == "Why is it so small at Linear 2?"
    menu.actions()[0].trigger()
    window.settle()
    why: WhyView = window.shelf.view("why")  # type: ignore[assignment]
    assert why.isVisible()
    assert why.shown.asked.lane == "with BN"
    assert why.shown.asked.name == "Linear 2"
    beside = panel.plot.viewport().mapToGlobal(at + QPoint(0, 200))
    assert panel.menu_at(beside) is panel.menu
    menu.close()


def test_a_cell_of_a_gradient_asks_about_it(window: MainWindow) -> None:
    from bnsim.session.arrays import Tensor

    window.step("iteration")
    window.go_to(window.document.experiment.stacks[1].layers[3].id)
    window.actions_by_name["view.gradient"].trigger()
    window.settle()
    tensor = window.shelf.view("tensor")
    menu = tensor.menu.on_a_cell()  # type: ignore[attr-defined]
    next(action for action in menu.actions() if action.objectName() == "tensor.why").trigger()
    window.settle()
    why: WhyView = window.shelf.view("why")  # type: ignore[assignment]
    assert why.isVisible()
    assert (why.shown.asked.lane, why.shown.asked.name) == ("with BN", "Linear 2")
    menu.close()
    window.show_tensor(Tensor(window.document.experiment.stacks[1].id, (1,), "x̂"))
    window.settle()
    assert tensor.menu.on_a_cell() is tensor.menu  # type: ignore[attr-defined]


def test_it_follows_a_run_and_has_remedies_again_once_that_rests(window: MainWindow, qtbot: QtBot) -> None:
    window.step("iteration")
    view = ask(window)
    assert view.shown.asked.remedies
    window.transport.slider.setValue(window.transport.slider.maximum())
    window.actions_by_name["run.play"].trigger()
    qtbot.waitUntil(lambda: view.shown.asked.iteration > 20)
    window.actions_by_name["run.stop"].trigger()
    window.settle()
    now = window.update_shown.frame.iteration
    assert view.shown.asked.iteration == now - 1  # it stands behind the last one
    assert view.shown.asked.remedies


def test_of_a_weight_the_way_goes_on_to_what_the_optimizer_gets(window: MainWindow) -> None:
    window.step("iteration")
    layer = window.document.experiment.stacks[0].layers[2].id
    window.shelf.ask_why(layer, 0, "dweight")
    window.settle()
    view: WhyView = window.shelf.view("why")  # type: ignore[assignment]
    session = bn.Session(experiment())
    session.step("iteration")
    expected = float(np.linalg.norm(session.lanes[0].gradients()["2.weight"]))  # type: ignore[arg-type]
    steps = view.shown.flights[0].steps
    assert steps[-1].y[1] == pytest.approx(expected, rel=1e-12)
    assert steps[-1].x == (2.0, 1.0)


def choose(view: WhyView, topic: str) -> None:
    from PySide6.QtWidgets import QToolButton

    button = view.findChild(QToolButton, f"why.topic.{topic}")
    assert button is not None
    button.click()


def test_a_value_is_traced_up_from_the_mini_batch(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window, layer=2)
    choose(view, "value")
    window.settle()
    session = bn.Session(experiment())
    session.step("iteration")
    for lane, flight in zip(session.lanes, view.shown.flights, strict=True):
        value = lane.value(flight.steps[-1].path)
        assert flight.steps[-1].y[1] == pytest.approx(float(np.sqrt(np.mean(value**2))))
        assert (flight.steps[0].x[0], flight.steps[-1].x[1]) == (0.0, 2.0)
    assert "Linear 2" in label(view, "why.question")
    window.go_to(window.document.experiment.stacks[0].layers[1].id)
    window.settle()
    assert "Sigmoid 1" in label(view, "why.question")
    assert view.shown.asked.tensor.name == "value"


def test_a_loss_that_does_not_move_has_its_update_ratios(window: MainWindow) -> None:
    from bnsim.lenses.why.lens import StuckLens
    from bnsim.spec.numerals import short

    window.step("iteration")
    view = ask(window)
    choose(view, "loss")
    window.settle()
    session = bn.Session(experiment())
    session.step("iteration")
    told = label(view, "why.stuck")
    for lane in StuckLens().answer(session):
        assert lane.lane in told
        for moves in lane.weights:
            assert short(moves.ratio) in told
    taken = view.exportable()
    assert taken is not None
    drawn = taken.picture(STYLES["slide"])
    assert isinstance(drawn, Diagram)
    assert (taken.name, drawn.title) == ("why_stuck", "Why does the loss not move?")
    ratios = [short(moves.ratio) for lane in StuckLens().answer(session) for moves in lane.weights]
    assert set(ratios) <= {shape.text for shape in drawn.shapes if isinstance(shape, Words)}
    assert not faults(drawn, STYLES["slide"], 14.0)
    choose(view, "gradient")
    window.settle()
    assert label(view, "why.question") == "Why is the gradient at Linear 1 so small?"


def test_a_factor_that_is_zero_or_no_number_is_written_as_such() -> None:
    from bnsim.spec.numerals import factor

    assert [factor(value) for value in (0.0, float("nan"), float("inf"), 0.236)] == ["×0", "×NaN", "×∞", "×0.236"]


def ask_for(window: MainWindow, view: WhyView, name: str) -> None:
    """Click a button that starts an inquiry, and wait for what comes of it."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QPushButton

    button = view.findChild(QPushButton, name)
    assert button is not None
    assert button.isVisibleTo(view)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    window.settle()


def test_other_stacks_are_measured_on_request_and_a_fork_does_what_was_measured(window: MainWindow) -> None:
    from bnsim.spec.numerals import short

    for _ in range(3):
        window.step("iteration")
    view = ask(window)
    ask_for(window, view, "why.whatIf")
    tries = view.page._tries
    number = next(k for k, each in enumerate(tries) if each.remedy.words == "BatchNorm before each Sigmoid")
    row, tried = view.page.remedies.rows[number], tries[number]
    assert tried.lane == "plain"
    assert short(tried.remedy.norm) in row.norm.text()
    assert row.fork.isVisibleTo(view)
    row.fork.click()
    window.settle()
    lanes = window.document.experiment.stacks
    assert [lane.name for lane in lanes] == ["plain", "plain, BN in", "with BN"]
    assert lanes[1].fork is not None
    assert lanes[1].fork.iteration == 2
    window.step("iteration")
    window.settle()
    norm = next(why.norm for why in view.shown.answers if why.lane == "plain, BN in")
    assert norm == pytest.approx(tried.remedy.norm, rel=1e-9)
    window.actions_by_name["edit.undo"].trigger()
    window.settle()
    assert [lane.name for lane in window.document.experiment.stacks] == ["plain", "with BN"]


def test_what_no_network_does_has_no_button_and_says_so(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window)
    row = next(
        row
        for row, each in zip(view.page.remedies.rows, view.page._tries, strict=False)
        if each.remedy.tried.what == "slope 1"
    )
    assert not row.fork.isVisibleTo(view)
    assert row.fixed.isVisibleTo(view)
    assert row.words.isVisibleTo(view)
    assert view.page.remedies._measured.isVisibleTo(view)
    ask_for(window, view, "why.whatIf")
    for row, each in zip(view.page.remedies.rows, view.page._tries, strict=False):
        assert row.fork.isVisibleTo(view) == each.remedy.exists
        assert row.fixed.isVisibleTo(view) != each.remedy.exists
    assert "Identity in place of every activation" in {each.remedy.words for each in view.page._tries}


def test_a_seventh_lane_is_not_offered(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window, lane=1)
    ask_for(window, view, "why.whatIf")
    for _ in range(4):
        window.actions_by_name["lane.fork"].trigger()
        window.settle()
    window.step("iteration")
    window.settle()
    ask_for(window, view, "why.whatIf")
    offered = [row for row in view.page.remedies.rows if row.fork.isVisibleTo(view)]
    assert offered
    assert not any(row.fork.isEnabled() for row in offered)
    assert "6 lanes" in offered[0].fork.toolTip()


def test_what_was_measured_goes_with_the_iteration(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window)
    before = len(view.page._tries)
    ask_for(window, view, "why.whatIf")
    assert len(view.page._tries) > before
    window.step("iteration")
    window.settle()
    assert "BatchNorm before each Sigmoid" not in {each.remedy.words for each in view.page._tries}


def test_what_was_measured_and_kept_goes_with_an_edit(window: MainWindow) -> None:
    from bnsim.spec.edits import change_layer

    window.step("iteration")
    view = ask(window)
    ask_for(window, view, "why.whatIf")
    window.actions_by_name["view.whyJump"].trigger()
    window.settle()
    assert "BatchNorm before each Sigmoid" in {each.remedy.words for each in view.page._tries}
    now = window.document.experiment
    edited = change_layer(now, now.stacks[0].layers[0].id, init=bn.Normal(std=0.5))
    window.document.push(edited, "other weights")
    window.settle()
    window.step("iteration")
    window.settle()
    assert view.shown.asked.iteration == 0
    assert "BatchNorm before each Sigmoid" not in {each.remedy.words for each in view.page._tries}


def test_singular_values_are_told_on_request(window: MainWindow) -> None:
    from bnsim.spec.numerals import compared

    session = bn.Session(experiment())
    largest = np.linalg.svd(session.lanes[0].state_dict()["2.weight"], compute_uv=False)[0]
    window.step("iteration")
    view = ask(window)
    assert "singular" not in label(view, "why.kinds")
    ask_for(window, view, "why.spectrum")
    link = next(link for link in view.shown.asked.links if link.name == "Linear 2")
    assert link.largest == pytest.approx(float(largest), rel=1e-12)
    assert "largest singular value" in link.cause
    assert f"largest singular value {compared(min(x.largest or 9e9 for x in view.shown.asked.links))}" in label(
        view, "why.kinds"
    )
    window.step("iteration")
    window.settle()
    assert "singular" not in label(view, "why.kinds")


def test_a_value_is_asked_about_by_its_spread_as_well(window: MainWindow) -> None:
    from PySide6.QtWidgets import QToolButton

    window.step("iteration")
    view = ask(window, layer=2)
    assert not view.measure.isVisibleTo(view)
    choose(view, "value")
    window.settle()
    spread = view.findChild(QToolButton, "why.measure.spread")
    assert spread is not None
    spread.click()
    window.settle()
    session = bn.Session(experiment())
    session.step("iteration")
    for lane, flight in zip(session.lanes, view.shown.flights, strict=True):
        value = lane.value(flight.steps[-1].path)
        assert value is not None
        expected = float(np.sqrt(np.mean((value - value.mean(axis=0)) ** 2)))
        assert flight.steps[-1].y[1] == pytest.approx(expected, rel=1e-12)
    assert label(view, "why.question").startswith("Why are samples so")


def test_every_number_on_screen_is_that_of_the_answer(window: MainWindow) -> None:
    from bnsim.lenses.why.paging import WhyPageLens
    from bnsim.lenses.why.what_if import WhatIf
    from bnsim.spec.numerals import compared, factor, short

    window.step("iteration")
    window.step("iteration")
    view = ask(window, layer=2, lane=1)
    ask_for(window, view, "why.whatIf")
    session = bn.Session(window.document.experiment)
    session.run(1)
    session.step("iteration")
    tensor = view.shown.asked.tensor
    own = WhyPageLens(tensor).answer(session)
    assert own is not None
    seen = label(view, "why.summary") + label(view, "why.kinds")
    for why in own.answers:
        for number in (short(why.norm or 0.0), short(why.start.norm if why.start else 0.0), factor(why.factor)):
            assert number in seen
        for kind in why.kinds:
            for number in (factor(kind.together), compared(kind.low), compared(kind.high)):
                assert number in seen
    for row, (_, step) in zip(view.page.worst.rows, own.worst, strict=False):
        assert row.button.text() == f"{step.name} {factor(step.factor)}"
        assert row.cause.text().endswith(step.words)
    others = WhatIf(tensor).inquire(session, lambda share: True)
    assert others is not None
    by_stack = {each.stack: each.remedies for each in others}
    expected = [each for why in own.answers for each in (*why.remedies, *by_stack[why.tensor.stack])]
    assert len(expected) > 6
    for row, remedy in zip(view.page.remedies.rows, expected, strict=True):
        assert row.words.text() == remedy.words
        assert row.norm.text() == f"<b>{short(remedy.norm)}</b>"
        assert row.times.text() == factor(remedy.times)
    assert own.figure is not None
    assert view.shown.figure is not None
    drawn, measured = view.shown.figure.data(), own.figure.data()
    assert drawn.keys() == measured.keys()
    assert all(np.array_equal(drawn[name], measured[name], equal_nan=True) for name in drawn)


@pytest.mark.parametrize("front", ["inspector", "equation", "why"])
def test_in_projector_mode_the_key_brings_why_onto_the_stage(window: MainWindow, front: str, qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    window.step("iteration")
    window.docks.right.bring_up(front)
    window.toggle_projector()
    for where in (window.canvas, window.stage):
        window.shelf.bring_up("equation")
        assert window.stage.name == "equation"
        QTest.keyClick(where, Qt.Key.Key_Question)
        window.settle()
        view = window.shelf.view("why")
        qtbot.waitUntil(view.isVisible)
        assert window.stage.name == "why"
        assert window.stage.isAncestorOf(view)
        assert window.docks.right.isHidden()
        assert label(view, "why.question").startswith("Why is the gradient at Linear 1")  # type: ignore[arg-type]
    QTest.keyClick(window.canvas, Qt.Key.Key_F3)
    assert window.stage.name != "why"
    window.toggle_projector()
    assert window.docks.right.front == front


def test_from_within_the_staircase_all_of_it_is_exported(window: MainWindow) -> None:
    window.step("iteration")
    view = ask(window)
    window.settle()
    around, within = view.exportable(), view.page.stairs.exportable()
    assert around is not None
    assert within is not None
    assert (within.name, within.picture(STYLES["slide"])) == (around.name, around.picture(STYLES["slide"]))

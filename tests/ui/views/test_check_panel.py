"""Check this, pressed in the window."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.lenses.check import GradientCheck
from bnsim.lenses.lens import Lens
from bnsim.session.arrays import Tensor
from bnsim.spec import edits
from tests.ui.reading import compiled, settled_tensor

if TYPE_CHECKING:
    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture
def window(open_window: Callable[..., MainWindow], small: bn.Experiment) -> MainWindow:
    opened = open_window(small)
    opened.shelf.bring_up("tensor")
    opened.step("iteration")
    settled_tensor(opened)
    return opened


def show(window: MainWindow, path: tuple[int, ...], name: str) -> TensorView:
    window.show_tensor(Tensor(window.document.experiment.stacks[1].id, path, name))
    return settled_tensor(window)


def test_one_press_says_how_right_it_is(window: MainWindow) -> None:
    view = show(window, (0,), "dweight")
    panel = view.page.check
    before = compiled(window).lanes[1].machine.memory.copy()
    panel.button.click()
    settled_tensor(window)
    assert panel.verdict.isVisible()
    assert panel.verdict.text().startswith("Right: relative error at most ")
    assert "All 8 elements were checked." in panel.verdict.text()
    assert panel.button.text() == "Check this"
    assert (compiled(window).lanes[1].machine.memory == before).all()


def test_only_gradients_have_the_button(window: MainWindow) -> None:
    assert not show(window, (0,), "value").page.check.isVisible()
    assert not show(window, (1,), "running_mean").page.check.isVisible()
    assert show(window, (1,), "dx̂").page.check.isVisible()


def test_the_action_checks_the_gradient_of_what_is_shown(window: MainWindow) -> None:
    view = show(window, (1,), "weight")
    window.actions_by_name["run.check"].trigger()
    settled_tensor(window)
    assert view.page.chooser.currentText().startswith("dγ")
    assert view.page.check.verdict.text().startswith("Right")


def test_what_was_said_goes_when_the_run_moves_on(window: MainWindow) -> None:
    view = show(window, (0,), "dweight")
    view.check()
    settled_tensor(window)
    assert view.page.check.verdict.isVisible()
    window.step("iteration")
    settled_tensor(window)
    assert not view.page.check.verdict.isVisible()


def test_not_yet_computed_is_refused_in_words(window: MainWindow) -> None:
    window.step("layer")
    show(window, (0,), "dweight")
    window.actions_by_name["run.check"].trigger()
    settled_tensor(window)
    assert "comes with “dW”, in the backward pass" in window.messages.message.text()


def test_what_has_no_gradient_is_refused_in_words(window: MainWindow) -> None:
    show(window, (1,), "running_mean")
    window.actions_by_name["run.check"].trigger()
    settled_tensor(window)
    assert "no gradient" in window.messages.message.text()


def test_it_can_be_stopped(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def endless(self, session, go_on):
        while go_on(0.5):
            asked.append(1)

    monkeypatch.setattr(GradientCheck, "inquire", endless)
    view = show(window, (0,), "dweight")
    view.page.check.button.click()
    while not asked or view.page.check.button.text() != "Stop":
        QApplication.processEvents()
    view.page.check.button.click()
    settled_tensor(window)
    assert view.page.check.verdict.text() == "Given up before it was done."
    assert not view.page.check.progress.isVisible()


def test_the_equation_of_a_gradient_can_be_checked_where_it_stands(window: MainWindow) -> None:
    window.shelf.bring_up("equation")
    settled_tensor(window)
    page = window.shelf.view("equation").page  # type: ignore[attr-defined]
    seen = set()
    for _ in range(60):
        window.step("op")
        settled_tensor(window)
        shown = page.shown
        assert page.check.isVisible() == (shown.gradient is not None)
        if shown.gradient is not None and shown.op not in seen:
            seen.add(shown.op)
            page.check.button.click()
            settled_tensor(window)
            assert page.check.verdict.text().startswith(("Right", "Cannot tell more")), page.check.verdict.text()
    assert {"dW", "dx", "dγ", "dβ", "dx̂", "dσ²", "dμ"} <= seen


def test_an_element_clicked_in_a_tensor_is_the_equations(window: MainWindow) -> None:
    view = show(window, (0,), "dweight")
    view.page.map.chosen.emit((3, 1))
    page = window.shelf.view("equation").page  # type: ignore[attr-defined]
    assert page.element()[1:] == (3, 1)
    view = show(window, (1,), "μ")
    view.page.stems.chosen.emit((0, 2))
    assert page.element()[1] == 2


def test_an_edit_ends_a_check_that_had_not_begun(window: MainWindow) -> None:
    panel = show(window, (0,), "dweight").page.check
    for _ in range(3):
        assert panel.check()
        window.document.push(edits.insert_layer(window.document.experiment, stack_of(window), 0, bn.Sigmoid()), "edit")
        settled_tensor(window)
        assert panel.button.text() == "Check this"
        window.document.undo_stack.undo()
        window.step("iteration")
        settled_tensor(window)


def test_what_was_found_before_an_edit_is_not_told_of_what_came_after(window: MainWindow) -> None:
    panel = show(window, (0,), "dweight").page.check
    panel.check()
    while window.runner.busy:  # answered, and not yet told
        time.sleep(0.001)
    window.document.push(edits.change_training(window.document.experiment, batch_size=8), "edit")
    settled_tensor(window)
    assert not panel.verdict.text().startswith("Right")


def stack_of(window: MainWindow) -> int:
    return window.document.experiment.stacks[0].id


class Broken(Lens, frozen=True):
    """Cannot be looked through."""

    def answer(self, session: bn.Session) -> None:
        raise ZeroDivisionError("as a test")


def test_a_lens_that_fails_keeps_nothing_else_from_being_shown(
    window: MainWindow, caplog: pytest.LogCaptureFixture
) -> None:
    view = show(window, (0,), "dweight")
    kept = view.lenses()
    view.lenses = lambda: (Broken(), *kept)  # type: ignore[method-assign]
    window.step("iteration")
    settled_tensor(window)
    frame = window.update_shown.frame
    assert frame is not None
    assert frame.iteration == 2
    assert window.update_shown.answers[kept[0]].iteration == 1
    assert [record for record in caplog.records if "cannot look through" in record.getMessage()]
    caplog.clear()
    window.step("iteration")
    settled_tensor(window)
    assert not caplog.records, "told once"

"""Watches in the window: the list, its line, and what is watched from a menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

import bnsim as bn
from bnsim.session.arrays import Tensor, read
from bnsim.spec import edits
from bnsim.spec.breakpoints import OnWatch
from bnsim.spec.numerals import significant
from bnsim.spec.watches import Watch
from bnsim.ui.charts.reading import Point
from bnsim.ui.model import preferences
from bnsim.ui.model.watches import check, examples, expression_of
from bnsim.ui.panels.watch_cells import LINE, PADDING, PAST, range_short
from tests.ui.reading import compiled, settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.panels.watch_list import WatchList
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def twin() -> bn.Experiment:
    """Two lanes, one with a BatchNorm."""
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.1)),
        stacks=(
            bn.Stack(name="plain", layers=(bn.Linear(8), bn.Tanh(), bn.Linear(2))),
            bn.Stack(name="with BN", layers=(bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
        ),
    )


def opened(open_window: Opener, experiment: bn.Experiment) -> tuple[MainWindow, WatchList]:
    window = open_window(experiment)
    window.actions_by_name["watch.add"].trigger()
    return window, window.watches_row.list


def enter(qtbot: QtBot, shown: WatchList, expression: str) -> None:
    shown.line.setText(expression)
    qtbot.keyClick(shown.line, Qt.Key.Key_Return)


def row(shown: WatchList, number: int) -> list[str]:
    item = shown.rows.topLevelItem(number)
    assert item is not None
    return [item.text(column) for column in range(4)]


def test_rows_say_what_the_session_does(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    assert not shown.hint.isHidden()
    expressions = ("loss", "norm(dW[0]) / norm(W[0])", 'loss("plain") - loss("with BN")', "mean(x̂[1][:, 2])")
    for each in expressions:
        enter(qtbot, shown, each)
    assert shown.hint.isHidden()
    for _ in range(3):
        window.step("iteration")
    settled(window)
    qtbot.waitUntil(lambda: all(len(each.series[0].past) == 3 for each in window.update_shown.watches))
    session = bn.Session(twin)
    for _ in range(3):
        session.step("iteration")
    for number, expression in enumerate(expressions):
        value = session.watch(expression).value
        of = {"": value} if not isinstance(value, dict) else value
        words = " · ".join(f"{lane} {significant(each)}".strip() for lane, each in of.items())
        assert row(shown, number)[:2] == [expression, words]
    assert row(shown, 0)[3] == "recorded"
    assert row(shown, 3)[3] == "compiled"
    item = shown.rows.topLevelItem(0)
    assert item is not None
    assert item.data(0, Qt.ItemDataRole.AccessibleTextRole) == f"loss: {row(shown, 0)[1]}, recorded"
    window.grab()  # painted


def test_an_error_is_said_below_the_line_and_marks_its_place(
    open_window: Opener, qtbot: QtBot, twin: bn.Experiment
) -> None:
    window, shown = opened(open_window, twin)
    enter(qtbot, shown, "loss + nrom(W[0])")
    assert shown.error.text().startswith("Column 8: ")
    assert not shown.error.isHidden()
    assert shown.line.selectedText() == "nrom"
    assert shown.line.property("invalid") == "true"
    assert window.document.watches == ()
    qtbot.keyClicks(shown.line, "norm")
    assert shown.error.isHidden()
    qtbot.keyClick(shown.line, Qt.Key.Key_Return)
    assert window.document.watches == (Watch("loss + norm(W[0])"),)
    enter(qtbot, shown, "γ[0][1]")
    assert "has no γ" in shown.error.text()


def test_names_are_completed(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    window.activateWindow()
    shown.line.setFocus()
    qtbot.keyClicks(shown.line, "2 * lo")
    popup = shown.line.names
    assert popup.isVisible()
    first = popup.model().index(0, 0)
    assert first.data().startswith("loss ")
    popup.setCurrentIndex(first)
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert shown.line.text() == "2 * loss"
    assert window.document.watches == ()


def test_a_row_is_edited_and_removed_and_undone(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    for each in ("loss", "accuracy"):
        enter(qtbot, shown, each)
    shown.rows.setCurrentItem(shown.rows.topLevelItem(0))
    qtbot.keyClick(shown.rows, Qt.Key.Key_Return)
    assert shown.line.text() == "loss"
    enter(qtbot, shown, "2 * loss")
    assert window.document.watches == (Watch("2 * loss"), Watch("accuracy"))
    assert shown.line.text() == ""
    qtbot.keyClick(shown.rows, Qt.Key.Key_Delete)
    assert window.document.watches == (Watch("accuracy"),)
    window.actions_by_name["edit.undo"].trigger()
    window.actions_by_name["edit.undo"].trigger()
    assert [row(shown, number)[0] for number in range(2)] == ["loss", "accuracy"]


def test_a_card_a_number_and_a_row_are_watched_from_their_menus(
    open_window: Opener, qtbot: QtBot, twin: bn.Experiment
) -> None:
    window = open_window(twin)
    shown = window.watches_row.list
    assert shown.isHidden()
    window.selection.set([window.document.experiment.stacks[1].layers[1].id])
    window.actions_by_name["watch.gradient"].trigger()
    expected = 'norm(gradient("with BN")["BatchNorm 1"])'
    assert window.document.watches == (Watch(expected),)
    window.actions_by_name["watch.breakGradient"].trigger()
    assert window.document.breakpoints == (OnWatch(expression=expected),)
    window.actions_by_name["edit.undo"].trigger()
    assert shown.isVisible()
    assert window.actions_by_name["view.watches"].isChecked()
    assert preferences.load().shows_watches
    window.shelf.bring_up("tensor")
    window.step("iteration")
    settled(window)
    view = window.shelf.view("tensor")
    view._element((3, 2))
    assert view._expression() == 'value("with BN")["BatchNorm 1"][3, 2]'
    menu = view.menu.on_a_cell(view._expression())
    entries = {each.objectName(): each for each in menu.actions()}
    entries["tensor.watch"].trigger()
    entries["tensor.break"].trigger()
    assert window.document.watches[-1] == Watch(view._expression())
    assert window.document.breakpoints == (OnWatch(expression=view._expression()),)


def test_an_expression_of_an_element_reads_that_element(twin: bn.Experiment) -> None:
    session = bn.Session(twin)
    session.step("iteration")
    for path, name, element in (((0,), "weight", (1, 0)), ((1,), "weight", (4,)), ((1,), "x̂", (0, 1))):
        tensor = Tensor(session.lanes[1].stack.id, path, name)
        expression = expression_of(session.experiment, tensor, element)
        array = read(session, tensor)
        assert array is not None
        check(expression, session.experiment)
        assert session.watch(expression).value == array[element]


def test_a_row_opens_as_a_figure_of_its_numbers(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    compiled(window)  # on other kernels last digits are others
    expression = "norm(dW[0]) / norm(W[0])"
    enter(qtbot, shown, expression)
    for _ in range(3):
        window.step("iteration")
    settled(window)
    shown._open_menu(QPoint(0, 0))
    menu = shown.findChild(QMenu, "watches.menu")
    next(each for each in menu.actions() if each.text() == "Open as a &figure").trigger()
    menu.close()
    settled(window)
    panel = next(dock.panel for dock in window.panel_docks if dock.name == "watch")
    assert panel.options == {"expression": expression}
    qtbot.waitUntil(lambda: panel.figure is not None and len(panel.figure.series) > 0)
    raw = next(each for each in panel.figure.series if len(each.y) == 3)
    seen = next(each for each in window.update_shown.watches if each.expression == expression)
    assert raw.y.tolist() == seen.series[0].past.tolist()


def test_a_point_by_depth_is_watched(open_window: Opener, twin: bn.Experiment) -> None:
    window = open_window(twin)
    expression = 'norm(gradient("with BN")["Linear 2"])'
    point = Point("gradient_by_depth", "with BN", 2.0, 0.1, expression)
    entries = {each.objectName(): each for each in window.point_entries.at(point)}
    assert set(entries) == {"point.why", "point.watch", "point.break", "point.when"}
    entries["point.watch"].trigger()
    entries["point.break"].trigger()
    assert window.document.watches == (Watch(expression),)
    assert window.document.breakpoints == (OnWatch(expression=expression),)
    (cannot,) = window.point_entries.at(Point("unit_percentiles", "percentile.50", 3.0, 0.1))
    assert cannot.text() == "No watch: percentiles over units and samples"
    assert not cannot.isEnabled()


def stands_at(window: MainWindow, iteration: int) -> bool:
    """Whether the run was stopped in that iteration, and that is on screen."""
    frame = window.update_shown.frame
    return frame is not None and bool(frame.stopped) and frame.iteration == iteration


def test_a_watch_is_run_to_where_it_next_becomes_so_and_back(
    open_window: Opener, qtbot: QtBot, twin: bn.Experiment
) -> None:
    window, shown = opened(open_window, twin)
    expression = 'loss("plain")'
    enter(qtbot, shown, expression)
    session = bn.Session(twin)
    session.run(12)
    past = session.watch(expression).history
    assert isinstance(past, np.ndarray)
    limit = float(np.sort(past)[6])
    begins = [k for k in range(12) if past[k] < limit and (k == 0 or past[k - 1] >= limit)]
    shown.when.kind.setCurrentText("becomes <")
    shown.when.limit.clear()
    qtbot.keyClicks(shown.when.limit, repr(limit))
    for at in begins[:2]:
        window.actions_by_name["watch.next"].trigger()
        qtbot.waitUntil(lambda at=at: stands_at(window, at))
    window.actions_by_name["watch.last"].trigger()
    qtbot.waitUntil(lambda: stands_at(window, begins[0]))
    assert window.document.breakpoints == ()
    window.actions_by_name["watch.break"].trigger()
    assert window.document.breakpoints == (OnWatch(expression=expression, when="<", limit=limit),)
    shown.when.limit.setText("much")
    shown.when.ask("break")
    assert shown.when.limit.property("invalid") == "true"
    assert len(window.document.breakpoints) == 1


def test_a_lane_that_is_renamed_takes_its_watches_along(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    lane = twin.stacks[1]
    enter(qtbot, shown, f'norm(x̂("{lane.name}")["BatchNorm 1"])')
    window.step("iteration")
    settled(window)
    value = row(shown, 0)[1]
    window.editor.push(lambda now: edits.rename_stack(now, lane.id, "renamed"), "rename lane")
    renamed = 'norm(x̂("renamed")["BatchNorm 1"])'
    settled(window)
    qtbot.waitUntil(lambda: [each.expression for each in window.update_shown.watches] == [renamed])
    assert row(shown, 0) == [renamed, value, "", "compiled"]
    window.document.undo_stack.undo()
    assert [each.expression for each in window.document.watches] == [f'norm(x̂("{lane.name}")["BatchNorm 1"])']


def past_at(shown: WatchList, row: int, share: float) -> QPoint:
    """The place of the viewport that stands at a share of the line of a past."""
    cell = shown.rows.visualRect(shown.rows.model().index(row, PAST))
    return QPoint(round(cell.left() + PADDING + share * (LINE - 2 * PADDING)), cell.center().y())


def test_a_past_is_clicked_and_gone_along_with_keys(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    window, shown = opened(open_window, twin)
    enter(qtbot, shown, "loss")
    for _ in range(8):
        window.step("iteration")
    settled(window)

    def stands(iteration: int) -> bool:
        frame = window.update_shown.frame
        return frame is not None and frame.iteration == iteration

    def goes_to(iteration: int) -> None:
        qtbot.waitUntil(lambda: stands(iteration))
        settled(window)

    qtbot.mouseClick(shown.rows.viewport(), Qt.MouseButton.LeftButton, pos=past_at(shown, 0, 0.5))
    goes_to(4)
    (seen,) = window.update_shown.watches
    assert len(seen.series[0].past) == 4
    assert len(shown.rows.cells.seen["loss"].series[0].past) == 8, "what lies ahead stays in sight"
    for key, iteration in ((Qt.Key.Key_Left, 3), (Qt.Key.Key_Right, 4), (Qt.Key.Key_Right, 5)):
        qtbot.keyClick(shown.rows, key)
        goes_to(iteration)
    qtbot.mouseClick(shown.rows.viewport(), Qt.MouseButton.LeftButton, pos=past_at(shown, 0, 1.0))
    goes_to(8)
    qtbot.keyClick(shown.rows, Qt.Key.Key_Right)
    settled(window)
    assert stands(8), "beyond what is recorded there is nothing to go to"
    past = window.update_shown.watches[0].series[0].past
    assert range_short(shown.rows.cells.seen["loss"]).startswith(
        significant(min(float(each.past.min()) for each in window.update_shown.watches[0].series), 2)
    )
    assert len(past) == 8
    window.grab()  # painted


@pytest.mark.parametrize(
    "layers", [(bn.Linear(2),), (bn.Linear(4), bn.BatchNorm(), bn.Linear(2)), ()], ids=["one", "BN", "nothing"]
)
def test_the_empty_list_offers_what_works(
    open_window: Opener, qtbot: QtBot, twin: bn.Experiment, layers: tuple[bn.Layer, ...]
) -> None:
    stacks = (*twin.stacks[:1], bn.Stack(name='"b"', layers=layers)) if len(layers) > 1 else (bn.Stack(layers=layers),)
    experiment = bn.Experiment(data=twin.data, training=twin.training, stacks=stacks)
    window, shown = opened(open_window, experiment)
    offered = examples(experiment)
    assert len(set(offered)) == 3
    for each in offered:
        check(each, experiment)
    assert shown.hint.text().count("<a href") == 3
    shown.hint.linkActivated.emit("1")
    assert window.document.watches == (Watch(offered[1]),)
    assert shown.hint.isHidden()


def test_what_is_pasted_is_one_line_and_its_error_keeps_its_column(
    open_window: Opener, qtbot: QtBot, twin: bn.Experiment
) -> None:
    window, shown = opened(open_window, twin)
    QGuiApplication.clipboard().setText("loss +\n\tnrom(W[0])")
    shown.line.paste()
    assert shown.line.text() == "loss +  nrom(W[0])"
    qtbot.keyClick(shown.line, Qt.Key.Key_Return)
    assert shown.error.text().startswith("Column 9: ")
    assert shown.line.selectedText() == "nrom"
    window.grab()  # with the caret
    enter(qtbot, shown, f"loss + {' + '.join(['loss'] * 40)}")
    assert "more than 200" in shown.error.text()


def test_a_row_breaks_on_a_change_in_one_entry(open_window: Opener, qtbot: QtBot, twin: bn.Experiment) -> None:
    _, shown = opened(open_window, twin)
    enter(qtbot, shown, "loss")
    for chosen, breaks in (("changes", 1), ("is not finite", 2)):
        shown.when.kind.setCurrentText(chosen)
        shown._open_menu(QPoint(0, 0))
        menu = shown.findChildren(QMenu, "watches.menu")[-1]
        texts = [each.text() for each in menu.actions() if each.text()]
        menu.close()
        assert len([each for each in texts if each.replace("&", "").startswith("Break when it")]) == breaks
        keys = [text[text.index("&") + 1].lower() for text in texts]
        assert len(set(keys)) == len(keys), texts

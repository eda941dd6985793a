"""Running far, in both directions, by buttons, menu and keys, wherever the focus is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolTip,
    QTreeWidget,
    QWidget,
)

import bnsim as bn
import bnsim.ui
from bnsim.plot.theme import load_theme
from bnsim.runner.orders import Pace, Play, SetBreakpoints
from bnsim.spec.breakpoints import AtLayer, AtOp, LossBelow
from bnsim.spec.naming import operation_name, operation_of, short_place
from bnsim.ui.model.breakpoints import what
from bnsim.ui.transport.bar import PACES
from bnsim.ui.transport.status import STYLES, html, plain, status_runs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
EPOCH = 4
FULL_SPEED = Pace("iteration", math.inf)


def place(window: MainWindow) -> tuple[int, int]:
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration, frame.tick


def ready(window: MainWindow, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: window.update_shown.frame.kernels_ready)
    return window


def trigger(window: MainWindow, name: str) -> None:
    window.actions_by_name[name].trigger()
    window.settle()


def focus_of(window: MainWindow, where: str) -> QWidget:
    kinds = {"outline": QTreeWidget, "palette": QListWidget, "timeline": QWidget, "canvas": QWidget}
    if where in kinds:
        found = window.findChild(kinds[where], where)
    elif where == "spin box":
        found = window.inspector.findChildren(QSpinBox)[0]
    else:
        found = window.inspector.findChildren(QCheckBox)[0]
    assert found is not None
    if where == "outline":
        window.docks.left.bring_up("outline")
    found.setFocus(Qt.FocusReason.MouseFocusReason)
    return found


@pytest.mark.parametrize("where", ["canvas", "outline", "palette", "timeline", "spin box", "check box"])
def test_the_keys_work_wherever_the_focus_is(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, where: str
) -> None:
    window = ready(open_window(small), qtbot)
    window.activateWindow()
    before = window.document.experiment
    session = bn.Session(before)
    widget = focus_of(window, where)
    qtbot.waitUntil(widget.hasFocus)
    for key, keys, move in (
        (Qt.Key.Key_Right, NONE, lambda: session.step("layer")),
        (Qt.Key.Key_Right, SHIFT, lambda: session.step("op")),
        (Qt.Key.Key_Right, CONTROL, lambda: session.step("iteration")),
        (Qt.Key.Key_Right, ALT, lambda: session.step("epoch")),
        (Qt.Key.Key_PageDown, NONE, lambda: session.step("layer")),
        (Qt.Key.Key_PageDown, NONE, lambda: session.step("layer")),
        (Qt.Key.Key_PageUp, NONE, lambda: session.step_back("layer")),
        (Qt.Key.Key_Left, SHIFT, lambda: session.step_back("op")),
        (Qt.Key.Key_Left, NONE, lambda: session.step_back("layer")),
        (Qt.Key.Key_Left, ALT, lambda: session.step_back("epoch")),
        (Qt.Key.Key_Left, CONTROL, lambda: session.step_back("iteration")),
        (Qt.Key.Key_Home, NONE, lambda: session.seek(0)),
    ):
        move()
        qtbot.keyClick(widget, key, keys)
        window.settle()
        frame = session.frame()
        assert place(window) == (frame.iteration, frame.tick), (key, keys)
    qtbot.keyClick(widget, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.update_shown.playing)
    qtbot.keyClick(widget, Qt.Key.Key_Escape)
    window.settle()
    assert not window.update_shown.playing
    trigger(window, "run.stepEpoch")
    qtbot.keyClick(widget, Qt.Key.Key_R, ALT)
    window.settle()
    assert place(window) == (0, 0)
    assert window.update_shown.track.recorded == 0
    assert window.document.experiment is before


def test_where_text_is_typed_arrows_and_space_edit_it(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = ready(open_window(small), qtbot)
    line = window.findChild(QLineEdit, "palette.search") or window.palette_panel.findChild(QLineEdit)
    line.setFocus()
    qtbot.keyClicks(line, "a b")
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Home)
    window.settle()
    assert line.text() == "a b"
    assert line.cursorPosition() == 0
    assert place(window) == (0, 0)
    spin = window.inspector.findChildren(QSpinBox)[0]
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "12")
    qtbot.keyClick(spin, Qt.Key.Key_Left)
    window.settle()
    assert spin.lineEdit().cursorPosition() == 1
    assert place(window) == (0, 0)


def test_a_check_box_reached_by_tab_keeps_space(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = ready(open_window(small), qtbot)
    box = window.inspector.findChildren(QCheckBox)[0]
    window.canvas.setFocus()
    box.setFocus(Qt.FocusReason.TabFocusReason)
    was = box.isChecked()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    window.settle()
    assert box.isChecked() != was
    assert not window.update_shown.playing


def test_run_to_the_selected_card_and_back(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = ready(open_window(small), qtbot)
    assert not window.actions_by_name["run.toCard"].isEnabled()
    norm = window.document.experiment.stacks[1].layers[1]
    window.selection.set([norm.id])
    seen = []
    for name in ("run.toCard", "run.toCard", "run.toCardBack"):
        trigger(window, name)
        cursor = window.update_shown.frame.lanes[1].cursor
        seen.append((cursor.layer, cursor.phase))
    assert seen == [(1, "forward"), (1, "backward"), (1, "forward")]
    reason = window.findChild(QLabel, "transport.reason")
    assert reason.isVisible()
    assert "BatchNorm" in reason.toolTip()
    for width in (1680, 1100):
        window.resize(width, 700)
        QApplication.processEvents()
        assert "BatchNorm" in reason.text()
    trigger(window, "run.step")
    assert not reason.isVisible()


def test_play_in_reverse_to_the_start(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = ready(open_window(small), qtbot)
    window.run_commands.seek(50)
    window.settle()
    window.transport.slider.setValue(window.transport.slider.maximum())
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space, SHIFT)
    qtbot.waitUntil(lambda: place(window) == (0, 0) and not window.update_shown.playing)
    assert window.update_shown.track.recorded == 50
    assert not window.actions_by_name["run.playBack"].isEnabled()


@pytest.mark.parametrize("pace", [Pace("op", 400), Pace("layer", 200), Pace("iteration", 60), FULL_SPEED])
def test_playing_stops_at_breakpoints_in_both_directions(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, pace: Pace
) -> None:
    window = ready(open_window(small), qtbot)
    norm = window.document.experiment.stacks[1].layers[1]
    breakpoint = AtLayer(layer=norm.id, phase="backward")
    window.runner.give(SetBreakpoints((breakpoint,)))
    for count, reverse in ((1, False), (2, False), (3, True)):
        window.runner.give(Play(pace, reverse))
        qtbot.waitUntil(lambda count=count: window.update_shown.hits.get(breakpoint) == count)
        assert not window.update_shown.playing
        cursor = window.update_shown.frame.lanes[1].cursor
        assert (cursor.layer, cursor.phase) == (1, "backward")
        assert cursor.iteration == (0 if count != 2 else 1)
        assert "BatchNorm" in window.findChild(QLabel, "transport.reason").toolTip()


def test_running_to_a_breakpoint_is_told_and_given_up_by_escape(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = ready(open_window(small), qtbot)
    message = window.findChild(QLabel, "message")
    trigger(window, "run.toBreakpoint")
    assert "F9" in message.text()
    never = LossBelow(below=-1.0)
    window.runner.give(SetBreakpoints((never,)))
    window.actions_by_name["run.toBreakpoint"].trigger()
    qtbot.waitUntil(lambda: place(window)[0] > 3)
    assert "running to the next breakpoint" in window.findChild(QLabel, "transport.reason").toolTip()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    window.settle()
    assert not window.update_shown.playing
    here = place(window)
    trigger(window, "run.toBreakpointBack")
    assert place(window) == here
    assert "before this" in message.text()
    often = LossBelow(below=100.0)
    window.runner.give(SetBreakpoints((never, often)))
    trigger(window, "run.toBreakpointBack")
    assert window.update_shown.hits == {never: 0, often: 1}
    assert window.timeline.marks[0].iteration == place(window)[0]


def test_the_bar_has_room_at_all_widths(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    names = ("reset", "stepIterationBack", "stepBack", "stepOpBack", "stepOp", "step", "stepIteration")
    for width in (1100, 1680):
        window.resize(width, 700)
        window.step("layer")
        window.settle()
        right = 0
        for name in (*names, "playBack", "play", "more"):
            button = window.findChild(QPushButton, f"transport.{name}")
            assert button.isVisible()
            assert button.x() >= right
            assert button.width() >= button.minimumSizeHint().width()
            right = button.x() + button.width()
        status = window.findChild(QLabel, "transport.status")
        assert status.sizeHint().width() <= status.width()


def test_a_narrow_bar_spares_buttons_and_not_words(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    transport, spared = window.transport, window.findChild(QPushButton, "transport.stepOp")
    menu = window.findChild(QPushButton, "transport.more").menu()
    window.resize(1400, 700)
    assert spared.isVisible()
    assert spared.text()
    window.projector.enter()  # larger type
    QApplication.processEvents()  # it takes the screen
    window.resize(1280, 720)
    QApplication.processEvents()
    assert spared.isVisible()
    assert not spared.text()
    for dock in window.docks.all:  # a window without them may be narrower
        dock.hide()
    window.resize(960, 720)
    QApplication.processEvents()
    menu.aboutToShow.emit()
    assert not spared.isVisible()
    assert window.actions_by_name["run.stepOp"] in menu.actions()
    buttons = [button for button in transport.findChildren(QPushButton) if not button.isHidden()]
    qtbot.waitUntil(lambda: all(button.width() >= button.minimumSizeHint().width() for button in buttons))
    window.projector.leave()
    window.resize(1400, 700)
    QApplication.processEvents()
    menu.aboutToShow.emit()
    assert spared.isVisible()
    assert window.actions_by_name["run.stepOp"] not in menu.actions()


def test_what_is_said_to_be_next_is_what_the_next_operation_does(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.resize(1680, 900)
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    view.next.click()
    window.settle()
    while place(window)[0] == 0:
        said, explained = window.findChild(QLabel, "transport.next").text(), view.lenses()[0].stack
        coming = {lane.stack_id: lane.cursor for lane in window.update_shown.frame.lanes}
        window.step("op")
        window.settle()
        moved = [lane for lane in window.update_shown.frame.lanes if lane.executed == coming[lane.stack_id]]
        done = [(small.stack(lane.stack_id), lane.executed) for lane in moved]
        assert said in [f"next: {short_place(stack, at.path, at.op)} {operation_name(at.op)}" for stack, at in done]
        assert explained in [lane.stack_id for lane in moved]


WIDTHS = (760, 900, 1024, 1061, 1100, 1240, 1366, 1480, 1600, 1920)


@pytest.mark.parametrize("projected", [False, True])
def test_what_is_next_is_whole_at_every_width(open_window: Opener, projected: bool) -> None:
    layers = (bn.Linear(8), bn.Repeat(layers=(bn.Linear(8), bn.BatchNorm(), bn.Sigmoid()), times=12), bn.Linear(2))
    window = open_window(bn.Experiment(data=bn.XOR(), stacks=(bn.Stack(layers=layers, name="lane"),)))
    if projected:
        window.projector.enter()
    transport = window.transport
    for dock in window.docks.all:  # a window without them may be narrower
        dock.hide()
    for number in range(40):
        window.step(("op", "layer")[number % 2])
        window.settle()
        width = max(WIDTHS[number % len(WIDTHS)], 1024 if projected else 0)
        window.resize(width, 800)
        QApplication.processEvents()
        shown = [label for label in (transport.next, transport.next_layer) if label.text()]
        assert shown[0].text().startswith("next: ")
        display = transport._room.rect()
        for label in shown:
            assert label.isVisible()
            assert label.width() >= label.sizeHint().width(), (width, label.text())
            assert display.contains(label.mapTo(transport._room, label.rect().bottomRight()))
            status = QRect(transport.status.mapTo(transport._room, QPoint()), transport.status.size())
            assert not status.intersects(QRect(label.mapTo(transport._room, QPoint()), label.size()))


@pytest.mark.parametrize("projected", [False, True])
def test_words_are_as_wide_as_they_are_taken_to_be(open_window: Opener, projected: bool) -> None:
    window = open_window()
    if projected:
        window.projector.enter()
    display = window.transport._room
    for number in range(30):
        window.step(("op", "layer")[number % 2])
        window.settle()
        frame, experiment = window.update_shown.frame, window.document.experiment
        for lane in frame.lanes:
            for style in STYLES:
                runs = status_runs(frame, lane, experiment.stack(lane.stack_id), style)
                display.status.setText(html(runs, load_theme("light")))
                wide = display.status.sizeHint().width()
                assert wide <= display._status_widths.of(runs) <= wide + 4
                assert plain(runs) == QTextDocumentFragment.fromHtml(display.status.text()).toPlainText()
        wide = display.next.sizeHint().width()
        assert wide <= display._next_widths.of_text(display.next.text()) <= wide + 4


def test_new_words_do_not_lay_out_the_window_anew(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window()
    window.step("op")
    window.settle()
    QApplication.processEvents()
    asked = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                asked.append(watched)
            return False

    watch = Watch()
    window.transport.installEventFilter(watch)  # from here it would go on to the bar and to the window
    for _ in range(8):
        before = window.transport.status.text()
        window.step("op")
        window.settle()
        QApplication.processEvents()
        assert window.transport.status.text() != before
    assert not asked


def test_each_button_says_what_it_does(open_window: Opener, small: bn.Experiment) -> None:
    """Held against what steps by an operation do on the way there."""
    window = open_window(small)
    tips = {name: window.findChild(QPushButton, f"transport.{name}").toolTip for name in ("step", "stepOp", "stepBack")}
    while place(window)[0] == 0:
        start = place(window)
        said = {name: tip().split("\n")[0] for name, tip in tips.items()}
        window.step("layer")
        window.settle()
        there = place(window)
        title, names = said["step"].removeprefix("Runs ").split(": ", 1)
        assert tips["stepBack"]().split("\n")[0] == f"Back to before {title}: {names}"
        window.step_back("layer")
        window.settle()
        assert place(window) == start
        carried_out = []
        while place(window) != there:
            frame = window.update_shown.frame
            mover = next(lane for lane in frame.lanes if lane.moves)
            carried_out.append(operation_name(mover.cursor.op))
            if place(window) == start:
                stack, at = small.stack(mover.stack_id), mover.cursor
                assert said["stepOp"] == f"Runs {operation_of(stack, at.path, at.op)}"
                assert at.op == "batch" or title.startswith(short_place(stack, at.path, at.op))
            window.step("op")
            window.settle()
        assert list(dict.fromkeys(carried_out)) == names.split(", ")


def test_iteration_buttons_say_where_they_lead(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    names = ("stepIteration", "stepIterationBack")
    forward, back = (window.findChild(QPushButton, f"transport.{name}") for name in names)
    for size in ("op", "iteration", "layer", "op", "iteration", "iteration"):
        window.step(size)
        window.settle()
        before = place(window)
        said = forward.toolTip(), back.toolTip()
        window.step("iteration")
        window.settle()
        assert said[0].startswith(f"Runs on to iteration {place(window)[0]}\n")
        window.step_back("iteration")
        window.settle()
        if place(window) != before:
            assert said[1].startswith(f"Back to the start of iteration {place(window)[0]}\n")
        else:
            window.step_back("iteration")
            window.settle()
            assert said[1].startswith(f"Back to the start of iteration {place(window)[0]}\n")
            window.step("iteration")
            window.settle()


def test_an_operation_is_called_the_same_everywhere(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.shelf.bring_up("equation")
    linear = small.stacks[1].layers[0].id
    window.breakpoints.add(AtOp(layer=linear, op="sgd", phase="update"))
    window.selection.set([linear])
    trigger(window, "run.toBreakpoint")
    qtbot.waitUntil(lambda: bool(window.update_shown.frame.stopped))
    assert window.update_shown.frame.lanes[1].cursor.op == "sgd"
    trigger(window, "run.stepOp")
    menu = QMenu()
    window.context_menus.add_break_menu(menu)
    inner = menu.findChild(QMenu, "canvas.menu.BreakHere")
    said = [words for label in window.findChildren(QLabel) for words in (label.text(), label.toolTip())]
    said += [action.text() for action in inner.actions()]
    said += [what(each, small) for each in window.breakpoints.items]
    assert len([words for words in said if "SGD" in words]) > 2
    assert not [words for words in said if "sgd" in words]


@pytest.mark.parametrize("width", [1100, 1300, 1680])
def test_starting_and_stopping_moves_no_button(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, width: int
) -> None:
    window = open_window(small)
    window.resize(width, 700)
    QApplication.processEvents()
    buttons = [button for button in window.transport.findChildren(QPushButton) if button.isVisible()]
    resting = [button.geometry() for button in buttons]
    window.run_commands.play_or_pause()
    qtbot.waitUntil(lambda: window.update_shown.playing)
    QApplication.processEvents()
    assert [button.geometry() for button in buttons] == resting
    play = window.findChild(QPushButton, "transport.play")
    assert play.accessibleName() == "Pause"
    assert play.width() >= play.sizeHint().width()
    window.run_commands.stop()
    window.settle()
    assert [button.geometry() for button in buttons] == resting


def test_a_step_asked_for_before_the_session_is_made_is_not_lost(qtbot: QtBot, small: bn.Experiment) -> None:
    window = bnsim.ui.open_window(small)
    QApplication.processEvents()
    window.actions_by_name["run.step"].trigger()
    window.settle()
    assert [lane.executed is not None for lane in window.update_shown.frame.lanes] == [True, True]
    window.close()


@pytest.mark.parametrize("width", [780, 900, 1100, 1280])
def test_words_never_move_what_stands_around_them(open_window: Opener, small: bn.Experiment, width: int) -> None:
    window = open_window(small)
    window.resize(width, 700)
    window.settle()
    display = window.transport.findChild(QWidget, "transport.display")
    assert display is not None
    places = set()
    for _ in range(14):
        window.step("op")
        window.settle()
        for _ in range(3):
            QApplication.processEvents()
            places.add((display.x(), display.width()))
    assert len(places) == 1


def test_a_clicker_goes_by_the_steps_that_were_chosen(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    trigger(window, "clicker.phase")
    qtbot.keyClick(window, Qt.Key.Key_PageDown)
    window.settle()
    assert {lane.executed.phase for lane in window.update_shown.frame.lanes} == {"forward"}
    assert {lane.cursor.phase for lane in window.update_shown.frame.lanes} == {"loss"}
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    window.settle()
    assert window.update_shown.frame.tick == 0
    qtbot.keyClick(window, Qt.Key.Key_Right)
    window.settle()
    assert window.update_shown.frame.lanes[0].executed.layer == 0, "arrows go by layers as before"
    other = open_window(small)
    assert [key.toString() for key in other.actions_by_name["run.stepPhase"].shortcuts()] == [
        "Ctrl+Shift+Right",
        "PgDown",
    ], "the choice is kept for the next window"
    trigger(other, "clicker.layer")


def test_on_stage_arrows_go_as_far_as_the_clicker(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    trigger(window, "clicker.phase")
    qtbot.keyClick(window.canvas, Qt.Key.Key_F11)
    for key, back in ((Qt.Key.Key_Right, Qt.Key.Key_Left), (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)):
        qtbot.keyClick(window.canvas, key)
        window.settle()
        assert {lane.cursor.phase for lane in window.update_shown.frame.lanes} == {"loss"}
        qtbot.keyClick(window.canvas, back)
        window.settle()
        assert window.update_shown.frame.tick == 0
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    window.settle()
    assert window.update_shown.frame.lanes[0].executed.layer == 0
    assert {lane.cursor.phase for lane in window.update_shown.frame.lanes} == {"forward"}
    trigger(window, "clicker.layer")


def test_it_plays_by_phases(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    phases = next(number for number, pace in enumerate(PACES) if pace.size == "phase")
    window.transport.slider.setValue(phases)
    assert window.transport.pace_label.text() == "1 phase/s"
    seen: list[str] = []
    window.bridge.updated.connect(lambda update: seen.append(update.frame.lanes[0].cursor.phase))
    window.actions_by_name["run.play"].trigger()
    qtbot.waitUntil(lambda: "loss" in seen)
    trigger(window, "run.stop")
    window.settle()
    executed = window.update_shown.frame.lanes[0]
    assert executed.executed is not None
    assert executed.executed.phase != executed.cursor.phase, "it rests between two phases"


def test_buttons_and_menu_say_what_a_press_will_do(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    play = window.findChild(QPushButton, "transport.play")
    assert play.toolTip().startswith("Plays on from data mini-batch\n")
    trigger(window, "run.step")
    window.settle()
    assert play.toolTip().startswith("Plays on from ")
    assert "Linear 1" in window.findChild(QPushButton, "transport.playBack").toolTip()
    assert window.findChild(QPushButton, "transport.reset").toolTip().startswith("Back from iteration 0 to the start")
    more = window.findChild(QMenu, "transport.moreMenu")
    more.popup(window.pos())
    more.setActiveAction(window.actions_by_name["run.stepPhase"])
    assert QToolTip.text() == "Runs on to the end of the forward pass"
    more.close()


def test_the_menu_goes_to_what_is_worth_a_look(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    ticks = [0]
    while window.update_shown.frame.iteration < 1:
        trigger(window, "run.toLandmark")
        window.settle()
        ticks.append(window.update_shown.frame.tick)
    assert 4 <= len(ticks) < window.update_shown.frame.ticks
    for before in reversed(ticks[:-1]):
        trigger(window, "run.toLandmarkBack")
        window.settle()
        assert window.update_shown.frame.tick == before

"""The window as a person meets it: real clicks and keys, and what the widgets then say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QGraphicsView, QLabel, QLineEdit, QPushButton, QWidget

import bnsim as bn
from bnsim.runner.orders import Play, Seek
from bnsim.spec import edits
from bnsim.ui.window import dialogs, status_bar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]

STEPS = ("step", "stepBack", "stepOp", "stepOpBack", "stepIteration", "stepIterationBack")
FIXED_NAMES = ("palette", "canvas", "outline", "inspector") + tuple(
    f"transport.{name}" for name in (*STEPS, "play", "reset", "pace", "status")
)


def click(qtbot: QtBot, window: MainWindow, name: str) -> None:
    button = window.findChild(QPushButton, name)
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    window.settle()


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    qtbot.keyClick(window.canvas, key, modifier)
    window.settle()


def status(window: MainWindow) -> str:
    label = window.findChild(QLabel, "transport.status")
    assert label is not None
    return label.accessibleDescription()


def place(window: MainWindow) -> tuple[int, int]:
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration, frame.tick


def test_fixed_names_are_there(open_window: Opener) -> None:
    window = open_window()
    for name in FIXED_NAMES:
        found = window.findChildren(QWidget, name)
        assert len(found) == 1, name
        assert found[0].accessibleName() or name == "palette"
    assert isinstance(window.findChild(QWidget, "canvas"), QGraphicsView)
    assert window.windowTitle() == "untitled[*] — bnsim"
    assert len(window.document.experiment.stacks) == 2


def test_step_buttons_go_forward_and_back(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    assert "start" in status(window)
    click(qtbot, window, "transport.stepOp")
    assert "forward" in status(window)
    assert "data" in status(window)
    click(qtbot, window, "transport.step")
    first = status(window)
    click(qtbot, window, "transport.step")
    assert status(window) != first
    click(qtbot, window, "transport.stepBack")
    assert status(window) == first
    click(qtbot, window, "transport.stepIteration")
    assert "iteration 1" in status(window)
    assert "update" in status(window)
    for _ in range(3):
        click(qtbot, window, "transport.stepOpBack")
    assert "iteration 0" in status(window)
    click(qtbot, window, "transport.stepIterationBack")
    assert place(window) == (0, 0)


def test_backward_is_said_by_sign_and_word(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.resize(1680, 1020)
    for _ in range(40):
        click(qtbot, window, "transport.stepOp")
        if "backward" in status(window) and "BatchNorm" in status(window):
            break
    assert "◀ backward" in status(window)
    assert "layer 1 of 2 · BatchNorm dβ" in status(window)


@pytest.mark.parametrize(
    ("key", "modifier", "size"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, "layer"),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "layer"),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, "op"),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, "iteration"),
    ],
)
def test_keys_step(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, key: Qt.Key, modifier: Qt.KeyboardModifier, size: str
) -> None:
    window = open_window(small)
    session = bn.Session(window.document.experiment)
    for _ in range(2):
        session.step(size)
        press(qtbot, window, key, modifier)
    frame = session.frame()
    assert place(window) == (frame.iteration, frame.tick)
    back = {Qt.Key.Key_Right: Qt.Key.Key_Left, Qt.Key.Key_PageDown: Qt.Key.Key_PageUp}[key]
    for _ in range(2):
        press(qtbot, window, back, modifier)
    assert place(window) == (0, 0)


def test_play_pause_reset(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.transport.slider.setValue(window.transport.slider.maximum())
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: place(window)[0] > 20)
    assert window.update_shown.playing
    qtbot.keyClick(window.canvas, Qt.Key.Key_Space)
    window.settle()
    assert not window.update_shown.playing
    stopped = place(window)
    window.settle()
    assert place(window) == stopped
    qtbot.keyClick(window.canvas, Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    window.settle()
    assert place(window) == (0, 0)


def test_a_step_while_playing_pauses(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    qtbot.mouseClick(window.findChild(QPushButton, "transport.play"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: place(window) != (0, 0))
    click(qtbot, window, "transport.step")
    assert not window.update_shown.playing


def test_what_is_shown_is_what_the_session_has(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    session = bn.Session(window.document.experiment)
    session.run(iterations=5)
    session.step("layer")
    qtbot.waitUntil(lambda: window.update_shown.frame is not None and window.update_shown.frame.kernels_ready)
    window.runner.give(Seek(5))
    window.step("layer")
    window.settle()
    shown_panels = [dock.panel for dock in window.panel_docks if not dock.isHidden()]
    assert [panel.name for panel in shown_panels] == [kind.name for kind in bn.figures.FIGURES.values() if kind.docked]
    for name, panel in ((panel.name, panel) for panel in shown_panels):
        expected = bn.figures.FIGURES[name](session)
        assert panel.figure is not None
        assert panel.figure.verdict == expected.verdict == panel.verdict.words
        shown = panel.figure.data()
        assert shown.keys() == expected.data().keys()
        for column, values in expected.data().items():
            np.testing.assert_array_equal(shown[column], values)


def test_a_stack_that_cannot_run_is_left_out_and_the_other_runs(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    plain = small.stacks[0]
    window.document.push(edits.remove_layers(small, [layer.id for layer in plain.layers]), "remove all")
    window.settle()
    frame = window.update_shown.frame
    assert frame is not None
    assert [lane.name for lane in frame.lanes] == ["with BN"]
    window.step("layer")
    window.settle()
    assert place(window)[1] > 0
    problem = window.inspector.findChild(QLabel, "inspector.problem")
    assert problem is not None
    assert "Linear" in problem.text()
    window.document.push(
        edits.remove_layers(small, [layer.id for stack in small.stacks for layer in stack.layers]), "all"
    )
    window.settle()
    assert window.update_shown.frame is None
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    window.settle()
    assert window.update_shown.frame is not None
    assert len(window.update_shown.frame.lanes) == 2


def test_save_open_and_the_title(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    changed = edits.change_training(small, batch_size=8)
    window.document.push(changed, "change batch size")
    assert window.isWindowModified()
    path = tmp_path / "twin.bnsim"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert bn.load(path) == changed
    assert window.windowTitle() == "twin.bnsim[*] — bnsim"
    assert not window.isWindowModified()
    other = open_window(path)
    assert other.document.experiment == changed
    assert other.document.name == "twin.bnsim"


def test_a_broken_file_is_one_sentence_and_nothing_is_lost(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    window.step("layer")
    window.settle()
    before, shown = window.document.experiment, status(window)
    path = tmp_path / "broken.bnsim"
    path.write_text('{"version": 1, "stacks": [{"layers": [{"kind": "Linear", "units": -3}]}]}')
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    message = window.findChild(QLabel, "message")
    assert message is not None
    assert "$.stacks[0].layers[0].units" in message.text()
    assert "\n" not in message.text()
    assert window.document.experiment is before
    assert status(window) == shown
    with pytest.raises(bn.InputError):
        open_window(path)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "csv"])
def test_export_from_the_panel_menu(
    open_window: Opener,
    qtbot: QtBot,
    small: bn.Experiment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    window = open_window(small)
    window.step("iteration")
    window.settle()
    path = tmp_path / f"figure.{suffix}"
    monkeypatch.setattr(dialogs.QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.panel_docks[1].panel.export_actions[suffix].trigger()
    message = window.findChild(QLabel, "message")
    assert message is not None
    qtbot.waitUntil(lambda: str(path) in message.text())
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "csv": b""}[suffix]
    assert path.read_bytes().startswith(start)
    assert path.stat().st_size > 40


def test_frozen_panel_keeps_its_figure(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    panel = window.panel_docks[0].panel
    panel.freeze_action.setChecked(True)
    before = panel.figure
    window.step("iteration")
    window.settle()
    assert panel.figure is before
    panel.freeze_action.setChecked(False)
    window.step("iteration")
    window.settle()
    assert panel.figure is not before


def test_theme_switch_and_preferences(open_window: Opener, small: bn.Experiment, own_preferences: Path) -> None:
    from bnsim.plot.theme import load_theme
    from bnsim.ui.theme.style import appearance

    window = open_window(small)
    try:
        for name in ("dark", "light"):
            window.actions_by_name[f"view.{name}"].trigger()
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            assert app.palette().window().color().name() == load_theme(name).color("window")
        assert '"light"' in (own_preferences / "preferences.json").read_text()
    finally:
        appearance().choose("system")


def test_two_windows_are_independent(open_window: Opener, small: bn.Experiment) -> None:
    first, second = open_window(small), open_window(small)
    first.step("layer")
    first.settle()
    second.settle()
    assert place(first) != place(second)
    first.close()
    second.step("iteration")
    second.settle()
    assert place(second)[0] == 1


def test_close_leaves_no_thread(open_window: Opener, small: bn.Experiment) -> None:
    before = threading.active_count()
    window = open_window(small)
    window.runner.give(Play(window.transport.pace))
    window.close()
    assert threading.active_count() <= before + 1  # kernels may still be compiling in the background


def test_snapshot_is_a_picture(qtbot: QtBot, tmp_path: Path) -> None:
    from bnsim.ui.app import snapshot

    path = snapshot(tmp_path, theme="dark")
    assert path.parent == tmp_path
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_first_escape_leaves_projector_mode(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    chosen = small.stacks[1].layers[1].id
    window.selection.set([chosen])
    window.projector.enter()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.projector.on
    assert window.selection.current == chosen
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.selection.current == 0


def test_escape_gives_up_an_edit_before_projector_mode(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.selection.set([small.stacks[1].layers[0].id])
    window.projector.enter()
    window.canvas.edit_selected()
    field = window.findChild(QLineEdit, "canvas.value")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert window.projector.on
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.projector.on


def live(window: MainWindow) -> int:
    return sum(card.has_value for card in window.canvas.cards.all_cards())


def test_numbers_of_another_experiment_never_stand_on_the_cards(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    lane = small.stacks[0].id
    window.document.push(edits.insert_layer(small, lane, 1, bn.Linear(4)), "insert")
    window.settle()
    window.step("iteration")
    window.settle()
    window.document.push(edits.change_stack(window.document.experiment, lane, name="deeper"), "rename")
    assert live(window) > 8
    assert "update" in status(window)
    for _ in range(2):
        window.document.undo_stack.undo()
    assert window.document.experiment == small
    assert live(window) == 0
    assert status(window) == "getting ready…"
    window.settle()
    assert place(window) == (0, 0)
    assert "start" in status(window)


def test_what_is_made_ready_says_so(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lane that could not run can: the window cannot know yet that all start anew, the runner tells it."""
    layers = [layer.id for layer in small.stacks[0].layers]
    window = open_window(edits.remove_layers(small, layers))
    window.step("iteration")
    window.settle()
    hold, made = threading.Event(), bn.session.Session
    monkeypatch.setattr(bn.session, "Session", lambda *given, **options: (hold.wait(), made(*given, **options))[1])
    try:
        window.document.push(small, "all layers again")
        qtbot.waitUntil(lambda: status(window) == "getting ready…")
        assert live(window) == 0
    finally:
        hold.set()
    window.settle()
    assert "start" in status(window)
    assert len(window.update_shown.frame.lanes) == 2


def test_a_refusal_goes_with_the_next_edit_or_step_or_after_a_while(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    message = window.findChild(QLabel, "message")

    def refuse() -> None:
        window.selection.set([])
        window.canvas.edit_selected()
        assert message.text().startswith("Select a layer")

    refuse()
    window.document.push(edits.change_training(small, batch_size=8), "change batch size")
    assert message.text() == ""
    refuse()
    window.document.undo_stack.undo()
    assert message.text() == ""
    refuse()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    assert message.text() == ""
    monkeypatch.setattr(status_bar, "PROBLEM_MS", 1)
    refuse()
    qtbot.waitUntil(lambda: message.text() == "")

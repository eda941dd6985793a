"""A lesson in the window, by a person's gestures: read, predicted, done, closed in the middle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QLineEdit, QPushButton, QRadioButton, QScrollArea, QWidget

from bnsim.lessons import progress
from bnsim.ui.learn.lesson import panel, prediction
from bnsim.ui.learn.lesson.prose import Prose
from bnsim.ui.learn.veil import Veil
from bnsim.ui.widgets.raising import COVER, raise_below_cover
from tests.ui.learn.small_lesson import NAME, TITLE, write
from tests.ui.reading import compiled, settled
from tests.ui.test_spoken import unnamed
from tests.ui.window.cut_text import cut_in

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.lesson_player import LessonPlayer
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
FIRST = "01-what-vanishing-means"
Key = Qt.Key


@pytest.fixture
def window(open_window: Opener, qtbot: QtBot) -> MainWindow:
    made = open_window()
    made.resize(1280, 720)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def small(tmp_path: Path) -> str:
    """The path of a lesson that takes no time."""
    return str(write(tmp_path))


@pytest.fixture
def player(window: MainWindow, qtbot: QtBot, small: str) -> LessonPlayer:
    """The window's, with that lesson, and all of it measured."""
    window.lessons.open(small)
    compiled(window)
    player = window.lessons.player
    qtbot.waitUntil(lambda: not player.numbers.measuring)
    settled(window)
    return player


def go(window: MainWindow, player: LessonPlayer, title: str) -> None:
    """To the step of that title."""
    assert player.lesson is not None
    player.panel.step_asked.emit([step.title for step in player.lesson.steps].index(title))
    settled(window)


def text_area(window: MainWindow) -> QScrollArea:
    area = window.findChild(QScrollArea, "lesson.page")
    assert isinstance(area, QScrollArea)
    return area


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """On whatever has the keyboard."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, key, modifiers)


def phase(window: MainWindow) -> str:
    frame = window.update_shown.frame
    assert frame is not None
    executed = frame.lanes[0].executed
    return "start" if executed is None else executed.phase


def test_the_first_lesson_is_opened_from_the_list_by_keyboard_alone(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["help.lessons"].trigger()
    dialog = window.lessons.player.files.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.chosen == FIRST
    press(Key.Key_Return)
    assert window.lessons.player.lesson is not None
    assert window.windowTitle().startswith("Lesson 1: What vanishing means")
    qtbot.waitUntil(window.isActiveWindow)
    assert QApplication.focusWidget() is window.lessons.player.panel.next_button


def test_an_answer_keeps_the_keyboard_in_a_lecture_hall_and_black_is_over_all(
    window: MainWindow, player: LessonPlayer
) -> None:
    assert player.lesson is not None
    at = next(number for number, step in enumerate(player.lesson.steps) if step.prediction is not None)
    player.panel.step_asked.emit(at)
    settled(window)
    answered = QApplication.focusWidget()
    assert answered is not None
    assert player.panel.isAncestorOf(answered)
    window.projector.enter()
    assert QApplication.focusWidget() is answered
    window.projector.leave()
    assert QApplication.focusWidget() is answered
    window.actions_by_name["stage.blank"].trigger()
    cover = window.findChild(QWidget, COVER)
    over = QWidget(window)
    over.show()
    raise_below_cover(over)
    assert [each for each in window.children() if each in (cover, over)] == [over, cover]


def test_a_lesson_is_gone_through_by_keyboard_alone(
    window: MainWindow, player: LessonPlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    for module in (panel, prediction):
        monkeypatch.setattr(module, "announce", lambda _widget, words: heard.append(words))
    player.panel.step_asked.emit(0)
    assert player.lesson is not None
    for number, step in enumerate(player.lesson.steps):
        settled(window)
        assert player.step == number
        assert text_area(window).verticalScrollBar().value() == 0, step.title
        box = player.panel.page.prediction if player.panel.page else None
        if box is not None:
            assert not window.actions_by_name["view.figures"].isEnabled() or "figures" not in box.asked.hides
            answer(box.asked.kind)
            assert not box.reveal.isHidden(), step.title
            assert "…" not in box.reveal.markdown
            assert not window.findChildren(Veil)
            assert box.accessibleName() == box.ask.plain  # read when the keyboard comes to what answers it
            assert heard[-1] == f"{box.verdict.text()} {box.reveal.plain}"
        elif step.task is None:
            assert QApplication.focusWidget() is player.panel.next_button
        press(Key.Key_Return)  # on the way on, or on the hint
        if step.task is not None:
            task = player.panel.page.task if player.panel.page else None
            assert task is not None
            assert not task.hint.isHidden()
            press(Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    assert player.lesson is None
    told = next(words for words in heard if "A choice" in words)
    assert told.endswith("A choice\nThe loss stands at the right. Its gradient is ∂L/∂z.")  # all of it, as it is read
    assert progress.done_in(NAME).finished
    assert len(progress.done_in(NAME).answers) == 3
    assert not window.panel_docks[0].isFloating()
    assert not window.document.modified


def answer(kind: str) -> None:
    focus = QApplication.focusWidget()
    if kind == "choice":
        assert isinstance(focus, QRadioButton)
        press(Key.Key_Space)
    elif kind == "number":
        assert isinstance(focus, QLineEdit)
        QTest.keyClicks(focus, "3e-1")
    else:
        for key in (Key.Key_Up, Key.Key_Right, Key.Key_Up):
            press(key)
    press(Key.Key_Return)


def test_what_would_tell_is_off_and_covered_until_one_has_predicted(window: MainWindow, player: LessonPlayer) -> None:
    window.actions_by_name["view.findings"].trigger()
    player.next_step()
    settled(window)
    step = window.findChild(QWidget, "transport.step")
    assert isinstance(step, QWidget)
    assert phase(window) == "loss"
    assert not step.isEnabled()
    assert "prediction first" in step.toolTip()
    covered = {veil.over for veil in window.findChildren(Veil) if veil.isVisible()}
    assert covered == {window.panel_docks[0].panel, window.findings_row.list}
    assert not any(over.isEnabled() for over in covered)
    page = player.panel.page
    assert page is not None
    assert page.prediction is not None
    page.prediction.options[0].click()
    QTest.mouseClick(page.prediction.show_button, Qt.MouseButton.LeftButton)
    settled(window)
    assert phase(window) == "backward"
    assert step.isEnabled()
    assert "prediction" not in step.toolTip()
    assert not window.findChildren(Veil)
    assert "✗" in page.prediction.verdict.text()
    assert "Some of it" in page.prediction.verdict.text()


def test_an_option_that_arrows_reached_is_chosen_by_return(window: MainWindow, player: LessonPlayer) -> None:
    go(window, player, "A choice")
    page = player.panel.page
    assert page is not None
    box = page.prediction
    assert box is not None
    press(Key.Key_Down)
    press(Key.Key_Return)
    assert [option.isChecked() for option in box.options] == [False, True, False]
    assert box.reveal.isHidden()
    press(Key.Key_Return)
    assert "Yes" in box.verdict.text()


def test_what_is_beside_the_canvas_is_covered_in_projector_mode_too(window: MainWindow, player: LessonPlayer) -> None:
    window.actions_by_name["view.projector"].trigger()
    settled(window)
    assert not window.stage.isVisible()  # this step has nothing there, and the canvas the room
    go(window, player, "A number")
    assert window.stage.name == "equation"
    assert window.stage in [veil.over for veil in window.findChildren(Veil) if veil.isVisible()]
    player.cover.lift()
    assert window.stage.isEnabled()
    go(window, player, "A curve")
    assert not window.stage.isVisible()
    go(window, player, "A task")
    assert window.stage.name == window.docks.inspector.objectName()
    assert window.docks.inspector.isVisible()
    window.actions_by_name["view.projector"].trigger()
    settled(window)
    assert window.docks.right.front == window.docks.inspector.objectName()


def test_a_page_stands_at_the_right_in_the_step_that_is_about_it(window: MainWindow, player: LessonPlayer) -> None:
    right = window.docks.right
    assert right.isHidden()
    go(window, player, "A number")
    assert (right.isHidden(), right.front) == (False, "equation")
    go(window, player, "A curve")
    assert right.isHidden()
    go(window, player, "A task")
    assert (right.isHidden(), right.front) == (False, window.docks.inspector.objectName())
    layers = window.document.experiment.stacks[1].layers
    assert window.selection.current == layers[1].id


def test_an_operation_is_pointed_at_once_it_is_seen(window: MainWindow, player: LessonPlayer, qtbot: QtBot) -> None:
    go(window, player, "A number")
    page = player.panel.page
    assert page is not None
    assert page.prediction is not None
    assert page.prediction.line is not None
    QTest.keyClicks(page.prediction.line, "0.3")
    page.prediction.submit()
    settled(window)

    def rows() -> list[QWidget]:
        buttons = window.docks.right.findChildren(QPushButton)
        found = [each.parentWidget() for each in buttons if each.text() == "variance" and each.isVisible()]
        return [row for row in found if row is not None]

    qtbot.waitUntil(lambda: bool(rows()))
    (row,) = rows()
    layer = window.document.experiment.stacks[1].layers[1].id
    card = window.canvas.cards.card_of(layer)
    assert card is not None
    seen = window.canvas.card_on_viewport(card, card.shape().boundingRect())
    assert window.canvas.viewport().rect().contains(seen), "where the run stands is seen as well"
    qtbot.waitUntil(lambda: player.pointer.around == QRect(row.mapTo(window, QPoint()), row.size()))
    qtbot.waitUntil(lambda: window.shelf.view("equation").page.operations.lit is row)  # type: ignore[attr-defined]


def test_a_card_that_is_pointed_at_is_seen_when_the_run_has_gone_on(
    window: MainWindow, player: LessonPlayer, qtbot: QtBot
) -> None:
    go(window, player, "A choice")
    page = player.panel.page
    assert page is not None
    assert page.prediction is not None
    qtbot.waitUntil(player.pointer.isVisible)
    before = player.pointer.geometry()
    page.prediction.options[0].click()
    button = page.prediction.show_button
    area = text_area(window).viewport()
    assert area.rect().contains(button.mapTo(area, button.rect().center()))
    page.prediction.submit()
    settled(window)
    assert phase(window) == "backward"
    player.pointer.follow()
    assert player.pointer.isVisible()
    assert (player.pointer.geometry().center() - before.center()).manhattanLength() < 40


def test_closed_in_the_middle_all_is_back_and_nothing_is_lost(window: MainWindow, small: str) -> None:
    hidden = [dock.isHidden() for dock in window.docks.all]
    width = window.docks.left.width()
    window.lessons.open(small)
    player = window.lessons.player
    settled(window)
    assert window.windowTitle().startswith(f"Lesson 3: {TITLE}")
    player.next_step()
    settled(window)
    button = player.panel.findChild(QWidget, "lesson.closeButton")
    assert isinstance(button, QWidget)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(window)
    assert not window.findChildren(Veil)
    assert all(window.actions_by_name[name].isEnabled() for name in ("run.step", "run.play", "view.figures"))
    assert window.timeline.isEnabled()
    assert all(dock.panel.isEnabled() for dock in window.panel_docks if dock.made)
    assert [dock.isHidden() for dock in window.docks.all] == hidden
    assert abs(window.docks.left.width() - width) < 4
    assert player.pointer.isHidden()
    window.lessons.open(small)
    assert player.step == 1
    assert progress.done_in(NAME).at == "A choice"


def test_the_panel_stands_at_either_side_and_is_there_again(
    window: MainWindow, player: LessonPlayer, small: str
) -> None:
    go(window, player, "A number")
    middle = window.canvas.mapTo(window, QPoint()).x()
    assert player.panel.mapTo(window, QPoint()).x() < middle
    window.actions_by_name["lesson.side"].trigger()
    settled(window)
    assert player.panel.mapTo(window, QPoint()).x() > window.docks.right.x()
    assert window.docks.right.y() == player.panel.mapTo(window, QPoint()).y()
    player.close_lesson()
    settled(window)
    window.lessons.open(small)
    settled(window)
    assert player.panel.mapTo(window, QPoint()).x() > window.docks.right.x()


def test_in_a_wide_window_the_building_blocks_keep_their_width(window: MainWindow, small: str) -> None:
    window.resize(1920, 1080)
    settled(window)
    before = window.docks.left.width(), window.docks.right.width()
    window.lessons.open(small)
    settled(window)
    assert window.docks.left.isVisible()
    now = window.docks.left.width(), window.docks.right.width()
    assert all(abs(one - other) < 4 for one, other in zip(before, now, strict=True))
    assert abs(window.lessons.player.panel.width() - 360) < 4


def test_a_changed_experiment_is_told_of_and_comes_back(window: MainWindow, player: LessonPlayer) -> None:
    before = window.document.experiment
    window.selection.set([before.stacks[0].layers[3].id], before.stacks[0].layers[3].id)
    window.actions_by_name["edit.delete"].trigger()
    settled(window)
    assert "changed" in player.panel.noted
    again = player.panel.findChild(QWidget, "lesson.again")
    assert isinstance(again, QWidget)
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    settled(window)
    assert window.document.experiment == before
    assert "Undo" in player.panel.noted
    window.actions_by_name["edit.undo"].trigger()
    assert window.document.experiment != before


def test_a_lane_that_a_task_is_about_can_be_had_back(window: MainWindow, player: LessonPlayer, qtbot: QtBot) -> None:
    go(window, player, "A task")
    assert player.panel.noted == ""
    begun, page = window.document.experiment, player.panel.page
    assert page is not None
    assert page.task is not None
    window.document.push(replace(begun, stacks=begun.stacks[1:]), "take it out")
    qtbot.waitUntil(lambda: "not there any more" in player.panel.noted)
    assert page.task.how.isHidden(), "what an author would be told helps no reader"
    again = player.panel.findChild(QWidget, "lesson.again")
    assert isinstance(again, QWidget)
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    settled(window)
    assert window.document.experiment == begun
    assert "Undo" in player.panel.noted
    player.panel.step_asked.emit(0)
    assert window.document.experiment != begun, "the lesson has another one there"
    assert player.panel.noted == "", "nothing that a person did was replaced"


def test_a_document_with_work_in_it_is_left_alone(window: MainWindow, small: str) -> None:
    window.selection.set([window.document.experiment.stacks[0].layers[0].id])
    window.actions_by_name["edit.delete"].trigger()
    mine = window.document.experiment
    window.lessons.open(small)
    others = [
        each
        for each in QApplication.topLevelWidgets()
        if each is not window and each.windowTitle().startswith("Lesson 3")
    ]
    assert len(others) == 1
    assert window.document.experiment is mine
    others[0].close()


def test_what_was_tried_in_a_step_is_not_behind_the_figures_of_another(
    window: MainWindow, player: LessonPlayer, qtbot: QtBot
) -> None:
    for _ in range(3):
        window.actions_by_name["run.stepEpoch"].trigger()
        settled(window)
    layer = window.document.experiment.stacks[0].layers[3].id
    window.selection.set([layer], layer)
    window.actions_by_name["edit.delete"].trigger()
    qtbot.waitUntil(lambda: window.state.now.run_before)
    player.set_stage()
    qtbot.waitUntil(lambda: not window.state.now.run_before)


def test_another_lesson_has_a_document_of_its_own(window: MainWindow, player: LessonPlayer, tmp_path: Path) -> None:
    layer = window.document.experiment.stacks[0].layers[3].id
    window.selection.set([layer], layer)
    window.actions_by_name["edit.delete"].trigger()
    window.actions_by_name["edit.undo"].trigger()
    (tmp_path / "04").mkdir()
    window.lessons.open(str(write(tmp_path / "04", "04-other")))
    assert player.lesson is not None
    assert player.lesson.name == "04-other"
    assert window.windowTitle().startswith(f"Lesson 4: {TITLE}")
    assert not window.document.modified
    player.close_lesson()
    settled(window)
    assert len([dock for dock in window.panel_docks if not dock.isHidden()]) == 3, "as before the first lesson"


def test_a_task_is_done_when_its_condition_holds(window: MainWindow, player: LessonPlayer, qtbot: QtBot) -> None:
    go(window, player, "A task")
    page = player.panel.page
    assert page is not None
    task = page.task
    assert task is not None
    assert "Not yet" in task.state.text()
    assert "not computed yet" in task.how.text()
    from bnsim.runner.orders import ScaleWeights

    plain = window.document.experiment.stacks[0]
    weights = tuple(layer.id for layer in plain.layers if type(layer).__name__ == "Linear")
    window.runner.give(ScaleWeights(weights, 0.2, gesture=1))
    window.settle()
    window.actions_by_name["run.stepIteration"].trigger()
    qtbot.waitUntil(lambda: task.done)
    assert "Done" in task.state.text()
    assert "A task" in progress.done_in(NAME).tasks
    window.actions_by_name["run.scaleWeights"].trigger()
    assert not window.scaler.isHidden()
    player.previous_step()
    assert window.scaler.isHidden(), "it takes the canvas's room, and the weights are others now"


def test_a_curve_is_drawn_by_the_mouse(window: MainWindow, player: LessonPlayer) -> None:
    go(window, player, "A curve")
    sketch = player.sketch
    assert sketch is not None
    ink = sketch.findChildren(QWidget)[-1]
    page = player.panel.page
    assert page is not None
    assert page.prediction is not None
    assert not page.prediction.show_button.isEnabled()
    area = sketch.plot.data_area
    left, right = QPoint(round(area.left()) + 2, 60), QPoint(round(area.right()) - 2, 60)
    QTest.mousePress(ink, Qt.MouseButton.LeftButton, pos=left)
    for share in range(1, 11):
        QTest.mouseMove(ink, left + (right - left) * share / 10)
    QTest.mouseRelease(ink, Qt.MouseButton.LeftButton, pos=right)
    QTest.mouseClick(page.prediction.show_button, Qt.MouseButton.LeftButton)
    settled(window)
    ghosts = [dock.panel.ghost for dock in window.panel_docks if dock.made and dock.panel.ghost is not None]
    assert [ghost.when for ghost in ghosts] == ["your prediction"]
    assert page.prediction.verdict.text()[0] in "✓✗"
    player.previous_step()
    assert not any(dock.panel.ghost for dock in window.panel_docks if dock.made)


def test_no_text_is_cut_and_nothing_unnamed_in_a_small_dark_window(window: MainWindow, player: LessonPlayer) -> None:
    window.looks.choose_theme("dark")
    lesson = player.lesson
    assert lesson is not None
    for number in range(len(lesson.steps)):
        player.panel.step_asked.emit(number)
        settled(window)
        page = player.panel.page
        assert page is not None
        if page.prediction is not None and page.prediction.options:
            page.prediction.options[0].click()
            page.prediction.submit()
            settled(window)
        assert player.panel.width() < 400
        assert [words for words in cut_in(window) if "lesson" in words] == []
        proses = page.findChildren(Prose)
        assert all(prose.document().size().height() <= prose.height() + 1 for prose in proses if prose.isVisible())
        assert page.width() <= player.panel.width()
        assert not [each for each in unnamed() if not each.startswith("QTabBar")]  # Qt's own, of docks


def test_something_else_that_is_opened_ends_the_lesson(window: MainWindow, player: LessonPlayer) -> None:
    player.next_step()
    window.actions_by_name["file.new"].trigger()
    settled(window)
    assert player.lesson is None
    assert not window.findChildren(Veil)
    assert not window.windowTitle().startswith("Lesson")
    assert window.actions_by_name["run.play"].text() in ("&Play", "&Pause")
    assert not player.dock_shown


def test_a_copy_that_was_saved_is_not_written_over(window: MainWindow, player: LessonPlayer, tmp_path: Path) -> None:
    window.document.save(tmp_path / "mine.bnsim")
    stack = window.document.experiment.stacks[0]
    window.selection.set([stack.layers[3].id], stack.layers[3].id)
    window.actions_by_name["edit.delete"].trigger()
    mine = window.document.experiment
    player.next_step()
    assert window.document.experiment is mine
    assert "mine.bnsim" in player.panel.noted
    window.document.save()
    player.set_stage()
    assert window.document.path is None
    assert not player.panel.noted


def test_a_lesson_is_as_wide_as_its_text_needs(window: MainWindow, player: LessonPlayer) -> None:
    dock, usual = window.findChild(QDockWidget, "dock.lesson"), text_area(window).width()
    assert player.lesson is not None
    window.looks.choose_text_size(150)
    for step in player.lesson.steps:
        go(window, player, step.title)
        area = text_area(window)
        assert area.widget().width() <= area.viewport().width(), step.title
    assert dock.width() > 1.3 * usual
    window.looks.choose_text_size(100)
    settled(window)
    assert abs(text_area(window).width() - usual) < 20

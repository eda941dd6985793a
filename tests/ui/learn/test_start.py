"""The start page: ways to begin, over a window that is ready."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

import bnsim as bn
from bnsim.lessons import shipped
from bnsim.spec.defaults import DEPTH, blank_experiment
from bnsim.spec.layers import Sigmoid
from bnsim.ui.learn.start.hero import KEYS, MEASURED
from bnsim.ui.learn.start.recent import GONE, day
from bnsim.ui.model import pictures, preferences
from bnsim.ui.model.pictures import Line, Picture
from tests.ui.window.cut_text import cut_in

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.learn.start.page import StartPage
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def shown(window: MainWindow) -> StartPage:
    window.actions_by_name["help.start"].trigger()
    assert window.start.shown
    return window.start.page


def test_a_window_that_a_script_opens_shows_its_experiment_at_once(open_window: Opener) -> None:
    window = open_window()
    assert not window.start.shown
    assert window.document.experiment == bn.default_experiment()


def test_the_page_is_over_all_but_menus_and_status_bar_whatever_the_size(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    page = shown(window)
    for size in ((1280, 720), (900, 600), (1680, 1020)):
        window.resize(*size)
        assert page.geometry().top() >= window.menuBar().geometry().bottom()
        assert page.geometry().bottom() <= window.statusBar().geometry().top()
        assert page.width() == window.width()


def test_no_text_is_cut_in_projector_mode_that_was_entered_while_the_page_was_away(
    open_window: Opener, small: bn.Experiment, qtbot: QtBot
) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.examples.flow.widgets))
    QApplication.processEvents()
    window.start.leave()
    window.actions_by_name["view.projector"].trigger()
    window.resize(1280, 720)
    QApplication.processEvents()
    shown(window)
    QApplication.processEvents()
    assert list(cut_in(page)) == []
    labels = page.hero.findChildren(QLabel)
    assert [each.text() for each in labels if each.height() < each.heightForWidth(each.width())] == []


def test_words_that_grow_while_the_page_is_seen_have_room(
    open_window: Opener, small: bn.Experiment, qtbot: QtBot
) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    page = shown(window)
    QApplication.processEvents()
    assert page.recent.y() == page.hero.y()
    page.hero.step_button.setStyleSheet("font-size: 60px")  # as a larger font that reaches it late
    qtbot.waitUntil(lambda: page.recent.y() > page.hero.y())
    QApplication.processEvents()
    assert page.hero.width() >= page.hero.minimumSizeHint().width()
    assert page.hero.step_button.width() >= page.hero.step_button.sizeHint().width()


def test_the_arrow_key_steps_and_the_page_is_gone(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    from PySide6.QtCore import Qt

    window = open_window(small)
    page = shown(window)
    qtbot.keyClick(page.hero.step_button, Qt.Key.Key_Right)
    window.settle()
    assert not window.start.shown
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.tick > 0
    assert window.document.experiment == small


def test_the_arrow_key_steps_the_default_experiment_where_nothing_runs(open_window: Opener, qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt

    window = open_window(blank_experiment())
    page = shown(window)
    assert not window.actions_by_name["run.step"].isEnabled()
    qtbot.keyClick(page.hero.step_button, Qt.Key.Key_Right)
    window.settle()
    assert not window.start.shown
    assert window.document.experiment == bn.default_experiment()
    assert window.update_shown.frame is not None
    shown(window)
    qtbot.keyClick(page.hero.step_button, Qt.Key.Key_Right)  # with a run, the key is the action's alone
    window.settle()
    assert not window.start.shown


def test_the_button_steps_the_default_experiment(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    shown(window).hero.step_button.click()
    window.settle()
    assert not window.start.shown
    assert window.document.experiment == bn.default_experiment()
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.tick > 0


def test_escape_leaves_what_was_there(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    from PySide6.QtCore import Qt

    window = open_window(small)
    page = shown(window)
    qtbot.keyClick(page.hero.step_button, Qt.Key.Key_Escape)
    assert not window.start.shown
    assert window.document.experiment == small
    assert window.canvas.hasFocus()


def test_what_is_measured_is_what_the_default_experiment_gives() -> None:
    from bnsim.spec.resources import resource

    session = bn.Session(bn.default_experiment())
    session.step("iteration")
    now = pictures.picture_of(bn.figures.gradient_by_depth(session), updates=1, made_at=0.0)
    kept = pictures.read(resource(MEASURED))
    assert now is not None
    assert kept is not None
    assert [line.name for line in kept.lines] == [line.name for line in now.lines]
    for mine, theirs in zip(kept.lines, now.lines, strict=True):
        assert mine.values == pytest.approx(theirs.values, rel=0.01)


def test_what_the_hero_says_of_the_default_experiment_is_true() -> None:
    plain, normalized = bn.default_experiment().stacks
    assert isinstance(bn.default_experiment().data, bn.Digits)
    for stack in (plain, normalized):
        assert sum(isinstance(layer, Sigmoid) for layer in stack.layers) == DEPTH == 20
    assert not any(isinstance(layer, bn.BatchNorm) for layer in plain.layers)
    assert any(isinstance(layer, bn.BatchNorm) for layer in normalized.layers)


def test_every_key_on_the_page_is_one(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    for name, _does in KEYS:
        assert window.actions_by_name[name].shortcuts()


def test_tab_goes_round_on_the_page_and_everything_has_a_name(open_window: Opener, qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractButton

    window = open_window()
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.papers.flow.widgets))
    buttons = [each for each in page.findChildren(QAbstractButton) if each.isVisible()]
    reached = []
    for _ in buttons:
        reached.append(page.focusWidget())
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    assert page.focusWidget() is reached[0]
    assert set(reached) == set(buttons)
    assert all(each.accessibleName() or each.text() for each in buttons)


def test_a_paper_s_chip_opens_its_claim(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.papers.flow.widgets))
    chip = next(each for each in page.papers.flow.widgets if "He et al. 2015, figs. 2, 3" in each.text())
    chip.click()
    assert window.papers.dialog.isVisible()
    assert window.papers.dialog.chosen == "2015-he-2"


def test_the_tick_is_remembered(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    page = shown(window)
    assert page.tick.isChecked()
    page.tick.click()
    assert not preferences.load().shows_start
    window.start.leave()
    window.start.show_at_start()
    assert not window.start.shown
    shown(window)
    page.tick.click()
    assert preferences.load().shows_start


def test_a_new_document_is_blank_and_the_page_offers_more(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.actions_by_name["file.new"].trigger()
    assert window.document.experiment == blank_experiment()
    assert window.start.shown
    preferences.update(shows_start=False)
    window.actions_by_name["file.new"].trigger()
    assert not window.start.shown


def test_a_saved_file_has_its_picture_and_opens_from_the_page(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path
) -> None:
    from bnsim.runner.orders import Step

    path, gone = tmp_path / "lecture 7.bnsim", tmp_path / "gone.bnsim"
    bn.save(small, path)
    window = open_window(path)
    window.runner.give(Step("iteration"))
    window.settle()
    qtbot.waitUntil(lambda: bool(window.figures_shown.updates))
    window.document.save(path)
    picture = pictures.kept(path)
    assert picture is not None
    assert [line.name for line in picture.lines] == ["plain", "with BN"]
    assert picture.updates == 1
    preferences.add_recent(gone)
    preferences.add_recent(path)
    window.document.new()
    rows = shown(window).recent.rows
    assert [row.title for row in rows] == ["lecture 7", "gone"]
    assert rows[0].below == "today, iteration 1"
    assert rows[1].below == GONE
    rows[0].click()
    assert not window.start.shown
    assert window.document.path == path


def test_a_file_that_is_gone_is_told_of_and_the_page_stays(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    preferences.add_recent(tmp_path / "gone.bnsim")
    window = open_window(small)
    shown(window).recent.rows[0].click()
    assert window.start.shown
    assert "gone.bnsim" in window.messages.message.text()


def test_days_are_told_as_one_says_them() -> None:
    now = datetime(2026, 3, 18, 9, 0)
    told = [day(datetime(2026, 3, k, 23, 0), now) for k in (18, 17, 15, 8, 1)]
    assert told == ["today", "yesterday", "Sunday", "last week", "2026-03-01"]


def test_pictures_made_long_ago_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BNSIM_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(pictures, "MOST_KEPT", 2)
    picture = Picture((Line("plain", "lane0", (0.1, None, 1.0)),))
    for number in range(3):
        pictures.keep(tmp_path / f"{number}.bnsim", picture)
        os.utime(pictures._place(tmp_path / f"{number}.bnsim"), (number, number))
    pictures.keep(tmp_path / "3.bnsim", picture)
    assert [pictures.kept(tmp_path / f"{number}.bnsim") for number in range(4)] == [None, None, picture, picture]


def test_an_example_opens_with_one_click_and_says_what_it_is(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    from bnsim.lessons.examples import document_of, examples

    window = open_window(small)
    page = shown(window)
    assert not page.examples.flow.widgets  # with what stands above them: nothing jumps from under the mouse
    qtbot.waitUntil(lambda: bool(page.examples.flow.widgets))
    assert page.questions.flow.widgets
    assert page.papers.flow.widgets
    assert len(page.examples.flow.widgets) == len(examples())
    card = next(each for each in page.examples.flow.widgets if each.objectName() == "start.example:initialization")
    card.click()
    window.settle()
    assert not window.start.shown
    assert window.document.experiment == document_of("initialization").experiment
    assert examples()["initialization"].what in window.messages.message.text()
    open_panels = {dock.name for dock in window.panel_docks if not dock.isHidden()}
    assert open_panels == {"activations_by_depth", "gradient_by_depth", "loss"}


def test_f6_goes_from_part_to_part_of_the_page(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    from PySide6.QtCore import Qt

    page = shown(open_window(small))
    qtbot.waitUntil(lambda: bool(page.papers.flow.widgets))
    reached = []
    for _ in range(6):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_F6)
        reached.append(page.focusWidget().objectName().partition(":")[0])
    assert reached == ["start.way", "start.lesson", "start.paper", "start.example", "start.tick", "start.step"]
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert page.focusWidget() is page.tick


def test_lessons_are_there_with_what_was_done_in_them(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.lessons import progress
    from bnsim.lessons.shipped import lessons

    monkeypatch.setenv("BNSIM_DATA_DIR", str(tmp_path))
    first, second = list(lessons().values())[:2]
    progress.keep(second.name, progress.Done().went_to(second.steps[0].title))
    opened: list[str] = []

    window = open_window(small)
    monkeypatch.setattr(window.lessons, "open", opened.append)
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.questions.flow.widgets))
    cards = page.questions.flow.widgets
    assert cards[0].title == f"“{second.front.question}”"
    assert cards[0].foot == f"1 of {len(second.steps)} done"
    assert 0 < cards[0].done < 1
    assert (cards[1].title, cards[1].foot) == (f"“{first.front.question}”", f"{first.front.minutes} min")
    assert len(cards) == min(8, len(lessons()))
    assert "{" not in "".join(card.text_below for card in cards)
    cards[1].click()
    assert opened == [first.name]
    assert not window.start.shown


def test_each_file_has_its_own_picture_however_quickly_one_follows_another(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path
) -> None:
    from bnsim.runner.orders import Step

    other = bn.Experiment(data=small.data, training=small.training, stacks=small.stacks[:1])
    bn.save(small, tmp_path / "two.bnsim")
    bn.save(other, tmp_path / "one.bnsim")
    window = open_window(tmp_path / "two.bnsim")
    window.runner.give(Step("iteration"))
    window.settle()
    qtbot.waitUntil(lambda: bool(window.figures_shown.updates))
    window.files.open_path(tmp_path / "one.bnsim")
    two, one = (pictures.kept(tmp_path / f"{name}.bnsim") for name in ("two", "one"))
    assert two is not None
    assert len(two.lines) == 2
    assert one is None


def test_own_data_begins_with_two_lanes_that_fit_its_classes(
    open_window: Opener,
    qtbot: QtBot,
    small: bn.Experiment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    accept_imports: None,
) -> None:
    from bnsim.ui.window import dialogs

    path = tmp_path / "flowers.csv"
    path.write_text("a,b,kind\n" + "".join(f"{k % 7},{k % 5},{'xyz'[k % 3]}\n" for k in range(90)), encoding="utf-8")
    monkeypatch.setattr(dialogs, "ask_data_file", lambda _parent: path)
    window = open_window(small)
    shown(window).recent.findChild(QPushButton, "start.file.newFromData").click()
    qtbot.waitUntil(lambda: isinstance(window.document.experiment.data, bn.FileData))
    window.settle()
    assert [stack.layers[-1].units for stack in window.document.experiment.stacks] == [3, 3]
    assert window.update_shown.problems == ()
    assert not window.start.shown
    window.document.undo_stack.undo()
    assert window.document.experiment == bn.default_experiment()


def test_while_there_is_no_file_the_ways_to_begin_are_told_at_length(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    from bnsim.ui.learn.start.buttons import Way

    window = open_window(small)
    recent = shown(window).recent
    assert [way.isVisible() for way in recent.ways] == [True] * 3
    assert not recent.findChild(QPushButton, "start.file.open").isVisible()
    path = tmp_path / "own.bnsim"
    path.write_text("", encoding="utf-8")
    recent.show_files([path], datetime.now())
    assert [way.isVisible() for way in recent.ways] == [False] * 3
    assert recent.findChild(QPushButton, "start.file.open").isVisible()
    recent.show_files([], datetime.now())
    recent.findChild(Way, "start.way:file.new").click()
    assert window.document.experiment.stacks[0].layers == ()


def test_who_gives_up_the_import_is_back_on_the_page_with_everything_as_it_was(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.ui.window import dialogs
    from bnsim.ui.window.import_dialog import ImportDialog

    path = tmp_path / "empty.csv"
    path.touch()
    monkeypatch.setattr(dialogs, "ask_data_file", lambda _parent: path)
    window = open_window(small)
    shown(window).recent.findChild(QPushButton, "start.file.newFromData").click()
    dialog = window.findChild(ImportDialog)
    assert dialog is not None
    dialog.reject()
    assert window.start.shown
    assert window.document.experiment == small


def test_what_comes_late_squeezes_nothing(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.questions.flow.widgets))
    content = page._content
    assert content.height() >= content.heightForWidth(content.width())
    for card in (*page.questions.flow.widgets, *page.examples.flow.widgets):
        assert card.height() == card.sizeHint().height()


@pytest.mark.parametrize("by_key", [False, True])
def test_blank_on_the_page_leads_to_the_blank_document(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, by_key: bool
) -> None:
    from PySide6.QtCore import Qt

    window = open_window(small)
    page = shown(window)
    if by_key:
        qtbot.keyClick(page.hero.step_button, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    else:
        page.recent.findChild(QPushButton, "start.file.new").click()
    assert window.document.experiment == blank_experiment()
    assert not window.start.shown
    qtbot.waitUntil(lambda: not window.start._begun)
    window.actions_by_name["file.new"].trigger()
    assert window.start.shown


def test_continue_opens_the_newest_file_that_is_there(
    open_window: Opener, tmp_path: Path, small: bn.Experiment
) -> None:
    window = open_window(small)
    assert not shown(window).recent.go_on.isVisible()
    older, gone = tmp_path / "older.bnsim", tmp_path / "gone.bnsim"
    bn.save(bn.Experiment(stacks=(bn.Stack(name="mine", layers=(bn.Linear(2),)),)), older)
    preferences.add_recent(older)
    preferences.add_recent(gone)
    other = open_window(small)
    go_on = shown(other).recent.go_on
    assert go_on.isVisible()
    go_on.click()
    other.settle()
    assert other.document.path == older


def test_examples_and_papers_are_one_menu_that_stands_in_file_and_in_help(
    open_window: Opener, small: bn.Experiment
) -> None:
    from bnsim.lessons.examples import examples
    from bnsim.ui.commands.menu_walk import entries

    window = open_window(small)
    bar = {action.text().replace("&", ""): action.menu() for action in window.menuBar().actions()}
    menus = [next(each.menu() for each in bar[top].actions() if each.text() == "E&xamples") for top in ("File", "Help")]
    assert menus[0] is menus[1]
    titles = [each.title for each in examples().values()]
    assert [each.text() for each in menus[0].actions()] == [*titles, "", "From the &papers"]
    found = [entry for entry in entries(window.menuBar()) if "Examples" in entry.path]
    assert {entry.path[:2] for entry in found} == {("File", "Examples")}  # each is said once in what lists all actions
    papers = [entry for entry in found if entry.path[-1] == "From the papers"]
    assert len(papers) > 9
    assert papers[-1].action is window.actions_by_name["file.papers"]
    he = next(entry for entry in papers if entry.text.startswith("He et al. 2015"))
    he.action.trigger()
    dialog = window.papers.dialog
    assert dialog.isVisible()
    assert dialog.names[dialog.list.currentRow()].startswith("2015-he")


def test_a_picture_is_kept_of_figures_that_were_made_again(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path
) -> None:
    from copy import deepcopy

    from msgspec.structs import replace

    path = tmp_path / "it.bnsim"
    bn.save(small, path)
    window = open_window(path)
    window.step("iteration")
    window.settle()
    qtbot.waitUntil(lambda: bool(window.figures_shown.updates))
    shown_now, kept = window.figures_shown, window.start._pictures
    kept.show_figures(shown_now)
    kept.keep()
    kept.show_figures(replace(shown_now, by_name={name: deepcopy(each) for name, each in shown_now.by_name.items()}))
    kept.keep()
    assert pictures.kept(path) is not None


def test_lessons_that_are_damaged_are_told_and_not_on_the_page(
    open_window: Opener, small: bn.Experiment, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "01-cut").mkdir()
    (tmp_path / "01-cut" / "lesson.md").write_text("+++\n", encoding="utf-8")
    (tmp_path / "01-cut" / "claims.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(shipped, "folder", lambda: tmp_path)
    shipped._written.cache_clear()
    shipped.lessons.cache_clear()
    window = open_window(small)
    page = shown(window)
    qtbot.waitUntil(lambda: bool(page.examples.flow.widgets))
    assert not page.questions.flow.widgets
    said = "bnsim's own lessons are damaged, reinstall it: lesson.md, line 1: the table at the head does not end"
    assert window.messages.message.text().startswith(said)
    window.actions_by_name["help.lessons"].trigger()
    assert window.lessons.player.panel.noted.startswith(said) or window.messages.message.text().startswith(said)

"""Figures of papers in the window: chosen, measured, opened as a document that shows our figure."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from bnsim.figures import FIGURES
from bnsim.lessons.papers import document_of, papers
from bnsim.lessons.wording import UNMEASURED
from bnsim.ui.learn.papers import PapersDialog, page_of
from bnsim.ui.learn.start.entries import chips
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
QUICK = "2010-glorot-bengio-7"


@pytest.fixture
def window(open_window: Opener) -> MainWindow:
    made = open_window()
    made.actions_by_name["file.papers"].trigger()
    made.papers.dialog.list.setCurrentRow(made.papers.dialog.names.index(QUICK))
    return made


def test_what_is_not_measured_yet_is_dots_and_then_numbers(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.papers.dialog
    assert papers()[QUICK].claim in dialog.page.text()
    assert UNMEASURED in dialog.page.text()
    dialog.measure_button.click()
    assert dialog.cancel_button.isVisible()
    qtbot.waitUntil(lambda: not dialog.measuring)
    assert UNMEASURED not in dialog.page.text()
    assert not dialog.cancel_button.isVisible()
    assert "Does not hold" not in dialog.page.text()
    (plot,) = dialog.plots
    assert plot.isVisible()
    title = FIGURES[papers()[QUICK].figure].title  # our figure, below the claim
    assert title in dialog.verdict.text()
    assert plot.accessibleName().startswith(f"{title}: ")
    dialog.list.setCurrentRow(0)
    assert not plot.isVisible()


def test_what_is_measured_can_be_given_up(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.papers.dialog
    dialog.list.setCurrentRow(dialog.names.index("2018-santurkar-2"))
    dialog.measure_button.click()
    dialog.cancel_button.click()
    assert not dialog.measuring
    assert UNMEASURED in dialog.page.text()


def test_opened_it_is_an_untitled_document_with_our_figure(window: MainWindow) -> None:
    dialog = window.papers.dialog
    dialog.open_button.click()
    window.settle()
    assert not dialog.isVisible()
    assert window.document.path is None
    assert window.document.experiment == document_of(QUICK).experiment
    assert compiled(window).next_iteration == 1
    assert papers()[QUICK].figure in [dock.name for dock in window.panel_docks if not dock.isHidden()]
    assert "Glorot and Bengio 2010, figure 7" in window.messages.message.text()


def test_a_problem_is_told_in_the_page() -> None:
    assert "no memory" in page_of(papers()[QUICK], (), "There is no memory.")


def test_the_claim_stays_above_the_canvas_until_another_document_comes(window: MainWindow, qtbot: QtBot) -> None:
    paper, bar = papers()[QUICK], window.papers.bar
    told = window.actions_by_name["help.told"]
    assert not told.isEnabled()
    window.papers.dialog.open_button.click()
    window.settle()
    window.messages.refuse("Something else.")
    assert bar.isVisible()
    assert (bar.title.text(), bar.line.words) == (paper.source, paper.title)
    assert bar.area.isHidden()  # one gesture away
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.line.geometry().center())
    assert bar.area.isVisible()
    for words in (paper.claim, "What agrees.", "What differs.", UNMEASURED):
        assert words in bar.page.text()
    told.trigger()
    assert not bar.isVisible()
    window.actions_by_name["lane.add"].trigger()  # it is still about that paper, edited
    told.trigger()
    assert bar.isVisible()
    assert bar.area.isVisible()
    window.document.new()
    assert not bar.isVisible()
    assert not told.isEnabled()


def test_what_is_measured_comes_to_the_claim_above_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    dialog, bar = window.papers.dialog, window.papers.bar
    dialog.open_button.click()
    bar.measure_button.click()
    assert dialog.isVisible()
    assert dialog.chosen == QUICK
    dialog.measure()
    qtbot.waitUntil(lambda: not dialog.measuring)
    assert UNMEASURED not in bar.page.text()


def test_an_example_is_told_there_too_and_has_nothing_to_measure(open_window: Opener) -> None:
    window = open_window()
    window.papers.open_example("residual")
    bar = window.papers.bar
    assert bar.isVisible()
    assert "a skip around each" in bar.line.words
    assert not bar.measure_button.isVisible()


def test_in_german_the_papers_are_told_in_german(german: None, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = PapersDialog(parent)
    dialog.choose(QUICK)
    words = papers("de")[QUICK]
    assert escape(words.claim) in dialog.page.text()
    assert dialog.list.currentItem().text() == words.source
    buttons = (dialog.cancel_button, dialog.measure_button, dialog.open_button)
    assert [button.text() for button in buttons] == ["Ab&brechen", "Hier &messen", "Ö&ffnen"]
    assert chips(papers("de"))[0].title == "Glorot & Bengio 2010, Abb. 6, 7"

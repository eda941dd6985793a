"""The gallery of figures: what it shows, how one finds a figure in it, and how it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QToolButton

import bnsim as bn
from bnsim.figures import FIGURES, SECTIONS
from bnsim.ui.gallery.gallery import Gallery
from bnsim.ui.gallery.search import ALL, SELECTION
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment) -> MainWindow:
    made = open_window(small)
    made.run_commands.seek(3)
    made.settle()
    return made


@pytest.fixture
def gallery(window: MainWindow) -> Gallery:
    window.actions_by_name["view.figures"].trigger()
    made = window.figure_gallery.gallery
    made.wanted.emit(())  # previews are for the tests that want them
    return made


def names(gallery: Gallery) -> list[str]:
    return [card.kind.name for card in gallery.cards.cards]


def visible_panels(window: MainWindow) -> set[str]:
    return {dock.name for dock in window.panel_docks if not dock.visibleRegion().isEmpty()}


def test_all_kinds_are_there_in_their_sections(gallery: Gallery) -> None:
    assert sorted(names(gallery)) == sorted(FIGURES)
    sections = [FIGURES[name].section for name in names(gallery)]
    assert sections == sorted(sections, key=SECTIONS.index)
    titles = [label.text() for label in gallery.cards.findChildren(QLabel) if label.isVisibleTo(gallery)]
    assert titles == list(SECTIONS)
    for name, card in gallery.cards.by_name.items():
        assert card.accessibleName().startswith(FIGURES[name].title)
        assert FIGURES[name].shows in card.accessibleDescription()


def test_a_section_shows_its_kinds_alone(gallery: Gallery) -> None:
    for section in SECTIONS:
        gallery.pills[section].click()
        assert names(gallery) == [kind.name for kind in FIGURES.values() if kind.section == section]
    gallery.pills[ALL].click()
    assert len(names(gallery)) == len(FIGURES)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("gamma_beta", "gamma_beta"),
        ("santurkar", "smoothness"),
        ("CS231n share update", "update_to_weight"),
        ("black where flat", "saturation_map"),
        ("LOSS", "loss"),
    ],
)
def test_search_finds_by_title_line_paper_and_name(gallery: Gallery, words: str, first: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(gallery.line, words)
    assert first in names(gallery)
    assert [name for name, card in gallery.cards.by_name.items() if card.is_best] == [first]


def test_nothing_found_is_said(gallery: Gallery) -> None:
    gallery.line.setText("no such figure")
    assert not names(gallery)
    nothing = gallery.findChild(QLabel, "gallery.nothing")
    assert nothing is not None
    assert nothing.isVisible()
    assert "no such figure" in nothing.text()


def test_about_the_selection_shows_what_fits_it(window: MainWindow, gallery: Gallery, small: bn.Experiment) -> None:
    gallery.pills[SELECTION].click()
    assert not names(gallery)
    for layer in small.stacks[1].layers:
        window.selection.set([layer.id], layer.id)
        assert names(gallery) == [kind.name for kind in FIGURES.values() if kind.fits(layer)]
        assert gallery.pills[SELECTION].text().startswith("About ")
    window.selection.set([])
    assert not names(gallery)


def test_enter_opens_what_was_searched_for(window: MainWindow, gallery: Gallery, qtbot: QtBot) -> None:
    assert "accuracy" not in visible_panels(window)
    qtbot.keyClicks(gallery.line, "accur")
    qtbot.keyClick(gallery.line, Qt.Key.Key_Return)
    assert gallery.isHidden()
    qtbot.waitUntil(lambda: "accuracy" in visible_panels(window))
    window.settle()
    assert "accuracy" in window.figures_shown.by_name


def test_a_click_brings_an_open_panel_to_the_front(window: MainWindow, gallery: Gallery, qtbot: QtBot) -> None:
    qtbot.mouseClick(gallery.cards.by_name["loss"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "loss" in visible_panels(window))
    window.open_gallery()
    qtbot.mouseClick(gallery.cards.by_name["accuracy"], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "accuracy" in visible_panels(window))
    assert gallery.isVisible()
    assert all(gallery.cards.by_name[name].is_open for name in ("loss", "accuracy", "gradient_by_depth"))
    qtbot.waitUntil(lambda: "loss" not in visible_panels(window))  # it is behind
    qtbot.mouseClick(gallery.cards.by_name["loss"], Qt.MouseButton.LeftButton)
    assert gallery.isHidden()
    qtbot.waitUntil(lambda: "loss" in visible_panels(window))


def test_a_panel_behind_another_one_is_not_made(window: MainWindow, qtbot: QtBot) -> None:
    for name, behind in (("loss", "gamma_beta"), ("accuracy", "loss")):
        window.figure_gallery.open_panel(name)
        qtbot.waitUntil(lambda name=name: name in visible_panels(window))
        window.settle()
        assert name in window.figures_shown.by_name
        assert behind not in window.figures_shown.by_name


def test_arrows_move_and_enter_opens(window: MainWindow, gallery: Gallery, qtbot: QtBot) -> None:
    qtbot.keyClick(gallery.line, Qt.Key.Key_Down)
    cards = gallery.cards.cards
    assert cards[0].hasFocus()
    across = sum(card.y() == cards[0].y() for card in cards)
    for key, at in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_Left, 0), (Qt.Key.Key_Down, across), (Qt.Key.Key_Up, 0)):
        qtbot.keyClick(window.focusWidget(), key)
        assert cards[at].hasFocus()
    qtbot.keyClick(cards[0], Qt.Key.Key_End)
    assert cards[-1].hasFocus()
    qtbot.waitUntil(lambda: not cards[-1].visibleRegion().isEmpty())
    qtbot.keyClick(cards[-1], Qt.Key.Key_Home)
    qtbot.keyClick(cards[0], Qt.Key.Key_Up)
    assert gallery.line.hasFocus()
    qtbot.keyClick(gallery.line, Qt.Key.Key_Down)
    qtbot.keyClick(cards[0], "b")
    assert gallery.line.hasFocus()
    assert gallery.line.text() == "b"
    gallery.line.clear()
    moment = window.update_shown.frame.iteration, window.update_shown.frame.tick
    cards[1].setFocus()
    qtbot.keyClick(cards[1], Qt.Key.Key_Return)
    window.settle()
    assert cards[1].kind.name in {dock.name for dock in window.panel_docks if not dock.isHidden()}
    assert (window.update_shown.frame.iteration, window.update_shown.frame.tick) == moment  # no key stepped


def test_escape_closes_from_everywhere_and_gives_the_focus_back(window: MainWindow, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    gallery = window.figure_gallery.gallery
    for name in ("gallery.search", "gallery.filter.All", "gallery.card.loss", "gallery.card.smoothness.preview"):
        window.open_gallery()
        part = gallery.line if name == "gallery.search" else gallery.findChild(object, name)
        part.setFocus()
        qtbot.keyClick(part, Qt.Key.Key_Escape)
        assert gallery.isHidden()
        assert window.canvas.hasFocus()


def test_a_click_beside_it_closes_it_and_one_inside_does_not(gallery: Gallery, qtbot: QtBot) -> None:
    qtbot.mouseClick(gallery._frame, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert gallery.isVisible()
    qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert gallery.isHidden()


def test_previews_come_where_room_was_kept(window: MainWindow, qtbot: QtBot) -> None:
    window.open_gallery()
    gallery = window.figure_gallery.gallery
    places = {name: card.geometry() for name, card in gallery.cards.by_name.items()}
    seen = [card for card in gallery.cards.in_sight() if not card.kind.costly]
    assert seen
    qtbot.waitUntil(lambda: all(card.figure is not None for card in seen))
    assert {name: card.geometry() for name, card in gallery.cards.by_name.items()} == places
    assert all(card.figure is None for card in gallery.cards.by_name.values() if card.kind.costly)
    card = next(card for card in seen if card.figure.has_data)
    assert isinstance(card.grab().toImage(), QImage)
    assert card._picture is not None


def test_a_costly_one_says_its_cost_and_comes_when_asked_for(window: MainWindow, qtbot: QtBot) -> None:
    window.open_gallery()
    gallery = window.figure_gallery.gallery
    gallery.line.setText("smoothness")
    card = gallery.cards.by_name["smoothness"]
    assert card.measure.isVisible()
    assert card.kind.cost in card.measure.toolTip()
    qtbot.mouseClick(card.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.figure is not None)
    assert card.figure.has_data
    assert card.measure.isHidden()
    assert gallery.isVisible()


def test_closed_it_costs_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.open_gallery()
    gallery = window.figure_gallery.gallery
    gallery.dismiss()
    window.settle()
    for card in gallery.cards.by_name.values():
        card.forget()
    window.step("iteration")
    window.settle()
    assert all(card.figure is None for card in gallery.cards.by_name.values())


def test_what_does_not_fit_says_so_in_its_place(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window()  # digits have 64 features
    window.settle()
    window.open_gallery()
    gallery = window.figure_gallery.gallery
    gallery.line.setText("decision_regions")
    card = gallery.cards.by_name["decision_regions"]
    qtbot.waitUntil(lambda: card.figure is not None)
    assert not card.figure.has_data
    assert card.figure.verdict in card.accessibleDescription()


def test_an_edit_and_another_selection_forget_what_is_not_so_any_more(
    window: MainWindow, gallery: Gallery, small: bn.Experiment
) -> None:
    figure = FIGURES["loss"](compiled(window))
    for card in gallery.cards.by_name.values():
        card.show_figure(figure)
    layer = small.stacks[0].layers[0]
    window.selection.set([layer.id], layer.id)
    assert {name for name, card in gallery.cards.by_name.items() if card.figure is None} == {
        name for name, kind in FIGURES.items() if kind.about_layer
    }


def test_the_last_panel_of_the_row_has_a_plus(window: MainWindow, qtbot: QtBot) -> None:
    def pluses() -> list[str]:
        found = (dock.findChild(QToolButton, f"panel.{dock.name}.plus") for dock in window.panel_docks)
        return [button.objectName() for button in found if button is not None and button.isVisible()]

    qtbot.waitUntil(lambda: pluses() == ["panel.gamma_beta.plus"])
    window.figure_gallery.open_panel("loss")
    qtbot.waitUntil(lambda: pluses() == ["panel.loss.plus"])
    button = window.findChild(QToolButton, "panel.loss.plus")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.figure_gallery.gallery.isVisible()


def test_it_follows_the_windows_size(window: MainWindow, gallery: Gallery) -> None:
    for width, height in ((1000, 640), (1500, 900)):
        window.resize(width, height)
        assert gallery.size() == window.size()
        assert gallery.rect().contains(gallery._frame.geometry())
        right = max(card.geometry().right() for card in gallery.cards.cards)
        assert right <= gallery.cards.viewport().width()


def test_a_costly_one_is_to_be_asked_for_again_after_an_edit(window: MainWindow, qtbot: QtBot) -> None:
    window.open_gallery()
    gallery = window.figure_gallery.gallery
    gallery.line.setText("smoothness")
    card = gallery.cards.by_name["smoothness"]
    card.measure.click()
    qtbot.waitUntil(lambda: card.figure is not None)
    wanted: list[tuple[str, ...]] = []
    gallery.wanted.connect(wanted.append)
    stack = window.document.experiment.stacks[0]
    window.document.push(replace(window.document.experiment, stacks=(stack,)), "remove a lane")
    qtbot.waitUntil(lambda: card.measure.isVisible() and card.figure is None)
    window.settle()
    assert wanted[-1] == ()
    assert card.figure is None

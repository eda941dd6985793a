"""Blocks, lanes, clipboard, contents of cards and menus, as a person uses them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from bnsim.plot.theme import load_theme
from bnsim.spec import edits
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.layers import BatchNorm, Repeat, Residual
from bnsim.spec.problems import Problem
from bnsim.ui.model.payloads import layer_mime

from .conftest import made_up_frame

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def select(bench, lane, *indexes):
    bench.selection.set([bench.layer_id(lane, index) for index in indexes])


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text().replace("&", "") == text)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def title_point(bench, lane) -> QPoint:
    top = bench.canvas.mapFromScene(0, bench.canvas.cards.layout.lanes[lane].top).y()
    return QPoint(60, top + 10)


def lane_names(bench):
    return [stack.name for stack in bench.document.experiment.stacks]


# -- blocks


@pytest.mark.parametrize("kind", [Residual, Repeat])
def test_grouping_makes_a_card_that_says_what_it_holds(bench, kind):
    select(bench, 0, 1, 2)
    bench.layers.group(kind)
    assert bench.kinds(0) == ["Linear", kind.__name__, "Tanh", "Linear"]
    assert bench.undo_text() == f"group into {kind.__name__}"
    card = bench.card("card:0:1")
    assert card.face.title == ("Repeat ×2" if kind is Repeat else "Residual")
    assert card.face.size == "2 layers"
    assert [name for _, name in card.face.inside] == ["Sigmoid", "Linear"]
    assert "Sigmoid" in card.words()
    assert bench.selection.layer_ids == {bench.layer_id(0, 1)}
    bench.assert_mirrors()
    bench.layers.ungroup()
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "Tanh", "Linear"]
    assert bench.selection.layer_ids == {bench.layer_id(0, 1), bench.layer_id(0, 2)}
    bench.assert_mirrors()


def test_weight_layers_are_numbered_through_copies(bench):
    select(bench, 0, 1, 2)
    bench.layers.group(Repeat)
    assert bench.card("card:0:3").face.title == "Linear 4"


def test_what_cannot_be_grouped_or_taken_apart_says_so(bench):
    select(bench, 0, 0, 2)
    bench.layers.group(Residual)
    assert "side by side" in bench.said[-1]
    bench.layers.ungroup()
    assert "No block" in bench.said[-1]
    assert bench.document.undo_stack.count() == 0


def test_layers_are_dropped_into_a_block_and_beside_it(bench):
    select(bench, 0, 1, 2)
    bench.layers.group(Residual)
    block = bench.layer_id(0, 1)
    assert bench.hover(layer_mime("BatchNorm"), bench.at("card:0:1"))
    assert bench.canvas.cards.landing.isVisible()
    assert bench.canvas.cards.landing.title == "into Residual"
    bench.drop(layer_mime("BatchNorm"), bench.at("card:0:1"))
    held = bench.document.experiment.layers_of(block)
    assert [type(layer).__name__ for layer in held] == ["Sigmoid", "Linear", "BatchNorm"]
    assert bench.selection.layer_ids == {held[2].id}
    bench.drop(bench.carried("card:0:2"), bench.at("card:0:1"))
    assert bench.kinds(0) == ["Linear", "Residual", "Linear"]
    assert len(bench.document.experiment.layers_of(block)) == 4
    bench.drop(layer_mime("ReLU"), bench.between("card:0:1", "card:0:2"))
    assert bench.kinds(0) == ["Linear", "Residual", "ReLU", "Linear"]
    assert not bench.hover(bench.carried("card:0:1"), bench.at("card:0:1"))
    assert "into itself" in bench.said[-1]
    bench.assert_mirrors()


def test_how_often_a_block_repeats_is_edited_on_the_card(bench, qtbot):
    select(bench, 0, 1, 2)
    bench.layers.group(Repeat)
    qtbot.mouseDClick(bench.canvas.viewport(), LEFT, pos=bench.at("card:0:1"))
    field = bench.canvas.viewport().findChild(QLineEdit, "canvas.value")
    qtbot.keyClicks(field, "5000")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "Times must be a whole number from 1 to 1,000" in bench.said[-1]
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bench.card("card:0:1").face.title == "Repeat ×5"
    assert bench.undo_text() == "set times to 5"


def test_a_layer_inside_a_block_is_deleted_and_its_problem_stands_on_the_block(bench):
    select(bench, 0, 1, 2)
    bench.layers.group(Repeat)
    block = bench.document.experiment.stacks[0].layers[1]
    inner = block.layers[0].id
    bench.canvas.show_problems((Problem(bench.document.experiment.stacks[0].id, inner, "It is wrong", "mend it"),))
    assert bench.card("card:0:1").problem == "It is wrong; mend it."
    bench.selection.set([inner])
    bench.canvas.edit_selected()
    assert "inside a block" in bench.said[-1]
    bench.layers.delete()
    assert [layer.id for layer in bench.document.experiment.layers_of(block.id)] == [block.layers[1].id]
    assert bench.selection.current == block.layers[1].id


# -- lanes


def test_lanes_are_added_duplicated_moved_and_removed(bench):
    lanes = bench.lanes
    lanes.add()
    lanes.at(bench.document.experiment.stacks[0].id).duplicate()
    assert lane_names(bench) == ["plain", "plain 2", "with BatchNorm", "stack"]
    bench.assert_mirrors()
    while len(lane_names(bench)) < MAX_STACKS:
        lanes.add()
    assert not bench.said
    lanes.add()
    assert f"{MAX_STACKS} lanes" in bench.said[-1]
    lanes.at(bench.document.experiment.stacks[1].id).move(1)
    assert lane_names(bench)[:4] == ["plain", "with BatchNorm", "plain 2", "stack"]
    bench.assert_mirrors()
    for _ in range(MAX_STACKS):
        lanes.at(bench.document.experiment.stacks[0].id).remove()
        bench.assert_mirrors()
    assert not bench.canvas.grab().isNull()
    for _ in range(MAX_STACKS):
        bench.document.undo_stack.undo()
        bench.assert_mirrors()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_double_click_on_a_title_renames_in_place(bench, qtbot, key):
    qtbot.mouseDClick(bench.canvas.viewport(), LEFT, pos=title_point(bench, 1))
    field = bench.canvas.viewport().findChild(QLineEdit, "canvas.laneName")
    assert field.text() == "with BatchNorm"
    qtbot.keyClicks(field, "normalized")
    qtbot.keyClick(field, key)
    assert lane_names(bench)[1] == ("normalized" if key == Qt.Key.Key_Return else "with BatchNorm")
    assert not field.isVisible()


def test_an_empty_name_is_refused(bench, qtbot):
    bench.canvas.rename_lane(bench.document.experiment.stacks[0].id)
    field = bench.canvas.viewport().findChild(QLineEdit, "canvas.laneName")
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "name" in bench.said[-1]
    assert lane_names(bench)[0] == "plain"


def test_a_hidden_lane_is_a_title_only_and_comes_back(bench, qtbot):
    stack = bench.document.experiment.stacks[0]
    full = bench.canvas.cards.layout.height
    bench.lanes.at(stack.id).hide_or_show()
    assert not bench.card("card:0:0").isVisible()
    assert bench.card("card:1:0").isVisible()
    assert bench.canvas.cards.layout.height < full
    assert not bench.hover(layer_mime("ReLU"), title_point(bench, 0) + QPoint(200, 0))
    assert "hidden" in bench.said[-1]
    bench.layers.select_all()
    assert bench.selection.layer_ids == {layer.id for layer in bench.document.experiment.stacks[1].layers}
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, 1))
    assert not bench.canvas.grab().isNull()
    bench.assert_mirrors()
    qtbot.mouseDClick(bench.canvas.viewport(), LEFT, pos=title_point(bench, 0))
    assert bench.card("card:0:0").isVisible()


def test_what_differs_from_the_lane_above_is_marked(bench):
    assert [bench.card(f"card:1:{i}").face.differs for i in range(4)] == ["", "+", "", "≠"]
    assert all(not bench.card(f"card:0:{i}").face.differs for i in range(5))
    assert "not in the lane above" in bench.card("card:1:1").words()
    bench.lanes.at(bench.document.experiment.stacks[0].id).hide_or_show()
    assert all(not bench.card(f"card:1:{i}").face.differs for i in range(4))


def test_a_lane_has_the_color_chosen_for_it(bench):
    stack = bench.document.experiment.stacks[1]
    assert bench.card("card:1:0").face.lane == 1
    bench.lanes.at(stack.id).recolor(4)
    assert bench.card("card:1:0").face.lane == 3
    bench.lanes.at(stack.id).recolor(0)
    assert bench.card("card:1:0").face.lane == 1


# -- clipboard


def test_copy_and_paste_between_lanes(bench, qtbot):
    select(bench, 1, 1, 2)
    bench.layers.copy()
    assert '"bnsim": "layers"' in QGuiApplication.clipboard().text()
    select(bench, 0, 0)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_V, CTRL)
    assert bench.kinds(0) == ["Linear", "BatchNorm", "Sigmoid", "Sigmoid", "Linear", "Tanh", "Linear"]
    assert bench.undo_text() == "paste 2 layers"
    assert bench.selection.layer_ids == {bench.layer_id(0, 1), bench.layer_id(0, 2)}
    bench.assert_mirrors()


def test_cut_is_one_undo_step(bench, qtbot):
    select(bench, 0, 1)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_X, CTRL)
    assert bench.kinds(0) == ["Linear", "Linear", "Tanh", "Linear"]
    assert bench.undo_text() == "cut Sigmoid"
    bench.selection.set(())
    bench.layers.paste()
    assert bench.kinds(0)[-1] == "Sigmoid"


def test_text_that_is_no_layers_is_refused_with_words(bench):
    QGuiApplication.clipboard().setText("a shopping list")
    bench.layers.paste()
    assert "clipboard holds no layers" in bench.said[-1]
    assert bench.document.undo_stack.count() == 0


def test_nothing_selected_is_said(bench):
    for command in (bench.layers.copy, bench.layers.duplicate):
        bench.said.clear()
        command()
        assert "Nothing is selected" in bench.said[-1]


def test_pasting_into_an_empty_document_makes_a_lane(bench):
    select(bench, 0, 0, 1)
    bench.layers.copy()
    for stack in bench.document.experiment.stacks:
        bench.lanes.at(stack.id).remove()
    bench.layers.paste()
    assert bench.kinds(0) == ["Linear", "Sigmoid"]
    bench.assert_mirrors()


def test_duplicate_stays_in_each_lane(bench, qtbot):
    bench.selection.set([bench.layer_id(0, 0), bench.layer_id(0, 1), bench.layer_id(1, 1)])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_D, CTRL)
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "Sigmoid", "Linear", "Tanh", "Linear"]
    assert bench.kinds(1) == ["Linear", "BatchNorm", "BatchNorm", "Sigmoid", "Linear"]
    assert bench.undo_text() == "duplicate 3 layers"
    assert len(bench.selection.layer_ids) == 3
    bench.document.undo_stack.undo()
    bench.assert_mirrors()


# -- what fills the cards, and menus


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("contents", ["values", "gradients", "structure"])
@pytest.mark.parametrize("zoom_steps", [0, 4])
def test_contents_paint_without_a_word_from_qt(bench, theme, contents, zoom_steps):
    select(bench, 0, 1, 2)
    bench.layers.group(Repeat)
    bench.canvas.set_theme(load_theme(theme))
    before = bench.canvas.grab().toImage()
    bench.canvas.set_contents(contents)
    bench.canvas.show_frame(made_up_frame(bench.document.experiment, 1, "backward"))
    for _ in range(zoom_steps):
        bench.canvas.zoom.shrink()
    assert bench.canvas.grab().toImage() != before


def test_the_menu_of_cards(bench):
    select(bench, 0, 1, 2)
    choose(bench.menus.cards_menu(), "Group into Repeat")
    assert bench.kinds(0) == ["Linear", "Repeat", "Tanh", "Linear"]
    choose(bench.menus.cards_menu(), "Ungroup")
    choose(bench.menus.cards_menu(), "Duplicate")
    choose(bench.menus.cards_menu(), "Delete")
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "Tanh", "Linear"]
    bench.selection.set(())
    off = [action.text().replace("&", "") for action in bench.menus.cards_menu().actions() if not action.isEnabled()]
    assert {"Cut", "Copy", "Duplicate", "Delete", "Group into Residual", "Ungroup"} <= set(off)


def test_the_menu_of_a_lane(bench):
    first, second = (stack.id for stack in bench.document.experiment.stacks)
    choose(bench.menus.lane_menu(second), "Move up")
    assert lane_names(bench) == ["with BatchNorm", "plain"]
    choose(bench.menus.lane_menu(first), "Hide")
    assert bench.document.experiment.stack(first).hidden
    choose(bench.menus.lane_menu(first), "Show")
    choose(bench.menus.lane_menu(first), "Duplicate lane")
    choose(bench.menus.lane_menu(second), "Remove lane")
    assert lane_names(bench) == ["plain", "plain 2"]
    menu = bench.menus.lane_menu(first)
    colors = next(action.menu() for action in menu.actions() if action.menu())
    colors.actions()[2].trigger()
    assert bench.document.experiment.stack(first).color == 3


@pytest.mark.parametrize("where", ["card", "title", "ground"])
def test_the_right_button_opens_the_menu_that_fits(bench, qtbot, where):
    at = {
        "card": bench.at("card:0:1"),
        "title": title_point(bench, 1),
        "ground": bench.between("card:0:1", "card:0:2") + QPoint(0, 75),
    }[where]
    viewport = bench.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, pos=at)
    QApplication.sendEvent(viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at)))
    menu = bench.canvas.findChild(QMenu, "canvas.menu")
    qtbot.mouseRelease(menu, Qt.MouseButton.RightButton)
    words = [action.text().replace("&", "") for action in menu.actions()]
    assert ("Rename…" in words) == (where == "title")
    assert bench.selection.layer_ids == ({bench.layer_id(0, 1)} if where == "card" else frozenset())
    menu.close()


def test_edits_of_a_block_show_on_its_card(bench):
    select(bench, 0, 1)
    bench.layers.group(Residual)
    block = bench.layer_id(0, 1)
    bench.document.push(edits.insert_layer(bench.document.experiment, block, 0, BatchNorm()), "insert")
    assert bench.card("card:0:1").face.size == "2 layers"
    bench.assert_mirrors()

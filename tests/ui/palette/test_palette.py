"""The palette: search, keys, and what a drag from it carries."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bnsim.spec.datasets import Data, Digits, TwoSpirals
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import PALETTE, Linear, Repeat, Residual, Sigmoid
from bnsim.spec.losses import MSE, BCEWithLogits, CrossEntropy, Loss
from bnsim.spec.resources import resource
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import MIME_LAYER
from bnsim.ui.model.selection import Selection
from bnsim.ui.palette.entries import HEADINGS, entries
from bnsim.ui.palette.panel import PalettePanel
from bnsim.ui.theme.icons import pixmap


@pytest.fixture
def parts(qtbot):
    document = Document(Experiment(stacks=(Stack(layers=(Linear(8), Sigmoid(), Linear(10))), Stack())))
    selection = Selection()
    panel = PalettePanel(document, selection)
    qtbot.addWidget(panel)
    panel.resize(190, 420)
    panel.show()
    return document, selection, panel


def kinds(document, lane=0):
    return [type(layer).__name__ for layer in document.experiment.stacks[lane].layers]


def kinds_in(document, container):
    return [type(layer).__name__ for layer in document.experiment.layers_of(container)]


def shown(panel):
    rows = [panel.list.item(row) for row in range(panel.list.count())]
    return [item.text() for item in rows if not item.isHidden()]


def find(panel, title):
    (item,) = panel.list.findItems(title, Qt.MatchFlag.MatchExactly)
    return item


def test_items_are_data_layers_and_losses_and_layers_go_by_their_names(parts):
    _, _, panel = parts
    assert panel.list.objectName() == "palette"
    names = [kind.__name__ for kind in PALETTE]
    assert set(names) < set(shown(panel))
    assert len(shown(panel)) == len(PALETTE) + len(get_args(Data)) + len(get_args(Loss))
    assert shown(panel)[0] == "Digits"
    assert shown(panel)[-1] == "BCE with logits"


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_every_entry_has_an_icon_of_its_own_a_meaning_in_a_line_and_its_formula_in_the_tooltip(parts, entry):
    item = find(parts[2], entry.title)
    assert item.toolTip().splitlines() == [entry.title, entry.sentence, entry.formula]
    assert entry.formula
    assert entry.meaning
    assert "\n" not in entry.meaning
    drawing = resource(f"icons/{entry.icon}.svg").read_text(encoding="utf-8")
    assert all(drawing != resource(f"icons/{other.icon}.svg").read_text() for other in entries() if other != entry)
    picture = pixmap(entry.icon, "#000000", 24).toImage()
    assert any(picture.pixelColor(x, y).alpha() for x in range(24) for y in range(24))


def test_a_double_click_makes_it_the_data_and_shows_it_as_one_undo_step(parts, qtbot):
    document, selection, panel = parts
    selection.set([document.experiment.stacks[0].layers[0].id])
    item = find(panel, "Two spirals")
    at = panel.list.visualItemRect(item).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert document.experiment.data == TwoSpirals()
    assert document.undo_stack.undoText() == "use Two spirals as data"
    assert document.undo_stack.count() == 1
    assert not selection.layer_ids
    document.undo_stack.undo()
    assert document.experiment.data == Digits()


def test_data_of_ones_own_is_asked_for_and_changes_nothing_by_itself(parts, qtbot):
    document, _, panel = parts
    with qtbot.waitSignal(panel.own_file_asked):
        panel.add("FileData")
    assert document.undo_stack.count() == 0


def test_enter_on_a_loss_makes_it_that_of_the_selected_lane_and_of_every_lane_without_a_selection(parts, qtbot):
    document, selection, panel = parts
    selection.set([document.experiment.stacks[0].layers[0].id])
    qtbot.keyClicks(panel.search, "squared")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert [stack.loss for stack in document.experiment.stacks] == [MSE(), CrossEntropy()]
    assert document.undo_stack.undoText() == "set loss to Mean squared error"
    assert selection.layer_ids == {document.experiment.stacks[0].layers[0].id}
    selection.set([])
    panel.add("BCEWithLogits")
    assert [stack.loss for stack in document.experiment.stacks] == [BCEWithLogits(), BCEWithLogits()]
    assert document.undo_stack.count() == 2


def test_typing_in_the_list_searches_and_names_go_before_meanings(parts, qtbot):
    _, _, panel = parts
    panel.list.setFocus()
    qtbot.keyClicks(panel.list, "n")
    assert panel.search.text() == "n"
    panel.search.setText("noise")
    assert panel.list.currentItem().text() == "Noise"
    panel.search.setText("cross")
    assert panel.list.currentItem().text() == "Cross-entropy"
    panel.search.clear()
    assert panel.list.currentItem().text() == "Linear"


def test_a_drag_carries_the_name(parts):
    _, _, panel = parts
    item = panel.list.findItems("BatchNorm", Qt.MatchFlag.MatchExactly)[0]
    mime = panel.list.model().mimeData([panel.list.indexFromItem(item)])
    assert bytes(mime.data(MIME_LAYER).data()) == b"BatchNorm"
    assert panel.list.dragEnabled()


def test_search_narrows_by_name_and_meaning(parts, qtbot):
    _, _, panel = parts
    qtbot.keyClicks(panel.search, "norm")
    assert {"BatchNorm", "LayerNorm", "RMSNorm"} <= set(shown(panel))
    assert "Linear" not in shown(panel)
    panel.search.setText("batchn")
    assert shown(panel) == ["BatchNorm"]
    panel.search.setText("saturates")
    assert {"Sigmoid", "Tanh"} <= set(shown(panel))
    assert "ReLU" not in shown(panel)
    panel.search.setText("block")
    assert shown(panel) == ["Residual", "Repeat"]
    panel.search.setText("zebra")
    assert shown(panel) == []
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(shown(panel)) == len(entries())


def test_enter_adds_behind_the_selection_and_goes_on_from_there(parts, qtbot):
    document, selection, panel = parts
    selection.set([document.experiment.stacks[0].layers[0].id])
    panel.list.setCurrentItem(panel.list.findItems("BatchNorm", Qt.MatchFlag.MatchExactly)[0])
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert kinds(document) == ["Linear", "BatchNorm", "Sigmoid", "Linear"]
    assert document.undo_stack.undoText() == "insert BatchNorm"
    panel.search.setText("relu")
    assert panel.list.currentItem().text() == "ReLU"
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert kinds(document) == ["Linear", "BatchNorm", "ReLU", "Sigmoid", "Linear"]


def test_without_a_selection_a_double_click_adds_at_the_end_of_the_first_lane(parts, qtbot):
    document, _, panel = parts
    item = panel.list.findItems("Tanh", Qt.MatchFlag.MatchExactly)[0]
    panel.list.scrollToItem(item)
    at = panel.list.visualItemRect(item).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert kinds(document) == ["Linear", "Sigmoid", "Linear", "Tanh"]


def test_groups_have_one_heading_each_and_stay_in_order(parts):
    _, _, panel = parts
    headings = [panel.list.heading(row) for row in range(panel.list.count())]
    shown_headings = [heading for heading in headings if heading]
    assert shown_headings == list(HEADINGS.values())


def test_the_list_scrolls_to_its_end_by_keys(parts, qtbot):
    _, _, panel = parts
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_End)
    last = panel.list.item(panel.list.count() - 1)
    assert panel.list.currentItem() is last
    assert panel.list.viewport().rect().contains(panel.list.visualItemRect(last))


def test_a_layer_is_added_in_the_block_its_neighbor_is_in_and_into_an_empty_block(parts):
    document, selection, panel = parts
    document.push(Experiment(stacks=(Stack(layers=(Repeat((Linear(8),)), Residual())),)), "open")
    block, empty = document.experiment.stacks[0].layers
    selection.set([block.layers[0].id])
    panel.add("Tanh")
    assert kinds_in(document, block.id) == ["Linear", "Tanh"]
    selection.set([empty.id])
    panel.add("ReLU")
    assert kinds_in(document, empty.id) == ["ReLU"]
    panel.add("Sigmoid")
    assert kinds_in(document, empty.id) == ["ReLU", "Sigmoid"]
    assert kinds(document) == ["Repeat", "Residual"]


def test_it_opens_at_its_top_however_small(qtbot):
    panel = PalettePanel(Document(), Selection())
    qtbot.addWidget(panel)
    panel.resize(190, 260)
    panel.show()
    QApplication.processEvents()
    assert panel.list.verticalScrollBar().value() == 0
    assert panel.list.currentItem().text() == "Linear"


def test_it_paints(parts):
    assert not parts[2].grab().isNull()

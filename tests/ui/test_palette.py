"""The palette: search, keys, and what a drag from it carries."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import PALETTE, Linear, Sigmoid
from bnsim.ui.canvas.drag import MIME_LAYER
from bnsim.ui.document import Document
from bnsim.ui.palette import PalettePanel
from bnsim.ui.selection import Selection


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


def shown(panel):
    rows = [panel.list.item(row) for row in range(panel.list.count())]
    return [item.text() for item in rows if not item.isHidden()]


def test_items_are_the_layers_by_name(parts):
    _, _, panel = parts
    assert panel.list.objectName() == "palette"
    assert shown(panel) == [kind.__name__ for kind in PALETTE]
    item = panel.list.findItems("BatchNorm", Qt.MatchFlag.MatchExactly)[0]
    assert "γ" in item.toolTip()


def test_a_drag_carries_the_name(parts):
    _, _, panel = parts
    item = panel.list.findItems("BatchNorm", Qt.MatchFlag.MatchExactly)[0]
    mime = panel.list.model().mimeData([panel.list.indexFromItem(item)])
    assert bytes(mime.data(MIME_LAYER).data()) == b"BatchNorm"
    assert panel.list.dragEnabled()


def test_search_narrows_by_name_and_meaning(parts, qtbot):
    _, _, panel = parts
    qtbot.keyClicks(panel.search, "norm")
    assert shown(panel) == ["BatchNorm"]
    panel.search.setText("saturates")
    assert shown(panel) == ["Sigmoid", "Tanh"]
    panel.search.setText("zebra")
    assert shown(panel) == []
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert len(shown(panel)) == len(PALETTE)


def test_enter_adds_behind_the_selection_and_goes_on_from_there(parts, qtbot):
    document, selection, panel = parts
    selection.set([document.experiment.stacks[0].layers[0].id])
    panel.list.setCurrentItem(panel.list.findItems("BatchNorm", Qt.MatchFlag.MatchExactly)[0])
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert kinds(document) == ["Linear", "BatchNorm", "Sigmoid", "Linear"]
    assert document.undo_stack.undoText() == "insert BatchNorm"
    qtbot.keyClicks(panel.search, "relu")
    qtbot.keyClick(panel.search, Qt.Key.Key_Return)
    assert kinds(document) == ["Linear", "BatchNorm", "ReLU", "Sigmoid", "Linear"]


def test_without_a_selection_a_double_click_adds_at_the_end_of_the_first_lane(parts, qtbot):
    document, _, panel = parts
    item = panel.list.findItems("Tanh", Qt.MatchFlag.MatchExactly)[0]
    at = panel.list.visualItemRect(item).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert kinds(document) == ["Linear", "Sigmoid", "Linear", "Tanh"]


def test_it_paints(parts):
    assert not parts[2].grab().isNull()

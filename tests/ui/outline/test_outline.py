"""The outline: the same document as a tree, by keyboard."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QLibraryInfo, QPoint, QPointF, Qt, QVersionNumber
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox

from bnsim.runner.data import DataReader
from bnsim.spec import edits
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import PALETTE, BatchNorm, Block, Dropout, Linear, Repeat, Sigmoid
from bnsim.spec.problems import Problem
from bnsim.spec.tree import walk
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import data_mime, layer_mime, loss_mime
from bnsim.ui.model.selection import Selection
from bnsim.ui.outline.tree import Outline

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def parts(qtbot):
    first = Stack(name="plain", layers=(Linear(8), Sigmoid(), Linear(10)))
    second = Stack(name="with BatchNorm", layers=(Linear(8), BatchNorm(), Linear(10)))
    document, selection = Document(Experiment(stacks=(first, second))), Selection()
    outline = Outline(document, selection)
    outline.show_data(DataReader().read(document.experiment.data))
    qtbot.addWidget(outline)
    outline.resize(260, 400)
    outline.show()
    return document, selection, outline


def tree(outline):
    lanes = [outline.topLevelItem(i) for i in range(outline.topLevelItemCount())]
    return [(lane.text(0), [name for i in range(lane.childCount()) for name in rows(lane.child(i))]) for lane in lanes]


def rows(row):
    return [row.text(0).split(" ×")[0], *(name for i in range(row.childCount()) for name in rows(row.child(i)))]


def expected(document):
    return [(stack.name, named(stack.layers, 0)[0]) for stack in document.experiment.stacks]


def named(layers, depth):
    """Names of the rows, and the depth behind them: copies count."""
    names = []
    for layer in layers:
        if isinstance(layer, Block):
            inner, after = named(layer.layers, depth)
            names += [type(layer).__name__, *inner]
            depth += (after - depth) * getattr(layer, "times", 1)
        else:
            depth += isinstance(layer, Linear)
            names.append(f"Linear {depth}" if isinstance(layer, Linear) else type(layer).__name__)
    return names, depth


def layer_id(document, lane, index):
    return document.experiment.stacks[lane].layers[index].id


def item(outline, lane, index):
    return outline.topLevelItem(lane).child(index)


def test_lanes_and_layers(parts):
    document, _, outline = parts
    assert outline.objectName() == "outline"
    assert tree(outline) == expected(document)
    assert item(outline, 0, 0).text(1) == "64 → 8"
    assert item(outline, 0, 0).data(0, Qt.ItemDataRole.AccessibleTextRole) == "Linear 1, 64 to 8"


def test_selection_both_ways(parts, qtbot):
    document, selection, outline = parts
    selection.set([layer_id(document, 1, 1)])
    assert item(outline, 1, 1).isSelected()
    assert outline.currentItem() is item(outline, 1, 1)
    qtbot.keyClick(outline, Qt.Key.Key_Down)
    assert selection.layer_ids == {layer_id(document, 1, 2)}
    assert selection.current == layer_id(document, 1, 2)
    selection.set([layer_id(document, 0, 0), layer_id(document, 0, 1)])
    assert {i.text(0) for i in outline.selectedItems()} == {"Linear 1", "Sigmoid"}


def test_delete(parts, qtbot):
    document, selection, outline = parts
    selection.set([layer_id(document, 0, 1)])
    qtbot.keyClick(outline, Qt.Key.Key_Delete)
    assert document.undo_stack.undoText() == "remove Sigmoid"
    assert tree(outline) == expected(document)
    document.undo_stack.undo()
    assert tree(outline) == expected(document)


def test_alt_and_arrows_move_within_and_between_lanes(parts, qtbot):
    document, selection, outline = parts
    moved = layer_id(document, 0, 1)
    selection.set([moved])
    qtbot.keyClick(outline, Qt.Key.Key_Down, ALT)
    assert [name for _, names in tree(outline)[:1] for name in names] == ["Linear 1", "Linear 2", "Sigmoid"]
    assert document.undo_stack.undoText() == "move Sigmoid"
    qtbot.keyClick(outline, Qt.Key.Key_Down, ALT)
    assert document.experiment.find(moved)[0].name == "with BatchNorm"
    assert tree(outline) == expected(document)
    assert selection.current == moved
    qtbot.keyClick(outline, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(outline, Qt.Key.Key_Up, ALT)
    assert tree(outline)[0][1] == ["Linear 1", "Sigmoid", "Linear 2"]


def test_f2_edits_units(parts, qtbot):
    document, selection, outline = parts
    selection.set([layer_id(document, 0, 0)])
    qtbot.keyClick(outline, Qt.Key.Key_F2)
    field = outline.findChild(QSpinBox)
    assert field is not None
    qtbot.keyClicks(field, "32")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.experiment.stacks[0].layers[0].units == 32)
    assert outline.findChild(QSpinBox) is None or not outline.findChild(QSpinBox).isVisible()
    assert document.undo_stack.undoText() == "set units to 32"
    assert document.undo_stack.count() == 1


def test_blocks_are_nested_and_alt_arrows_go_in_and_out(parts, qtbot):
    document, selection, outline = parts
    stack = document.experiment.stacks[0]
    grouped = edits.group_layers(document.experiment, [stack.layers[1].id], Repeat(times=3))
    document.push(grouped, "group")
    block = document.experiment.stacks[0].layers[1]
    assert tree(outline)[0][1] == ["Linear 1", "Repeat", "Sigmoid", "Linear 2"]
    row = item(outline, 0, 1)
    assert (row.text(0), row.text(1), row.isExpanded()) == ("Repeat ×3", "1 layer", True)
    inner = block.layers[0].id
    selection.set([inner])
    assert row.child(0).isSelected()
    qtbot.keyClick(outline, Qt.Key.Key_Down, ALT)
    assert [type(layer).__name__ for layer in document.experiment.stacks[0].layers] == [
        "Linear", "Repeat", "Sigmoid", "Linear",
    ]  # fmt: skip
    qtbot.keyClick(outline, Qt.Key.Key_Up, ALT)
    assert document.experiment.container(inner) == (block.id, 0)
    qtbot.keyClick(outline, Qt.Key.Key_Up, ALT)
    assert document.experiment.container(inner) == (stack.id, 1)
    qtbot.keyClick(outline, Qt.Key.Key_Down, ALT)
    assert document.experiment.container(inner) == (block.id, 0)
    qtbot.keyClick(outline, Qt.Key.Key_Delete)
    assert document.experiment.layers_of(block.id) == ()
    document.undo_stack.undo()
    document.push(edits.ungroup_layers(document.experiment, [block.id]), "ungroup")
    assert tree(outline) == expected(document)
    document.undo_stack.undo()
    assert tree(outline) == expected(document)


def drop_line(outline, mime, target, where):
    """Bring it over a line, to its top edge, middle or bottom edge, and let go."""
    rect = outline.visualItemRect(target)
    y = {"above": rect.top() + 1, "on": rect.center().y(), "below": rect.bottom()}[where]
    at = QPointF(rect.center().x(), y)
    actions, left, no_keys = outline.supportedDropActions(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    point = at if QLibraryInfo.version() >= QVersionNumber(6, 12) else at.toPoint()
    QApplication.sendEvent(outline.viewport(), QDragEnterEvent(point, actions, mime, left, no_keys))
    QApplication.sendEvent(outline.viewport(), QDragMoveEvent(point, actions, mime, left, no_keys))
    QApplication.sendEvent(outline.viewport(), QDropEvent(at, actions, mime, left, no_keys))


def test_lines_are_dragged_between_lines_into_blocks_and_lanes(parts):
    document, selection, outline = parts
    stack = document.experiment.stacks[0]
    document.push(edits.group_layers(document.experiment, [stack.layers[1].id], Repeat()), "group")
    first = stack.layers[0].id
    drop_line(outline, outline.mimeData([item(outline, 0, 0)]), item(outline, 0, 1), "on")
    assert tree(outline)[0][1] == ["Repeat", "Sigmoid", "Linear 1", "Linear 3"]
    assert document.undo_stack.undoText() == "move Linear"
    assert selection.layer_ids == {first}
    drop_line(outline, layer_mime("Tanh"), item(outline, 0, 0).child(1), "above")
    assert tree(outline)[0][1] == ["Repeat", "Sigmoid", "Tanh", "Linear 1", "Linear 3"]
    drop_line(outline, outline.mimeData([outline._items[first]]), item(outline, 1, 1), "below")
    assert tree(outline)[1][1] == ["Linear 1", "BatchNorm", "Linear 2", "Linear 3"]
    drop_line(outline, outline.mimeData([outline._items[first]]), outline.topLevelItem(0), "on")
    assert tree(outline)[0][1] == ["Repeat", "Sigmoid", "Tanh", "Linear 1", "Linear 2"]
    assert tree(outline) == expected(document)


def test_another_document_is_shown_whatever_the_same_ids_mean_in_it(parts):
    document, _, outline = parts
    before = document.experiment
    ids = [layer.id for stack in before.stacks for layer in stack.layers]
    block = Repeat(id=ids[-1], layers=(Linear(3, id=ids[0]), Sigmoid(id=ids[4])))
    document.replace(Experiment(stacks=(Stack(id=before.next_id, name="other", layers=(Dropout(), block)),)), None)
    assert tree(outline) == expected(document)
    drop_line(outline, layer_mime("Tanh"), item(outline, 0, 1), "on")
    assert tree(outline)[0][1] == ["Dropout", "Repeat", "Linear 1", "Sigmoid", "Tanh"]
    document.replace(before, None)
    assert tree(outline) == expected(document)


def test_a_block_is_not_dropped_into_itself(parts):
    document, _, outline = parts
    stack = document.experiment.stacks[0]
    document.push(edits.group_layers(document.experiment, [stack.layers[1].id], Repeat()), "group")
    before = document.experiment
    block = item(outline, 0, 1)
    drop_line(outline, outline.mimeData([block]), block.child(0), "above")
    assert document.experiment == before


def test_f2_edits_how_often_a_block_repeats(parts, qtbot):
    document, selection, outline = parts
    document.push(edits.insert_layer(document.experiment, document.experiment.stacks[0].id, 0, Repeat()), "insert")
    selection.set([layer_id(document, 0, 0)])
    qtbot.keyClick(outline, Qt.Key.Key_F2)
    field = outline.findChild(QSpinBox)
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.experiment.stacks[0].layers[0].times == 7)
    assert document.undo_stack.undoText() == "set times to 7"


def test_f2_edits_the_number_of_other_kinds_and_keeps_the_field_open_on_what_cannot_be(parts, qtbot):
    document, selection, outline = parts
    document.push(edits.insert_layer(document.experiment, document.experiment.stacks[0].id, 0, Dropout()), "insert")
    selection.set([layer_id(document, 0, 0)])
    qtbot.keyClick(outline, Qt.Key.Key_F2)
    field = outline.findChild(QLineEdit, "outline.number")
    assert field.accessibleName() == "p"
    qtbot.keyClicks(field, "3")
    assert field.property("invalid")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.keyClicks(field, "0.3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.experiment.stacks[0].layers[0].p == 0.3)
    assert document.undo_stack.undoText() == "set p to 0.3"


def test_a_lane_is_moved_renamed_and_removed_by_keys(parts, qtbot):
    document, _, outline = parts
    first, second = document.experiment.stacks
    outline.setCurrentItem(outline.topLevelItem(0))
    with qtbot.waitSignal(outline.rename_asked) as asked:
        qtbot.keyClick(outline, Qt.Key.Key_F2)
    assert asked.args == [first.id]
    qtbot.keyClick(outline, Qt.Key.Key_Down, ALT)
    assert [stack.id for stack in document.experiment.stacks] == [second.id, first.id]
    outline.setCurrentItem(outline.topLevelItem(1))
    qtbot.keyClick(outline, Qt.Key.Key_Delete)
    assert [stack.id for stack in document.experiment.stacks] == [second.id]
    assert document.undo_stack.undoText() == f"remove lane {first.name}"
    assert tree(outline) == expected(document)


def test_the_menu_key_asks_for_the_menu_of_the_line_it_is_on(parts, qtbot):
    document, selection, outline = parts
    outline.setCurrentItem(outline.topLevelItem(1))
    for expected_id in (document.experiment.stacks[1].id, 0):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
        with qtbot.waitSignal(outline.menu_asked) as asked:
            QApplication.sendEvent(outline.viewport(), event)
        assert asked.args[0] == expected_id
        selection.set([layer_id(document, 1, 1)])


def test_a_loss_dropped_on_a_line_is_that_of_its_lane(parts):
    document, _, outline = parts
    drop_line(outline, loss_mime("MSE"), item(outline, 1, 1), "below")
    assert [type(stack.loss).__name__ for stack in document.experiment.stacks] == ["CrossEntropy", "MSE"]
    drop_line(outline, data_mime("XOR"), item(outline, 0, 0), "on")
    assert type(document.experiment.data).__name__ == "XOR"
    assert document.undo_stack.count() == 2


def test_problems_in_words(parts):
    document, _, outline = parts
    stack = document.experiment.stacks[0]
    outline.show_problems((Problem(stack.id, stack.layers[2].id, "The last width is 8", "set it to 10 units"),))
    assert "The last width is 8" in item(outline, 0, 2).text(1)
    assert "set it to 10 units" in item(outline, 0, 2).toolTip(0)
    outline.show_problems(())
    assert item(outline, 0, 2).text(1) == "8 → 10"


def test_the_tree_equals_the_document_after_any_edits(parts):
    document, _, outline = parts
    chance = random.Random(3)
    for _ in range(150):
        experiment = document.experiment
        stack = chance.choice(experiment.stacks)
        index = chance.randint(0, len(stack.layers))
        layers = [layer for s in experiment.stacks for layer in walk(s.layers)]
        ids = [layer.id for layer in layers]
        containers = [stack.id, *(layer.id for layer in layers if isinstance(layer, Block))]
        act = chance.choice(["insert", "remove", "move", "move", "group", "ungroup", "undo", "redo"])
        if act == "insert":
            document.push(edits.insert_layer(experiment, stack.id, index, chance.choice(PALETTE)()), act)
        elif act == "undo":
            document.undo_stack.undo()
        elif act == "redo":
            document.undo_stack.redo()
        elif ids and act == "group":
            document.push(edits.group_layers(experiment, [chance.choice(ids)], Repeat()), act)
        elif act == "ungroup":
            if containers[1:]:
                document.push(edits.ungroup_layers(experiment, [chance.choice(containers[1:])]), act)
        elif ids and act == "remove":
            document.push(edits.remove_layers(experiment, [chance.choice(ids)]), act)
        elif ids:
            document.push(edits.move_layers(experiment, [chance.choice(ids)], chance.choice(containers), index), act)
        assert tree(outline) == expected(document)

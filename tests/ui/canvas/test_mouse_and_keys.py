"""Real mouse and key events on cards."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from bnsim.spec import edits
from bnsim.spec.layers import (
    ELU,
    PALETTE,
    BatchNorm,
    Dropout,
    Hardtanh,
    LayerBase,
    LayerNorm,
    LeakyReLU,
    Noise,
    Softplus,
)

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def click(bench, qtbot, name, keys=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(bench.canvas.viewport(), LEFT, keys, bench.at(name))


def editor(bench) -> QLineEdit | None:
    fields = [field for field in bench.canvas.viewport().findChildren(QLineEdit) if field.isVisible()]
    return fields[0] if fields else None


def test_click_ctrl_and_shift(bench, qtbot):
    click(bench, qtbot, "card:0:1")
    assert bench.selection.layer_ids == {bench.layer_id(0, 1)}
    assert bench.selection.current == bench.layer_id(0, 1)
    click(bench, qtbot, "card:1:1", CTRL)
    assert bench.selection.layer_ids == {bench.layer_id(0, 1), bench.layer_id(1, 1)}
    click(bench, qtbot, "card:1:1", CTRL)
    assert bench.selection.layer_ids == {bench.layer_id(0, 1)}
    click(bench, qtbot, "card:0:3", SHIFT)
    assert bench.selection.layer_ids == {bench.layer_id(0, i) for i in (1, 2, 3)}
    click(bench, qtbot, "data:0")
    assert bench.selection.layer_ids == frozenset()
    assert bench.selection.current == 0


def test_a_band_selects_what_it_touches(bench, qtbot):
    viewport = bench.canvas.viewport()
    start = bench.canvas.mapFromScene(bench.card("card:1:1").pos() + QPointF(-8, -5))
    qtbot.mousePress(viewport, LEFT, pos=start)
    qtbot.mouseMove(viewport, bench.at("card:1:2"))
    qtbot.mouseMove(viewport, bench.at("card:1:2") + QPoint(3, 3))
    qtbot.mouseRelease(viewport, LEFT, pos=bench.at("card:1:2"))
    assert bench.selection.layer_ids == {bench.layer_id(1, 1), bench.layer_id(1, 2)}


def test_selecting_items_and_selecting_ids_are_one(bench):
    bench.card("card:0:2").setSelected(True)
    assert bench.selection.layer_ids == {bench.layer_id(0, 2)}
    bench.selection.set([bench.layer_id(1, 0)])
    assert bench.card("card:1:0").isSelected()
    assert not bench.card("card:0:2").isSelected()


def test_delete_removes_the_selection_in_one_step(bench, qtbot):
    click(bench, qtbot, "card:0:1")
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Delete)
    assert bench.kinds(0) == ["Linear", "Linear", "Tanh", "Linear"]
    assert bench.undo_text() == "remove Sigmoid"
    bench.selection.set([bench.layer_id(0, 2), bench.layer_id(1, 1), bench.layer_id(1, 2)])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Delete)
    assert bench.undo_text() == "remove 3 layers"
    bench.assert_mirrors()
    bench.document.undo_stack.undo()
    bench.document.undo_stack.undo()
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "Tanh", "Linear"]
    bench.assert_mirrors()


@pytest.mark.parametrize("opened_by", ["F2", "Enter", "double-click"])
def test_units_are_edited_on_the_card(bench, qtbot, opened_by):
    click(bench, qtbot, "card:0:2")
    if opened_by == "double-click":
        qtbot.mouseDClick(bench.canvas.viewport(), LEFT, pos=bench.at("card:0:2"))
    else:
        qtbot.keyClick(bench.canvas, Qt.Key.Key_F2 if opened_by == "F2" else Qt.Key.Key_Return)
    field = editor(bench)
    assert field is not None
    qtbot.keyClicks(field, "128")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor(bench) is None
    assert bench.document.experiment.stacks[0].layers[2].units == 128
    assert bench.undo_text() == "set units to 128"
    assert bench.document.undo_stack.count() == 1
    assert bench.card("card:0:2").face.size == "32 → 128"
    assert bench.selection.layer_ids == {bench.layer_id(0, 2)}
    assert bench.canvas.hasFocus()


def test_escape_leaves_units_as_they_were(bench, qtbot):
    bench.selection.set([bench.layer_id(0, 0)])
    bench.canvas.edit_selected()
    field = editor(bench)
    qtbot.keyClicks(field, "99")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert editor(bench) is None
    assert bench.undo_text() == ""


@pytest.mark.parametrize("typed", ["0", "abc", "-3", "1.5", "70000"])
def test_units_that_cannot_be_are_refused_with_words(bench, qtbot, typed):
    bench.selection.set([bench.layer_id(0, 0)])
    bench.canvas.edit_selected()
    field = editor(bench)
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "whole number from 1 to 65,536" in bench.said[-1]
    assert bench.document.undo_stack.count() == 0
    assert editor(bench) is field
    qtbot.keyClicks(field, "16")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bench.document.experiment.stacks[0].layers[0].units == 16


def test_a_card_without_units_says_so(bench):
    bench.selection.set([bench.layer_id(0, 1)])
    bench.canvas.edit_selected()
    assert editor(bench) is None
    assert "Sigmoid" in bench.said[-1]


@pytest.mark.parametrize(
    ("layer", "typed", "field", "value", "undo"),
    [
        (Dropout(), "0.25", "p", 0.25, "set p to 0.25"),
        (Noise(), "2", "spread", 2.0, "set spread to 2"),
        (LeakyReLU(), "0,2", "negative_slope", 0.2, "set slope to 0.2"),
        (ELU(), "1.5", "alpha", 1.5, "set α to 1.5"),
        (Hardtanh(), "6", "max_val", 6.0, "set max to 6"),
        (Softplus(), "2", "beta", 2.0, "set β to 2"),
        (BatchNorm(), "none", "momentum", None, "set momentum to none"),
        (LayerNorm(), "1e-3", "eps", 1e-3, "set ε to 0.001"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, LayerBase) else "",
)
def test_the_main_number_of_other_kinds_is_edited_on_the_card(bench, qtbot, layer, typed, field, value, undo):
    bench.document.push(
        edits.insert_layer(bench.document.experiment, bench.document.experiment.stacks[0].id, 1, layer), "insert"
    )
    bench.selection.set([bench.layer_id(0, 1)])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_F2)
    qtbot.keyClicks(editor(bench), typed)
    qtbot.keyClick(editor(bench), Qt.Key.Key_Tab)
    assert editor(bench) is None
    assert getattr(bench.document.experiment.stacks[0].layers[1], field) == value
    assert bench.undo_text() == undo
    assert undo.removeprefix("set ").replace(" to ", " ") == bench.card("card:0:1").face.remark


@pytest.mark.parametrize("typed", ["1", "-0.1", "nan", "p", ""])
def test_a_number_out_of_range_is_marked_as_it_is_typed_and_refused(bench, qtbot, typed):
    stack = bench.document.experiment.stacks[0].id
    bench.document.push(edits.insert_layer(bench.document.experiment, stack, 1, Dropout()), "insert")
    bench.selection.set([bench.layer_id(0, 1)])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_F2)
    field = editor(bench)
    danger, fine = bench.canvas.card_style.theme.color("danger"), field.styleSheet()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, typed)
    assert danger in field.styleSheet()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor(bench) is field
    assert "p must be a number, at least 0 and less than 1" in bench.said[-1]
    qtbot.keyClicks(field, "0.3")
    assert field.styleSheet() == fine
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert bench.document.experiment.stacks[0].layers[1] == replace(Dropout(), id=bench.layer_id(0, 1))


def test_arrows_step_whole_numbers(bench, qtbot):
    bench.selection.set([bench.layer_id(0, 0)])
    qtbot.keyClick(bench.canvas, Qt.Key.Key_F2)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(editor(bench), key)
    qtbot.keyClick(editor(bench), Qt.Key.Key_Return)
    assert bench.document.experiment.stacks[0].layers[0].units == 33


def test_tab_and_arrows_go_from_card_to_card(bench, qtbot):
    bench.canvas.setFocus()
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Tab)
    assert bench.selection.current == bench.layer_id(0, 0)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Tab)
    assert bench.selection.current == bench.layer_id(0, 1)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Down)
    assert bench.selection.current == bench.layer_id(1, 2)  # the sigmoids share a column
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Up)
    assert bench.selection.current == bench.layer_id(0, 1)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Backtab)
    assert bench.selection.current == bench.layer_id(0, 0)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_End)
    assert bench.selection.current == bench.layer_id(0, 4)
    qtbot.keyClick(bench.canvas, Qt.Key.Key_Escape)
    assert bench.selection.current == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space])
def test_keys_of_the_transport_are_left_alone(bench, key):
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(bench.canvas, event)
    assert not event.isAccepted()


def test_the_canvas_equals_the_document_after_any_edits(bench):
    chance = random.Random(5)
    for _ in range(120):
        experiment = bench.document.experiment
        stack = chance.choice(experiment.stacks)
        ids = [layer.id for s in experiment.stacks for layer in s.layers]
        act = chance.choice(["insert", "insert", "remove", "move", "copy", "undo", "redo"])
        index = chance.randint(0, len(stack.layers))
        some = chance.sample(ids, min(len(ids), chance.randint(1, 3)))
        if act == "insert":
            bench.document.push(edits.insert_layer(experiment, stack.id, index, chance.choice(PALETTE)()), "insert")
        elif act == "remove":
            bench.document.push(edits.remove_layers(experiment, some), "remove")
        elif act == "move":
            bench.document.push(edits.move_layers(experiment, some, stack.id, index), "move")
        elif act == "copy":
            bench.document.push(edits.copy_layers(experiment, some, stack.id, index), "copy")
        elif act == "undo":
            bench.document.undo_stack.undo()
        else:
            bench.document.undo_stack.redo()
        bench.assert_mirrors()
        assert bench.selection.layer_ids <= {layer.id for s in bench.document.experiment.stacks for layer in s.layers}


def test_a_click_on_a_wire_asks_for_what_runs_there(bench, qtbot):
    asked = []
    bench.canvas.tensor_asked.connect(asked.append)
    canvas, m = bench.canvas, bench.canvas.card_style.metrics

    def wire(left: str, dy: float = 0.0) -> QPoint:
        card = bench.card(left)
        return canvas.mapFromScene(card.pos() + QPointF(m.card_width + 6, m.wire + dy))

    qtbot.mouseClick(canvas.viewport(), LEFT, pos=wire("card:0:1"))
    assert (asked, bench.selection.current) == (["value"], bench.layer_id(0, 1))
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=wire("data:0"))
    assert (asked[1:], bench.selection.current) == (["x"], bench.layer_id(0, 0))
    canvas.cards.lanes[bench.document.experiment.stacks[0].id].set_wave(("backward", 1))
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=wire("card:0:1"))
    assert asked[2:] == ["gradient"]
    qtbot.mouseClick(canvas.viewport(), LEFT, pos=wire("card:0:1", 20))
    assert asked[3:] == []
    assert not bench.selection.layer_ids


@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, CTRL])
def test_a_card_that_goes_while_it_is_pressed_is_not_selected(bench, qtbot, keys):
    viewport, at, gone = bench.canvas.viewport(), bench.at("card:0:2"), bench.layer_id(0, 2)
    qtbot.mousePress(viewport, LEFT, keys, at)
    bench.document.push(edits.remove_layers(bench.document.experiment, [gone]), "remove")
    qtbot.mouseMove(viewport, at + QPoint(40, 3))
    qtbot.mouseRelease(viewport, LEFT, keys, at)
    assert gone not in bench.selection.layer_ids
    assert bench.selection.current != gone
    bench.assert_mirrors()


def test_a_rubber_band_selects_nothing_that_has_gone(bench, qtbot):
    viewport, gone = bench.canvas.viewport(), bench.layer_id(0, 2)
    bench.selection.set([gone])
    corner = viewport.rect().bottomRight() - QPoint(5, 5)
    qtbot.mousePress(viewport, LEFT, SHIFT, corner)
    bench.document.push(edits.remove_layers(bench.document.experiment, [gone]), "remove")
    qtbot.mouseMove(viewport, corner - QPoint(30, 30))
    qtbot.mouseRelease(viewport, LEFT, SHIFT, corner - QPoint(30, 30))
    assert gone not in bench.selection.layer_ids
    bench.assert_mirrors()


def test_a_rubber_band_whose_release_never_came_ends(bench, qtbot):
    viewport = bench.canvas.viewport()
    corner = viewport.rect().bottomRight() - QPoint(5, 5)
    qtbot.mousePress(viewport, LEFT, pos=corner)
    at, none = QPointF(20, 20), Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), none, none, SHIFT)
    QApplication.sendEvent(viewport, move)
    assert not bench.selection.layer_ids
    assert not bench.canvas._gestures.busy
    qtbot.mouseRelease(viewport, LEFT, pos=corner)

"""Drops on the canvas's viewport: what they do to the document, and when they are refused."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QLabel

from bnsim.spec.datasets import TwoSpirals
from bnsim.ui.model.payloads import MIME_CARDS, MIME_LAYER, data_mime, layer_mime, loss_mime

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_layer_dropped_between_two_cards_is_inserted_there(bench):
    bench.drop(layer_mime("BatchNorm"), bench.between("card:0:0", "card:0:1"))
    assert bench.kinds(0) == ["Linear", "BatchNorm", "Sigmoid", "Linear", "Tanh", "Linear"]
    assert bench.undo_text() == "insert BatchNorm"
    assert bench.selection.layer_ids == {bench.layer_id(0, 1)}
    bench.assert_mirrors()
    bench.document.undo_stack.undo()
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "Tanh", "Linear"]
    bench.assert_mirrors()


@pytest.mark.parametrize(("left", "right", "index"), [("data:1", "card:1:0", 0), ("card:1:3", "loss:1", 4)])
def test_first_and_last_place_of_a_lane(bench, left, right, index):
    bench.drop(layer_mime("ReLU"), bench.between(left, right))
    assert bench.kinds(1)[index] == "ReLU"
    bench.assert_mirrors()


def test_a_gap_opens_where_the_card_will_land_and_closes_when_the_drag_leaves(bench):
    right = bench.card("card:0:3")
    x = right.x()
    at = bench.between("card:0:2", "card:0:3")
    assert bench.hover(layer_mime("BatchNorm"), at)
    marks = [item for item in bench.canvas.scene().items() if item.data(0) == "landing" and item.isVisible()]
    assert len(marks) == 1
    lane = [bench.card(name) for name in ("data:0", *(f"card:0:{i}" for i in range(5)), "loss:0")]
    mark = marks[0].sceneBoundingRect().center()
    assert all(not card.mapRectToScene(card.card_rect()).contains(mark) for card in lane)
    assert lane[3].x() < marks[0].x() < right.x()
    bench.leave()
    assert right.x() == x
    assert not marks[0].isVisible()
    assert bench.document.undo_stack.count() == 0


def test_cards_are_reordered(bench):
    bench.drop(bench.carried("card:0:3"), bench.between("card:0:0", "card:0:1"))
    assert bench.kinds(0) == ["Linear", "Tanh", "Sigmoid", "Linear", "Linear"]
    assert bench.undo_text() == "move Tanh"
    bench.assert_mirrors()


def test_a_card_keeps_its_item_and_id_when_it_moves_to_the_other_lane(bench):
    moved, layer_id = bench.card("card:1:1"), bench.layer_id(1, 1)
    bench.drop(bench.carried("card:1:1"), bench.between("card:0:0", "card:0:1"))
    assert bench.kinds(0)[1] == "BatchNorm"
    assert "BatchNorm" not in bench.kinds(1)
    assert bench.layer_id(0, 1) == layer_id
    assert bench.card("card:0:1") is moved
    bench.assert_mirrors()


def test_ctrl_copies(bench):
    bench.drop(bench.carried("card:1:1", "card:1:2"), bench.between("card:0:2", "card:0:3"), CTRL)
    assert bench.kinds(0) == ["Linear", "Sigmoid", "Linear", "BatchNorm", "Sigmoid", "Tanh", "Linear"]
    assert bench.kinds(1) == ["Linear", "BatchNorm", "Sigmoid", "Linear"]
    assert bench.undo_text() == "copy 2 layers"
    assert bench.selection.layer_ids == {bench.layer_id(0, 3), bench.layer_id(0, 4)}
    bench.assert_mirrors()


def test_a_card_dropped_where_it_stands_changes_nothing(bench):
    bench.drop(bench.carried("card:0:1"), bench.between("card:0:1", "card:0:2"))
    assert bench.document.undo_stack.count() == 0


def test_drops_that_make_no_sense_are_refused_with_words(bench):
    before = bench.document.experiment
    data = bench.card("data:0")
    left_of_data = bench.canvas.mapFromScene(QPointF(data.x() + 2, data.y() + 20))
    right_of_loss = bench.at("loss:0") + QPoint(60, 0)
    below = bench.canvas.mapFromScene(QPointF(200, bench.canvas.cards.layout.height + 20))
    for at, word in ((left_of_data, "data"), (right_of_loss, "loss"), (below, "lane")):
        bench.said.clear()
        assert not bench.hover(layer_mime("BatchNorm"), at)
        bench.drop(layer_mime("BatchNorm"), at)
        assert bench.said
        assert all(word in words for words in bench.said)
    assert bench.document.experiment is before


@pytest.mark.parametrize(
    ("mime_type", "content"), [(MIME_LAYER, b"Nonsense"), (MIME_CARDS, b"\xff{"), (MIME_CARDS, b"{}")]
)
def test_what_cannot_be_read_is_refused(bench, mime_type, content):
    mime = QMimeData()
    mime.setData(mime_type, content)
    bench.drop(mime, bench.at("card:0:1"))
    assert bench.said
    assert bench.document.undo_stack.count() == 0


def test_cards_of_another_window_are_refused(bench):
    mime = bench.carried("card:0:1")
    content = bytes(mime.data(MIME_CARDS).data()).replace(b'"document":"', b'"document":"other')
    mime.setData(MIME_CARDS, content)
    bench.drop(mime, bench.at("card:0:3"))
    assert "another window" in bench.said[-1]


def test_a_dropped_file_is_announced_and_others_are_refused(bench, qtbot):
    mime = QMimeData()
    for path in ("/somewhere/twin.bnsim", "/somewhere/mine.CSV", "/somewhere/mine.npz"):
        mime.setUrls([QUrl.fromLocalFile(path)])
        with qtbot.waitSignal(bench.canvas.file_dropped) as dropped:
            bench.drop(mime, QPoint(5, 5))
        assert dropped.args == [path]
    mime.setUrls([QUrl.fromLocalFile("/somewhere/song.mp3")])
    bench.drop(mime, QPoint(5, 5))
    assert ".bnsim" in bench.said[-1]


def landings(bench):
    return [item for item in bench.canvas.scene().items() if item.data(0) == "landing" and item.isVisible()]


def test_data_lands_anywhere_and_marks_the_data_of_every_lane(bench):
    assert bench.hover(data_mime("TwoSpirals"), bench.at("card:1:2"))
    assert {(mark.x(), mark.y()) for mark in landings(bench)} == {
        (bench.card(name).x(), bench.card(name).y()) for name in ("data:0", "data:1")
    }
    bench.leave()
    assert not landings(bench)
    bench.selection.set([bench.layer_id(0, 0)])
    bench.drop(data_mime("TwoSpirals"), bench.at("card:1:2"))
    assert not landings(bench)
    assert bench.document.experiment.data == TwoSpirals()
    assert bench.undo_text() == "use Two spirals as data"
    assert bench.card("data:1").face.title == "TwoSpirals"
    assert not bench.selection.layer_ids  # the inspector shows the data


def test_own_data_asks_which_file(bench, qtbot):
    with qtbot.waitSignal(bench.canvas.own_file_asked):
        bench.drop(data_mime("FileData"), bench.at("data:0"))
    assert bench.document.undo_stack.count() == 0


def test_a_loss_lands_on_its_lane(bench):
    assert bench.hover(loss_mime("MSE"), bench.at("card:1:0"))
    (mark,) = landings(bench)
    assert (mark.x(), mark.y()) == (bench.card("loss:1").x(), bench.card("loss:1").y())
    bench.drop(loss_mime("MSE"), bench.at("card:1:0"))
    assert [type(stack.loss).__name__ for stack in bench.document.experiment.stacks] == ["CrossEntropy", "MSE"]
    assert bench.undo_text() == "set loss to Mean squared error"
    below = bench.canvas.mapFromScene(QPointF(200, bench.canvas.cards.layout.height + 20))
    assert not bench.hover(loss_mime("MSE"), below)
    assert "lane" in bench.said[-1]


def test_why_a_drop_is_refused_stands_beside_the_pointer_until_the_drag_ends(bench):
    words = bench.canvas.viewport().findChild(QLabel, "canvas.why")
    at = bench.canvas.mapFromScene(QPointF(bench.card("data:0").x() + 2, bench.card("data:0").y() + 20))
    bench.hover(layer_mime("BatchNorm"), at)
    assert words.isVisible()
    assert "before the data" in words.text()
    assert bench.canvas.viewport().rect().contains(words.geometry())
    assert bench.hover(layer_mime("BatchNorm"), bench.between("card:0:0", "card:0:1"))
    assert not words.isVisible()
    bench.hover(layer_mime("BatchNorm"), at)
    bench.leave()  # Escape comes to the target as this
    assert not words.isVisible()
    assert bench.document.undo_stack.count() == 0


def test_a_drag_near_the_edge_scrolls_until_it_leaves(bench, qtbot):
    bench.canvas.resize(500, 480)
    QApplication.processEvents()
    bar = bench.canvas.horizontalScrollBar()
    bar.setValue(bar.minimum())
    edge = QPoint(bench.canvas.viewport().width() - 8, 150)
    bench.hover(layer_mime("BatchNorm"), edge)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    bench.hover(layer_mime("BatchNorm"), QPoint(8, 150))
    qtbot.waitUntil(lambda: bar.value() == bar.minimum())
    timers = [timer for timer in bench.canvas.findChildren(QTimer) if timer.isActive()]
    assert timers
    bench.leave()
    assert not any(timer.isActive() for timer in timers)


@pytest.mark.parametrize(
    ("mime", "why"),
    [(data_mime("Nonsense"), "nothing called 'Nonsense'"), (loss_mime("Nonsense"), "nothing called 'Nonsense'")],
)
def test_unknown_data_and_losses_are_refused(bench, mime, why):
    bench.drop(mime, bench.at("card:0:1"))
    assert why in bench.said[-1]
    assert bench.document.undo_stack.count() == 0


def test_far_out_drops_land_between_the_same_cards(bench):
    bench.canvas.resize(240, 300)
    bench.canvas.zoom.fit()
    assert bench.canvas.zoom.factor < 0.3
    bench.drop(layer_mime("BatchNorm"), bench.between("card:0:0", "card:0:1"))
    assert bench.kinds(0)[:3] == ["Linear", "BatchNorm", "Sigmoid"]
    bench.assert_mirrors()

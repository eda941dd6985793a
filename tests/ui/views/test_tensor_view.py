"""The tensor view in the window: choosing, pointing, pinning, copying; every number on screen is the engine's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

import bnsim as bn
from bnsim.session.arrays import Tensor
from bnsim.spec import edits
from bnsim.ui.model.payloads import carrying_picture
from bnsim.ui.window import dialogs
from tests.ui.reading import compiled, settled_tensor

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from bnsim.ui.views.tensor.view import TensorView
    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture
def digits() -> bn.Experiment:
    layers = (bn.Linear(12), bn.BatchNorm(), bn.ReLU(), bn.Repeat(layers=(bn.Linear(12), bn.Tanh()), times=3))
    stack = bn.Stack(name="one", layers=(*layers, bn.Linear(10)))
    return bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=16), stacks=(stack,))


@pytest.fixture
def window(open_window: Callable[..., MainWindow], digits: bn.Experiment) -> MainWindow:
    opened = open_window(digits)
    opened.shelf.bring_up("tensor")
    opened.step("iteration")
    settled_tensor(opened)
    return opened


def show(window: MainWindow, path: tuple[int, ...], name: str = "value") -> TensorView:
    window.show_tensor(Tensor(window.document.experiment.stacks[0].id, path, name))
    return settled_tensor(window)


def lane(window: MainWindow):
    return compiled(window).lanes[0]


def select(window: MainWindow, index: int) -> TensorView:
    window.selection.set([window.document.experiment.stacks[0].layers[index].id])
    return settled_tensor(window)


def test_the_selected_cards_output_is_shown(window: MainWindow) -> None:
    view = select(window, 1)
    assert view.page.title.text() == "BatchNorm 1"
    assert view.page.chooser.currentText() == "y  ·  output"
    assert "16 samples × 12 units" in view.page.about.words
    np.testing.assert_array_equal(view.page.map.seen.values, lane(window).value(1))


def test_the_chooser_offers_every_tensor_of_the_layer(window: MainWindow) -> None:
    view = select(window, 1)
    chooser = view.page.chooser
    for name, text in (("dweight", "dγ"), ("running_var", "running σ²"), ("x̂", "x̂"), ("gradient", "dy")):
        place = [chooser.itemData(k) for k in range(chooser.count())].index(name)
        chooser.setCurrentIndex(place)
        chooser.activated.emit(place)
        settled_tensor(window)
        assert chooser.currentText().startswith(text)
        assert view.tensor == Tensor(window.document.experiment.stacks[0].id, (1,), name)


def test_the_same_tensor_of_the_next_selected_card(window: MainWindow) -> None:
    select(window, 1)
    show(window, (1,), "gradient")
    assert select(window, 2).page.chooser.currentText() == "dy  ·  gradient of y"
    select(window, 1)
    show(window, (1,), "x̂")
    assert select(window, 2).page.chooser.currentText() == "y  ·  output"


def test_nothing_selected_follows_the_run(window: MainWindow) -> None:
    window.reset()
    view = settled_tensor(window)
    titles = []
    for _ in range(3):
        window.step("layer")
        settled_tensor(window)
        titles.append((view.page.title.text(), view.page.chooser.currentText()))
    assert titles == [("Linear 1", "z  ·  output"), ("BatchNorm 1", "y  ·  output"), ("ReLU 1", "y  ·  output")]
    assert "latest" in view.page.subtitle.text()


def test_copies_of_a_block_can_be_told_apart(window: MainWindow) -> None:
    inner = window.document.experiment.stacks[0].layers[3].layers[0]
    window.selection.set([inner.id])
    view = settled_tensor(window)
    assert view.page.copy.isVisible()
    view.page.copy.setValue(3)
    settled_tensor(window)
    np.testing.assert_array_equal(view.page.map.seen.values, lane(window).value((3, 2, 0)))
    assert view.page.copy.text() == "copy 3 of 3"


def test_every_number_of_the_summary_is_the_engines(window: MainWindow) -> None:
    view = show(window, (0,), "dweight")
    array = lane(window).gradients()["0.weight"]
    said = {name: label.text().replace("−", "-") for name, label in view.page.summary.numbers.items()}
    for name, value in (
        ("mean", array.mean()),
        ("std", array.std()),
        ("low", array.min()),
        ("high", array.max()),
        ("norm", np.linalg.norm(array)),
    ):
        assert said[name] == f"{value:.5g}"
    share = 100 * np.count_nonzero(array == 0) / array.size
    assert said["zeros"] == f"{share:.3g} %"
    assert said["subnormals"] == said["non_finite"] == "none"


def test_mouse_and_keys_tell_row_column_and_exact_value(window: MainWindow, qtbot: QtBot) -> None:
    view = show(window, (0,))
    array, drawing = lane(window).value(0), view.page.map
    qtbot.mouseMove(drawing, drawing.element_rect((3, 7)).center().toPoint())
    exact = str(array[3, 7]).replace("-", "−")
    assert view.page.readout.words == f"sample 3, unit 7: {exact}"
    drawing.setFocus()
    qtbot.keyClick(drawing, Qt.Key.Key_Down)
    qtbot.keyClick(drawing, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.page.readout.words.startswith("sample 4, unit 8: ")
    assert float(view.page.readout.words.split(": ")[1].replace("−", "-")) == array[4, 8]


def test_a_click_chooses_sample_and_unit(window: MainWindow, qtbot: QtBot) -> None:
    view = show(window, (0,))
    drawing = view.page.map
    with qtbot.waitSignal(view.element_chosen) as told:
        qtbot.mouseClick(drawing, Qt.MouseButton.LeftButton, pos=drawing.element_rect((5, 2)).center().toPoint())
    assert told.args == [view.tensor, 5, 2]
    window.step("iteration")
    settled_tensor(window)
    assert view.page.readout.words.startswith("sample 5, unit 2: ")
    assert float(view.page.readout.words.split(": ")[1].replace("−", "-")) == lane(window).value(0)[5, 2]


def test_cells_have_their_sign_and_zero_is_neutral(window: MainWindow) -> None:
    view = show(window, (2,), "gradient")
    array, drawing = lane(window).gradient(2), view.page.map
    image: QImage = drawing.grab().toImage()
    theme = window._appearance.theme
    low, high = np.unravel_index(array.argmin(), array.shape), np.unravel_index(array.argmax(), array.shape)
    limit = np.abs(array).max()
    for place, name in ((low, "negative"), (high, "positive")):
        if abs(array[place]) == limit:
            center = drawing.element_rect((int(place[0]), int(place[1]))).center().toPoint()
            assert image.pixelColor(center * image.devicePixelRatio()).name() == theme.color(name)
    view = show(window, (2,))
    relu, image = lane(window).value(2), drawing.grab().toImage()
    row, column = (int(k) for k in np.argwhere(relu == 0)[0])
    center = drawing.element_rect((row, column)).center().toPoint()
    assert image.pixelColor(center * image.devicePixelRatio()).name() == theme.color("zero")


def test_pictures_of_the_batch_and_of_the_first_weights(window: MainWindow, qtbot: QtBot) -> None:
    view = show(window, (0,), "x")
    grid = view.page.pictures
    assert view.page.shown is grid
    batch = lane(window).inputs()
    qtbot.mouseMove(grid, grid.element_rect((2, 8 * 3 + 5)).center().toPoint())
    assert view.page.readout.words == f"sample 2, input 29: {batch[2, 29]}"
    # The picture's pixel is the darkest where the digit is: rows go down, columns to the right.
    image = grid.grab().toImage()
    shades = [
        [image.pixelColor(grid.element_rect((2, 8 * i + j)).center().toPoint()).lightness() for j in range(8)]
        for i in range(8)
    ]
    assert np.corrcoef(np.ravel(shades), batch[2])[0, 1] < -0.9
    assert show(window, (0,), "weight").page.shown is grid
    assert show(window, (0,), "value").page.shown is view.page.map
    show(window, (0,), "x")
    view.page.kinds.setCurrentIndex(1)
    assert show(window, (0,), "weight").page.shown is view.page.map


def test_vectors_are_stems(window: MainWindow, qtbot: QtBot) -> None:
    view = show(window, (1,), "μ")
    stems = view.page.stems
    assert view.page.shown is stems
    assert view.page.kinds.tabText(1) == "Stems"
    mean = lane(window).value(0).mean(axis=0)
    qtbot.mouseMove(stems, stems.element_rect((0, 4)).center().toPoint())
    words = view.page.readout.words
    assert words.startswith("unit 4: ")
    assert float(words.split(": ")[1].replace("−", "-")) == pytest.approx(mean[4])


def test_not_computed_yet_is_dashed_and_says_what_will(window: MainWindow) -> None:
    window.step("layer")
    settled_tensor(window)
    view = show(window, (1,), "dweight")
    assert view.page.shown is view.page.empty_note
    assert view.page.empty_note.text() == "Not computed yet: dγ comes with “dγ”, in the backward pass."
    assert view.page.summary.numbers["mean"].text() == "–"
    window.resize(1100, 460)
    settled_tensor(window)
    note = view.page.empty_note
    assert note.height() >= note.heightForWidth(note.width())


def test_the_table_shows_and_copies_exact_numbers(window: MainWindow, qtbot: QtBot) -> None:
    view = show(window, (0,))
    view.page.kinds.setCurrentIndex(3)
    settled_tensor(window)
    array, table = lane(window).value(0), view.page.table
    model = table.model()
    assert (model.rowCount(), model.columnCount()) == array.shape
    assert model.data(model.index(3, 4)) == f"{array[3, 4]:.6g}".replace("-", "−")
    view.page.all_digits.setChecked(True)
    assert float(model.data(model.index(3, 4)).replace("−", "-")) == array[3, 4]
    view.page.all_digits.setChecked(False)
    table.selectAll()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = [[float(cell) for cell in line.split("\t")] for line in QGuiApplication.clipboard().text().split("\n")]
    np.testing.assert_array_equal(copied, array)
    assert not window.selection.layer_ids, "cards were not what was copied"
    table.clearSelection()
    table.setCurrentIndex(model.index(2, 3))
    assert table.tsv() == str(array[2, 3])


def test_pins_are_live_follow_their_layer_and_go_with_it(window: MainWindow) -> None:
    view = show(window, (2,))
    view.page.pin.click()
    show(window, (2,), "gradient").page.pin.click()
    settled_tensor(window)
    assert [tensor.name for tensor in view.pins] == ["value", "gradient"]
    assert view.page.pin.isChecked()
    texts = [pin.norm.words.split(" · ")[0] for pin in view.page.pins.pins]
    assert texts == [f"norm {np.linalg.norm(a):.4g}" for a in (lane(window).value(2), lane(window).gradient(2))]
    window.step("iteration")
    settled_tensor(window)
    assert view.page.pins.pins[0].norm.words == f"norm {np.linalg.norm(lane(window).value(2)):.4g} · one"
    # A layer put in front of it moves it; the pin goes along.
    experiment = window.document.experiment
    window.document.push(edits.insert_layer(experiment, experiment.stacks[0].id, 0, bn.Linear(64)), "insert")
    settled_tensor(window)
    assert [tensor.path for tensor in view.pins] == [(3,), (3,)]
    view.page.pins.pins[0]._open.click()
    settled_tensor(window)
    assert (view.tensor.path, view.tensor.name) == ((3,), "value")
    view.page.pins.pins[1]._away.click()
    settled_tensor(window)
    assert [tensor.name for tensor in view.pins] == ["value"]
    experiment = window.document.experiment
    window.document.push(edits.remove_layers(experiment, [experiment.stacks[0].layers[3].id]), "remove")
    settled_tensor(window)
    assert view.pins == ()
    assert not view.page.pins.isVisible()


def test_menu_and_keys_open_it(window: MainWindow) -> None:
    select(window, 1)
    window.actions_by_name["view.gradient"].trigger()
    view = settled_tensor(window)
    assert view.isVisible()
    assert view.tensor.name == "gradient"
    window.actions_by_name["view.output"].trigger()
    assert settled_tensor(window).tensor.name == "value"


def test_numbers_and_picture_are_exported(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(window)
    view = show(window, (0,))
    monkeypatch.setattr(dialogs, "ask_export", lambda parent, name, suffix: tmp_path / f"{name}.{suffix}")
    actions = {action.objectName(): action for action in view.menu.actions()}
    actions["tensor.export.csv"].trigger()
    settled_tensor(window)
    np.testing.assert_array_equal(np.loadtxt(tmp_path / "tensor.csv", delimiter=","), lane(window).value(0))
    actions["tensor.export.png"].trigger()
    qtbot.waitUntil((tmp_path / "tensor.png").exists)
    assert QImage(str(tmp_path / "tensor.png")).width() > 300
    QGuiApplication.clipboard().setText("before")
    actions["tensor.copy"].trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().mimeData().hasImage())
    assert QGuiApplication.clipboard().image().width() > 300
    assert carrying_picture(QGuiApplication.clipboard().mimeData()) is not None
    QGuiApplication.clipboard().clear()


def test_what_is_not_finite_is_hatched(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    stack = bn.Stack(layers=(*[bn.Linear(4, init=bn.Constant(1e6))] * 6, bn.Linear(2)))
    training = bn.Training(batch_size=8, precision="float32")
    window = open_window(bn.Experiment(data=bn.XOR(), training=training, stacks=(stack,)))
    window.shelf.bring_up("tensor")
    for _ in range(6):
        window.step("layer")
    view = show(window, (5,))
    assert view.page.summary.numbers["non_finite"].text() != "none"
    drawing = view.page.map
    row, column = (int(k) for k in np.argwhere(~np.isfinite(drawing.seen.values))[0])
    qtbot.mouseMove(drawing, drawing.element_rect((row, column)).center().toPoint())
    assert "∞" in view.page.readout.words
    image = drawing.grab().toImage()
    around = drawing.element_rect((row, column)).toRect().adjusted(3, 3, -3, -3)
    xs, ys = range(around.left(), around.right()), range(around.top(), around.bottom())
    shades = {image.pixelColor(x, y).name() for x in xs for y in ys}
    assert len(shades) > 1


def test_a_large_tensor_scrolls_to_numbers_that_are_not_at_hand(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    stack = bn.Stack(layers=(bn.Linear(1200), bn.Linear(1200), bn.Linear(2)))
    window = open_window(bn.Experiment(data=bn.XOR(samples=8), training=bn.Training(batch_size=4), stacks=(stack,)))
    window.shelf.bring_up("tensor")
    view = show(window, (1,), "weight")
    view.page.kinds.setCurrentIndex(3)
    table, weights = view.page.table, compiled(window).lanes[0].state_dict()["1.weight"]
    model = table.model()
    assert (model.rowCount(), model.columnCount()) == (1200, 1200)
    table.scrollTo(model.index(1100, 1000))
    table.viewport().repaint()
    settled_tensor(window)
    assert model.data(model.index(1100, 1000)) == f"{weights[1100, 1000]:.6g}".replace("-", "−")
    assert "a cell is the largest of 5 × 5" in view.page.about.words
    table.selectAll()
    table.copy()
    assert "too many numbers to copy" in window.messages.message.text()

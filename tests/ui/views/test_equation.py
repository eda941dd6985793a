"""What a person sees and does in the equation view, held against the session."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QApplication, QScrollArea

import bnsim as bn
from bnsim.lenses.equations.markup import Atom, Row, latex, number
from bnsim.plot.theme import THEMES, contrast, load_theme
from bnsim.runner.orders import Seek
from bnsim.session.arrays import Tensor, read
from bnsim.ui.views.equation.view import EquationView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

OpenWindow = Callable[..., "MainWindow"]


def opened(open_window: OpenWindow, experiment: bn.Experiment) -> tuple[MainWindow, EquationView]:
    window = open_window(experiment)
    window.shelf.bring_up("equation")
    view = window.shelf.view("equation")
    assert isinstance(view, EquationView)
    settled(window, view)
    return window, view


def settled(window: MainWindow, view: EquationView) -> None:
    for _ in range(3):
        window.settle()
        QApplication.processEvents()
        view.setter.wait()
        QApplication.processEvents()


def step_to(window: MainWindow, view: EquationView, key: str) -> None:
    for _ in range(200):
        window.step("op")
        window.settle()
        if view.page.shown is not None and view.page.shown.key == key:
            settled(window, view)
            return
    raise AssertionError(f"never came by {key}")


@pytest.fixture
def one(small: bn.Experiment) -> bn.Experiment:
    return bn.Experiment(data=small.data, training=small.training, stacks=small.stacks[1:])


def test_stepping_shows_the_formula_and_the_number_in_memory(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    assert "Nothing has been computed yet" in view.page.subtitle.text()
    step_to(window, view, "bn variance")
    view.choose(unit=3)
    settled(window, view)
    assert view.page.title.text() == "BatchNorm 1 · ▶ forward · variance"
    assert "Ioffe" in view.page.source.text()
    session = bn.Session(one)
    for _ in range(4):
        session.step("op")
    variance = read(session, Tensor(session.lanes[0].stack.id, (1,), "σ²"))
    assert variance is not None
    line = view.page.shown.lines[0]
    assert line.value == pytest.approx(variance[3])
    assert line.result == number(float(variance[3]), 6, line.result.mark, element=(3,))
    block = view.page.blocks[0]
    assert block.formula.isVisible()
    assert block.formula.height() > 20
    assert block.numbers.isVisible()


def test_a_click_on_a_symbol_shows_its_tensor(open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn normalize")
    named = {each.symbol: each for each in view.page.shown.named}
    formula = view.page.blocks[0].formula
    spot = formula.zone(named[r"\mu"].mark)
    assert not spot.isEmpty()
    with qtbot.waitSignal(view.tensor_chosen) as caught:
        qtbot.mouseClick(formula, Qt.MouseButton.LeftButton, pos=spot.center().toPoint())
    assert caught.args == [Tensor(one.stacks[0].id, (1,), "μ")]


def test_the_list_of_symbols_is_used_by_keyboard(open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "linear without bias")
    where = view.page.where
    texts = [where.item(row).text() for row in range(where.count())]
    assert texts == [
        "the mini-batch, 16 × 2",
        "the weights of Linear 1, 4 × 2",
        "the output of Linear 1, 16 × 4",
    ]
    where.setFocus()
    where.setCurrentRow(1)
    with qtbot.waitSignal(view.tensor_chosen) as caught:
        qtbot.keyClick(where, Qt.Key.Key_Return)
    assert caught.args[0].name == "weight"


def test_the_element_is_chosen_by_hand_and_kept(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "sigmoid")
    first = view.page.shown.lines[0].value
    view.page.spins["i"].setValue(5)
    view.page.spins["j"].setValue(2)
    settled(window, view)
    shown = view.page.shown
    assert [(axis.word, axis.at) for axis in shown.axes] == [("sample", 5), ("unit", 2)]
    assert shown.lines[0].value != first
    step_to(window, view, "bn dx")
    assert [axis.at for axis in view.page.shown.axes] == [5, 2]
    view.choose_element(Tensor(one.stacks[0].id, (0,), "weight"), 3, 1)
    assert view.page.element() == (5, 3, 1)
    view.choose_element(Tensor(one.stacks[0].id, (1,), "weight"), None, 2)  # γ has units alone
    assert view.page.element() == (5, 2, 1)


def test_the_gradient_of_an_input_is_chosen_by_input(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "sigmoid")
    assert view.page._labels["j"].text() == "unit"
    step_to(window, view, "linear dx")
    assert [(axis.word, axis.count) for axis in view.page.shown.axes] == [("sample", 16), ("input", 4)]
    assert view.page._labels["j"].text() == "input"


def test_dx_of_a_batchnorm_has_three_parts(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn dμ")
    assert not view.page.parts.isVisible()
    step_to(window, view, "bn dx")
    assert view.page.parts.isVisible()
    parts = view.page.parts.parts
    assert parts is not None
    assert math.fsum(part.value for part in parts.parts) == pytest.approx(parts.total.value)
    assert "through σ²" in view.page.parts.accessibleName()


def test_copy_as_latex(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    said: list[str] = []
    view.refused.connect(said.append)
    window.actions_by_name["equation.copy"].trigger()
    assert said == ["There is no equation to copy yet: step once."]
    step_to(window, view, "sgd")
    window.actions_by_name["equation.copy"].trigger()
    text = QGuiApplication.clipboard().text()
    assert r"\leftarrow" in text
    assert r"\frac{\partial \ell}{\partial w_{jk}}" in text
    assert "color" not in text


def test_equation_and_chain_rule_are_exported_with_their_latex(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    assert view.exportable() is None
    step_to(window, view, "bn dx")
    equation = view.exportable()
    assert equation is not None
    assert equation.make is not None
    assert view.page.shown is not None
    drawn = equation.make()
    assert view.page.shown.latex() in drawn.text
    assert "iteration 0" in drawn.description
    view.show_chain()
    settled(window, view)
    chain = view.exportable()
    assert chain is not None
    assert chain.make is not None
    assert r"\underbrace" in chain.make().text


def test_next_is_said_to_be_next(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn mean")
    view.next.click()
    settled(window, view)
    assert view.page.shown.key == "bn variance"
    assert not view.page.shown.done
    assert "not carried out yet" in view.page.blocks[0].words.text()


def test_the_chain_rule_page_has_each_layers_factor(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    view.show_chain()
    settled(window, view)
    assert "No gradient yet" in view.chain.verdict.text()
    window.step("iteration")
    settled(window, view)
    session = bn.Session(one)
    session.step("iteration")
    lane = session.lanes[0]
    norms = [float(np.linalg.norm(lane.gradient(layer))) for layer in range(4)]
    rows = view.chain.rows
    assert [rows.item(row).text().split(":")[0] for row in range(rows.count())] == [
        "Linear 2",
        "Sigmoid 1",
        "BatchNorm 1",
        "Linear 1",
    ]
    links = [rows.item(row).data(Qt.ItemDataRole.UserRole) for row in range(rows.count())]
    assert [link.factor for link in links[:3]] == pytest.approx([norms[k - 1] / norms[k] for k in (3, 2, 1)])
    assert links[2].product == pytest.approx(norms[0] / norms[3])
    rows.itemClicked.emit(rows.item(2))
    assert window.selection.current == one.stacks[0].layers[1].id


@pytest.mark.parametrize("width", [1100, 1700])
def test_lines_of_an_equation_never_overlap(open_window: OpenWindow, one: bn.Experiment, width: int) -> None:
    window, view = opened(open_window, one)
    window.resize(width, 700)
    for _ in range(14):
        window.step("op")
        settled(window, view)
        for block in view.page.blocks:
            if block.isVisible():
                shown = [part for part in (block.formula, block.numbers, block.result) if part.isVisible()]
                assert all(part.height() >= part.heightForWidth(part.width()) for part in shown)
        places = [block.geometry() for block in view.page.blocks if block.isVisible()]
        assert all(first.bottom() < second.top() for first, second in pairwise(places))


def test_a_narrow_column_breaks_lines(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn dx")
    numbers = view.page.blocks[0].numbers
    assert numbers.heightForWidth(200) > numbers.heightForWidth(600)
    assert numbers.mapTo(view, QPoint(0, 0)).x() >= 0


@pytest.mark.parametrize("width", [90, 130, 400])
def test_an_operations_second_equation_begins_a_line(open_window: OpenWindow, one: bn.Experiment, width: int) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn running")
    row = view.page.operations.lit
    assert row is not None
    row.formula.resize(width, 200)
    spots = row.formula._spots
    starts = [k for k, spot in enumerate(spots) if spot.x == 0.0]
    assert len(starts) == len(view.page.shown.lines) > 1
    assert all(spots[k].y > max(spot.y for spot in spots[:k]) for k in starts[1:])


@pytest.mark.parametrize("name", THEMES)
def test_colors_of_tensors_can_be_read(name: str) -> None:
    theme = load_theme(name)
    colors = {key: value for key, value in theme.colors.items() if key.startswith("tensor-")}
    assert len(colors) >= 10
    for key, value in colors.items():
        for behind in ("window", "surface", "accent-soft"):
            assert contrast(value, theme.color(behind)) >= 4.5, (key, behind)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-1.5, "-1.500"),
        (64.0, "64"),
        (0.0012345, "0.001234"),
        (123456.7, "123457"),
        (math.nan, r"\mathrm{NaN}"),
        (-math.inf, r"-\infty"),
        (-2.5e-7, r"-2.500{\times}{10}^{-7}"),
    ],
)
def test_numbers_read_well(value: float, text: str) -> None:
    assert latex(number(value, 4)) == text
    shown = number(value, 4)
    atoms = shown.items if isinstance(shown, Row) else (shown,)
    assert all("-" not in atom.text for atom in atoms if isinstance(atom, Atom))


def test_after_playing_the_update_is_explained_too(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    window.runner.give(Seek(40))
    settled(window, view)
    shown = view.page.shown
    assert shown is not None
    assert shown.phase == "update"
    assert all(line.numbers and line.worked == pytest.approx(line.value) for line in shown.lines)


def test_names_of_classes_stand_above_the_equation_as_they_are(open_window, tmp_path):
    names = ("<b>setosa</b>", "&virginica 花")
    rows = "".join(f"{k},{k % 5},{names[k % 2]}\n" for k in range(24))
    (tmp_path / "named.csv").write_text(rows, encoding="utf-8")
    stack = bn.Stack(layers=(bn.Linear(3), bn.ReLU(), bn.Linear(2)))
    data, training = bn.FileData(str(tmp_path / "named.csv")), bn.Training(batch_size=8)
    window, view = opened(open_window, bn.Experiment(data=data, training=training, stacks=(stack,)))
    step_to(window, view, "relu")
    assert view.page.classes.isHidden()
    step_to(window, view, "softmax")
    view.choose(unit=0)
    settled(window, view)
    assert view.page.classes.text() == "Unit 0 is class 0 (&virginica 花)"
    assert view.page.classes.textFormat() == Qt.TextFormat.PlainText
    assert view.page.classes.isVisible()


def test_a_step_by_a_layer_shows_all_its_operations(open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot) -> None:
    window, view = opened(open_window, one)
    for _ in range(2):
        window.step("layer")
    settled(window, view)
    shown = view.page.shown
    assert [each.op for each in shown.visit] == ["mean", "variance", "normalize", "scale-and-shift", "running"]
    assert shown.op == "scale-and-shift", "not the bookkeeping that comes after it"
    rows = view.page.operations.rows
    assert [row.isVisible() for row in rows[:5]] == [True] * 5
    assert [row.property("lit") for row in rows[:5]] == ["false"] * 4 + ["true"]
    session = bn.Session(one)
    for _ in range(2):
        session.step("layer")
    for each, name in zip(shown.visit, ("μ", "σ²", "x̂"), strict=False):
        array = read(session, Tensor(session.lanes[0].stack.id, (1,), name))
        assert array is not None
        assert each.lines[0].value == pytest.approx(float(array.flat[0]))
    qtbot.mouseClick(rows[1].name, Qt.MouseButton.LeftButton)
    settled(window, view)
    assert view.page.title.text() == "BatchNorm 1 · ▶ forward · variance"
    assert [row.name.isChecked() for row in rows[:5]] == [False, True, False, False, False]
    window.step("op")
    settled(window, view)
    assert view.page.title.text() == "Sigmoid 1 · ▶ forward · sigmoid"
    assert not view.page.operations.isVisible(), "one operation is no list"


def test_the_lit_operation_is_in_view(open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot) -> None:
    window, view = opened(open_window, one)
    area = view.findChild(QScrollArea, "equation.area")
    assert area is not None
    area.setFixedHeight(150)
    for _ in range(2):
        window.step("layer")
    settled(window, view)

    def seen() -> bool:
        lit = view.page.operations.lit
        return lit is not None and lit.visibleRegion().boundingRect() == lit.rect()

    qtbot.waitUntil(seen)
    assert area.verticalScrollBar().value() > 0
    # No formula is cut at the top.
    regions = [row.visibleRegion().boundingRect() for row in view.page.operations.rows[:5]]
    shown = [row for row, region in zip(view.page.operations.rows, regions, strict=False) if not region.isEmpty()]
    assert shown[0].visibleRegion().boundingRect() == shown[0].rect()
    window.step("op")
    settled(window, view)
    assert area.verticalScrollBar().value() == 0, "one operation has no list"


def test_the_result_of_a_layers_only_operation_is_in_view(
    open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnsim.ui.views.equation.view.LEAST_FOR_NUMBERS", 100)
    window, view = opened(open_window, one)
    area = view.findChild(QScrollArea, "equation.area")
    assert area is not None
    area.setFixedHeight(130)
    for size in ("layer", "layer", "op"):
        window.step(size)
    settled(window, view)
    assert view.page.operations.lit is None
    result = view.page.blocks[0].result
    page = area.widget()
    assert result.mapTo(page, result.rect().bottomLeft()).y() > area.viewport().height(), "below the edge, unscrolled"
    qtbot.waitUntil(lambda: not result.isHidden() and result.visibleRegion().boundingRect() == result.rect())


def test_a_step_by_an_operation_lights_it_among_those_of_its_layer(open_window: OpenWindow, one: bn.Experiment) -> None:
    window, view = opened(open_window, one)
    step_to(window, view, "bn variance")
    assert [each.last for each in view.page.shown.visit] == [False, True, False, False, False]
    assert [each.done for each in view.page.shown.visit] == [True, True, False, False, False]
    step_to(window, view, "bn running")
    assert view.page.shown.op == "running"


def test_a_step_by_keys_brings_the_equation_up_until_another_page_is_chosen(
    open_window: OpenWindow, one: bn.Experiment, qtbot: QtBot
) -> None:
    window = open_window(one)
    dock = window.docks.right
    assert dock.front == "inspector"
    window.step("layer")
    window.settle()
    assert dock.front == "inspector", "that was no key"
    qtbot.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: dock.front == "equation")
    dock.bring_up("inspector")
    qtbot.keyClick(window, Qt.Key.Key_Right)
    window.settle()
    QApplication.processEvents()
    assert dock.front == "inspector"


def test_the_name_of_the_lit_operation_is_whole(open_window: OpenWindow, small: bn.Experiment) -> None:
    window, view = opened(open_window, small)
    window.step("phase")
    window.step("phase")
    settled(window, view)
    rows = [row for row in view.page.operations.rows if row.isVisible()]
    assert "▸ cross-entropy" in [row.name.text() for row in rows]
    for row in rows:
        bold = QFont(row.name.font())
        bold.setBold(True)
        assert QFontMetrics(bold).horizontalAdvance(row.name.text()) <= row.name.width() - 8
    assert len({row.name.width() for row in rows}) == 1

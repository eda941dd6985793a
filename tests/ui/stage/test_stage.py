"""Projector mode as a stage: a view as the fourth panel, the current card in the middle, empty panels folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

import bnsim as bn
from bnsim.runner.orders import Seek

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def stacks(*layers: bn.Layer) -> bn.Experiment:
    return bn.Experiment(
        data=bn.TwoSpirals(samples=32),
        training=bn.Training(batch_size=16),
        stacks=(bn.Stack(name="one", layers=(*layers, bn.Linear(2))),),
    )


@pytest.fixture
def deep(open_window: Opener) -> MainWindow:
    window = open_window(stacks(*(bn.Linear(4), bn.Sigmoid()) * 12))
    window.resize(1280, 720)
    window.runner.give(Seek(3))
    window.settle()
    return window


def test_views_go_onto_the_stage_and_back(deep: MainWindow) -> None:
    deep.shelf.bring_up("tensor")
    tabs = deep.docks.right.tabs
    titles = [tabs.tabText(at) for at in range(tabs.count())]
    deep.toggle_projector()
    deep.step("layer")
    deep.settle()
    tensor = deep.shelf.view("tensor")
    assert deep.stage.name == "tensor"
    assert tensor.isVisible()
    assert deep.docks.right.isHidden()
    for _ in range(3):  # X-ray, why, equation
        deep.actions_by_name["stage.view"].trigger()
    deep.settle()
    equation = deep.shelf.view("equation")
    assert deep.stage.name == "equation"
    assert equation.isVisible()
    assert not tensor.isVisible()
    assert deep.docks.right.isHidden()
    assert any(lens in deep.update_shown.answers for lens in equation.lenses())
    deep.toggle_projector()
    assert deep.stage.isHidden()
    assert not deep.docks.right.isHidden()
    assert deep.docks.right.front == "tensor"
    assert [tabs.tabText(at) for at in range(tabs.count())] == titles
    assert tabs.widget(tabs.indexOf(equation)) is equation
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(deep.findChildren(QWidget, "equation")) == 1


def test_the_current_card_is_in_the_middle(deep: MainWindow, qtbot: QtBot) -> None:
    deep.toggle_projector()
    QApplication.processEvents()
    for _ in range(20):
        deep.step("layer")
        deep.settle()
    canvas = deep.canvas
    (card,) = (card for card in canvas.cards.all_cards() if card.active is not None)
    assert abs(canvas.card_on_viewport(card, card.card_rect()).center().x() - canvas.viewport().width() / 2) <= 2
    deep.step("layer")
    deep.settle()
    (card,) = (card for card in canvas.cards.all_cards() if card.active is not None)
    assert abs(canvas.card_on_viewport(card, card.card_rect()).center().x() - canvas.viewport().width() / 2) <= 2


def test_empty_panels_fold_and_come_back(deep: MainWindow) -> None:
    docks = {dock.name: dock for dock in deep.panel_docks}
    assert not docks["gamma_beta"].isHidden()
    deep.toggle_projector()
    deep.settle()
    QApplication.processEvents()
    assert docks["gamma_beta"].isHidden()  # there is no BatchNorm
    assert docks["batch_statistics"].isHidden()
    assert not docks["gradient_by_depth"].isHidden()
    docks["batch_statistics"].toggleViewAction().trigger()  # a person wants it all the same
    deep.step("iteration")
    deep.settle()
    assert not docks["batch_statistics"].isHidden()
    deep.document.push(stacks(bn.Linear(4), bn.BatchNorm(), bn.Sigmoid()), "with BatchNorm")
    deep.settle()
    deep.runner.give(Seek(3))
    deep.settle()
    assert not docks["gamma_beta"].isHidden()
    deep.toggle_projector()
    assert not docks["gamma_beta"].isHidden()


def test_folded_panels_are_there_again_on_the_desk(deep: MainWindow) -> None:
    docks = {dock.name: dock for dock in deep.panel_docks}
    deep.toggle_projector()
    deep.settle()
    assert docks["gamma_beta"].isHidden()
    deep.toggle_projector()
    deep.settle()
    assert not docks["gamma_beta"].isHidden()
    assert not deep.panels.folding.names

"""No text is cut off by what it stands in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.window.problem_list import grouped
from tests.ui.window.cut_text import SIZES, cut, every_kind, walk

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_at_every_operation_of_every_kind_of_layer(open_window: Opener) -> None:
    window = open_window(every_kind())
    assert list(walk(window, SIZES, all_sizes=False)) == []


@pytest.mark.long
@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_at_every_size_and_scale(scale: float, tmp_path: Path) -> None:
    variables = {"QT_SCALE_FACTOR": str(scale), "BNSIM_CONFIG_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.ui.window.cut_text_app"]
    found = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, cwd=Path(__file__).parents[3]
    )
    assert (found.returncode, found.stdout.split("\n")[-2:]) == (0, ["looked", ""]), found.stdout + found.stderr
    assert found.stdout == "looked\n"


@pytest.mark.parametrize("size", SIZES)
def test_messages_have_room_and_are_said_once(open_window: Opener, size: tuple[int, int]) -> None:
    layers = tuple(layer for _ in range(5) for layer in (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid()))
    stack = bn.Stack(name="with BN", layers=(*layers, bn.Linear(2)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=1), stacks=(stack,))
    window = open_window(experiment)
    window.resize(*size)
    for _ in range(3):
        window.settle()
        QApplication.processEvents()
    assert window.problems.count() == 1
    assert "BatchNorm 1 and 4 more: BatchNorm got a batch of one" in window.problems.item(0).text()
    assert window.problems.visualItemRect(window.problems.item(0)).bottom() <= window.problems.viewport().height()
    callouts = [card.callout for card in window.canvas.cards.all_cards() if card.callout.isVisible()]
    assert len(callouts) <= 1
    assert sum(bool(card.problem) for card in window.canvas.cards.all_cards()) == 5
    assert list(cut(window)) == []
    wide = replace(
        stack, layers=(bn.BatchNorm(virtual_devices=5), bn.Linear(2), bn.Hardtanh(min_val=2.0), bn.Linear(2))
    )
    window.document.push(replace(experiment, stacks=(wide,)), "another problem")
    for _ in range(3):
        window.settle()
        QApplication.processEvents()
    assert window.problems.isVisible()
    assert list(cut(window)) == []


def test_problems_of_one_sentence_are_one_row_for_each_lane() -> None:
    from bnsim.spec.problems import Problem

    first, second, other = Problem(1, 2, "a", "b"), Problem(1, 3, "a", "b"), Problem(2, 4, "a", "b")
    assert grouped([first, other, second]) == [[first, second], [other]]

"""A line at the left leads from the title of a lane to that of its fork, in the fork's color."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

import bnsim as bn

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow


def test_a_fork_hangs_on_its_source_by_a_line_of_its_color(
    open_window: Callable[..., MainWindow], small: bn.Experiment
) -> None:
    window = open_window(small)
    window.settle()
    window.run_commands.seek(4)
    window.settle()
    window.actions_by_name["lane.fork"].trigger()
    window.settle()
    canvas = window.canvas
    line = canvas.titles.branch_line(0, 1, 0)
    first, _, _, last = line.toList()
    names = [canvas.titles.title_rects(number)[0] for number in (0, 1)]
    assert [names[0].top() <= first.y() <= names[0].bottom(), names[1].top() <= last.y() <= names[1].bottom()] == [
        True,
        True,
    ]
    at = (line.at(1) + line.at(2)) / 2
    color = canvas.card_style.lane_fill[window.document.experiment.stacks[1].lane_color(1)].color()
    x, y = round(at.x()), round(at.y())
    drawn = canvas.viewport().grab().toImage().pixelColor(x, y)
    window.document.undo_stack.undo()
    window.settle()
    bare = canvas.viewport().grab().toImage().pixelColor(x, y)
    assert apart(drawn, color) < 0.2 * apart(bare, color)


def apart(one: QColor, other: QColor) -> int:
    return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))

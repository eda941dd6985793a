"""Opening blocks from the window's own actions, and by being sent to a layer."""

from __future__ import annotations

from PySide6.QtCore import Qt

import bnsim as bn
from bnsim.spec import edits


def with_repeat(small: bn.Experiment) -> bn.Experiment:
    layers = [layer.id for layer in small.stacks[1].layers[1:3]]
    return edits.group_layers(small, layers, bn.Repeat(times=3))


def test_actions_open_a_block_and_go_through_its_copies(small, open_window, qtbot):
    window = open_window(with_repeat(small))
    block = window.document.experiment.stacks[1].layers[1]
    window.selection.set([block.id])
    actions = window.actions_by_name
    assert not actions["stack.nextCopy"].isEnabled()
    for opened in (True, False):
        qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
        assert (block.id in window.selection.blocks) == opened
    actions["stack.open"].trigger()
    assert block.id in window.selection.blocks
    actions["stack.nextCopy"].trigger()
    assert window.canvas.cards.cards[block.id].copy == 1
    actions["stack.previousCopy"].trigger()
    assert window.canvas.cards.cards[block.id].copy == 0
    window.step("iteration")
    window.settle()
    assert window.canvas.cards.cards[block.layers[0].id].has_value
    assert not window.document.modified


def test_who_is_sent_to_a_layer_sees_it(small, open_window):
    window = open_window(with_repeat(small))
    inner = window.document.experiment.stacks[1].layers[1].layers[0].id
    window.go_to(inner)
    assert window.canvas.cards.cards[inner].isVisible()
    assert window.selection.current == inner

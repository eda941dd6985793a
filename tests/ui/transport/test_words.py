"""Words for places in a stack, blocks and their copies counted."""

from __future__ import annotations

import pytest

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Linear, Repeat, Residual, Sigmoid
from bnsim.spec.naming import heading, place
from bnsim.spec.tree import ordinal_at

INNER = Residual((BatchNorm(id=4), Linear(8, id=5)), id=3)
STACK = Stack(
    id=90,
    layers=(
        BatchNorm(id=1),
        Linear(8, id=2),
        Repeat((Linear(8, id=7), INNER, Sigmoid(id=8)), times=3, id=6),
        Linear(2, id=9),
    ),
)


@pytest.mark.parametrize(
    ("layer", "copy", "title", "where"),
    [
        (1, 0, "BatchNorm", "before the first Linear"),
        (2, 0, "Linear 1", "layer 1 of 8"),
        (6, 0, "Repeat ×3", "layers 2 to 7 of 8"),
        (7, 0, "Linear 2", "layer 2 of 8 · in Repeat ×3, copy 1"),
        (7, 2, "Linear 6", "layer 6 of 8 · in Repeat ×3, copy 3"),
        (3, 0, "Residual", "layer 3 of 8 · in Repeat ×3, copy 1"),
        (5, 1, "Linear 5", "layer 5 of 8 · in Residual · in Repeat ×3, copy 2"),
        (4, 1, "BatchNorm 4", "layer 4 of 8 · in Residual · in Repeat ×3, copy 2"),
        (8, 0, "Sigmoid 3", "layer 3 of 8 · in Repeat ×3, copy 1"),
        (9, 0, "Linear 8", "layer 8 of 8"),
    ],
)
def test_a_layer_is_named_with_the_blocks_it_is_in(layer, copy, title, where):
    assert heading(STACK, layer, {6: copy}) == (title, where)


def test_depth_counts_the_copies_in_blocks():
    stack = Experiment(stacks=(STACK,)).stacks[0]
    assert [ordinal_at(stack.layers, (index,)) for index in range(4)] == [0, 1, 7, 8]
    assert place(stack, (3,)) == "layer 8 of 8 · Linear"

"""Where a lane differs from the one above."""

from __future__ import annotations

import bnsim as bn
from bnsim.ui.canvas.plan.differences import ADDED, CHANGED, differences


def marks(*lanes: tuple[bn.Layer, ...]) -> dict[str, str]:
    """By kind of layer, in the last lane."""
    stacks = tuple(bn.Stack(name=str(at), layers=layers) for at, layers in enumerate(lanes))
    whole = bn.Experiment(stacks=stacks)
    found = differences(whole.stacks)
    return {type(whole.layer(number)).__name__: mark for number, mark in found.items()}


def test_what_is_new_and_what_is_set_differently() -> None:
    assert marks((bn.Linear(8), bn.Tanh()), (bn.Linear(8), bn.Tanh())) == {}
    assert marks((bn.Linear(8), bn.Tanh()), (bn.Linear(8, bias=False), bn.BatchNorm(), bn.Tanh())) == {
        "Linear": CHANGED,
        "BatchNorm": ADDED,
    }


def test_within_blocks_too() -> None:
    above = bn.Residual(layers=(bn.Linear(8), bn.Tanh()))
    here = bn.Residual(layers=(bn.Linear(8), bn.BatchNorm(), bn.Tanh()))
    assert marks((bn.Linear(8), above), (bn.Linear(8), here)) == {"Residual": CHANGED, "BatchNorm": ADDED}

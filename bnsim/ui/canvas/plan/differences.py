"""Differences between a lane and the one above it, marked so that a person can compare them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from bnsim.spec.columns import align
from bnsim.spec.edits import without_ids
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer, Linear, Repeat, Residual

ADDED, CHANGED = "+", "≠"
WORDS = {ADDED: "not in the lane above", CHANGED: "different in the lane above"}


def differences(stacks: Sequence[Stack]) -> dict[int, str]:
    """A mark, by layer id, for layers that are missing or set differently in the shown lane above.

    Within a block they are those that are not in the block above, if that is one of the same kind.
    """
    shown = [stack for stack in stacks if not stack.hidden]
    columns = align(shown).of
    found: dict[int, str] = {}
    for row in range(1, len(shown)):
        above = dict(zip(columns[row - 1], shown[row - 1].layers, strict=True))
        for column, layer in zip(columns[row], shown[row].layers, strict=True):
            if column not in above:
                found[layer.id] = ADDED
            elif _computed(above[column]) != _computed(layer):
                found[layer.id] = CHANGED
                found |= _within(above[column], layer)
    return found


def _computed(layer: Layer) -> Layer:
    """The layer without what changes nothing of what it computes."""
    bare = without_ids(layer)
    return replace(bare, follows_data=False) if isinstance(bare, Linear) else bare


def _within(above: Layer, layer: Layer) -> dict[int, str]:
    if isinstance(layer, Repeat | Residual) and type(above) is type(layer):
        return differences((Stack(layers=above.layers), Stack(layers=layer.layers)))
    return {}

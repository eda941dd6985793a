"""Which layers of different stacks stand in one column, on the canvas and when stepping in lockstep.

The k-th weight layers of all stacks share a column. Between two weight layers, layers of the same kind
(activations: of any kind) share one where their order allows it; a stack without a counterpart has a gap.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import chain

from msgspec import Struct

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer, Linear


class Columns(Struct, frozen=True):
    """`of[s][i]` is the column of layer i of stack s; `count` columns in all; the loss stands after the last."""

    of: tuple[tuple[int, ...], ...]
    count: int


def align(stacks: tuple[Stack, ...]) -> Columns:
    """Columns for stacks that are shown, and stepped, together."""
    segments = [_segments(stack.layers) for stack in stacks]
    of: list[list[int]] = [[] for _ in stacks]
    count = 0
    for number in range(max((len(parts) for parts in segments), default=0)):
        rows = [parts[number] if number < len(parts) else [] for parts in segments]
        merged: list[str] = []
        for row in rows:
            merged = _merge(merged, row)
        places = [_places(merged, row) for row in rows]
        # With three rows or more, the earliest fit of one may leave a place of `merged` to nobody.
        used = {place: column for column, place in enumerate(sorted(set(chain.from_iterable(places))))}
        for stack_index, row_places in enumerate(places):
            of[stack_index] += [count + used[place] for place in row_places]
        count += len(used)
    return Columns(tuple(map(tuple, of)), count)


def _segments(layers: tuple[Layer, ...]) -> list[list[str]]:
    """Keys of the layers before the first weight layer, then of each weight layer with what follows it."""
    parts: list[list[str]] = [[]]
    for layer in layers:
        if isinstance(layer, Linear):
            parts.append([])
        parts[-1].append(layer.group if layer.group == "activation" else type(layer).__name__)
    return parts


def _merge(first: list[str], second: list[str]) -> list[str]:
    """A sequence that holds both in order."""
    merged = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        merged += first[i:i_end]
        if tag != "equal":
            merged += second[j:j_end]
    return merged


def _places(merged: list[str], row: list[str]) -> list[int]:
    """Where each key of `row` stands in `merged`, in order, each as early as it can."""
    places, start = [], 0
    for key in row:
        start = merged.index(key, start) + 1
        places.append(start - 1)
    return places

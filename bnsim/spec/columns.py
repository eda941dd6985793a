"""Which layers of different stacks stand in one column, on the canvas and when stepping in lockstep.

The k-th weight layers of all stacks share a column. Between two weight layers, layers of the same kind
(activations: of any kind) share one where their order allows it; a stack without a counterpart has a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import chain

from msgspec import Struct

from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer, LayerBase
from bnsim.spec.tree import is_weight_layer, leaves


class Columns(Struct, frozen=True):
    """`of[s][i]` is the column of row s's i-th entry; `count` columns in all; the loss stands after the last."""

    of: tuple[tuple[int, ...], ...]
    count: int


def align(stacks: Sequence[Stack]) -> Columns:
    """Columns for the layers of stacks that are shown together; a block is one entry."""
    return _align([stack.layers for stack in stacks])


def align_leaves(stacks: Sequence[Stack]) -> Columns:
    """Columns for the leaves of stacks that are stepped together; blocks are unrolled."""
    return _align([[leaf.layer for leaf in leaves(stack.layers)] for stack in stacks])


Entry = tuple[int, str]
"""How deep, in weight layers, and what must be equal for two entries of the same depth to share a column."""


def align_rows(rows: Sequence[Sequence[Entry]]) -> Columns:
    """Columns for rows of any entries, such as stacks with some of their blocks open; depths never fall in a row."""
    depths = {depth: number for number, depth in enumerate(sorted({depth for row in rows for depth, _ in row}))}
    segments: list[list[list[str]]] = [[[] for _ in depths] for _ in rows]
    for parts, row in zip(segments, rows, strict=True):
        for depth, key in row:
            parts[depths[depth]].append(key)
    return _align_segments(segments)


def key_of(layer: LayerBase) -> str:
    """Layers of the same kind can share a column; activations of any kind are of one."""
    return layer.group if layer.group == "activation" else type(layer).__name__


def _align(rows_of_layers: Sequence[Sequence[Layer]]) -> Columns:
    return _align_segments([_segments(layers) for layers in rows_of_layers])


def _align_segments(segments: Sequence[Sequence[Sequence[str]]]) -> Columns:
    of: list[list[int]] = [[] for _ in segments]
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


def _segments(layers: Sequence[Layer]) -> list[list[str]]:
    """Keys of the layers before the first weight layer, then of each weight layer with what follows it."""
    parts: list[list[str]] = [[]]
    for layer in layers:
        if is_weight_layer(layer):
            parts.append([])
        parts[-1].append(key_of(layer))
    return parts


def _merge(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """A sequence that contains both in their order."""
    merged: list[str] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        merged += first[i:i_end]
        if tag != "equal":
            merged += second[j:j_end]
    return merged


def _places(merged: list[str], row: Sequence[str]) -> list[int]:
    """Where each key of `row` stands in `merged`, in order, each as early as it can."""
    places, start = [], 0
    for key in row:
        start = merged.index(key, start) + 1
        places.append(start - 1)
    return places

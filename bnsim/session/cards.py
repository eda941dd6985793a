"""What the cards of a lane show: a histogram, a gradient's norm, a word or two. Computed here, never by the canvas.

Cards of a shape are worked on together, since a call of NumPy costs more than what it does to one card.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from operator import is_not

import numpy as np

from bnsim.engine.flat import Flat, flat_of
from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.session.frame import CardFrame, FlatWord
from bnsim.session.lane import Lane
from bnsim.spec import numerals
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer, Repeat, Residual
from bnsim.spec.phrases import phrase
from bnsim.spec.tree import Path

BINS = 24
SAMPLE = 512
"""A histogram counts at most about this many values; more cannot be seen on a card. Its ends are those of all."""
ROWS = 8
"""A histogram counts values of at least this many samples: all features of one sample may be alike."""
TOGETHER = 32
"""Cards of a shape that are worked on at a time, so that what is made on the way stays in the caches."""
MAX_INNER = 600
"""Cards of layers inside blocks that a lane's frame carries at most, or one copy of everything."""
SAFE, LEAST = 1e-24, 1e-280
"""Sums of squares below these are taken again: in single and in double precision some squares may have been lost."""


@dataclass(frozen=True, eq=False)
class Part:
    """One card's places in memory: of the output, its gradient, and a BatchNorm's variance.

    `shape` is the output's; `flat` says where an activation is flat, `counted` in which array. `writes`: positions of
    the instructions that write each of the three.
    """

    path: Path
    layer: Layer | None
    shape: tuple[int, ...]
    value: slice
    gradient: slice | None
    variance: slice | None
    writes: tuple[tuple[int, ...], ...]
    flat: Flat | None
    counted: slice


@dataclass
class OutputSummary:
    """Histogram of one card's output, and the fraction of it that is flat."""

    density: Array | None = None
    low: float = 0.0
    high: float = 0.0
    fraction: float | None = None
    dead: float = 0.0


EMPTY = OutputSummary()
NOTHING: tuple[tuple[int, ...] | None, None] = (None, None)


class CardReader:
    """Reads the cards of one lane. A card whose numbers have not been written since is not read again."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._stack: Stack | None = None
        self._outer: tuple[Part, ...] = ()
        self._inner: tuple[Part, ...] = ()
        self._moment: tuple[object, ...] = ()
        self._known: dict[Path, tuple[tuple[int, ...], CardFrame]] = {}

    @np.errstate(all="ignore")  # what explodes overflows where it is squared, and is then scaled
    def frames(self, *others: object) -> tuple[tuple[CardFrame, ...], dict[Path, CardFrame]]:
        """The data card, a card for each layer and the loss card; then, by path, the cards of layers inside blocks.

        `others`: what else than iteration and position decides the numbers; another object means other numbers.
        """
        lane = self._lane
        if lane.stack is not self._stack:
            self._stack, self._moment = lane.stack, ()
            plan = _Plan(lane.program)
            self._outer = (plan.part((-1,), None), *plan.parts(lane.stack.layers))
            self._inner = tuple(plan.inner(lane.stack.layers))
        moment = (lane.iteration, lane.machine, *others)
        if not self._moment or moment[0] != self._moment[0] or any(map(is_not, moment[1:], self._moment[1:])):
            self._known = {}
        self._moment = moment
        inner = self._inner if len(self._inner) <= MAX_INNER else self._near_executed()
        outer_cards, inner_cards = self._cards(self._outer), self._cards(inner)
        found = {part.path: card for part, card in zip(inner, inner_cards, strict=True)}
        return (*outer_cards, _loss_card(lane)), found

    def _cards(self, parts: Sequence[Part]) -> list[CardFrame]:
        done, known = self._lane.position, self._known
        states = [tuple(bisect_left(writes, done) for writes in part.writes) for part in parts]
        stale = [part for part, state in zip(parts, states, strict=True) if known.get(part.path, NOTHING)[0] != state]
        with np.errstate(all="ignore"):
            fresh = dict(zip(stale, _cards(self._lane, stale), strict=True))
        for part, state in zip(parts, states, strict=True):
            if part in fresh:
                known[part.path] = (state, fresh[part])
        return [known[part.path][1] for part in parts]

    def _near_executed(self) -> tuple[Part, ...]:
        """Cards inside blocks; of too many copies, those around the one being executed."""
        executed = self._lane.executed
        here = (0,) if executed is None else executed.path
        at = next((i for i, part in enumerate(self._inner) if part.path[: len(here)] >= here), 0)
        first = min(max(0, at - MAX_INNER // 2), len(self._inner) - MAX_INNER)
        return self._inner[first : first + MAX_INNER]


class _Plan:
    """Which places of a program the cards are about."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._writes: dict[Place, list[int]] = {}
        for position, instruction in enumerate(program.instructions):
            operation = instruction.operation
            for name, place in zip(operation.operands(), instruction.places, strict=True):
                if name in operation.writes:
                    self._writes.setdefault(place, []).append(position)
        self._variances: dict[Path, Place] = {}
        for kept in program.records:
            if kept.name == "batch_var":
                self._variances |= zip(kept.paths, kept.places, strict=True)

    def part(self, path: Path, layer: Layer | None) -> Part:
        """The places of one layer's card; of the data card if `layer` is None."""
        program, variance = self._program, self._variances.get(path)
        value, gradient = program.inputs, None
        flat = None
        if layer is not None:
            value, gradient = program.values[path], program.gradients[path]
            flat = flat_of(layer)
        places = (value, gradient, variance)
        writes = tuple(tuple(self._writes.get(place, ())) if place is not None else () for place in places)
        spans = [None if place is None else self._span(place) for place in places]
        counted = value
        if flat is not None and flat.reads == "x":
            counted = program.instructions[self._writes[value][0]].places[0]
        span = self._span(value)
        return Part(path, layer, value.shape, span, spans[1], spans[2], writes, flat, self._span(counted))

    def _span(self, place: Place) -> slice:
        start = self._program.offsets[place]
        return slice(start, start + place.size)

    def parts(self, layers: Sequence[Layer], prefix: Path = ()) -> Iterator[Part]:
        """The places of the cards of layers that stand in a row."""
        for index, layer in enumerate(layers):
            yield self.part((*prefix, index), layer)

    def inner(self, layers: Sequence[Layer], prefix: Path = ()) -> Iterator[Part]:
        """The places of the cards inside the blocks among `layers`, all copies included."""
        for index, layer in enumerate(layers):
            path = (*prefix, index)
            if isinstance(layer, Repeat | Residual):
                copies = [(*path, copy) for copy in range(layer.times)] if isinstance(layer, Repeat) else [path]
                for inside in copies:
                    yield from self.parts(layer.layers, inside)
                    yield from self.inner(layer.layers, inside)


def _cards(lane: Lane, parts: Sequence[Part]) -> list[CardFrame]:
    """The cards of `parts`, in their order."""
    memory = lane.machine.memory
    value, gradient, variance = (_ready(parts, which, lane.position) for which in range(3))
    summaries = _summaries(memory, [part for part in parts if part in value])
    cards = []
    for part in parts:
        summary = summaries.get(part.path, EMPTY)
        norm = _norm(memory[part.gradient]) if part.gradient is not None and part in gradient else None
        note = _flat_note(part, summary)
        if part.variance is not None and part in variance:
            note = f"σ² {numerals.significant(float(memory[part.variance].mean()), 3)}"
        batch, features = part.shape
        cards.append(
            CardFrame(
                layer_id=0 if part.layer is None else part.layer.id,
                shape=(batch, features),
                has_value=part in value,
                has_gradient=norm is not None,
                density=summary.density,
                low=summary.low,
                high=summary.high,
                gradient_norm=norm,
                note=note,
                fraction=summary.fraction,
                flat=_flat_word(part, summary),
            )
        )
    return cards


def _ready(parts: Sequence[Part], which: int, done: int) -> set[Part]:
    """The parts whose output (`which` 0), gradient (1) or variance (2) has been computed."""
    return {part for part in parts if part.writes[which] and part.writes[which][0] < done}


def _loss_card(lane: Lane) -> CardFrame:
    loss = lane.loss
    shape = lane.program.values[len(lane.stack.layers) - 1,].shape
    note = "" if loss is None else numerals.loss(loss)
    return CardFrame(layer_id=0, shape=(shape[0], shape[1]), has_value=loss is not None, note=note)


def _summaries(memory: Array, parts: Iterable[Part]) -> dict[Path, OutputSummary]:
    """Histogram and flat fraction of each part's output, by path."""
    by_shape: dict[tuple[int, ...], list[Part]] = {}
    for part in parts:
        by_shape.setdefault(part.shape, []).append(part)
    found: dict[Path, OutputSummary] = {}
    for shape, group in by_shape.items():
        for first in range(0, len(group), TOGETHER):
            some = group[first : first + TOGETHER]
            summaries = _histograms([memory[part.value] for part in some], shape)
            found |= zip((part.path for part in some), summaries, strict=True)
        for part in group:
            if part.flat and part.flat.is_flat:
                _add_flat(memory[part.counted], part, part.flat, found[part.path])
    return found


def _steps(batch: int, features: int) -> tuple[int, int]:
    """Strides (rows, columns) of the sample a histogram counts: whole rows where they are not too wide."""
    rows = min(batch, max(ROWS, SAMPLE // features))
    columns = min(features, max(1, SAMPLE // rows))
    return batch // rows, features // columns


def _histograms(values: Sequence[Array], shape: tuple[int, ...]) -> list[OutputSummary]:
    """The histograms of outputs that all have one shape, given flat."""
    batch, features = shape
    down, across = _steps(batch, features)
    picked = np.empty((len(values), -(-batch // down), -(-features // across)), values[0].dtype)
    for block, value in zip(picked, values, strict=True):
        block[...] = value.reshape(shape)[::down, ::across]
    sample = picked.reshape(len(values), -1)
    low, high = (np.array([pick(value) for value in values]) for pick in (np.minimum.reduce, np.maximum.reduce))
    width = high - low
    finite = np.isfinite(width)
    sample[~finite] = 0.0
    start = np.where(width == 0, low - 0.5, low)
    width[width == 0] = 1.0
    sample -= np.where(finite, start, 0.0)[:, None]
    sample /= np.where(finite, width, 1.0)[:, None]  # BINS / width overflows where values have all but vanished
    sample *= BINS
    slots = np.minimum(sample, BINS - 1, out=sample).astype(np.intp)
    slots += np.arange(0, len(values) * BINS, BINS)[:, None]
    counts = np.bincount(slots.ravel(), minlength=len(values) * BINS).reshape(-1, BINS)
    densities = counts / counts.max(axis=1, keepdims=True)
    densities.setflags(write=False)
    return [
        OutputSummary(densities[row] if whole else None, least, most)
        for row, (whole, least, most) in enumerate(zip(finite.tolist(), low.tolist(), high.tolist(), strict=True))
    ]


def _add_flat(counted: Array, part: Part, known: Flat, summary: OutputSummary) -> None:
    """Add the fraction of an output that is flat; for a ReLU, the fraction of dead units if any are."""
    flat = known.flat(counted)
    summary.fraction = np.count_nonzero(flat) / flat.size
    if known.silent and summary.fraction * part.shape[1] >= 1:
        dead = float(flat.reshape(part.shape).all(axis=0).mean())
        if dead:
            summary.fraction = summary.dead = dead


def _norm(flat: Array) -> float:
    """The Euclidean norm, without underflow or overflow on the way."""
    squares = float(np.dot(flat, flat))
    if SAFE < squares < inf:
        return sqrt(squares)
    flat = flat.astype(np.float64)
    squares = float(np.dot(flat, flat))
    if LEAST < squares < inf:
        return sqrt(squares)
    top = float(np.abs(flat).max())
    if not 0 < top < inf:
        return top
    return top * float(np.linalg.norm(flat / top))


def _flat_note(part: Part, summary: OutputSummary) -> str:
    word = _flat_word(part, summary)
    if summary.fraction is None:
        return ""
    if summary.fraction < 0.005 and word == "saturated":
        return ""
    share = numerals.whole_percent(summary.fraction)
    if word == "saturated":
        return phrase("{share} saturated", share=share)
    return phrase("{share} dead" if word == "dead" else "{share} zero", share=share)


def _flat_word(part: Part, summary: OutputSummary) -> FlatWord | None:
    if summary.fraction is None or part.flat is None:
        return None
    return "dead" if summary.dead else "zero" if part.flat.silent else "saturated"

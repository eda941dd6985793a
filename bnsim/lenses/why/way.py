"""The way of a gradient through a stack: the layers it crosses from the loss down to a place, copies unrolled."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from bnsim.engine.program import Instruction, Place, Program
from bnsim.spec.layers import Layer, Repeat, Residual
from bnsim.spec.naming import numbered
from bnsim.spec.tree import Path, ordinal_at


@dataclass(frozen=True, eq=False)
class Crossing:
    """A layer that the gradient goes through: from `g`, at its output, to `d_x`, at its input `x`.

    `step` is the instruction that writes `d_x`; None where the layer has none, and hands on `g` itself. `branch` are
    the crossings inside a Residual, and `d_branch` what comes out of them. `name` is the layer's, without its copy.
    """

    path: Path
    name: str
    layer: Layer
    g: Place
    d_x: Place
    x: Place
    step: Instruction | None
    branch: tuple[Crossing, ...] = ()
    d_branch: Place | None = None


def way_to(program: Program, layers: Sequence[Layer], path: Path) -> tuple[Crossing, ...]:
    """The layers between the loss and the output of the one at `path`, from the last one down.

    Of a Repeat every copy's layers are crossed; a Residual around `path` is entered, one above it crossed as a whole.
    """
    known = _WAYS.setdefault(program, {})
    if path not in known:
        known[path] = tuple(_Walk(program, layers).down(layers, (), path, None, program.inputs))
    return known[path]


_WAYS: WeakKeyDictionary[Program, dict[Path, tuple[Crossing, ...]]] = WeakKeyDictionary()
"""Kept, because a program never changes and every moment asks the same."""


class _Walk:
    def __init__(self, program: Program, layers: Sequence[Layer]) -> None:
        self._program, self._layers = program, layers

    def down(
        self, layers: Sequence[Layer], prefix: Path, target: Path, d_below: Place | None, x_below: Place
    ) -> Generator[Crossing, None, bool]:
        """Crossings down to `target`; returns whether it was met. `d_below`, `x_below`: where the container begins.

        The gradient is not wanted below the first layer that is trained, and None there.
        """
        for index in reversed(range(len(layers))):
            layer, path = layers[index], (*prefix, index)
            if path == target:
                return True
            before = (*prefix, index - 1)
            d_x = self._program.gradients[before] if index else d_below
            x = self._program.values[before] if index else x_below
            if isinstance(layer, Repeat):
                met = yield from self._through_copies(layer, path, target, d_x, x)
            elif isinstance(layer, Residual) and target[: len(path)] == path:
                met = yield from self.down(layer.layers, path, target, self._d_branch(path, d_x), x)
            else:
                assert d_x is not None
                yield self._crossing(path, layer, d_x, x)
                met = False
            if met:
                return True
        return False

    def _through_copies(
        self, layer: Repeat, path: Path, target: Path, d_x: Place | None, x: Place
    ) -> Generator[Crossing, None, bool]:
        for copy in reversed(range(layer.times if layer.layers else 0)):
            before = (*path, copy - 1, len(layer.layers) - 1)
            d_below = self._program.gradients[before] if copy else d_x
            x_below = self._program.values[before] if copy else x
            met = yield from self.down(layer.layers, (*path, copy), target, d_below, x_below)
            if met:
                return True
        return False

    def _crossing(self, path: Path, layer: Layer, d_x: Place, x: Place) -> Crossing:
        g = self._program.gradients[path]
        step = None if d_x is g else self._program.instructions[self._program.written_by[d_x]]
        name = numbered(layer, ordinal_at(self._layers, path))
        if not isinstance(layer, Residual):
            return Crossing(path, name, layer, g, d_x, x, step)
        d_branch = self._d_branch(path, d_x)
        branch = tuple(self.down(layer.layers, path, (), d_branch, x))
        return Crossing(path, name, layer, g, d_x, x, step, branch, d_branch)

    def _d_branch(self, path: Path, d_x: Place | None) -> Place | None:
        """What comes down a Residual's branch: the other term of the sum that gives the gradient below it."""
        if d_x is None:
            return None
        return self._program.instructions[self._program.written_by[d_x]].places[1]


@dataclass(frozen=True, eq=False)
class Climb:
    """A layer that a value goes through, from its input `x` to its output `y`; a Residual is one as a whole."""

    path: Path
    name: str
    layer: Layer
    x: Place
    y: Place


def way_up(program: Program, layers: Sequence[Layer], path: Path) -> tuple[Climb, ...]:
    """The layers from the mini-batch up to the one at `path` and through it, copies of Repeats unrolled.

    A Residual around `path` is entered, one below it crossed as a whole.
    """
    known = _CLIMBS.setdefault(program, {})
    if path not in known:
        known[path] = tuple(_up(program, layers, layers, (), path, program.inputs))
    return known[path]


_CLIMBS: WeakKeyDictionary[Program, dict[Path, tuple[Climb, ...]]] = WeakKeyDictionary()


def _up(
    program: Program, root: Sequence[Layer], layers: Sequence[Layer], prefix: Path, target: Path, x: Place
) -> Generator[Climb, None, bool]:
    """The climbs up to `target`; returns whether it was met."""
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        y = program.values[path]
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                met = yield from _up(program, root, layer.layers, (*path, copy), target, x)
                if met:
                    return True
                x = program.values[(*path, copy, len(layer.layers) - 1)] if layer.layers else x
        elif isinstance(layer, Residual) and path != target and target[: len(path)] == path:
            return (yield from _up(program, root, layer.layers, path, target, x))
        else:
            yield Climb(path, numbered(layer, ordinal_at(root, path)), layer, x, y)
        if path == target:
            return True
        x = y
    return False


def steps_through(program: Program, crossing: Crossing) -> tuple[Instruction, ...]:
    """The instructions by which `d_x` comes from `g`, in order, for a layer that is no Residual."""
    known = _STEPS.setdefault(program, {})
    if crossing.d_x not in known:
        needed, found = {crossing.d_x}, []
        position = program.written_by[crossing.d_x] if crossing.step is not None else -1
        while position >= 0 and (step := program.instructions[position]).path == crossing.path:
            operands = dict(zip(step.operation.operands(), step.places, strict=True))
            written = {operands[name] for name in step.operation.writes}
            if written & needed:
                found.append(step)
                needed = (needed - written) | {operands[name] for name in step.operation.reads}
            position -= 1
        known[crossing.d_x] = tuple(reversed(found))
    return known[crossing.d_x]


_STEPS: WeakKeyDictionary[Program, dict[Place, tuple[Instruction, ...]]] = WeakKeyDictionary()

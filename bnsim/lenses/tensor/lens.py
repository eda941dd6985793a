"""One tensor with its numbers, a map of them, their distribution and a summary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.lenses.class_names import kind_of_classes
from bnsim.lenses.lens import Lens
from bnsim.lenses.rerun import source_of
from bnsim.lenses.tensor.pictures import Pictures, pictures
from bnsim.lenses.tensor.summary import Grid, Histogram, Summary, grid, histogram, summary
from bnsim.lenses.tensor.terms import axes, symbol, words
from bnsim.session.arrays import GRADIENT, VALUE, Tensor, find, lane_of, mini_batches_of, places, tensor_at
from bnsim.session.lane import Lane
from bnsim.session.session import Session
from bnsim.spec.experiment import Stack
from bnsim.spec.naming import operation_name, pass_name
from bnsim.spec.tree import Path, layer_at

WHOLE = 1 << 18
"""Most elements of a tensor whose numbers are sent whole; of a larger one, a window is."""
WINDOW = 256
"""Rows and columns of that window."""
THUMB = 40


class Offer(Struct, frozen=True):
    """A tensor of a layer that a person can choose, in the field's terms."""

    name: str
    symbol: str
    words: str
    shape: tuple[int, ...]


class TensorSeen(Struct, frozen=True, eq=False):
    """A tensor at this moment; `due` says what will compute it while it has no value, and then all else is None.

    `checkable`: it is a gradient that can be checked.
    `part`: which of an update's mini-batches it is computed from, if there are several.
    `key`: of a trained parameter what `state_dict` calls it, else "".

    `classes`: where classes have names, those of the numbers in an array of targets, else of the columns, if these are
    classes: the targets as 0 and 1, what the stack puts out, and the loss's probabilities; otherwise ().

    `values`: the numbers of rows and columns from `corner` on, read-only, all of them if there are no more than
    `WHOLE`; a vector is one row. `offers` are all tensors of its layer.
    """

    tensor: Tensor
    offer: Offer
    axes: tuple[str, str]
    dtype: str
    iteration: int
    offers: tuple[Offer, ...] = ()
    due: str = ""
    values: Array | None = None
    corner: tuple[int, int] = (0, 0)
    grid: Grid | None = None
    histogram: Histogram | None = None
    summary: Summary | None = None
    pictures: Pictures | None = None
    checkable: bool = False
    classes: tuple[str, ...] = ()
    part: str = ""
    key: str = ""

    @property
    def rows(self) -> int:
        """Number of rows of the matrix; a vector has one."""
        return self.offer.shape[0] if len(self.offer.shape) == 2 else 1

    @property
    def columns(self) -> int:
        """Number of columns of the matrix, or of elements of the vector."""
        return self.offer.shape[-1] if self.offer.shape else 1


class TensorLens(Lens, frozen=True):
    """One tensor; if it is larger than `WHOLE`, the numbers of a window that begins at `corner`."""

    tensor: Tensor
    corner: tuple[int, int] = (0, 0)

    def answer(self, session: Session) -> TensorSeen | None:
        """The tensor as it is now; None if there is no such tensor."""
        found = find(session, self.tensor)
        return None if found is None else _seen(session, found[0], self.tensor, found[1], self.corner)


class LatestTensorLens(Lens, frozen=True):
    """What the last operation of a lane computed."""

    stack: int
    corner: tuple[int, int] = (0, 0)

    def answer(self, session: Session) -> TensorSeen | None:
        """The tensor last computed; before any operation, the mini-batch that will be loaded."""
        lane = lane_of(session, self.stack)
        if lane is None:
            return None
        place = _latest(lane)
        tensor = tensor_at(lane, place)
        return None if tensor is None else _seen(session, lane, tensor, place, self.corner)


class ThumbnailLens(Lens, frozen=True):
    """A small map of one tensor and its norm."""

    tensor: Tensor

    def answer(self, session: Session) -> TensorSeen | None:
        """The tensor with its map and summary alone; None if there is no such tensor."""
        found = find(session, self.tensor)
        if found is None:
            return None
        lane, place = found
        offer, sides = _named(lane, self.tensor)
        array = lane.peek(place)
        common = {"dtype": str(lane.machine.memory.dtype), "iteration": lane.iteration}
        if array is None:
            return TensorSeen(self.tensor, offer, sides, due=due(lane, place), **common)  # type: ignore[arg-type]
        small = grid(_matrix(array), THUMB)
        return TensorSeen(self.tensor, offer, sides, grid=small, summary=summary(array), **common)  # type: ignore[arg-type]


def due(lane: Lane, place: Place) -> str:
    """The operation and phase that will compute an array, such as "“dW”, in the backward pass"."""
    position = lane.program.written_by.get(place)
    if position is None:
        return ""
    instruction = lane.program.instructions[position]
    return f"“{operation_name(instruction.operation.title)}”, in the {pass_name(instruction.phase)}"


def offers(lane: Lane, path: Path) -> tuple[Offer, ...]:
    """Every tensor of a layer: output and gradient, parameters each with its gradient, then intermediate results."""
    kept = _OFFERS.setdefault(lane.program, {})
    if path not in kept:
        found = places(lane, path)
        mains = [found[name] for name in (VALUE, GRADIENT) if name in found]
        first = [VALUE, GRADIENT, "x", "t", "weight", "dweight", "bias", "dbias"]
        order = [name for name in first if name in found] + [name for name in found if name not in first]
        kept[path] = tuple(
            _offer(lane.stack, path, name, found) for name in order if name in first or found[name] not in mains
        )
    return kept[path]


_OFFERS: WeakKeyDictionary[Program, dict[Path, tuple[Offer, ...]]] = WeakKeyDictionary()


def _offer(stack: Stack, path: Path, name: str, found: Mapping[str, Place]) -> Offer:
    layer, place = layer_at(stack.layers, path), found[name]
    own = found[VALUE if name == GRADIENT else name].name
    return Offer(name, symbol(name, layer, own), words(name, layer, own), place.shape)


def _named(lane: Lane, tensor: Tensor) -> tuple[Offer, tuple[str, str]]:
    offer = _offer(lane.stack, tensor.path, tensor.name, places(lane, tensor.path))
    return offer, axes(lane.stack.layers, tensor.path, tensor.name, len(offer.shape))


def _latest(lane: Lane) -> Place:
    """What was computed last of all that is a tensor of a layer; what an optimizer keeps for itself is none."""
    program = lane.program
    for position in reversed(range(lane.position)):
        instruction = program.instructions[position]
        if instruction.hidden:
            continue
        output = program.values.get(instruction.path)
        if instruction.phase == "forward" and output is not None and lane.peek(output) is not None:
            return output  # a layer that is done, whatever it put down after its output
        operation = instruction.operation
        place = dict(zip(operation.operands(), instruction.places, strict=True))[operation.writes[0]]
        tensor = tensor_at(lane, place)
        if tensor is not None and tensor.name in places(lane, tensor.path):
            return place
    return program.inputs


def _seen(session: Session, lane: Lane, tensor: Tensor, place: Place, corner: tuple[int, int]) -> TensorSeen:
    offer, sides = _named(lane, tensor)
    about = {
        "tensor": tensor,
        "offer": offer,
        "axes": sides,
        "dtype": str(lane.machine.memory.dtype),
        "iteration": lane.iteration,
        "offers": offers(lane, tensor.path),
        "key": next((each.key for each in lane.program.parameters if each.trained and each.value is place), ""),
        "checkable": source_of(lane.program, lane.stack.layers, tensor) is not None,
        "classes": _classes(session, lane, place),
        "part": mini_batches_of(lane, place),
    }
    array = lane.peek(place)
    if array is None:
        return TensorSeen(due=due(lane, place), **about)  # type: ignore[arg-type]
    matrix = _matrix(array)
    values, corner = _window(matrix, corner)
    whole = summary(array)
    return TensorSeen(
        values=values,
        corner=corner,
        grid=grid(matrix),
        histogram=histogram(array, whole),
        summary=whole,
        pictures=pictures(session, lane, tensor, array),
        **about,  # type: ignore[arg-type]
    )


def _classes(session: Session, lane: Lane, place: Place) -> tuple[str, ...]:
    """The names of the classes that an array's numbers or columns are; () if they have none, or are no classes."""
    names = session.class_names
    return names if names and kind_of_classes(lane, place, len(names)) else ()


def _matrix(array: Array) -> Array:
    return array.reshape(1, -1) if array.ndim < 2 else array


def _window(matrix: Array, corner: tuple[int, int]) -> tuple[NDArray[np.floating], tuple[int, int]]:
    rows, columns = matrix.shape
    if matrix.size <= WHOLE:
        top, left, height, width = 0, 0, rows, columns
    else:
        width = min(columns, max(WINDOW, math.floor(WINDOW * WINDOW / rows)))
        height = min(rows, WHOLE // width)
        top = max(0, min(corner[0], rows - height))
        left = max(0, min(corner[1], columns - width))
    values = matrix[top : top + height, left : left + width].copy()
    values.flags.writeable = False
    return values, (top, left)

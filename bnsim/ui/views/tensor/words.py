"""Words of the tensor view."""

from __future__ import annotations

from bnsim.lenses.class_names import shorter
from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.spec.numerals import count, exact, significant


def element_words(seen: TensorSeen, element: tuple[int, int]) -> str:
    """Row, column and value of an element in words; of a cell of many elements, the largest. Empty if it has none."""
    row, column = element
    if seen.values is None or seen.grid is None or row >= seen.rows or column >= seen.columns:
        return ""
    high, wide = seen.grid.step
    if max(high, wide) > 1:
        cell = seen.grid.cells[row // high, column // wide]
        spans = [
            f"{name}s {start}–{min(start + size, count) - 1}"
            for name, start, size, count in (
                (seen.axes[0], row // high * high, high, seen.rows),
                (seen.axes[1], column // wide * wide, wide, seen.columns),
            )
            if name
        ]
        value = significant(float(cell), 6) if cell == cell else "not finite"
        return f"{', '.join(spans)}: largest {value}"
    top, left = seen.corner
    number = seen.values[row - top, column - left]
    value = exact(number)
    sides = [f"{name} {at}" for name, at in zip(seen.axes, element, strict=True) if name]
    if name := class_of(seen, column, number):
        if seen.offer.name == "t":
            value += f" ({name})"
        else:
            sides[-1] += f" ({name})"
    return f"{', '.join(sides)}: {value}" if sides else value


def class_of(seen: TensorSeen, column: int, number: float) -> str:
    """The name of the class that a number among targets is, else of that which its column is; empty if it has none."""
    if not seen.classes:
        return ""
    return shorter(seen.classes[int(number) if seen.offer.name == "t" else column])


def shape(seen: TensorSeen) -> str:
    """The shape in words: "64 samples × 10 units · float64"; of which mini-batch it is, if an update has several, and
    what a cell stands for, if for several elements.
    """
    sides = [name for name in seen.axes if name]
    sizes = [f"{count(size)} {name}{'s' * (size != 1)}" for size, name in zip(seen.offer.shape, sides, strict=True)]
    text = f"{' × '.join(sizes) or 'one number'} · {seen.dtype}"
    if seen.part:
        text += f" · {seen.part}"
    if seen.grid is not None and max(seen.grid.step) > 1:
        text += f" · a cell is the largest of {seen.grid.step[0]} × {seen.grid.step[1]}"
    if seen.pictures is not None and len(seen.pictures.images) < seen.pictures.total:
        text += f" · the first {len(seen.pictures.images)} pictures"
    return text


def why_empty(seen: TensorSeen | None, running: bool) -> str:
    """Why there is nothing to draw; empty if there is something."""
    if seen is None:
        return "There is no such tensor now." if running else "Nothing here yet: no stack runs."
    if seen.values is None:
        return f"Not computed yet: {seen.offer.symbol} comes with {seen.due}."
    return ""

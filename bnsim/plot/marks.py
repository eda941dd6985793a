"""What is drawn on the axes of a figure: lines, bands, bars, ridges, images, regions. Arrays are read-only.

A new kind of mark is a record here, a function each in `marks`, `pgf` and `script` of `bnsim.plot.writers`, and in
`bnsim.ui.charts.items` and `bnsim.ui.charts.quick`, where live panels draw. The colors of cells are in
`bnsim.plot.colors`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]
_TAIL = 0.05
"""Bins below this share of the highest one are a histogram's tails."""
_SMALLEST_NOTE = 0.7
_UNDER_NOTE = 0.25
"""What rises to less than this share of a note's height does not disturb it."""
Line = Literal["solid", "dashed", "dotted", "dash-dot", "long-dash", "dash-dot-dot", "none"]
Marker = Literal["none", "circle", "square", "triangle", "diamond", "triangle-down", "star"]
Role = str
"""Name of a color in the theme file: "lane0" to "lane5", "mean", "variance", "gamma", "beta", "muted"."""


class ColorScale(Struct, frozen=True):
    """How numbers become colors: `limits` (finite, ascending) have the first and the last color, `label` is the key's.

    `colors`: "sequential" from dark to light, "gray" from black to white, "diverging" with a gray middle that both
    ends lead away from, for what is below and above zero.
    """

    label: str
    limits: tuple[float, float]
    colors: Literal["sequential", "diverging", "gray"] = "sequential"


class Mark(Struct, frozen=True):
    """Base of everything that is drawn on the axes of a figure: where it is, and its numbers."""

    def xs(self) -> tuple[Array, ...]:
        """The x values that the axis has to hold, arrays of shape (points,)."""
        return ()

    def ys(self) -> tuple[Array, ...]:
        """The y values that the axis has to hold, arrays of shape (points,)."""
        return ()

    @property
    def has_data(self) -> bool:
        """Whether the mark shows anything measured; a figure without any such mark shows its verdict alone."""
        return False

    def columns(self) -> dict[str, Array]:
        """The mark's numbers by column name, each of shape (rows,)."""
        return {}

    def traced(self) -> tuple[Series, ...]:
        """The lines that names of the mark are written beside, and that other names keep off."""
        return ()


class Series(Mark, frozen=True):
    """One line; `x` and `y` have shape (points,). A NaN in `y` is a gap; a 0 is one on a logarithmic axis, and written
    as a 0 at its lower end.

    `name` is unique in the figure and becomes the CSV column; `label` is written at the line's end, "" for none.
    `ghost`: it is of an earlier moment, and drawn pale. `theory`: nothing measured, but what that is held against.
    `watches`: the expression of what its points are as a watch
    (`bnsim.spec.expressions`), one for all of them or one for each; () where they are none.
    """

    name: str
    x: Array
    y: Array
    role: Role
    label: str = ""
    line: Line = "solid"
    weight: Literal["thin", "normal", "bold"] = "normal"
    marker: Marker = "none"
    ghost: bool = False
    theory: bool = False
    watches: tuple[str, ...] = ()

    def xs(self) -> tuple[Array, ...]:
        """The x values of its points."""
        return (self.x,)

    def ys(self) -> tuple[Array, ...]:
        """The y values of its points."""
        return (self.y,)

    @property
    def has_data(self) -> bool:
        """Whether at least one point is finite."""
        return bool(np.isfinite(self.y).any())

    def columns(self) -> dict[str, Array]:
        """The columns `NAME.x` and `NAME`, each of shape (points,)."""
        return {f"{self.name}.x": self.x, self.name: self.y}

    def traced(self) -> tuple[Series, ...]:
        """The line itself."""
        return (self,)


class Band(Mark, frozen=True):
    """The area between `low` and `high` over `x`, each of shape (points,)."""

    name: str
    x: Array
    low: Array
    high: Array
    role: Role
    label: str = ""

    def xs(self) -> tuple[Array, ...]:
        """The x values of its edges."""
        return (self.x,)

    def ys(self) -> tuple[Array, ...]:
        """The y values of its lower and its upper edge."""
        return (self.low, self.high)

    @property
    def has_data(self) -> bool:
        """Whether at least one point of the lower edge is finite."""
        return bool(np.isfinite(self.low).any())

    def columns(self) -> dict[str, Array]:
        """The columns `NAME.x`, `NAME.low` and `NAME.high`, each of shape (points,)."""
        return {f"{self.name}.x": self.x, f"{self.name}.low": self.low, f"{self.name}.high": self.high}


class Rule(Mark, frozen=True):
    """A horizontal line at `y`, with its label: no data, but what data is held against."""

    y: float
    label: str
    role: Role = "muted"

    def ys(self) -> tuple[Array, ...]:
        """The y value of the line, as an array of shape (1,)."""
        return (np.array([self.y]),)


class Bars(Mark, frozen=True):
    """A histogram: `heights` (bins,) between `edges` (bins + 1,), ascending. `label` is written beside it.

    Bars stand on `base`; with a `top` the highest is drawn up to there, whatever the axis says of the heights.
    `ghost`: they are of an earlier moment, and drawn as a pale, dashed outline.
    """

    name: str
    edges: Array
    heights: Array
    role: Role
    label: str = ""
    base: float = 0.0
    top: float | None = None
    ghost: bool = False

    def xs(self) -> tuple[Array, ...]:
        """The edges."""
        return (self.edges,)

    def ys(self) -> tuple[Array, ...]:
        """The base and the heights as they are drawn."""
        return (np.array([self.base]), self._drawn())

    def outline(self) -> tuple[Array, Array]:
        """The outline as it is drawn: x and y, each of shape (2 bins + 2,)."""
        x, y = steps(self.edges, self._drawn() - self.base)
        return x, y + self.base

    def _drawn(self) -> Array:
        if self.top is None:
            return self.heights + self.base
        return self.base + self.heights / (np.nanmax(self.heights, initial=0.0) or 1.0) * (self.top - self.base)

    @property
    def has_data(self) -> bool:
        """Whether at least one height is finite."""
        return bool(np.isfinite(self.heights).any())

    def columns(self) -> dict[str, Array]:
        """The columns `NAME.low`, `NAME.high` (the edges of each bin) and `NAME`, each of shape (bins,)."""
        low, high = self.edges[:-1], self.edges[1:]
        return {f"{self.name}.low": low, f"{self.name}.high": high, self.name: self.heights}

    def traced(self) -> tuple[Series, ...]:
        """The outline, without the flat tails: a name stands where there is something."""
        high = np.flatnonzero(self.heights >= _TAIL * np.nanmax(self.heights, initial=0.0))
        first, end = (int(high[0]), int(high[-1]) + 1) if high.size else (0, len(self.heights))
        x, y = steps(self.edges[first : end + 1], self._drawn()[first:end] - self.base)
        y = y + self.base
        return (Series(self.name, x, y, self.role, label=self.label, ghost=self.ghost),)


class Ridge(Mark, frozen=True):
    """Histograms one above the other: row k of `shares` (rows, bins) stands on `bases[k]`, its highest bin `height` up.

    All have the same `edges` (bins + 1,). `rows` (rows,) are the numbers of what they are of, such as weight layers.
    `notes`, one for each row or none, are written over their base where `note_end` says, at the right up to `notes_at`
    or at the left. All is drawn
    `shift` to the right of where it is, for ridges side by side; `label` is written over the upper left corner, and
    reaches to `label_end` at most, None for where the notes do.
    `ghost` is as in `Bars`.
    """

    name: str
    edges: Array
    shares: Array
    rows: Array
    bases: Array
    height: float
    role: Role
    notes: tuple[str, ...] = ()
    notes_at: float = 0.0
    label: str = ""
    shift: float = 0.0
    ghost: bool = False
    label_end: float | None = None

    def label_ends(self) -> float:
        """Where on the axis the room for the label ends."""
        return (max(self.notes_at, float(self.edges[-1])) if self.label_end is None else self.label_end) + self.shift

    def note_size(self, across: float, width: Callable[[str], float]) -> float:
        """By how much of their size notes are written to fit between the first edge and `notes_at`; 0: not at all.

        `across` is how wide a 1 on the axis is, `width` how wide words are. A part of a number would be another one.
        """
        room, widest = 0.95 * across * (self.notes_at - float(self.edges[0])), max(map(width, self.notes), default=0.0)
        fits = min(1.0, room / widest) if widest else 0.0
        return fits if fits >= _SMALLEST_NOTE else 0.0

    def note_end(self, row: int, width: float, height: float) -> tuple[float, bool]:
        """Where the note of a row ends on the axis, and whether it lies over no histogram there.

        It is `width` wide and `height` high, in numbers of the axes: at the right, or at the left where that is free.
        """
        ends = self.notes_at, float(self.edges[0]) + width
        free = [end for end in ends if self._rises(row, end - width, end) <= _UNDER_NOTE * height]
        return (free[0] if free else ends[0]) + self.shift, bool(free)

    def _rises(self, row: int, left: float, right: float) -> float:
        """How far the histograms of a row and of the one before it rise over the row's base between two places."""
        bins = (self.edges[:-1] < right) & (self.edges[1:] > left)
        base, highest = self.bases[row], 0.0
        before = np.flatnonzero(self.bases < base)
        for each in (row, *before[np.argsort(self.bases[before])][-1:]):
            shares = self.shares[each]
            top = self.height * shares[bins].max(initial=0.0) / (shares.max() or 1.0)
            highest = max(highest, float(self.bases[each] + top - base))
        return highest

    def xs(self) -> tuple[Array, ...]:
        """The edges, where they are drawn."""
        return (self.edges + self.shift,)

    def ys(self) -> tuple[Array, ...]:
        """From the lowest base to the top of the highest histogram."""
        return (self.bases, self.bases + self.height)

    @property
    def has_data(self) -> bool:
        """Whether any row has anything in a bin."""
        return bool((self.shares > 0).any())

    def columns(self) -> dict[str, Array]:
        """A line for each bin of each row: `NAME.row`, `NAME.low`, `NAME.high` and `NAME`, the share."""
        low, high = (np.tile(part, len(self.rows)) for part in (self.edges[:-1], self.edges[1:]))
        row = np.repeat(self.rows, len(self.edges) - 1)
        columns = {f"{self.name}.row": row, f"{self.name}.low": low, f"{self.name}.high": high}
        return {name: frozen(column) for name, column in (columns | {self.name: self.shares.ravel()}).items()}

    def outlines(self) -> tuple[tuple[float, Array, Array], ...]:
        """(base, x, y) of every row that has anything, from the back, which is the highest, to the front."""
        found = []
        for row in np.argsort(-self.bases):
            highest = self.shares[row].max()
            if highest > 0:
                x, y = steps(self.edges, self.shares[row] / highest * self.height)
                found.append((float(self.bases[row]), x + self.shift, y + self.bases[row]))
        return tuple(found)


class _OfCells(Protocol):
    """What a mark of cells has: a number for each, shape (rows, columns), NaN for none, and where they are."""

    @property
    def numbers(self) -> Array: ...
    @property
    def across(self) -> tuple[float, float]: ...
    @property
    def up(self) -> tuple[float, float]: ...


class Cells(Mark, frozen=True):
    """Base of marks that are a matrix of cells, the first row lowest, which fills `across` by `up`."""

    def xs(self: _OfCells) -> tuple[Array, ...]:
        """Its left and its right edge."""
        return (np.array(self.across),)

    def ys(self: _OfCells) -> tuple[Array, ...]:
        """Its lower and its upper edge."""
        return (np.array(self.up),)

    @property
    def has_data(self: _OfCells) -> bool:
        """Whether any cell has a number."""
        return not np.isnan(self.numbers).all()


class Image(Cells, frozen=True):
    """A matrix as cells of color: `values` (rows, columns), the first row lowest, filling `across` by `up`.

    `x` (columns,) and `y` (rows,) are what the cells are of, such as iterations and layers; where images stand side by
    side the axes show other numbers. Axes must be linear. A NaN is a cell without a value, which is left empty;
    minus infinity, the logarithm of an exact zero, and plus infinity, for what is not a number, have colors of their
    own ("image-zero", "image-wrong"). `label` is written over the image's upper left corner, where room has to be left.
    `watches`: the expression of what the cells of each row are as a watch, () where they are none.
    """

    name: str
    values: Array
    x: Array
    y: Array
    across: tuple[float, float]
    up: tuple[float, float]
    scale: ColorScale
    label: str = ""
    watches: tuple[str, ...] = ()

    @property
    def numbers(self) -> Array:
        """Those of the cells."""
        return self.values

    def columns(self) -> dict[str, Array]:
        """A line for each cell: `NAME.x`, `NAME.y` and `NAME`, each of shape (rows * columns,), row by row."""
        return _long(self.name, self.x, self.y, self.values)


class Regions(Cells, frozen=True):
    """A map of classes: `classes` (rows, columns), whole numbers, NaN for none; and points, with their own classes.

    Rows, columns, `across`, `up` and `label` are as in `Image`. `points` (points, 2) and `point_classes` (points,) are
    drawn `shift` to the right of where they are, as the map is. `roles[k % len(roles)]` is the color of class k.
    """

    name: str
    classes: Array
    x: Array
    y: Array
    across: tuple[float, float]
    up: tuple[float, float]
    points: Array
    point_classes: Array
    roles: tuple[Role, ...]
    label: str = ""
    shift: float = 0.0

    @property
    def numbers(self) -> Array:
        """Those of the cells."""
        return self.classes

    def columns(self) -> dict[str, Array]:
        """A line for each cell as `Image` has them, and `NAME.point.x`, `NAME.point.y`, `NAME.point.class`."""
        points = {"x": self.points[:, 0], "y": self.points[:, 1], "class": self.point_classes}
        named = {f"{self.name}.point.{key}": frozen(column.copy()) for key, column in points.items()}
        return _long(self.name, self.x, self.y, self.classes) | named


def steps(edges: Array, heights: Array) -> tuple[Array, Array]:
    """The outline of a histogram that stands on zero: x and y, each of shape (2 bins + 2,)."""
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])


def frozen(array: Array) -> Array:
    """The array itself, made read-only."""
    array.flags.writeable = False
    return array


def _long(name: str, x: Array, y: Array, values: Array) -> dict[str, Array]:
    columns = {f"{name}.x": np.tile(x, len(y)), f"{name}.y": np.repeat(y, len(x)), name: values.ravel()}
    return {key: frozen(column) for key, column in columns.items()}

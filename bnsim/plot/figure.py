"""A figure is data: what is plotted, in which units, with which words; nothing here draws.

Live panels draw it with pyqtgraph, `bnsim.plot.writers` write it with matplotlib or as numbers: both from
the same record. Arrays are read-only.

A new kind of mark is a record here, a function in `bnsim.plot.writers.marks`, and one each in `bnsim.ui.charts.items`
and `bnsim.ui.charts.quick`, where live panels draw.
"""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]
Role = str
"""Name of a color in the theme file: "lane0" to "lane3", "mean", "variance", "gamma", "beta", "muted"."""


class Axis(Struct, frozen=True):
    """One axis of a figure. `limits` None: fit the data. `integer`: ticks at whole numbers only."""

    label: str
    scale: Literal["linear", "log"] = "linear"
    limits: tuple[float, float] | None = None
    integer: bool = False


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


class Series(Mark, frozen=True):
    """One line; `x` and `y` have shape (points,). A NaN in `y` is a gap.

    `name` is unique in the figure and becomes the CSV column; `label` is written at the line's end, "" for none.
    """

    name: str
    x: Array
    y: Array
    role: Role
    label: str = ""
    line: Literal["solid", "dashed", "dotted", "none"] = "solid"
    weight: Literal["thin", "normal", "bold"] = "normal"
    marker: Literal["none", "circle", "square", "triangle", "diamond"] = "none"

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


M = TypeVar("M", bound=Mark)


class Figure(Struct, frozen=True):
    """A plot as data. `name` is the kind of figure, `verdict` says in one line what it shows, `caption` is for a slide.

    Which marks cover which is a matter of their kinds; those of one kind are drawn in their order here.
    """

    name: str
    title: str
    verdict: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...] = ()
    caption: str = ""

    def of_kind(self, kind: type[M]) -> tuple[M, ...]:
        """The marks of one kind, in their order."""
        return tuple(mark for mark in self.marks if isinstance(mark, kind))

    @property
    def series(self) -> tuple[Series, ...]:
        """The lines of the figure, in their order."""
        return self.of_kind(Series)

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands of the figure, in their order."""
        return self.of_kind(Band)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The horizontal rules of the figure, in their order."""
        return self.of_kind(Rule)

    @property
    def has_data(self) -> bool:
        """Whether any mark shows data; if none does, only words are shown."""
        return any(mark.has_data for mark in self.marks)

    def data(self) -> dict[str, Array]:
        """The numbers in the figure by column name, as `columns` of each kind of mark names them."""
        columns: dict[str, Array] = {}
        for mark in self.marks:
            columns |= mark.columns()
        return columns

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write the figure to `path`, in the format of its suffix. Options are those of `bnsim.plot.writers.write`."""
        from bnsim.plot.writers import write

        write(self, path, **options)

"""A figure is data: what is plotted, in which units, with which words; nothing here draws.

Live panels draw it with pyqtgraph, `bnsim.plot.writers` write it with matplotlib or as numbers: both from
the same record. Arrays are read-only.
"""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Array = NDArray[np.float64]
Role = str
"""Name of a color in the theme file: "lane0" to "lane3", "mean", "variance", "gamma", "beta", "muted"."""


class Axis(Struct, frozen=True):
    """`limits` None: fit the data. `integer`: ticks at whole numbers only."""

    label: str
    scale: Literal["linear", "log"] = "linear"
    limits: tuple[float, float] | None = None
    integer: bool = False


class Series(Struct, frozen=True):
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


class Band(Struct, frozen=True):
    """The area between `low` and `high` over `x`, each of shape (points,)."""

    name: str
    x: Array
    low: Array
    high: Array
    role: Role
    label: str = ""


class Rule(Struct, frozen=True):
    """A horizontal line at `y`, with its label."""

    y: float
    label: str
    role: Role = "muted"


class Figure(Struct, frozen=True):
    """`name` is the function that makes it; `verdict` one line in words of what it shows; `caption` for a slide."""

    name: str
    title: str
    verdict: str
    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    bands: tuple[Band, ...] = ()
    rules: tuple[Rule, ...] = ()
    caption: str = ""

    def data(self) -> dict[str, Array]:
        """The numbers by column: each series as `NAME.x` and `NAME`, each band as `NAME.x`, `NAME.low`, `NAME.high`."""
        columns: dict[str, Array] = {}
        for series in self.series:
            columns[f"{series.name}.x"] = series.x
            columns[series.name] = series.y
        for band in self.bands:
            columns[f"{band.name}.x"] = band.x
            columns[f"{band.name}.low"] = band.low
            columns[f"{band.name}.high"] = band.high
        return columns

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Write to `path`; the suffix gives the format. Options as `bnsim.plot.writers.write` has them."""
        from bnsim.plot.writers import write

        write(self, path, **options)

"""A figure is data: what is plotted, in which units, with which words; nothing here draws.

Live panels draw it with pyqtgraph, `bnsim.plot.writers` write it with matplotlib or as numbers: both from
the same record. What is on its axes are `bnsim.plot.marks`.
"""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal, TypeVar

import numpy as np
from msgspec import Struct

from bnsim.plot.marks import Array, Band, ColorScale, Image, Mark, Rule, Series

_PLAIN = frozenset({str, float, int, bool, type(None)})
M = TypeVar("M", bound=Mark)


class Axis(Struct, frozen=True):
    """One axis of a figure. `limits` None: fit the data. `integer`: ticks at whole numbers only.

    `ticks`: positions and their words, ascending, in place of numbers; where there is little room some are left out.
    `link`: axes of the same link count the same, "iteration", and live panels can move them together.
    """

    label: str
    scale: Literal["linear", "log"] = "linear"
    limits: tuple[float, float] | None = None
    integer: bool = False
    ticks: tuple[tuple[float, str], ...] = ()
    link: str = ""


class Figure(Struct, frozen=True):
    """A plot as data. `name` is the kind of figure, `verdict` says in one line what it shows, `caption` is for a slide.

    `source`: which experiment its numbers are of, in a few words, written at its foot where it is not "".
    `inside`: where on a page the plot stands between its axes, its left, lower, right and upper edge in shares of width
    and height; None for as large as there is room.
    Which marks cover which is a matter of their kinds; those of one kind are drawn in their order here.
    """

    name: str
    title: str
    verdict: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...] = ()
    caption: str = ""
    source: str = ""
    inside: tuple[float, float, float, float] | None = None

    def __repr__(self) -> str:
        said = f"{self.title}: {self.verdict}" if self.verdict else self.title
        return f"<Figure {self.name}: {said}>"

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
    def lines(self) -> tuple[Series, ...]:
        """The lines that have names, or that names keep off: series, and the outlines of bars, in their order."""
        return tuple(line for mark in self.marks for line in mark.traced())

    @property
    def zeros(self) -> tuple[tuple[Series, Array], ...]:
        """Lines that are exactly 0 where a logarithmic y axis has no place for that, with the x of these points.

        Each is written in a row of its own above the axis, so that those of several lanes are all seen.
        """
        if self.y.scale != "log":
            return ()
        lines = [line for line in self.series if line.weight != "thin" and not line.ghost]
        found = ((line, np.sort(line.x[(line.y == 0) & np.isfinite(line.x)])) for line in lines)
        return tuple((line, xs) for line, xs in found if xs.size)

    @property
    def color_scale(self) -> ColorScale | None:
        """The color scale of its images, which is one for all of them; None without images."""
        return next((image.scale for image in self.of_kind(Image)), None)

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

    def draw(self, ax: Any = None, theme: str = "light") -> Any:
        """Draw the figure on matplotlib's Axes `ax`, or on new ones, and return them: words as the axes have them."""
        from bnsim.plot.writers import draw_onto

        return draw_onto(self, ax, theme)

    def frame(self) -> Any:
        """The numbers of `data()` as a pandas DataFrame; shorter columns end in NaN. InputError without pandas."""
        from bnsim.plot.writers import frame

        return frame(self)

    def _repr_svg_(self) -> str:
        """What a notebook shows."""
        from bnsim.plot.writers import render

        return render(self, "svg").decode()

    def _repr_png_(self) -> bytes:
        """What a notebook shows where it cannot show SVG."""
        from bnsim.plot.writers import render

        return render(self, "png")


def same(one: object, other: object) -> bool:
    """Whether two figures, or parts of figures, show the same: records field by field, arrays to the bit."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        alike = (one.shape, one.dtype) == (other.shape, other.dtype)
        return alike and one.tobytes() == other.tobytes()
    if isinstance(one, Struct):
        for field in one.__struct_fields__:
            mine, theirs = getattr(one, field), getattr(other, field)
            # Words and numbers, as most are, at once: hundreds of lines are compared at each step.
            if mine is not theirs and not (mine == theirs if type(mine) in _PLAIN else same(mine, theirs)):
                return False
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other

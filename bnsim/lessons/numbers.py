"""A number of a figure: one of its columns, reduced; made with the figure's own session."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from bnsim.figures import FIGURES, FigureKind
from bnsim.figures.options import settings
from bnsim.plot.figure import Array
from bnsim.session import Session
from bnsim.spec.errors import InputError

Reduction = Literal["max", "min", "last/first", "range", "steepest"]
"""How a column becomes one number; "range" is its largest by its smallest, "steepest" the largest slope by the median.

A slope is the absolute one between two neighboring points of a line, over its `.x`.
"""

Made = dict[tuple[object, ...], dict[str, Array]]
"""Columns of the figures that are made of one moment, by kind and options: each is made once for all its numbers."""

_LONGEST = 120


class FigureNumber(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `reduction` of a `column` of a figure's `data()`, by that of the column `by` if there is one.

    `figure` is the kind's name, `options` what is chosen of it. A column with a gap, which is where a number is
    infinite or none, has NaN for a number: what is not there keeps no limit.
    """

    figure: str
    options: dict[str, str | int] = {}
    column: Annotated[str, Meta(min_length=1, max_length=_LONGEST)]
    reduction: Reduction
    by: Annotated[str, Meta(max_length=_LONGEST)] = ""

    @property
    def words(self) -> str:
        """What it is, for a sentence."""
        by = f" by that of “{self.by}”" if self.by else ""
        return f"{self.reduction} of “{self.column}”{by} in the figure {self.figure!r}"

    @property
    def records(self) -> tuple[str, ...]:
        """Names in the session's history that its figure reads. InputError for a figure or an option there is not."""
        kind = self._kind
        return kind.needs(settings(kind.name, kind.options, self.options))

    def of(self, session: Session, made: Made) -> float:
        """The number as the session stands. InputError for a column that the figure does not have."""
        key = (self.figure, *sorted(self.options.items()))
        if key not in made:
            made[key] = self._kind(session, None, **self.options).data()
        value = self._reduced(made[key], self.column)
        if not self.by:
            return value
        with np.errstate(all="ignore"):
            return float(np.float64(value) / self._reduced(made[key], self.by))

    @property
    def _kind(self) -> FigureKind:
        if self.figure not in FIGURES:
            raise InputError(f"There is no figure {self.figure!r}; 'bnsim figures' lists them.")
        return FIGURES[self.figure]

    def _reduced(self, data: dict[str, Array], column: str) -> float:
        if column not in data:
            there = ", ".join(repr(name) for name in data) or "no column yet"
            raise InputError(f"The figure {self.figure!r} has no column {column!r}; it has {there}.")
        values = np.asarray(data[column], np.float64)
        if self.reduction == "steepest" and f"{column}.x" not in data:
            raise InputError(
                f"The column {column!r} of the figure {self.figure!r} has no {column + '.x'!r} for a slope."
            )
        x = np.asarray(data.get(f"{column}.x", values), np.float64)
        return reduced(values, x, self.reduction)


def reduced(values: Array, x: Array, reduction: Reduction) -> float:
    """One number of a column (points,) over x (points,); NaN for one with a gap, and for one that is too short."""
    needed = {"last/first": 2, "steepest": 3}.get(reduction, 1)
    if values.size < needed or not np.isfinite(values).all():
        return float("nan")
    with np.errstate(all="ignore"):
        match reduction:
            case "max":
                found = values.max()
            case "min":
                found = values.min()
            case "last/first":
                found = values[-1] / values[0]
            case "range":
                found = values.max() / values.min()
            case "steepest":
                slopes = np.abs(np.diff(values) / np.diff(x))
                found = slopes.max() / np.median(slopes)
    return float(found)

"""A number of a figure: one of its columns, reduced; made with the figure's own session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from bnsim.figures import FIGURES, FigureKind
from bnsim.figures.options import settings
from bnsim.plot.marks import Array
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import layer_names
from bnsim.spec.tree import layer_at

if TYPE_CHECKING:  # the engine comes with it, which a list of lessons does not need
    from bnsim.session.session import Session

Reduction = Literal["first", "last", "at", "max", "min", "mean", "median", "last/first", "range", "steepest"]
"""How a column becomes one number; "at" is its point at a place, "range" its largest by its smallest, "steepest" the
largest slope by the median.

A slope is the absolute one between two neighboring points of a line, over its `.x`.
"""

Made = dict[tuple[object, ...], dict[str, Array]]
"""Columns of the figures that are made of one moment, by kind and options: each is made once for all its numbers."""

_LONGEST = 120


class FigureNumber(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `reduction` of a `column` of a figure's `data()`, by that of the column `by` if there is one.

    For the reduction "at", `place` says which of its points is meant, from 0; a negative one counts from the end.
    `figure` is the kind's name, `options` what is chosen of it, `layer` the name of the layer that it is about: "" is
    the first that fits. A column with a gap, which is where a number is
    infinite or none, has NaN for a number: what is not there keeps no limit.
    """

    figure: str
    options: dict[str, str | int] = {}
    layer: Annotated[str, Meta(max_length=_LONGEST)] = ""
    column: Annotated[str, Meta(min_length=1, max_length=_LONGEST)]
    reduction: Reduction
    place: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0
    by: Annotated[str, Meta(max_length=_LONGEST)] = ""

    @property
    def words(self) -> str:
        """What it is, for a sentence."""
        by = f" by that of “{self.by}”" if self.by else ""
        reduction = f"point {self.place}" if self.reduction == "at" else self.reduction
        return f"{reduction} of “{self.column}”{by} in the figure {self.figure!r}"

    @property
    def records(self) -> tuple[str, ...]:
        """Names in the session's history that its figure reads. InputError for a figure or an option there is not."""
        kind = self._kind
        return kind.needs(settings(kind.name, kind.options, self.options))

    def of(self, session: Session, made: Made) -> float:
        """The number as the session stands. InputError for a column that the figure does not have."""
        key = (self.figure, self.layer, *sorted(self.options.items()))
        if key not in made:
            layer = id_of(session.experiment, self.layer) if self.layer else None
            made[key] = self._kind(session, layer, **self.options).data()
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
        return reduced(values, x, self.reduction, self.place)


def of_lane(lane: str, layer: str) -> str:
    """What a lesson calls a layer of one lane where others have one of the name: "with BN, Sigmoid 3"."""
    return f"{lane}, {layer}"


def id_of(experiment: Experiment, layer: str) -> int:
    """The id of the layer of that name, in the first lane that has one: "Sigmoid 3", or "with BN, Sigmoid 3" of a lane.

    InputError if none has.
    """
    for stack in experiment.stacks:
        for path, name in layer_names(stack).items():
            found = layer_at(stack.layers, path)
            if layer in (name, of_lane(stack.name, name)) and found is not None:
                return found.id
    raise InputError(f"There is no layer {layer!r}; write its name as the window shows it, such as 'BatchNorm 1'.")


def reduced(values: Array, x: Array, reduction: Reduction, place: int = 0) -> float:
    """One number of a column (points,) over x (points,); NaN for one with a gap, and for one that is too short."""
    needed = {"last/first": 2, "steepest": 3, "at": place + 1 if place >= 0 else -place}.get(reduction, 1)
    if values.size < needed or not np.isfinite(values).all():
        return float("nan")
    with np.errstate(all="ignore"):
        match reduction:
            case "first" | "last" | "at":
                found = values[{"first": 0, "last": -1, "at": place}[reduction]]
            case "mean":
                found = values.mean()
            case "median":
                found = np.median(values)
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

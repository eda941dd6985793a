"""What rules go by: what a lane has in memory at this moment, and the newest rows of its history.

Nothing is computed by the network for it. Of an iteration under way there is what is computed so far; gradients and
updates are those of the last complete iteration meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from bnsim import data
from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.findings.plan import Plan, Spot
from bnsim.lenses.norm import norm
from bnsim.spec.errors import InputError
from bnsim.spec.naming import layer_name, layer_title

if TYPE_CHECKING:
    from bnsim.session.lane import Form, Lane
    from bnsim.session.session import Session


_PLANS: WeakKeyDictionary[Form, Plan] = WeakKeyDictionary()

SAFE = 1e-24
"""Sums of squares below are taken again, in double precision: in single precision some squares may have been lost."""


class Evidence:
    """What there is to go by of one lane; arrays are read-only views, valid until the session moves."""

    def __init__(self, session: Session, lane: Lane) -> None:
        self.session, self.lane = session, lane
        plan = _PLANS.get(lane.form)
        if plan is None or plan.layers is not lane.stack.layers:
            plan = _PLANS[lane.form] = Plan(lane.program, lane.stack.layers)
        self.plan = plan
        # Asking a history whether a name is in it reads all of its rows.
        self.recorded = frozenset(lane.history)
        self._peeked: dict[Place, Array | None] = {}
        self._first: dict[str, Array | None] = {}

    @property
    def classes(self) -> int:
        """How many classes the data have; 0 where they have none, or where their file is gone by now."""
        plan = self.plan
        if plan.classes is None:
            try:
                shape = data.load(self.session.experiment.data).shape
            except InputError:
                return 0
            plan.classes = shape.outputs if shape.classification else 0
        return plan.classes

    def name(self, spot: Spot) -> str:
        """What the layer is called, with its copy."""
        return layer_name(self.lane.stack, spot.path)

    def title(self, spot: Spot) -> str:
        """What the layer is called in a sentence: its number counts all copies."""
        return layer_title(self.lane.stack, spot.path)

    def names(self, spots: Sequence[Spot], among: Sequence[Spot]) -> str:
        """Layers in words: "Linear 3", "Linear 3 to 16", or "5 layers from Linear 3 to 16" where others lie between.

        `among` are those that might have been meant, in the same order.
        """
        first, last = spots[0], spots[-1]
        if len(spots) == 1:
            return self.title(first)
        whole = among[among.index(first) : among.index(last) + 1]
        end = self.title(last)
        if type(first.layer) is type(last.layer):
            end = end.rpartition(" ")[2]
        way = f"{self.title(first)} to {end}"
        return way if len(whole) == len(spots) else f"{len(spots)} layers from {way}"

    def value(self, spot: Spot) -> Array | None:
        """A layer's output; None while not computed."""
        return self.peek(spot.value)

    def peek(self, place: Place | None) -> Array | None:
        """The array at a place; None while not computed, or where there is none."""
        if place is None:
            return None
        if place not in self._peeked:
            self._peeked[place] = self.lane.peek(place)
        return self._peeked[place]

    def newest(self, name: str, most: int) -> Array | None:
        """The newest rows of a record, at most so many, as float64; None if it is not recorded or has no row."""
        history = self.lane.history
        if name not in self.recorded or not history.iterations:
            return None
        rows = len(history.kept)
        found = history.rows(name, np.arange(max(rows - most, 0), rows))
        return found.astype(np.float64) if len(found) else None

    def first(self, name: str) -> Array | None:
        """The row of the very first iteration; None if it is not there."""
        if name not in self._first:
            history = self.lane.history
            there = name in self.recorded and history.iterations and history.kept[0] == 0
            self._first[name] = history.rows(name, np.arange(1))[0].astype(np.float64) if there else None
        return self._first[name]

    @cached_property
    def gradient_norms(self) -> Array | None:
        """Norm of the loss's gradient with respect to each weight layer's output, shape (weight layers,).

        Of the present iteration once it is all there, before that of the last one; None before the first.
        """
        if self.lane.position >= self.lane.program.first_update:
            present = [self.peek(spot.gradient) for spot in self.plan.weights]
            if all(array is not None for array in present):
                return np.array([_norm(array) for array in present if array is not None])
        rows = self.newest("gradient_norm", 1)
        return None if rows is None else rows[0]

    def losses(self, most: int, after: int) -> Array:
        """The newest losses, at most so many, without those of the run's first `after` iterations; oldest first."""
        rows = self.newest("loss", most)
        return np.zeros(0) if rows is None else rows[self.lane.history.kept[-len(rows) :] >= after]

    @cached_property
    def loss_share(self) -> float:
        """What is left of the loss: the mean of the newest ten, divided by that of the first five; NaN without any."""
        newest, history = self.newest("loss", 10), self.lane.history
        if newest is None:
            return math.nan
        start = float(history.rows("loss", np.arange(min(5, len(history.kept)))).mean(dtype=np.float64))
        return float(newest.mean()) / start if start > 0 else math.nan


def _norm(array: Array) -> float:
    """The Euclidean norm, in the array's own precision where no square is lost."""
    flat = array.ravel()
    squares = float(np.dot(flat, flat))
    return math.sqrt(squares) if SAFE < squares < math.inf else norm(array)

"""A kind of figure that only tests know: whatever lists the kinds has to find it by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bnsim import figures
from bnsim.figures import Axis, Figure, FigureKind, Series
from bnsim.figures.kind import figure


@figure(
    title="Made up",
    shows="a share that nobody else plots",
    section="Over iterations",
    records=("saturated",),
    live_points=7,
)
def made_up_kind(session: Any, layer_id: int | None = None, *, max_points: Any = None, known: Any = None) -> Figure:
    """The saturated share of the first layer that has one, by iteration; the verdict says for how many points."""
    shares = next(iter(session.history["saturated"].values()))[:, 0].astype(float)
    line = Series("share", np.arange(1.0, shares.size + 1), shares, "lane0")
    return Figure(made_up_kind.name, made_up_kind.title, f"{max_points} points", Axis("x"), Axis("y"), (line,))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> FigureKind:
    """The kind, registered while the test runs."""
    monkeypatch.setitem(figures._KINDS, made_up_kind.name, made_up_kind)
    return made_up_kind

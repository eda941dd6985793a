"""What BatchNorm learns: γ and β of every feature, by iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.measured import Chosen, Known, Session, by_iteration, choose_batchnorm, frozen, quartiles
from bnsim.plot.figure import Array, Axis, Figure, Series
from bnsim.spec.numerals import rounded

MAX_DRAWN = 64
"""Features drawn; of more, every so many-th, evenly spread. Median and verdict are of all."""
MAX_POINTS = 250
"""Fewer than other figures have: there are up to 128 lines, and all are smooth."""

_Line = Literal["solid", "dashed"]
_PARAMETERS: tuple[tuple[str, str, str, float, _Line], ...] = (
    ("gamma", "γ", "weight", 1.0, "solid"),
    ("beta", "β", "bias", 0.0, "dashed"),
)


@figure(
    title="Gamma and beta",
    shows="what one BatchNorm learns, by iteration: γ and β of every feature and their medians",
    about_layer=True,
    records=("gamma", "beta"),
    fast_points=64,  # the lines are many, and smooth
    docked=True,
)
def gamma_beta(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The parameters γ and β of one BatchNorm by iteration: at most 64 features as thin lines, the median bold.

    `layer_id` is the BatchNorm; for another layer the nearest BatchNorm in its lane is taken, for None the first.
    The verdict says how far the feature that has moved most is from where all start, γ at 1 and β at 0.
    """
    chosen = choose_batchnorm(session, layer_id)
    if chosen is None:
        return _figure("Add a BatchNorm to see its γ and β")
    series: list[Series] = []
    moves: list[str] = []
    features = 0
    for name, symbol, key, start, line in _PARAMETERS:
        x, values = _values(chosen, name, key, max_points, known)
        if not values.size:
            continue
        features = values.shape[1]
        series += _lines(name, symbol, line, x, values)
        moves.append(_moved(symbol, values[-1], start))
    if not chosen.layer.affine:
        return _figure(f"{chosen.title}: has no γ and β; turn affine on to see them")
    if not series:
        return _figure(f"{chosen.title}: step or play to see its γ and β")
    drawn = f"{MAX_DRAWN} of {features} features" if features > MAX_DRAWN else f"{features} features"
    verdict = f"{chosen.title}: {', '.join(moves)}" + (f" · {drawn} drawn" if features > MAX_DRAWN else "")
    caption = f"{chosen.title}, {drawn}: each feature a thin line, bold their median (γ solid, β dashed)."
    return _figure(verdict, tuple(series), caption)


def _figure(verdict: str, series: tuple[Series, ...] = (), caption: str = "") -> Figure:
    last = max((float(line.x[-1]) for line in series), default=0.0)
    return Figure(
        name=gamma_beta.name,
        title=gamma_beta.title,
        verdict=verdict,
        x=Axis("iteration", limits=(0.0, max(last, 1.0)), integer=True),
        y=Axis("γ and β of each feature, median bold"),
        marks=series,
        caption=caption,
    )


def _values(chosen: Chosen, name: str, key: str, max_points: int | None, known: Known | None) -> tuple[Array, Array]:
    """Iteration numbers and values; before anything is done, the initial parameters as one point."""
    x, values = by_iteration(chosen, name, max_points, known)
    if not values.size:
        start = chosen.lane.state_dict().get(f"{chosen.key}{key}")
        if start is not None:
            return np.zeros(1), np.array(start, dtype=np.float64)[None]
    return x, values


def _lines(name: str, symbol: str, line: _Line, x: Array, values: Array) -> Iterator[Series]:
    features = values.shape[1]
    drawn = np.unique(np.linspace(0, features - 1, min(features, MAX_DRAWN)).round().astype(int))
    by_feature = frozen(np.ascontiguousarray(values.T[drawn]))
    frozen(x)
    for row, feature in enumerate(drawn):
        yield Series(f"{name}.{feature}", x, by_feature[row], name, weight="thin")
    marker: Literal["none", "circle"] = "circle" if x.size == 1 else "none"
    median = frozen(quartiles(values)[1])
    yield Series(f"{name}.median", x, median, name, label=symbol, line=line, weight="bold", marker=marker)


def _moved(symbol: str, values: Array, start: float) -> str:
    distance = float(np.max(np.abs(values - start)))
    if np.isnan(distance):
        return f"{symbol} is not a number"
    if distance == 0:
        return f"{symbol} is {start:.0f}"
    return f"{symbol} up to {rounded(distance)} from {start:.0f}"

"""What BatchNorm learns: γ and β of every feature, by iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from bnsim.figures.branched import branched, past_of
from bnsim.figures.kind import figure
from bnsim.figures.measured import Chosen, Known, Session, by_iteration, choose_batchnorm, iteration_axis, quartiles
from bnsim.figures.options import Choice
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Mark, Series, frozen
from bnsim.spec.numerals import rounded
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.spelling import Spelling, spelling

MAX_DRAWN = 64
"""Features drawn; of more, every so many-th, evenly spread. Median and verdict are of all."""
MAX_POINTS = 250
"""Fewer than other figures have: there are up to 128 lines, and all are smooth."""

_Line = Literal["solid", "dashed"]


class _Parameter(NamedTuple):
    """γ or β: its record, the name and label of its lines, what is taken from it there, its `state_dict` key.

    `array`: what programs call it.
    """

    record: str
    symbol: str
    name: str
    label: str
    start: float
    key: str
    line: _Line
    array: str


_PARAMETERS = (
    _Parameter("gamma", "γ", "gamma_minus_1", "γ − 1", 1.0, "weight", "solid", "weight"),
    _Parameter("beta", "β", "beta", "β", 0.0, "bias", "dashed", "bias"),
)
_GRADIENTS = (
    _Parameter("gamma_gradient", "dγ", "gamma_gradient", "∂L/∂γ", 0.0, "", "solid", "dweight"),
    _Parameter("beta_gradient", "dβ", "beta_gradient", "∂L/∂β", 0.0, "", "dashed", "dbias"),
)
_OF = Choice(
    "of",
    "Show",
    (("values", "γ − 1 and β"), ("gradients", "their gradients")),
    records=(("gradients", "gamma_gradient"), ("gradients", "beta_gradient")),
)


@figure(
    title="Gamma and beta",
    shows="what one BatchNorm learns, by iteration: γ − 1 and β of every feature and their medians",
    section="At one layer",
    about="BatchNorm",
    source="Ioffe and Szegedy 2015",
    records=("gamma", "beta"),
    fast_points=64,  # the lines are many, and smooth
    docked=True,
    options=(_OF,),
)
def gamma_beta(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    of: str = "values",
) -> Figure:
    """γ − 1 and β of one BatchNorm by iteration: at most 64 features as thin lines, the median bold.

    Both are as far from 0 as they have moved from where a BatchNorm usually starts, γ at 1 and β at 0, so that the
    axis shows what is learned, however small the steps are.

    `layer_id` is the BatchNorm; for another layer the nearest BatchNorm in its lane is taken, for None the first.
    The verdict says how far the feature that has moved most is from there. `of` "gradients" draws the loss's gradients
    by γ and β in place of them, before clipping and decay; the verdict has the largest of the last iteration.
    """
    gradients = of == "gradients"
    chosen = choose_batchnorm(session, layer_id)
    if chosen is None:
        return _figure(phrase("Add a BatchNorm to see its γ and β"))
    own = spelling(session.experiment, chosen.lane.stack)
    series: list[Series] = []
    moves: list[str] = []
    features = 0
    for parameter in _GRADIENTS if gradients else _PARAMETERS:
        x, values = _values(chosen, parameter, max_points, known)
        if not values.size:
            continue
        features = values.shape[1]
        series += _lines(parameter, x, values, partial(_watch, parameter, chosen, own))
        moves.append(_largest(parameter, values[-1]) if gradients else _moved(parameter, values[-1]))
    if not chosen.layer.affine:
        return _figure(joined(": ", (chosen.title, phrase("has no γ and β; turn affine on to see them"))))
    if not series:
        return _figure(joined(": ", (chosen.title, phrase("step or play to see its γ and β"))))
    many = features > MAX_DRAWN
    drawn = phrase(
        "{drawn} of {number} features" if many else "{number} features", drawn=str(MAX_DRAWN), number=str(features)
    )
    some = phrase("{drawn} of {number} features drawn", drawn=str(MAX_DRAWN), number=str(features)) if many else ""
    verdict = joined(" · ", (joined(": ", (chosen.title, joined(", ", moves))), some))
    caption = phrase(
        "{layer}, {drawn}: each feature a thin line, bold their median (∂L/∂γ solid, ∂L/∂β dashed)."
        if gradients
        else "{layer}, {drawn}: each feature a thin line, bold their median (γ − 1 solid, β dashed).",
        layer=chosen.title,
        drawn=drawn,
    )
    past = past_of(session, chosen.lane) if series[0].x[0] < chosen.branch else None
    caption = caption if past is None else joined(" ", (caption, past.caption))
    label = phrase("∂L/∂γ; ∂L/∂β of each feature, median bold") if gradients else _LABEL
    return _figure(verdict, branched(past, series), caption, label)


_LABEL = phrase("γ−1; β of each feature, median bold")


def _figure(verdict: str, marks: tuple[Mark, ...] = (), caption: str = "", label: str = _LABEL) -> Figure:
    last = max((float(line.x[-1]) for line in marks if isinstance(line, Series)), default=0.0)
    return Figure(
        name=gamma_beta.name,
        title=gamma_beta.title,
        verdict=verdict,
        x=iteration_axis(last),
        y=Axis(label),
        marks=marks,
        caption=caption,
    )


def _values(chosen: Chosen, parameter: _Parameter, max_points: int | None, known: Known | None) -> tuple[Array, Array]:
    """Iteration numbers and values; before anything is done, the initial parameters as one point."""
    x, values = by_iteration(chosen, parameter.record, max_points, known)
    if not values.size and parameter.key:
        start = chosen.lane.state_dict().get(f"{chosen.key}{parameter.key}")
        if start is not None:
            return np.zeros(1), np.array(start, dtype=np.float64)[None]
    return x, values


def _watch(parameter: _Parameter, chosen: Chosen, own: Spelling, feature: int) -> tuple[str, ...]:
    """The expression of what is drawn of a feature."""
    text = own.array(parameter.array, chosen.path, (feature,))
    return (f"{text} - {parameter.start:g}" if parameter.start else text,) if text else ()


def _lines(parameter: _Parameter, x: Array, values: Array, watch: Callable[[int], tuple[str, ...]]) -> Iterator[Series]:
    features = values.shape[1]
    drawn = np.unique(np.linspace(0, features - 1, min(features, MAX_DRAWN)).round().astype(int))
    by_feature = frozen(np.ascontiguousarray(values.T[drawn]) - parameter.start)
    frozen(x)
    name, role = parameter.name, parameter.record.partition("_")[0]
    for row, feature in enumerate(drawn):
        yield Series(f"{name}.{feature}", x, by_feature[row], role, weight="thin", watches=watch(int(feature)))
    marker: Literal["none", "circle"] = "circle" if x.size == 1 else "none"
    median = frozen(quartiles(values)[1] - parameter.start)
    yield Series(f"{name}.median", x, median, role, parameter.label, parameter.line, weight="bold", marker=marker)


def _moved(parameter: _Parameter, values: Array) -> str:
    symbol, start = parameter.symbol, parameter.start
    distance = float(np.max(np.abs(values - start)))
    if np.isnan(distance):
        return phrase("{symbol} is not a number", symbol=symbol)
    if distance == 0:
        return phrase("{symbol} is {number}", symbol=symbol, number=f"{start:.0f}")
    if values.size == 1:
        return phrase("{symbol} is {number}", symbol=symbol, number=rounded(float(values.item())))
    return phrase(
        "{symbol} up to {distance} from {number}", symbol=symbol, distance=rounded(distance), number=f"{start:.0f}"
    )


def _largest(parameter: _Parameter, values: Array) -> str:
    """The largest size of a gradient, and what a zero one means."""
    size = float(np.max(np.abs(values)))
    if np.isnan(size):
        return phrase("{symbol} is not a number", symbol=parameter.symbol)
    if size == 0:
        return phrase("{symbol} is zero", symbol=parameter.symbol)
    return phrase("{symbol} up to {size}", symbol=parameter.symbol, size=rounded(size))

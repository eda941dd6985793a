"""The chain rule, link by link: what every layer multiplies the gradient's norm by on the way to the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Line, Marker, Shown, decades, drawable, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import links, norm
from bnsim.plot.figure import Array, Axis, Figure, Rule, Series, frozen
from bnsim.spec.layers import Linear
from bnsim.spec.naming import kind_name, layer_name
from bnsim.spec.numerals import factor

_MANY = 60
"""Layers of one kind above which markers would run into one another."""
_OTHER_LINES: tuple[Line, ...] = ("dashed", "dotted")
_OTHER_MARKERS: tuple[Marker, ...] = ("square", "triangle", "diamond")


class _Factors(NamedTuple):
    """The factors of one lane's layers of one kind, NaN where not computed, by the weight layer they belong to."""

    kind: str
    layers: Array
    factors: Array


class _Chain(NamedTuple):
    """One lane's links by kind, Linear first; `ends`: the layer that gives a gradient of zero for one that is not.

    `bad`: the layer nearest the loss whose gradient is NaN or infinite. Both "" where there is none.
    """

    shown: Shown
    kinds: tuple[_Factors, ...]
    ends: str
    bad: str


@figure(
    title="Gradient factors",
    shows="what every layer multiplies the gradient's norm by, link by link of the chain rule",
    section="By depth",
)
def gradient_factors(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The factor of every link of the chain rule, ‖∂L/∂(its input)‖ / ‖∂L/∂(its output)‖ over the mini-batch.

    A line for each lane and kind of layer, on a log axis; a Residual is a single link. Their product is the gradient's
    whole change from the loss to the first layer's output; what the first layer would give the data is not computed.
    Where a gradient is zero the product ends, and the verdict names the layer. `layer_id`, `max_points` and `known`
    have no effect here.
    """
    chains = [_chain(shown) for shown in shown_lanes(session)]
    drawn = [chain for chain in chains if chain.kinds]
    every = [kind.factors for chain in drawn for kind in chain.kinds]
    deepest = max((float(kind.layers.max()) for chain in drawn for kind in chain.kinds), default=2.0)
    some = any((drawable(factors) > 0).any() for factors in every)
    return Figure(
        name=gradient_factors.name,
        title=gradient_factors.title,
        verdict=_verdict(chains),
        x=Axis("weight layer that it is or follows", limits=(1.0, max(deepest, 2.0)), integer=True),
        y=Axis("factor on the gradient's norm", scale="log", limits=decades([*every, np.ones(1)])),
        marks=(*_lines(drawn), *([Rule(1.0, "unchanged")] if some else [])),
        caption="Norm over the mini-batch of the gradient that a layer hands down, divided by that which it is given: "
        "the links of the chain rule, whose product is the gradient's whole change."
        if some
        else "",
    )


def _chain(shown: Shown) -> _Chain:
    lane, stack = shown.lane, shown.lane.stack
    found: dict[str, list[tuple[int, float]]] = {}
    ends = bad = ""
    chain = links(stack.layers, whole_residuals=True)
    gradients = [lane.gradient(link.path) for link in chain]
    sizes = [None if gradient is None else norm(gradient) for gradient in gradients]
    if sizes and sizes[-1] == 0:
        ends = "the loss"
    for number in range(len(chain) - 1, -1, -1):
        link, size, handed = chain[number], sizes[number], sizes[number - 1] if number else None
        if size is not None and not np.isfinite(size):
            bad = bad or layer_name(stack, link.path)
        ratio = np.nan
        if size and handed is not None and np.isfinite(size):
            ratio = handed / size
            if ratio == 0:
                ends = ends or layer_name(stack, link.path)
        if number:
            found.setdefault(kind_name(link.layer), []).append((link.ordinal, ratio))
    order = sorted(found, key=lambda kind: (kind != Linear.name, kind))
    return _Chain(shown, tuple(_of_kind(kind, found[kind]) for kind in order), ends, bad)


def _of_kind(kind: str, found: list[tuple[int, float]]) -> _Factors:
    columns = np.array(found[::-1], np.float64)
    return _Factors(kind, frozen(columns[:, 0].copy()), frozen(columns[:, 1].copy()))


def _lines(drawn: list[_Chain]) -> Iterator[Series]:
    """A line for each lane and kind; a kind has the same dashes and markers in all lanes."""
    others = sorted({kind.kind for chain in drawn for kind in chain.kinds} - {Linear.name})
    for chain in drawn:
        for kind in chain.kinds:
            line: Line = "solid"
            marker: Marker = "circle"
            if kind.kind in others:
                number = others.index(kind.kind)
                line, marker = _OTHER_LINES[number % 2], _OTHER_MARKERS[number % 3]
            name = f"{chain.shown.name}, {kind.kind}"
            label = kind.kind if len(drawn) == 1 else f"{kind.kind}, {chain.shown.name}"
            y = frozen(drawable(kind.factors))
            many = kind.layers.size > _MANY
            yield Series(name, kind.layers, y, chain.shown.role, label, line, marker="none" if many else marker)


def _verdict(chains: list[_Chain]) -> str:
    if not any(chain.kinds for chain in chains):
        return "Add a second layer to see what it multiplies the gradient by"
    if not any(np.isfinite(kind.factors).any() or chain.bad or chain.ends for chain in chains for kind in chain.kinds):
        return "No gradient yet: step into the backward pass"
    return " · ".join(_judged(chain) for chain in chains if chain.kinds)


def _judged(chain: _Chain) -> str:
    name = chain.shown.name
    if chain.bad:
        return f"{name} is not a number from {chain.bad} on"
    words = []
    for kind in chain.kinds:
        positive = drawable(kind.factors)
        positive = positive[~np.isnan(positive)]
        if positive.size:
            words.append(f"{kind.kind} {factor(float(np.exp(np.mean(np.log(positive)))))}")
    if chain.ends:
        words.append(f"zero from {chain.ends} on")
    return f"{name} {', '.join(words)}" if words else f"{name} has no gradient yet"

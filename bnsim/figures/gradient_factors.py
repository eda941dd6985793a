"""The chain rule, link by link: what every layer multiplies the gradient's norm by on the way to the input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.expected import THEORY, Expected, expected, in_words, named_once, theory_line
from bnsim.figures.kind import figure
from bnsim.figures.lanes import CUT_OFF, Shown, decades, drawable, seen, shown_lanes, with_zeros
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.options import Choice
from bnsim.figures.present import Link, links
from bnsim.lenses.depth import edge
from bnsim.lenses.norm import norm
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Line, Mark, Marker, Rule, Series, frozen
from bnsim.spec.layers import Linear, Residual
from bnsim.spec.naming import kind_name, layer_name
from bnsim.spec.numerals import count, factor
from bnsim.spec.phrases import capital, joined, phrase

_MANY = 60
"""Layers of one kind above which markers would run into one another."""
_OTHER_LINES: tuple[Line, ...] = ("dashed", "dotted")
_OTHER_MARKERS: tuple[Marker, ...] = ("square", "triangle", "diamond")


_FORM = Choice("form", "Drawn as", (("lines", "factors by depth"), ("waterfall", "waterfall of their product")))
_APART = 3.0
"""Between waterfalls side by side, in links."""


class _Factors(NamedTuple):
    """The factors of one lane's layers of one kind, NaN where not computed, by the weight layer they belong to.

    `watches` has the expression of each.
    """

    kind: str
    layers: Array
    factors: Array
    watches: tuple[str, ...]


class _Chain(NamedTuple):
    """One lane's links by kind, Linear first; `ends`: the layer that gives a gradient of zero for one that is not.

    `bad`: the layer nearest the loss whose gradient is NaN or infinite. Both "" where there is none. `ratios`: the
    factor of every link but the first, NaN where not computed, in the order of the forward pass. `theory`: what is
    expected of the weight layers numbered `first` to `last`, what theory has no factor for, or None if it is not asked.
    """

    shown: Shown
    kinds: tuple[_Factors, ...]
    ends: str
    bad: str
    links: tuple[Link, ...]
    ratios: Array
    theory: Expected | str | None = None
    first: int = 1
    last: int = 1

    @property
    def expected(self) -> dict[str, float]:
        """The factor on the norm that theory has for layers of a kind; {} where it has none."""
        known = self.theory
        if not isinstance(known, Expected):
            return {}
        if not known.by_link:
            return {Residual.name: known.factor}
        kinds = Linear.name, "" if known.norm is None else kind_name(known.norm), kind_name(known.activation)
        return {kind: each for kind, each in zip(kinds, known.by_link, strict=True) if kind}


@figure(
    title="Gradient factors",
    shows="what every layer multiplies the gradient's norm by, link by link of the chain rule",
    options=(_FORM, THEORY),
    section="By depth",
)
def gradient_factors(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    form: str = "lines",
    theory: str = "off",
) -> Figure:
    """The factor of every link of the chain rule, ‖∂L/∂(its input)‖ / ‖∂L/∂(its output)‖ over the mini-batch.

    A line for each lane and kind of layer, on a log axis; a Residual is a single link. Their product is the gradient's
    whole change from the loss to the first layer's output; what the first layer would give the data is not computed.
    Where a gradient is zero the product ends, and the verdict names the layer. `form` "waterfall" draws their product
    from the loss on, which is at the right: each layer's bar goes from the product before it to that after it.
    `theory` "on" draws what a wide random network with weights and biases of the present size would have, over the
    layers that `gradient_by_depth` takes its factor from. `layer_id`, `max_points` and `known` have no effect here.
    """
    chains = [_chain(shown) for shown in shown_lanes(session)]
    if theory == "on":
        chains = [_with_theory(chain, session.experiment.training.batch_size) for chain in chains]
    if form == "waterfall":
        return _waterfall(chains)
    drawn = [chain for chain in chains if chain.kinds]
    every = [kind.factors for chain in drawn for kind in chain.kinds]
    deepest = max((float(kind.layers.max()) for chain in drawn for kind in chain.kinds), default=2.0)
    lanes = [np.concatenate([kind.factors for kind in chain.kinds]) for chain in drawn]
    limits = decades([*seen(lanes), np.ones(1)])
    some, several = any((drawable(factors) > 0).any() for factors in every), len(drawn) > 1
    # With several lanes the names of lanes and kinds take all the room there is.
    beside = _theory_lines(drawn) if several else named_once(_theory_lines(drawn))
    return Figure(
        name=gradient_factors.name,
        title=gradient_factors.title,
        verdict=_verdict(chains),
        x=Axis(phrase("weight layer that it is or follows"), limits=(1.0, max(deepest, 2.0)), integer=True),
        y=Axis(phrase("factor on the gradient's norm"), scale="log", limits=limits),
        marks=(*_lines(drawn), *beside, *([Rule(1.0, phrase("unchanged"))] if some else [])),
        caption=joined(
            " ",
            (
                _CAPTION,
                _OF_SEVERAL if several else "",
                *_said_of(drawn),
                CUT_OFF if any((drawable(factors) > limits[1]).any() for factors in every) else "",
            ),
        )
        if some
        else "",
    )


_CAPTION = phrase(
    "Norm over the mini-batch of the gradient that a layer hands down, divided by that which it is given: "
    "the links of the chain rule, whose product is the gradient's whole change."
)
_OF_SEVERAL = phrase("Colors are lanes; solid are Linear layers, other kinds have dashes and markers.")
_WATERFALL = phrase(
    "From the loss at the right to the input at the left: what each layer multiplies the gradient's norm by, upright "
    "from the product before it to that after it: Linear layers gray, normalizations violet, activations green."
)


def _chain(shown: Shown) -> _Chain:
    lane, stack = shown.lane, shown.lane.stack
    found: dict[str, list[tuple[int, float, str]]] = {}
    every: list[float] = []
    ends = bad = ""
    chain = links(stack.layers, whole_residuals=True)
    gradients = [lane.gradient(link.path) for link in chain]
    sizes = [None if gradient is None else norm(gradient) for gradient in gradients]
    if sizes and sizes[-1] == 0:
        ends = phrase("the loss")
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
            every.append(ratio)
            found.setdefault(kind_name(link.layer), []).append(
                (link.ordinal, ratio, _watch(shown, chain[number - 1], link))
            )
    order = sorted(found, key=lambda kind: (kind != Linear.name, kind))
    ratios = np.array(every[::-1], np.float64)
    return _Chain(shown, tuple(_of_kind(kind, found[kind]) for kind in order), ends, bad, chain[1:], frozen(ratios))


def _watch(shown: Shown, below: Link, link: Link) -> str:
    """The expression of the factor of a link; `below`: the one that it hands its gradient to."""
    handed, given = (shown.spelling.norm("gradient", each.path) for each in (below, link))
    return f"{handed} / {given}" if handed and given else ""


def _waterfall(chains: list[_Chain]) -> Figure:
    drawn = [chain for chain in chains if chain.kinds]
    marks: list[Mark] = []
    known: list[Series] = []
    ticks: list[tuple[float, str]] = []
    start = 0.0
    for chain in drawn:
        products = _products(chain)
        marks += _bars(chain, products, start)
        marks += _steps(chain, products, start)
        known += _theory_steps(chain, products, start)
        ticks += _depths(chain, start, most=max(2, 9 // len(drawn)))
        start += products.size - 1 + _APART
    some = any(np.isfinite(chain.ratios).any() for chain in drawn)
    return Figure(
        name=gradient_factors.name,
        title=gradient_factors.title,
        verdict=_verdict(chains),
        x=Axis(
            phrase("weight layer, the loss at the right"), limits=(0.0, max(start - _APART, 1.0)), ticks=tuple(ticks)
        ),
        y=Axis(
            phrase("gradient's norm, relative to the last layer's"),
            scale="log",
            limits=decades(map(_products, drawn)),
        ),
        marks=(*marks, *named_once(known), Rule(1.0, phrase("as at the loss"))) if some else (),
        caption=joined(" ", (_WATERFALL, *_said_of(drawn))) if some else "",
    )


def _products(chain: _Chain) -> Array:
    """The running product at each link's input and, last, the loss's end, which is 1: shape (links + 1,)."""
    with np.errstate(over="ignore", under="ignore"):
        products: Array = np.cumprod(np.append(1.0, chain.ratios[::-1]))[::-1]
    return products


def _bars(chain: _Chain, products: Array, start: float) -> Iterator[Series]:
    """A line for each kind of layer, upright at each of them, with gaps between."""
    kinds: dict[str, list[int]] = {}
    for number, link in enumerate(chain.links):
        if products[number] > 0 and products[number + 1] > 0 and np.isfinite(products[number : number + 2]).all():
            kinds.setdefault(kind_name(link.layer), []).append(number)
    for kind, numbers in kinds.items():
        x = np.repeat(start + np.array(numbers, np.float64) + 0.5, 3)
        y = np.array([(products[k], products[k + 1], np.nan) for k in numbers]).ravel()
        role = chain.links[numbers[0]].layer.group
        name = joined(", ", (chain.shown.name, kind))
        yield Series(name, frozen(x), frozen(y), role, weight="bold")


def _steps(chain: _Chain, products: Array, start: float) -> Iterator[Series]:
    """The running product, level from bar to bar: two points and a gap for each number."""
    middles = np.clip(np.arange(products.size)[:, None] + np.array([-0.5, 0.5, 0.5]), 0.0, products.size - 1.0)
    y = np.column_stack([drawable(products)] * 2 + [np.full(products.size, np.nan)]).ravel()
    yield Series(chain.shown.name, frozen(start + middles.ravel()), frozen(y), chain.shown.role, label=chain.shown.name)


def _theory_steps(chain: _Chain, products: Array, start: float) -> Iterator[Series]:
    """The product as theory has it, through the middle of the measured one."""
    factors = [
        chain.expected.get(kind_name(link.layer), np.nan) if chain.first <= link.ordinal <= chain.last else np.nan
        for link in chain.links
    ]
    there = np.flatnonzero(~np.isnan(factors))
    if not there.size:
        return
    inner = slice(int(there[0]), int(there[-1]) + 2)
    steps = np.log(np.array(factors)[there[0] : there[-1] + 1])
    logs = np.append(np.cumsum(steps[::-1])[::-1], 0.0)
    measured = np.log(drawable(products[inner]))
    if np.isnan(logs).any() or np.isnan(measured).all():
        return
    logs += np.nanmean(measured) - logs[~np.isnan(measured)].mean()
    x = start + np.arange(inner.start, inner.stop, dtype=np.float64)
    yield theory_line(chain.shown.name, frozen(x), frozen(np.exp(logs)), weight="bold")


def _with_theory(chain: _Chain, batch: int) -> _Chain:
    depth = max((link.ordinal for link in chain.links), default=0)
    first, last = edge(depth) + 1, depth - edge(depth)
    return chain._replace(theory=expected(chain.shown, first, last, batch), first=first, last=last)


def _theory_lines(drawn: list[_Chain]) -> Iterator[Series]:
    for chain in drawn:
        if np.isnan(chain.ratios).all():
            continue
        x = np.array([chain.first, chain.last], np.float64)
        for kind, change in chain.expected.items():
            yield theory_line(joined(", ", (chain.shown.name, kind)), frozen(x), frozen(np.full(2, change)))


def _said_of(drawn: list[_Chain]) -> Iterator[str]:
    if any(chain.expected for chain in drawn):
        yield phrase("Gray dashes: a wide random network with weights of the present size.")
        ranges = sorted({(each.first, each.last) for each in drawn if each.expected})
        beside = (phrase("{first} to {last}", first=str(first), last=str(last)) for first, last in ranges)
        yield phrase("Means beside theory's are over layers {ranges}.", ranges=joined(phrase(" and "), beside))
    off = {each.theory.off for each in drawn if isinstance(each.theory, Expected) and each.theory.off}
    yield from (joined("", (capital(each), ".")) for each in sorted(off))
    missing = _missing(drawn)
    if missing:
        yield joined("", (missing, "."))


def _missing(chains: list[_Chain]) -> str:
    return in_words((each.shown.name, each.theory) for each in chains)


def _depths(chain: _Chain, start: float, most: int) -> list[tuple[float, str]]:
    """Ticks at some of the weight layers."""
    ordinals = [link.ordinal for link in chain.links]
    places = [k for k, link in enumerate(chain.links) if not k or link.ordinal != ordinals[k - 1]]
    chosen = np.unique(np.linspace(0, len(places) - 1, min(most, len(places))).round().astype(int))
    return [(start + places[k] + 0.5, count(ordinals[places[k]])) for k in chosen]


def _of_kind(kind: str, found: list[tuple[int, float, str]]) -> _Factors:
    layers, factors, watches = zip(*found[::-1], strict=True)
    return _Factors(kind, frozen(np.array(layers, np.float64)), frozen(np.array(factors, np.float64)), watches)


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
            name = joined(", ", (chain.shown.name, kind.kind))
            label = _label(chain, kind.kind, drawn)
            y = frozen(with_zeros(kind.factors))
            many = kind.layers.size > _MANY
            drawn_as = "none" if many else marker
            yield Series(name, kind.layers, y, chain.shown.role, label, line, marker=drawn_as, watches=kind.watches)


def _label(chain: _Chain, kind: str, drawn: list[_Chain]) -> str:
    """What is written beside a line: of several lanes the solid one has the lane's name, another its kind, once."""
    if len(drawn) == 1:
        return kind
    if kind == Linear.name:
        return chain.shown.name
    first = next(each for each in drawn if any(other.kind == kind for other in each.kinds))
    return kind if chain is first else ""


def _verdict(chains: list[_Chain]) -> str:
    if not any(chain.kinds for chain in chains):
        return phrase("Add a second layer to see what it multiplies the gradient by")
    if not any(np.isfinite(kind.factors).any() or chain.bad or chain.ends for chain in chains for kind in chain.kinds):
        return phrase("No gradient yet: step into the backward pass")
    words: list[str] = []
    named = False  # "theory" is said once; further numbers in brackets are its own, too
    for chain in chains:
        if chain.kinds:
            said, named = _judged(chain, named=named)
            words.append(joined(" ", (chain.shown.name, said)))
    return joined(" · ", (*words, _missing(chains)))


def _judged(chain: _Chain, *, named: bool) -> tuple[str, bool]:
    """What is said of a lane, and whether theory is `named` by then."""
    if chain.bad:
        return phrase("is not a number from {layer} on", layer=chain.bad), named
    words = []
    for kind in chain.kinds:
        positive = drawable(kind.factors)
        inner = (kind.layers >= chain.first) & (kind.layers <= chain.last)
        positive = positive[~np.isnan(positive) & (inner | (kind.kind not in chain.expected))]
        if positive.size:
            said = f"{kind.kind} {factor(float(np.exp(np.mean(np.log(positive)))))}"
            if kind.kind in chain.expected:
                known = factor(chain.expected[kind.kind])
                said = joined(" ", (said, f"({known})" if named else phrase("(theory {factor})", factor=known)))
                named = True
            words.append(said)
    if chain.ends:
        words.append(phrase("zero from {layer} on", layer=chain.ends))
    return joined(", ", words) if words else phrase("has no gradient yet"), named

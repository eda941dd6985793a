"""How the gradient changes on its way down the stack: its norm at every weight layer, lanes over one another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from bnsim.figures.expected import THEORY, Expected, expected, in_words, named_once, theory_line
from bnsim.figures.kind import FigureKind, figure
from bnsim.figures.lanes import LINES, MARKERS, drawable, shown_lanes, with_zeros
from bnsim.figures.measured import MAX_POINTS, Known, Lane, Session, unfinished
from bnsim.figures.options import Choice
from bnsim.figures.present import key_of, links
from bnsim.lenses.depth import IN_ALL, NEAR_ONE, Trend, edge, factor_per_layer, steps_between, trend
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Rule, Series, frozen
from bnsim.spec.numerals import count, factor, percent, times
from bnsim.spec.phrases import joined, phrase

SMALLEST_NORMAL = {"float16": 2.0**-14, "float32": 2.0**-126}
_FEW = 2
"""With up to this many lanes, the verdict says of each steady one that it is."""
_TRENDS: dict[Trend, str] = {
    "vanishing": phrase("vanishing"),
    "steady": phrase("steady"),
    "exploding": phrase("exploding"),
}
RECENT = 20
"""Iterations that the band is over, or as many as there are."""
_FEWEST = 3
"""With fewer iterations there is no band."""
_MANY = 60
"""Weight layers above which markers would run into one another; lines differ by their dashes instead."""


SIZE = Choice("size", "Size", (("norm", "norm of all elements"), ("rms", "root mean square of an element")))
FITTED = Choice("line", "Line beside", (("none", "none"), ("fitted", "the factor per layer")))
"""A line over the layers that the factor is of, by `straight`."""


class _Profile(NamedTuple):
    """One lane's norms by weight layer, from the input; `complete` if the backward pass has reached the input.

    `color` is the lane's, 0 to 5. `recent`: the norms of the last iterations, shape (iterations, layers). `watches` has
    the expression of each norm.
    """

    name: str
    norms: Array
    before: Array | None
    iteration: int
    complete: bool
    color: int = 0
    recent: Array = np.empty((0, 0))
    watches: tuple[str, ...] = ()


@figure(
    title="Gradient by depth",
    shows="norm of the loss's gradient at the output of every weight layer, band over the last iterations",
    section="By depth",
    source="Glorot and Bengio 2010",
    records=("gradient_norm",),
    docked=True,
    options=(SIZE, FITTED, THEORY),
)
def gradient_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    size: str = "norm",
    line: str = "none",
    theory: str = "off",
) -> Figure:
    """The norm over the mini-batch of dLoss/d(output) of every weight layer, on a log axis, a line for each lane.

    The verdict's factor is the geometric mean of the change from one weight layer to the next one towards the
    input. It leaves out a quarter of the layers at either end, at most five (`edge`): they feel the data and the
    loss. Below 0.8 a layer, or where that makes less than a tenth over all the layers, the gradient is called
    vanishing; above 1.25, or where it makes more than ten times, exploding; else steady.

    The band goes from the least to the largest norm of the last 20 iterations; the caption says how uncertain the
    factor is, from how unlike the steps from layer to layer are (their standard error).

    While a backward pass is under way its norms so far are drawn, the iteration before it thin and dotted. Zeros,
    which have no place on a log axis, and NaN are gaps; the verdict names them. `layer_id`, `max_points` and
    `known` have no effect here; every figure takes the same arguments.

    `size` "rms" divides each norm by the root of its number of elements (batch times units), so that layers of unlike
    width can be compared. `line` "fitted" draws the factor per layer as a straight line through the layers it is of,
    `theory` "on" that of wide random networks with weights and biases of the present size (see `bnsim.theory`); the
    verdict says it, or what theory has no factor for.
    """
    rms = size == "rms"
    return by_depth(
        session,
        gradient_by_depth,
        "gradient_norm",
        phrase("rms of ∂L/∂z") if rms else "‖∂L/∂z‖",
        phrase(
            "Root mean square over the mini-batch of the loss's gradient with respect to the output of each weight "
            "layer"
            if rms
            else "Norm over the mini-batch of the loss's gradient with respect to the output of each weight layer"
        ),
        rms=rms,
        line=line,
        theory=theory == "on",
    )


@figure(
    title="Weight gradient by depth",
    shows="norm of the gradient of every weight, before clipping and decay, band over the last iterations",
    section="By depth",
    source="Glorot and Bengio 2010",
    records=("weight_gradient_norm",),
    options=(SIZE, FITTED),
)
def weight_gradient_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    size: str = "norm",
    line: str = "none",
) -> Figure:
    """The norm of dLoss/d(weight) of every weight layer, on a log axis, a line for each lane.

    Verdict, band, zeros and NaN are as in `gradient_by_depth`. Copies that share a weight are one. It is what
    `state_dict`'s gradients have, before clipping and decay. `layer_id`, `max_points` and `known` have no effect here.
    """
    rms = size == "rms"
    return by_depth(
        session,
        weight_gradient_by_depth,
        "weight_gradient_norm",
        phrase("rms of ∂L/∂W") if rms else "‖∂L/∂W‖",
        phrase(
            "Root mean square of the loss's gradient with respect to each weight"
            if rms
            else "Norm of the loss's gradient with respect to each weight"
        ),
        rms=rms,
        line=line,
    )


_ARRAYS = {"gradient_norm": "gradient", "weight_gradient_norm": "dweight"}
"""The arrays that the records have the norms of."""


def by_depth(
    session: Session,
    kind: FigureKind,
    record: str,
    label: str,
    what: str,
    *,
    rms: bool,
    line: str,
    theory: bool = False,
) -> Figure:
    """The figure of a record of norms by weight layer; `label` is of the y axis, `what` begins the caption.

    Theory is of back-propagated gradients alone: those of weights depend on what comes up the stack, too.
    """
    profiles = list(_profiles(session, record, rms=rms))
    shown = [profile for profile in profiles if (drawable(profile.norms) > 0).any()]
    depth = max((profile.norms.size for profile in profiles), default=0)
    limits = _limits(shown)
    found = _expected(session, shown) if theory else {}
    beside = named_once(_theory(shown, found))
    caption = what
    if shown:
        newest = count(max(profile.iteration for profile in shown))
        caption = joined(", ", (what, phrase("iteration {number}", number=newest)))
    rules = tuple(_rules(limits)) if shown else ()
    return Figure(
        name=kind.name,
        title=kind.title,
        verdict=_verdict(profiles, found),
        x=Axis(phrase("weight layer, counted from the input"), limits=(1.0, float(max(depth, 2))), integer=True),
        y=Axis(label, scale="log", limits=limits),
        marks=(
            *_bands(profiles),
            *_series(profiles),
            *_fitted(shown, line),
            *beside,
            *rules,
        ),
        caption=joined(" ", [joined("", (caption, ".")), *_notes(shown, bool(rules)), *_said_of(shown, found, line)]),
    )


def uncertainty(norms: Array) -> float:
    """The factor per layer's relative uncertainty: the standard error of the steps' logarithms; NaN for under three."""
    steps = steps_between(norms)
    return float(steps.std(ddof=1)) / math.sqrt(steps.size) if steps.size > 2 else math.nan


def straight(layers: Array, norms: Array, change: float) -> Array:
    """Norms (layers,) that change by that factor from each layer to the one before it, through the middle of `norms`.

    The middle is their geometric mean; `layers` are the numbers of the weight layers. What is no number is left out.
    """
    logs = np.log(drawable(norms))
    there = ~np.isnan(logs)
    if not there.any() or not change > 0:
        return np.full(layers.size, np.nan)
    with np.errstate(over="ignore", under="ignore"):
        line: Array = np.exp(logs[there].mean() - math.log(change) * (layers - layers[there].mean()))
    return line


def _expected(session: Session, shown: list[_Profile]) -> dict[str, Expected | str]:
    """What theory expects of each lane, by its name, or what it has no factor for."""
    batch, lanes = session.experiment.training.batch_size, {lane.name: lane for lane in shown_lanes(session)}
    return {
        profile.name: expected(
            lanes[profile.name], edge(profile.norms.size) + 1, profile.norms.size - edge(profile.norms.size), batch
        )
        for profile in shown
    }


def _fitted(shown: list[_Profile], line: str) -> Iterator[Series]:
    for profile in shown if line == "fitted" else ():
        layers, norms = _inner(profile)
        y = straight(layers, norms, factor_per_layer(profile.norms))
        if not np.isnan(y).all():
            role = f"lane{profile.color}"
            named = phrase("{line}, fitted", line=profile.name)
            yield Series(named, frozen(layers), frozen(drawable(y)), role, line="dotted")


def _theory(shown: list[_Profile], found: Mapping[str, Expected | str]) -> Iterator[Series]:
    for profile in shown:
        known = found.get(profile.name)
        if isinstance(known, Expected):
            layers, norms = _inner(profile)
            y = frozen(drawable(straight(layers, norms, known.factor)))
            yield theory_line(profile.name, frozen(layers), y, weight="bold")


def _inner(profile: _Profile) -> tuple[Array, Array]:
    """The numbers of the layers that the factor is of, and their norms."""
    size = profile.norms.size
    inner = slice(edge(size), size - edge(size))
    return np.arange(1.0, size + 1)[inner], profile.norms[inner]


def _said_of(shown: list[_Profile], found: Mapping[str, Expected | str], line: str) -> Iterator[str]:
    if line == "fitted" and any(not math.isnan(factor_per_layer(profile.norms)) for profile in shown):
        yield phrase("Dotted: that factor, as a line through these layers.")
    known = [(name, each) for name, each in found.items() if isinstance(each, Expected)]
    if known:
        each = [
            joined(" ", (name, factor(one.factor), joined("", ("(", one.off, ")")) if one.off else ""))
            for name, one in known
        ]
        yield phrase(
            "Gray dashes: a wide random network with weights of the present size (Poole et al. 2016, Yang et al. "
            "2019): {factors} a layer.",
            factors=joined(", ", each),
        )
    missing = in_words(found.items())
    if missing:
        yield joined("", (missing, "."))


def _profiles(session: Session, record: str, *, rms: bool) -> Iterator[_Profile]:
    for shown in shown_lanes(session):
        lane = shown.lane
        rows, paths = len(lane.history.kept), lane.history.paths(record)
        recent = np.array(lane.history.rows(record, np.arange(max(rows - RECENT, 0), rows)), np.float64)
        watches = tuple(shown.spelling.norm(_ARRAYS[record], path, "rms" if rms else "norm") for path in paths)
        profile = _profile(lane, shown.name, record)._replace(color=shown.color, recent=recent, watches=watches)
        yield _by_element(profile, _elements(session, lane, record)) if rms else profile


def _elements(session: Session, lane: Lane, record: str) -> Array:
    """How many numbers each norm is of, shape (layers,)."""
    layers = {link.path: link.layer for link in links(lane.stack.layers)}
    paths = lane.history.paths(record)
    if record == "weight_gradient_norm":
        state = lane.state_dict()
        return np.array([state[f"{key_of(lane.stack.layers, path)}weight"].size for path in paths], np.float64)
    batch = session.experiment.training.batch_size
    return np.array([batch * getattr(layers[path], "units", 1) for path in paths], np.float64)


def _by_element(profile: _Profile, elements: Array) -> _Profile:
    root = np.sqrt(elements)
    before = None if profile.before is None else profile.before / root
    return profile._replace(norms=profile.norms / root, before=before, recent=profile.recent / root)


def _profile(lane: Lane, name: str, record: str) -> _Profile:
    count = lane.history.iterations
    newest = np.array([len(lane.history.kept) - 1])
    last = np.array(lane.history.rows(record, newest)[0], dtype=np.float64) if count else None
    if unfinished(lane):
        present = np.array(lane.current(record), dtype=np.float64)
        backward_done = lane.executed is not None and lane.executed.phase == "update"
        if backward_done or not np.isnan(present).all():
            before = None if backward_done or not np.isnan(present).any() else last
            return _Profile(name, present, before, count, backward_done)
    if last is not None:
        return _Profile(name, last, None, count - 1, True)
    return _Profile(name, np.full(lane.current(record).shape, np.nan), None, 0, False)


def _bands(profiles: list[_Profile]) -> Iterator[Band]:
    for profile in profiles:
        if len(profile.recent) >= _FEWEST:
            norms = drawable(profile.recent)
            there = ~np.isnan(norms)
            low = np.where(there.any(axis=0), np.where(there, norms, np.inf).min(axis=0), np.nan)
            high = np.where(there.any(axis=0), np.where(there, norms, 0.0).max(axis=0), np.nan)
            x = frozen(np.arange(1.0, low.size + 1))
            named = phrase("{line}, last iterations", line=profile.name)
            yield Band(named, x, frozen(low), frozen(high), f"lane{profile.color}")


def _series(profiles: list[_Profile]) -> Iterator[Series]:
    for lane, profile in enumerate(profiles):
        x = frozen(np.arange(1.0, profile.norms.size + 1))
        role = f"lane{profile.color}"
        many = profile.norms.size > _MANY
        if profile.before is not None:
            before = frozen(drawable(profile.before))
            named = phrase("{line}, iteration before", line=profile.name)
            yield Series(named, x, before, role, line="dotted", weight="thin")
        yield Series(
            profile.name,
            x,
            frozen(with_zeros(profile.norms)),
            role,
            label=profile.name,
            line=LINES[lane % len(LINES)] if many else "solid",
            marker="none" if many else MARKERS[lane % len(MARKERS)],
            watches=profile.watches,
        )


def _limits(profiles: list[_Profile]) -> tuple[float, float]:
    """Whole decades around all norms, at least four of them, so that a steady gradient looks steady."""
    arrays = [a for p in profiles for a in (p.norms, p.before, _of_band(p)) if a is not None]
    values = np.concatenate([drawable(array) for array in arrays]) if arrays else np.array([1e-3, 1.0])
    room = 0.1  # decades, for the markers
    low = max(math.floor(math.log10(np.nanmin(values)) - room), -307)
    high = min(math.ceil(math.log10(np.nanmax(values)) + room), 308)
    while high - low < 4:
        high, low = min(high + 1, 308), (low if high - low == 3 else max(low - 1, -307))
    return 10.0**low, 10.0**high


def _of_band(profile: _Profile) -> Array | None:
    """The norms that the band is over; None where there is none to be drawn."""
    some = len(profile.recent) >= _FEWEST and (drawable(profile.recent) > 0).any()
    return profile.recent.ravel() if some else None


def _rules(limits: tuple[float, float]) -> Iterator[Rule]:
    low, high = limits
    for precision, smallest in SMALLEST_NORMAL.items():
        if low < smallest < high:
            yield Rule(smallest, phrase("{precision} runs out", precision=precision))


def _verdict(profiles: list[_Profile], found: Mapping[str, Expected | str]) -> str:
    if not profiles or all(profile.norms.size == 0 for profile in profiles):
        return phrase("Add a Linear layer to see a gradient")
    if all(np.isnan(profile.norms).all() and not profile.complete for profile in profiles):
        return phrase("No gradient yet: step into the backward pass")
    under_way = [
        profile for profile in profiles if not profile.complete and math.isnan(factor_per_layer(profile.norms))
    ]
    if len(under_way) == len(profiles) and max(profile.norms.size for profile in profiles) > 1:
        reached, depth = min((_reached(profile), profile.norms.size) for profile in profiles)
        return phrase(
            "The gradient is on its way to the input: layer {layer} of {depth}", layer=str(reached), depth=str(depth)
        )
    judged = [_judgment(profile, found.get(profile.name)) for profile in profiles]
    measured = [number for number, each in enumerate(judged) if isinstance(each, _Change)]
    # With many lanes the verdict does not say of each that it is steady.
    brief = len(profiles) > _FEW
    all_steady = brief and all(isinstance(each, _Change) and each.is_steady for each in judged)
    words = [
        each if isinstance(each, str) else each.words(with_unit=number == measured[0], brief=brief)
        for number, each in enumerate(judged)
    ]
    told = (joined(" ", (profile.name, said)) for profile, said in zip(profiles, words, strict=True))
    return joined(" · ", (*told, phrase("all steady") if all_steady else "", in_words(found.items())))


def _reached(profile: _Profile) -> int:
    """The weight layer nearest the input that has a gradient, counted from 1; one past the last if none has."""
    return int(np.flatnonzero(np.append(~np.isnan(profile.norms), True))[0]) + 1


class _Change(NamedTuple):
    """By what factor one lane's norm changes from layer to layer, what theory expects, and where it is zero."""

    factor: float
    trend: Trend
    theory: float | None
    zero: str

    @property
    def is_steady(self) -> bool:
        return self.trend == "steady" and not self.zero

    def words(self, *, with_unit: bool, brief: bool) -> str:
        """What the verdict says of it; `with_unit`: the factor is one a layer, `brief`: not that it is steady."""
        word = _TRENDS[self.trend]
        change = factor(self.factor)
        if with_unit:
            change = phrase("{factor} a layer", factor=change)
        if self.theory is not None:
            change = joined(", ", (change, phrase("theory {factor}", factor=factor(self.theory))))
        if brief and self.is_steady:
            return change
        return joined(", ", (joined(": ", (change, word)), self.zero))


def _judgment(profile: _Profile, known: Expected | str | None = None) -> _Change | str:
    norms = profile.norms
    if profile.complete and not np.isfinite(norms).all():
        return phrase("is not a number {where}", where=_where(~np.isfinite(norms)))
    if np.isnan(norms).all():
        return phrase("has no gradient yet")
    zero = phrase("zero {where}", where=_where(norms == 0)) if (norms == 0).any() else ""
    if norms.size == 1:
        return zero or phrase("has one weight layer, nothing to compare")
    change = factor_per_layer(norms)
    if math.isnan(change):
        return phrase("is {zero}", zero=zero) if zero else phrase("is on its way")
    return _Change(change, trend(norms), known.factor if isinstance(known, Expected) else None, zero)


def _is_near_one(change: float) -> bool:
    return 1 / NEAR_ONE <= change <= NEAR_ONE


def _where(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    """The weight layers for which `mask` holds, in words."""
    layers = np.flatnonzero(mask) + 1
    if layers.size == mask.size:
        return phrase("in all layers")
    if layers.size == 1:
        return phrase("in layer {number}", number=str(layers[0]))
    return phrase("in layers {first} to {last}", first=str(layers[0]), last=str(layers[-1]))


def _notes(shown: list[_Profile], has_rules: bool) -> Iterator[str]:
    sizes = sorted({profile.norms.size for profile in shown if profile.norms.size > 1})
    if sizes:
        each = (phrase("{first} to {last}", first=str(edge(n) + 1), last=str(n - edge(n))) for n in sizes)
        words = phrase("Factors are geometric means over layers {ranges}", ranges=joined(phrase(" and "), each))
        doubts = [uncertainty(profile.norms) for profile in shown]
        if any(not math.isnan(doubt) for doubt in doubts):
            errors = ", ".join(percent(doubt) for doubt in doubts if not math.isnan(doubt))
            words = joined(", ", (words, phrase("with a standard error of {errors}", errors=errors)))
        yield joined("", (words, "."))
    if any(trend(each.norms) != "steady" and _is_near_one(factor_per_layer(each.norms)) for each in shown):
        yield phrase(
            "Steady is a factor within {layer} a layer, and within {all} over the depth.",
            layer=times(NEAR_ONE),
            all=times(IN_ALL),
        )
    if any(len(profile.recent) >= _FEWEST for profile in shown):
        iterations = str(max(len(profile.recent) for profile in shown))
        yield phrase("Shaded: least to largest norm of the last {number} iterations.", number=iterations)
    if has_rules:
        yield phrase(
            "Below a dotted rule every single value is smaller than the smallest normal number of that precision."
        )

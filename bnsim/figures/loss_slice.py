"""The loss through the present moment along a line: the gradient's, a random one, or towards other parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import replace

from bnsim.figures.cells import near_ticks
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Probe, Session
from bnsim.figures.options import Choice, Number
from bnsim.figures.present import key_of, links
from bnsim.lenses.norm import norm
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.naming import kind_name
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import capital, joined, phrase

POINTS = 41
"""Points of a line; along the gradient and at random the closer the nearer to the present moment in the middle."""
_RATIO, _CUT = 10.0, 1e4
"""From this ratio between losses on, the axis is logarithmic; what is this many times over the lowest is cut off."""
_FEW = 2
_NEAR, _FAR = -0.5, 1.5
"""Ends of a line towards other parameters, which are at 1."""
_HILL = 0.01
"""What is higher than both ends by less than this share is no hill."""
_DIRECTION = Choice(
    "direction",
    "Direction",
    (
        ("both", "gradient and random"),
        ("gradient", "gradient"),
        ("random", "random, filter-normalized"),
        ("lane", "towards another lane"),
        ("kept", "towards earlier parameters"),
    ),
)
_KEPT = Number("kept", "Earlier parameters after updates", words="the start", only_with=("direction", "kept"))


class _Slice(NamedTuple):
    """One lane's losses (points,) by `t`, by direction, NaN where there is none; `where` says what is at t = 1.

    `flat`: the gradient is zero. `nothing` says why there is no line, "" where there is one.
    """

    shown: Shown
    t: Array
    lines: dict[str, Array]
    here: float
    flat: bool = False
    where: str = ""
    nothing: str = ""


@figure(
    title="Loss along a line",
    shows="loss along the gradient and along a random filter-normalized direction, through the present",
    section="Of the task",
    source="Li et al. 2018; Pascanu et al. 2013",
    cost=f"{2 * POINTS} forward passes of each lane",
    options=(_DIRECTION, _KEPT),
    unwatched="losses elsewhere, of passes beside the run",
)
def loss_slice(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    direction: str = "both",
    kept: int = 0,
) -> Figure:
    """L(θ + t d) for t from −1 to 1, a solid and a dashed line for each lane; θ are the present trained parameters.

    Solid: d is the gradient of the mini-batch's loss, scaled to the norm of θ; downhill is to the left. Dashed: d is
    standard normal (NumPy's Philox of the training's seed, in `state_dict` order), each row of a weight scaled to the
    norm of that row of θ, zero for biases, γ and β (Li et al. 2018): without that a picture under BatchNorm would
    stretch with the size of the weights. The loss is of the present mini-batch in train mode. `direction` "gradient" or
    "random" draws one of them.

    With "lane" or "kept" the line goes on to other parameters, at t = 1: those of the next lane, of what it has too
    (the layer of the same kind after as many weights, with the same shape; the rest stays), or the lane's own after
    `kept` updates, or fewer where those are not kept.

    The axis is logarithmic where losses differ by more than a factor of 10; what is over 10,000 times the lowest is
    cut off, which the verdict says, as it does where the loss is not a number. `layer_id`, `max_points` and `known`
    have no effect here.
    """
    lanes = shown_lanes(session)
    if direction == "lane":
        found = [_to_lane(session, lanes, place) for place in range(len(lanes))]
    elif direction == "kept":
        found = [_to_kept(session, shown, kept) for shown in lanes]
    else:
        seed = session.experiment.training.seed
        wanted = ("gradient", "random") if direction == "both" else (direction,)
        found = [_slice(session, shown, seed, wanted) for shown in lanes]
    drawn = [each for each in found if each is not None]
    axis, cut = _axis(drawn)
    towards = direction in ("lane", "kept")
    label = phrase("t: 0 is now, 1 the other parameters") if towards else _LABEL
    return Figure(
        name=loss_slice.name,
        title=loss_slice.title,
        verdict=_verdict(session, drawn, cut),
        x=Axis(label, limits=(_NEAR, _FAR) if towards else (-1.0, 1.0)),
        y=axis,
        marks=tuple(line for each in drawn for line in _lines(each)),
        caption=joined(" ", (_CAPTION, *_CAPTIONS[direction], _MARKER)) if drawn else "",
    )


_LABEL = phrase("t: step along the direction, in norms of the parameters")
_CAPTION = phrase("Loss L(θ + t d) of one mini-batch in train mode.")
_MARKER = phrase("The marker is the present moment.")
_UPHILL = phrase("d the gradient, as long as θ, downhill to the left.")
_RANDOM = phrase("d at random, each row as long as that row of the weight, zero for biases, γ and β (Li et al. 2018).")
_CAPTIONS = {
    "both": (phrase("Solid: {what}", what=_UPHILL), phrase("Dashed: {what}", what=_RANDOM)),
    "gradient": (capital(_UPHILL),),
    "random": (capital(_RANDOM),),
    "lane": (phrase("At t = 1 are the parameters of the next lane, of those that both have."),),
    "kept": (phrase("At t = 1 are the lane's own earlier parameters."),),
}


def filter_normalized(direction: Array, theta: Array, shapes: Mapping[str, tuple[int, ...]]) -> Array:
    """The direction (parameters,) with each row of a weight scaled to the norm of that row of `theta`, else zero."""
    found, start = np.zeros(theta.size), 0
    for shape in shapes.values():
        stop = start + int(np.prod(shape))
        if len(shape) == 2:
            own, there = (array[start:stop].reshape(shape) for array in (direction, theta))
            sizes = np.linalg.norm(there, axis=1) / np.linalg.norm(own, axis=1)
            found[start:stop] = (own * sizes[:, None]).ravel()
        start = stop
    return found


def _slice(session: Session, shown: Shown, seed: int, wanted: Sequence[str]) -> _Slice | None:
    probe = session.probe(shown.lane)
    if probe is None:
        return None
    theta = np.asarray(probe.theta, np.float64)
    here, gradient = probe.gradient(theta)
    t = np.linspace(-1.0, 1.0, POINTS) ** 3
    size = norm(gradient)
    draw = np.random.Generator(np.random.Philox(seed)).standard_normal(theta.size)
    with np.errstate(all="ignore"):
        uphill = gradient / size * norm(theta) if 0 < size < np.inf else None
        random = filter_normalized(draw, theta, probe.shapes)
    directions = {"gradient": uphill, "random": random}
    lines = {name: _along(probe, theta, directions[name], t) for name in wanted}
    return _Slice(shown, frozen(t), lines, here, size == 0)


def _to_lane(session: Session, lanes: Sequence[Shown], place: int) -> _Slice | None:
    """Towards the next lane."""
    shown, other = lanes[place], lanes[(place + 1) % len(lanes)]
    probe, there = session.probe(shown.lane), session.probe(other.lane)
    if probe is None or there is None:
        return None
    theta = np.asarray(probe.theta, np.float64)
    direction = np.zeros(theta.size)
    given = _parts(other, there)
    some = False
    for like, part in _parts(shown, probe).items():
        if other is not shown and like in given:
            direction[part] = np.asarray(there.theta, np.float64)[given[like]] - theta[part]
            some = True
    nothing = phrase(
        "has no weight of a shape that {lane} has" if other is not shown else "has no other lane to go to",
        lane=other.name,
    )
    there_words = phrase("at “{lane}”", lane=other.name)
    return _towards(probe, shown, direction if some else None, "lane", there_words, nothing)


def _parts(shown: Shown, probe: Probe) -> dict[tuple[object, ...], slice]:
    """Where each parameter stands, by what is alike in another lane: kind of layer, ordinal, name, shape, number."""
    owners: dict[str, tuple[str, int]] = {}
    layers = shown.lane.stack.layers
    for link in links(layers):
        owners.setdefault(key_of(layers, link.path), (kind_name(link.layer), link.ordinal))
    found: dict[tuple[object, ...], slice] = {}
    start = 0
    for key, shape in probe.shapes.items():
        stop = start + int(np.prod(shape))
        owner, _, name = key.rpartition(".")
        like = (*owners.get(f"{owner}.", (owner, 0)), name, tuple(shape))
        number = sum(1 for known in found if known[:-1] == like)
        found[(*like, number)] = slice(start, stop)
        start = stop
    return found


def _to_kept(session: Session, shown: Shown, updates: int) -> _Slice | None:
    """Towards the lane's own parameters after so many updates, or the last ones before that are kept."""
    probe = session.probe(shown.lane)
    if probe is None:
        return None
    at, earlier = probe.kept(updates)
    theta = np.asarray(probe.theta, np.float64)
    direction = np.asarray(earlier, np.float64) - theta
    where = phrase(
        "after {number} updates" if at > 1 else "after {number} update" if at else "at the start", number=count(at)
    )
    nothing = phrase("is as it was {where}", where=where)
    return _towards(probe, shown, direction if direction.any() else None, "kept", where, nothing)


def _towards(probe: Probe, shown: Shown, direction: Array | None, name: str, where: str, nothing: str) -> _Slice:
    theta = np.asarray(probe.theta, np.float64)
    t = np.linspace(_NEAR, _FAR, POINTS)
    lines = {name: _along(probe, theta, direction, t)}
    return _Slice(shown, frozen(t), lines, probe.loss(theta), where=where, nothing=nothing if direction is None else "")


def _along(probe: Probe, theta: Array, direction: Array | None, t: Array) -> Array:
    if direction is None:
        return frozen(np.full(t.size, np.nan))
    with np.errstate(all="ignore"):
        return frozen(np.array([probe.loss(theta + each * direction) for each in t]))


def _axis(drawn: list[_Slice]) -> tuple[Axis, list[_Slice]]:
    """The y axis, and the lanes that leave it at the top."""
    label = phrase("loss")
    values = np.concatenate([np.empty(0), *(line for each in drawn for line in each.lines.values())])
    values = values[np.isfinite(values)]
    heres = [abs(each.here) for each in drawn if np.isfinite(each.here)]
    if not values.size or not heres:
        return Axis(label), []
    top = _CUT * max(min(heres), float(np.abs(values).min()))
    seen = values[values <= top] if top > 0 else values
    low, high = float(seen.min()), float(seen.max())
    cut = [each for each in drawn if _highest(each) > high]
    if low > 0 and high / low > _RATIO:
        limits = low / 1.25, high * 1.25
        return Axis(label, scale="log", limits=limits, ticks=near_ticks(*limits)), cut
    room = 0.06 * (high - low) or 1.0
    return Axis(label, limits=(low - room, high + room)), cut


def _highest(each: _Slice) -> float:
    values = np.concatenate([*each.lines.values()])
    return float(values[np.isfinite(values)].max(initial=-np.inf))


_NAMES = {
    "gradient": phrase("gradient"),
    "random": phrase("random"),
    "lane": phrase("lane"),
    "kept": phrase("kept"),
}
"""What lines are called by their directions."""


def _lines(each: _Slice) -> tuple[Series, ...]:
    name, role = each.shown.name, each.shown.role
    at, here = frozen(np.zeros(1)), frozen(np.array([each.here]))
    lines = []
    for number, (direction, values) in enumerate(each.lines.items()):
        line = Series(joined(", ", (name, _NAMES[direction])), each.t, _drawn(values), role)
        lines.append(replace(line, label=name) if number == 0 else replace(line, line="dashed"))
    now = Series(phrase("{line}, now", line=name), at, _drawn(here), role, line="none", marker=each.shown.marker)
    return (*lines, now)


def _drawn(values: Array) -> Array:
    return frozen(np.where(np.isfinite(values), values, np.nan))


def _verdict(session: Any, drawn: list[_Slice], cut: list[_Slice]) -> str:
    if not session.lanes:
        return phrase("Add a stack to see its loss along a line")
    if not drawn:
        return phrase("No mini-batch yet: step or play")
    words = [_judged(each, len(drawn) <= _FEW) for each in drawn]
    if cut:
        words.append(phrase("{lanes} cut off at the top", lanes=", ".join(each.shown.name for each in cut)))
    return joined(" · ", words)


def _judged(each: _Slice, few: bool) -> str:
    name = each.shown.name
    if not np.isfinite(each.here):
        return joined(": ", (name, phrase("the loss is not a number")))
    if each.flat:
        return joined(": ", (name, phrase("the gradient is zero")))
    lines = np.array([*each.lines.values()])
    bad = ~np.isfinite(lines).all(axis=0)
    wrong = ""
    if bad.any():
        wrong = phrase("not a number from |t| = {t}", t=significant(float(np.abs(each.t[bad]).min()), 2))
    if each.where:
        return joined(" ", (name, _between(each)))
    along, what = next((each.lines[key], key) for key in ("gradient", "random") if key in each.lines)
    if not np.isfinite(along).any():
        return joined(": ", (name, phrase("the gradient is not a number")))
    at = int(np.nanargmin(along))
    lowest = float(along[at])
    if lowest >= each.here:
        none = phrase(
            "no step along the gradient is lower" if what == "gradient" else "no step along this direction is lower"
        )
        return joined(", ", (joined(": ", (f"{name} {significant(each.here, 3)}", none)), wrong))
    words = phrase("downhill {loss}" if what == "gradient" else "lowest {loss}", loss=significant(lowest, 3))
    if few:
        words = phrase("{words} at t = {t}", words=words, t=significant(float(each.t[at]), 2))
    return joined(", ", (f"{name} {significant(each.here, 3)}", words, wrong))


def _between(each: _Slice) -> str:
    """What is between the present moment and other parameters, in words: whether there is a hill."""
    line = next(iter(each.lines.values()))
    if each.nothing:
        return each.nothing
    inside = (each.t >= 0) & (each.t <= 1)
    there = float(line[np.argmin(np.abs(each.t - 1))])
    words = phrase(
        "{here} now, {there} {where}", here=significant(each.here, 3), there=significant(there, 3), where=each.where
    )
    if not np.isfinite(line[inside]).all():
        return joined(", ", (words, phrase("not a number between")))
    at = int(np.argmax(np.where(inside, line, -np.inf)))
    highest = float(line[at])
    hill = highest > max(each.here, there) * (1 + _HILL)
    between = phrase(
        "a hill of {loss} at t = {t} between" if hill else "no hill between",
        loss=significant(highest, 3),
        t=significant(float(each.t[at]), 2),
    )
    return joined(", ", (words, between))

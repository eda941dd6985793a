"""What clipping does to the gradient: its norm before and after, by iteration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import CUT_OFF, Shown, decades, drawable, lane_rules, seen, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Lane, Session, iteration_axis
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import count, percent, significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.training import Clip, ClipNorm, ClipValue, NoClip

_ROOM = 1e-6
"""What clipping by norm adds to the norm it divides by, as `torch.nn.utils.clip_grad_norm_`."""


class _Norms(NamedTuple):
    """One lane's norms by iteration, each of shape (points,); `after` empty where it is not known for the past."""

    shown: Shown
    clip: Clip
    x: Array
    before: Array
    after: Array


class _Present(NamedTuple):
    """By value, now: the norm before and after, the share of numbers clipped, and the angle between both in degrees."""

    before: float
    after: float
    share: float
    angle: float


@figure(
    title="Clipping",
    shows="norm of the gradient by iteration, before and after clipping, and how many steps are clipped",
    section="Over iterations",
    source="Pascanu et al. 2013",
    records=("weight_gradient_norm", "clip_norm"),
)
def clipping(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The gradient's norm by iteration on a log axis, a line for each lane, dashed what clipping leaves of it.

    With clipping by total norm it is that of all gradients; the rule is the limit, and the verdict says how many of
    the steps shown were clipped: their direction stays. By value, and without clipping, the norm is that of the
    weights' gradients; by value the verdict says of the present gradient, all parameters together, how many numbers
    are clipped and by what angle this turns it. Each lane is clipped as its own training says. `layer_id` and `known`
    have no effect here.
    """
    lanes = shown_lanes(session)
    drawn = [each for each in (_norms(shown, max_points) for shown in lanes) if each is not None]
    some = any((each.before > 0).any() for each in drawn)
    last = max((float(each.x[-1]) for each in drawn if each.x.size), default=0.0)
    by_norm = [(each.shown, each.clip.limit) for each in drawn if isinstance(each.clip, ClipNorm)] if some else []
    rules = lane_rules(phrase("limit"), by_norm, len(drawn))
    held = np.array([rule.y for rule in rules])
    limits = decades([*seen([each.before for each in drawn]), *(each.after for each in drawn), held])
    cut = any((drawable(each.before) > limits[1]).any() for each in drawn)
    return Figure(
        name=clipping.name,
        title=clipping.title,
        verdict=_verdict(drawn, bool(lanes), limits[1]),
        x=iteration_axis(last),
        y=Axis(phrase("norm of the gradient"), scale="log", limits=limits),
        marks=(*(line for each in drawn for line in _lines(each)), *rules),
        caption=joined(" ", (_caption(len(by_norm), len(drawn)), CUT_OFF if cut else "")) if some else "",
    )


def _caption(by_norm: int, all_of: int) -> str:
    """What the lines are, where so many of the lanes are clipped by total norm."""
    if not by_norm:
        return phrase("Norm of all weights' gradients together before clipping.")
    return phrase(
        "Norm of all gradients together before clipping, dashed after it."
        if by_norm == all_of
        else "Norm of all gradients together before clipping, dashed after it, of lanes without a limit of all "
        "weights' gradients alone."
    )


def _norms(shown: Shown, max_points: int | None) -> _Norms | None:
    history, clip = shown.lane.history, shown.lane.training.clip
    name = "clip_norm" if isinstance(clip, ClipNorm) else "weight_gradient_norm"
    try:
        history.paths(name)
    except KeyError:
        return None
    kept, keep = history.kept, shown.rows(max_points)
    rows = np.array(history.rows(name, keep), np.float64)
    before = _together(rows)
    after = np.empty(0)
    if isinstance(clip, ClipNorm):
        after = before * np.minimum(1.0, clip.limit / (before + _ROOM))
    return _Norms(shown, clip, frozen(kept[keep].astype(np.float64)), frozen(before), frozen(after))


def _together(norms: Array) -> Array:
    """The root of the sum of squares of each row of (points, parts), without overflow on the way."""
    top = np.max(norms, axis=1, keepdims=True, initial=0.0)
    scale = np.where(np.isfinite(top) & (top > 0), top, 1.0)
    together: Array = scale[:, 0] * np.sqrt(np.square(norms / scale).sum(axis=1))
    return together


def _lines(each: _Norms) -> Iterator[Series]:
    name, role = each.shown.name, each.shown.role
    marker = each.shown.marker if each.x.size == 1 else "none"
    if each.after.size:
        after = frozen(drawable(each.after))
        yield Series(phrase("{line}, clipped", line=name), each.x, after, role, line="dashed", marker=marker)
    watch = each.shown.spelling.recorded("clip_norm") if isinstance(each.clip, ClipNorm) else ""
    watches = (watch,) if watch else ()
    yield Series(name, each.x, frozen(drawable(each.before)), role, label=name, marker=marker, watches=watches)
    yield from each.shown.fork_mark(each.x, drawable(each.before))


def _verdict(drawn: list[_Norms], any_lane: bool, top: float) -> str:
    if not drawn:
        return phrase("Add a Linear layer to see its gradient" if any_lane else "Add a stack to see its gradient")
    if not any(each.x.size for each in drawn):
        return phrase("No gradient yet: step or play")
    off = all(isinstance(each.clip, NoClip) for each in drawn)
    judged = _judged if off or len(drawn) == 1 else _judged_shortly
    words = [joined(", ", (joined(" ", (each.shown.name, judged(each))), _over(each.before, top))) for each in drawn]
    return joined(" · ", (phrase("Clipping is off") if off else "", *words))


def _over(norms: Array, top: float) -> str:
    """What is cut off at the top of the axis, in words."""
    over = norms[np.isfinite(norms) & (norms > top)]
    return phrase("over the top up to {number}", number=significant(float(over.max()), 2)) if over.size else ""


def _judged(each: _Norms) -> str:
    clip, before = each.clip, each.before
    if not np.isfinite(before[-1]):
        return _not_finite(each)
    if isinstance(clip, ClipNorm):
        share, kept = _clipped(each, clip.limit)
        return phrase(
            "{share} of steps clipped, norm {norm} now, cut to {kept} of it"
            if kept < 1
            else "{share} of steps clipped, norm {norm}",
            share=percent(share),
            norm=significant(float(before[-1]), 2),
            kept=percent(kept),
        )
    if isinstance(clip, ClipValue):
        now = _present(each.shown.lane, clip.limit)
        if now is None:
            return phrase("norm {norm}", norm=significant(float(before[-1]), 2))
        return phrase(
            "{share} of numbers clipped, norm {before} to {after}, turned by {angle}°"
            if now.share
            else "{share} of numbers clipped",
            share=percent(now.share),
            before=significant(now.before, 2),
            after=significant(now.after, 2),
            angle=significant(now.angle, 2),
        )
    return phrase("norm {norm}", norm=significant(float(before[-1]), 2))


def _judged_shortly(each: _Norms) -> str:
    """For one of several lanes: what clipping does to its gradient, without the norms that the lines show."""
    clip = each.clip
    if not np.isfinite(each.before[-1]):
        return _not_finite(each)
    if isinstance(clip, ClipNorm):
        share, kept = _clipped(each, clip.limit)
        return phrase(
            "{share} of steps clipped, now to {kept}" if kept < 1 else "{share} of steps clipped",
            share=percent(share),
            kept=percent(kept),
        )
    if isinstance(clip, ClipValue):
        now = _present(each.shown.lane, clip.limit)
        if now is None:
            return phrase("norm {norm}", norm=significant(float(each.before[-1]), 2))
        return phrase(
            "turned by {angle}°, {share} of numbers clipped" if now.share else "{share} of numbers clipped",
            angle=significant(now.angle, 2),
            share=percent(now.share),
        )
    return phrase("not clipped")


def _clipped(each: _Norms, limit: float) -> tuple[float, float]:
    """By total norm: the share of steps that are clipped, and which share of the norm is kept now."""
    share = float(np.mean(each.before + _ROOM > limit))
    return share, float(each.after[-1] / each.before[-1]) if each.before[-1] else 1.0


def _not_finite(each: _Norms) -> str:
    bad = np.flatnonzero(~np.isfinite(each.before))
    return phrase("is not a number, first shown at iteration {number}", number=count(int(each.x[bad[0]])))


def _present(lane: Lane, limit: float) -> _Present | None:
    """What clipping by value does to the present gradient of all parameters; None while it is not computed."""
    parts = [gradient for gradient in lane.gradients().values() if gradient is not None]
    if not parts or len(parts) < len(lane.gradients()):
        return None
    whole = np.concatenate([np.ravel(part) for part in parts]).astype(np.float64)
    top = float(np.max(np.abs(whole)))
    if not (0 < top < math.inf):
        return None
    clipped = np.clip(whole, -limit, limit)
    before, after = top * float(np.linalg.norm(whole / top)), float(np.linalg.norm(clipped))
    cosine = float(np.dot(whole / top, clipped / after)) / (before / top) if after else 1.0
    angle = math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
    return _Present(before, after, float(np.mean(np.abs(whole) > limit)), angle)
